//! Names of hosts: Helm asks no name server unless it is told to, and a render never does.

use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::Function;

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("getHostByName", &[Type::Str], |_, _| Ok(Value::string("")))];
