//! What a function takes and how it is called.

use super::{Fault, Machine};
use crate::helm::go::{Type, Value};

/// A function that templates can call.
///
/// Arguments are checked against `parameters` before the call, with the errors of
/// `text/template`; so `call` sees as many as declared, each of the declared type. For a
/// parameter of type [`Type::Any`] it may be anything, [`Value::Nil`] too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) parameters: Parameters,
    pub(crate) call: Call,
}

/// The code of a function.
pub(crate) type Call = fn(&mut Machine<'_>, &[Value]) -> Result<Value, Fault>;

/// What a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// The types of the fixed ones.
    pub(crate) fixed: &'static [Type],
    /// The type of each of the rest, for a variadic function.
    pub(crate) rest: Option<Type>,
}

impl Function {
    /// A function with a fixed number of parameters.
    pub(crate) const fn new(name: &'static str, fixed: &'static [Type], call: Call) -> Self {
        Self { name, parameters: Parameters { fixed, rest: None }, call }
    }

    /// A variadic function.
    pub(crate) const fn variadic(
        name: &'static str,
        fixed: &'static [Type],
        rest: Type,
        call: Call,
    ) -> Self {
        Self { name, parameters: Parameters { fixed, rest: Some(rest) }, call }
    }
}
