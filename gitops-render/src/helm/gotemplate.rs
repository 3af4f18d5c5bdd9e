//! Go's `text/template`: reads templates and runs them.
//!
//! | part | file of `text/template` |
//! |---|---|
//! | `lex` | `parse/lex.go` |
//! | `parse` | `parse/parse.go` |
//! | `ast`, `print` | `parse/node.go` |
//! | `exec`, `operand` | `exec.go` |
//! | `builtin` | `funcs.go` |
//! | `machine`, `fuel`, `scope` | `template.go`, and Helm's `include` and `tpl` |

mod ast;
mod builtin;
mod exec;
mod fault;
mod fuel;
mod function;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod laws;
mod lex;
mod limits;
mod machine;
mod operand;
mod parse;
mod print;
mod scope;
mod stack;
#[cfg(test)]
mod tests;

pub(crate) use self::ast::{Callee, Tree};
pub(crate) use self::builtin::{Builtin, FUNCTIONS};
pub(crate) use self::fault::{Fault, Limit};
pub(crate) use self::fuel::Fuel;
pub(crate) use self::function::{Function, Parameters};
pub use self::limits::HelmLimits;
pub(crate) use self::machine::{Machine, World};
pub(crate) use self::parse::parse;
pub(crate) use self::scope::Templates;
pub(crate) use self::stack::grow;
