//! Templates as the parser reads them. What it reads in one text lies in a few arrays, where nodes
//! name one another by their places: little to allocate, to walk through and to drop.

mod code;

use std::sync::Arc;

pub(crate) use self::code::{Code, Many, One, Span};
use super::Function;
use super::builtin::Builtin;
use crate::helm::go::Str;

/// One template: a file, or what it defines.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) name: Str,
    pub(crate) code: Arc<Code>,
    pub(crate) root: Many<Node>,
}

/// A piece of a template.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    Text(Span),
    Action(Action),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template { pos: u32, shift: u32, name: One<Str>, pipe: Option<One<Pipe>> },
    Break,
    Continue,
}

/// A pipeline whose value is printed, or only set to variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action {
    /// How far behind its first occurrence it stands: what is written twice is read once, and has
    /// the places of the first.
    pub(crate) shift: u32,
    pub(crate) pipe: One<Pipe>,
}

/// `if`, `with` or `range` with what they guard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    pub(crate) head: Action,
    pub(crate) list: Many<Node>,
    pub(crate) otherwise: Option<Many<Node>>,
}

/// Commands, each of which gets the value of the one before, and the variables that get the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: u32,
    /// Whether the variables are set anew, not declared.
    pub(crate) is_assign: bool,
    /// With their `$`.
    pub(crate) decl: Many<One<Str>>,
    pub(crate) cmds: Many<Command>,
}

/// A value, or a function with its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) pos: u32,
    pub(crate) args: Many<Arg>,
}

/// A word of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arg {
    pub(crate) pos: u32,
    pub(crate) word: Word,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Word {
    Dot,
    Nil,
    Bool(bool),
    Number(One<Number>),
    /// As it is written, and what it means, unless that is long and simply what is in the quotes.
    Str {
        quoted: Span,
        text: Option<One<Str>>,
    },
    Field(Many<One<Str>>),
    /// A variable by its name with `$`, and fields of it.
    Variable {
        name: One<Str>,
        fields: Many<One<Str>>,
    },
    Builtin(&'static Builtin),
    Function(&'static Function),
    /// A parenthesised pipeline or a function, and fields of its value.
    Chain {
        of: One<Arg>,
        fields: Many<One<Str>>,
    },
    Pipe(One<Pipe>),
}

/// What a name of a function stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Callee {
    Builtin(&'static Builtin),
    Function(&'static Function),
}

/// A number, as all the types that it fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    pub(crate) text: Span,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
}

impl Node {
    /// How far behind its first occurrence the action stands.
    pub(crate) fn shift(&self) -> u32 {
        match self {
            Self::Action(action) => action.shift,
            Self::If(branch) | Self::With(branch) | Self::Range(branch) => branch.head.shift,
            Self::Template { shift, .. } => *shift,
            Self::Text(_) | Self::Break | Self::Continue => 0,
        }
    }
}

impl Tree {
    /// Whether it holds nothing but space, and so replaces no other template.
    pub(crate) fn is_empty(&self) -> bool {
        self.code.is_space(self.root)
    }
}
