//! Go's `text/template`: reads templates and runs them.

mod fault;
mod function;
mod machine;

pub(crate) use self::fault::Fault;
pub(crate) use self::function::{Function, Parameters};
pub(crate) use self::machine::Machine;
