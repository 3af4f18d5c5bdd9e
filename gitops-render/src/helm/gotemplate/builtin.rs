//! The functions of `text/template` itself.

mod compare;
mod index;
mod print;

use super::operand::Operand;
use super::{Fault, Function, Parameters};
use crate::helm::go::{Type, Value};

/// A function that sees more of its arguments than their values.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub(super) name: &'static str,
    pub(super) parameters: Parameters,
    pub(super) code: Code,
}

/// What a builtin does.
#[derive(Debug)]
pub(super) enum Code {
    Plain(fn(&[Operand]) -> Result<Operand, Fault>),
    /// Gives the first operand with that truth.
    Until(bool),
    /// Whether the operand is not true.
    Not,
    /// `call`.
    Call,
}

/// Those that see operands. `slice` is not among them: sprig has its own.
static BUILTINS: [Builtin; 12] = [
    Builtin::new("and", &[Type::Reflect], Some(Type::Reflect), Code::Until(false)),
    Builtin::new("or", &[Type::Reflect], Some(Type::Reflect), Code::Until(true)),
    Builtin::new("call", &[Type::Reflect], Some(Type::Reflect), Code::Call),
    Builtin::new("not", &[Type::Reflect], None, Code::Not),
    Builtin::new("len", &[Type::Reflect], None, Code::Plain(index::length)),
    Builtin::new("index", &[Type::Reflect], Some(Type::Reflect), Code::Plain(index::index)),
    Builtin::new("eq", &[Type::Reflect], Some(Type::Reflect), Code::Plain(compare::eq)),
    Builtin::new("ne", PAIR, None, Code::Plain(compare::ne)),
    Builtin::new("lt", PAIR, None, Code::Plain(compare::lt)),
    Builtin::new("le", PAIR, None, Code::Plain(compare::le)),
    Builtin::new("gt", PAIR, None, Code::Plain(compare::gt)),
    Builtin::new("ge", PAIR, None, Code::Plain(compare::ge)),
];

const PAIR: &[Type] = &[Type::Reflect, Type::Reflect];

/// Those that see values.
pub(crate) const FUNCTIONS: &[Function] = print::FUNCTIONS;

impl Builtin {
    const fn new(
        name: &'static str,
        fixed: &'static [Type],
        rest: Option<Type>,
        code: Code,
    ) -> Self {
        Self { name, parameters: Parameters { fixed, rest }, code }
    }

    /// The builtin `name`.
    pub(crate) fn find(name: &[u8]) -> Option<&'static Self> {
        BUILTINS.iter().find(|builtin| builtin.name.as_bytes() == name)
    }
}

fn boolean(value: bool) -> Operand {
    Operand::plain(Value::Bool(value))
}
