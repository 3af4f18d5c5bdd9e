//! Templates as the parser reads them.

use std::ops::Deref;
use std::sync::Arc;

use super::Function;
use super::builtin::Builtin;
use crate::helm::go::Str;

/// The text of a file, or of a call of `tpl`.
#[derive(Debug)]
pub(crate) struct Source {
    /// As errors name it.
    pub(crate) name: Str,
    pub(crate) text: Str,
}

/// A piece of the text as it stands there.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    source: Arc<Source>,
    start: u32,
    end: u32,
}

/// One template: a file, or what it defines.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) name: Str,
    pub(crate) source: Arc<Source>,
    pub(crate) root: Box<[Node]>,
}

/// A piece of a template.
#[derive(Debug)]
pub(crate) enum Node {
    Text(Piece),
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template { pos: u32, name: Str, pipe: Option<Pipe> },
    Break,
    Continue,
}

/// `if`, `with` or `range` with what they guard.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) list: Box<[Node]>,
    pub(crate) otherwise: Option<Box<[Node]>>,
}

/// Commands, each of which gets the value of the one before, and the variables that get the last.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: u32,
    /// Whether the variables are set anew, not declared.
    pub(crate) is_assign: bool,
    pub(crate) decl: Box<[Name]>,
    pub(crate) cmds: Box<[Command]>,
}

/// A value, or a function with its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) pos: u32,
    pub(crate) args: Box<[Arg]>,
}

/// The name of a variable, and its number in the file, by which it is found.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) id: u32,
    /// With its `$`.
    pub(crate) text: Str,
}

/// A word of a command.
#[derive(Debug)]
pub(crate) struct Arg {
    pub(crate) pos: u32,
    pub(crate) word: Word,
}

#[derive(Debug)]
pub(crate) enum Word {
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Number>),
    /// As it is written, and what it means.
    Str {
        quoted: Piece,
        text: Str,
    },
    Field(Box<[Str]>),
    Variable {
        name: Name,
        fields: Box<[Str]>,
    },
    Function(Callee),
    /// A parenthesised pipeline or a function, and fields of its value.
    Chain {
        of: Box<Arg>,
        fields: Box<[Str]>,
    },
    Pipe(Box<Pipe>),
}

/// What a name of a function stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Callee {
    Builtin(&'static Builtin),
    Function(&'static Function),
}

/// A number, as all the types that it fits.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) text: Piece,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
}

impl Piece {
    /// From `start` to `end`, in bytes. Texts beyond 4 GiB are refused long before.
    pub(super) fn new(source: &Arc<Source>, start: usize, end: usize) -> Self {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { source: Arc::clone(source), start: narrow(start), end: narrow(end) }
    }
}

impl Deref for Piece {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.source.text[self.start as usize..self.end as usize]
    }
}

impl Callee {
    /// What templates call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Builtin(builtin) => builtin.name,
            Self::Function(function) => function.name,
        }
    }
}

impl Tree {
    /// Whether it holds nothing but space, and so replaces no other template.
    pub(crate) fn is_empty(&self) -> bool {
        self.root
            .iter()
            .all(|node| matches!(node, Node::Text(text) if String::from_utf8_lossy(text).trim().is_empty()))
    }

    /// `NAME:LINE:COLUMN` of a place, with columns from 0 in bytes.
    pub(crate) fn place(&self, pos: u32) -> Vec<u8> {
        let before = &self.source.text[..pos as usize];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column =
            memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at - 1);
        [&*self.source.name, format!(":{line}:{column}").as_bytes()].concat()
    }
}
