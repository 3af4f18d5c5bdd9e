//! Actions that were read before. Charts write the same actions again and again (`{{ end }}`,
//! `{{- with .Values.labels }}`), so each is read once in a text, and found by its bytes later.

use foldhash::HashMap;

use super::action::Control;
use super::{Parser, position};
use crate::helm::go::Str;
use crate::helm::gotemplate::ast::{One, Pipe};

/// Longer actions hardly ever come twice.
const LONGEST: usize = 256;

/// The actions of a text by their bytes, from behind the left delimiter to behind the right one.
#[derive(Default)]
pub(super) struct KnownActions<'t> {
    actions: HashMap<&'t [u8], Known>,
    /// The action that is being read, unless it is too long.
    current: Option<Current<'t>>,
    /// Variables that it uses and that are declared before it.
    uses: Vec<One<Str>>,
}

struct Current<'t> {
    bytes: &'t [u8],
    pos: usize,
    /// How many variables were declared before it.
    vars: usize,
}

/// How an action was read, which holds where the variables that it uses are declared.
struct Known {
    head: Head,
    pos: usize,
    uses: Box<[One<Str>]>,
    declares: Box<[One<Str>]>,
}

/// An action up to its right delimiter.
#[derive(Clone, Copy)]
pub(super) enum Head {
    Action(One<Pipe>),
    Control(Control, One<Pipe>),
    Template { pos: u32, name: One<Str>, pipe: Option<One<Pipe>> },
    Else,
    End,
}

/// An action that was read before.
pub(super) struct Found {
    pub(super) head: Head,
    /// How far behind its first occurrence it stands.
    pub(super) shift: u32,
    /// How many variables were declared before it.
    pub(super) vars: usize,
}

impl KnownActions<'_> {
    /// Notes that the action uses a variable: the one that was declared as the `at`th.
    pub(super) fn uses(&mut self, at: usize, variable: One<Str>) {
        if self.current.as_ref().is_some_and(|current| at < current.vars) {
            self.uses.push(variable);
        }
    }

    /// Says that what is being read is more than an action.
    pub(super) fn forget(&mut self) {
        self.current = None;
    }
}

impl Parser<'_> {
    /// Skips the action behind the left delimiter, which was read last, if it is known.
    pub(super) fn recall(&mut self) -> Option<Found> {
        self.known.forget();
        let rest = self.tree.tokens.is_empty().then(|| self.lexer.rest())?;
        let bytes = &rest[..end_of_action(&rest[..rest.len().min(LONGEST)])?];
        let (pos, vars) = (self.lexer.pos(), self.tree.vars.len());
        if let Some(known) = self.known.actions.get(bytes)
            && known.uses.iter().all(|variable| self.tree.vars.contains(variable))
        {
            self.tree.vars.extend_from_slice(&known.declares);
            self.tree.tokens.skip_to(self.lexer.leap(bytes));
            return Some(Found { head: known.head, shift: position(pos - known.pos), vars });
        }
        self.known.uses.clear();
        self.known.current = Some(Current { bytes, pos, vars });
        None
    }

    /// Keeps how the action was read, whose right delimiter was read last.
    pub(super) fn learn(&mut self, head: Head) {
        let Some(Current { bytes, pos, vars }) = self.known.current.take() else { return };
        // What looked like its end may have been in quotes.
        if self.tree.tokens.end() != pos + bytes.len() {
            return;
        }
        let uses = self.known.uses.as_slice().into();
        let declares = self.tree.vars[vars..].into();
        self.known.actions.insert(bytes, Known { head, pos, uses, declares });
    }
}

/// Where the first right delimiter ends.
fn end_of_action(text: &[u8]) -> Option<usize> {
    let ends = memchr::memchr_iter(b'}', text);
    ends.map(|at| at + 2).find(|&end| text.get(end - 1) == Some(&b'}'))
}
