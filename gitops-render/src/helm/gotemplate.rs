//! Go's `text/template`: reads templates and runs them.

mod fault;
mod function;
mod limits;
mod machine;

pub(crate) use self::fault::{Fault, Limit};
pub(crate) use self::function::{Function, Parameters};
pub(crate) use self::limits::HelmLimits;
pub(crate) use self::machine::Machine;
