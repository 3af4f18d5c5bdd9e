//! Choosing between values (sprig's `defaults.go`).

use super::args::truth;
use crate::helm::go::{Kind, Type, Value};
use crate::helm::gotemplate::Function;

const A: Type = Type::Any;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("default", &[A], A, |_, args| Ok(default(args))),
    Function::new("empty", &[A], |_, args| Ok(Value::Bool(is_empty(&args[0])))),
    Function::variadic("coalesce", &[], A, |_, args| Ok(coalesce(args))),
    Function::variadic("all", &[], A, |_, args| Ok(Value::Bool(!args.iter().any(is_empty)))),
    Function::variadic("any", &[], A, |_, args| Ok(Value::Bool(!args.iter().all(is_empty)))),
    Function::new("ternary", &[A, A, Type::Bool], |_, args| {
        Ok(args[usize::from(!truth(args, 2))].clone())
    }),
];

/// Whether it is the zero of its type, or has no parts. A struct never is.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => match object.ty().kind() {
            Kind::Struct | Kind::Ptr => false,
            _ => !object.truth(),
        },
        other => !other.truth(),
    }
}

fn default(args: &[Value]) -> Value {
    let given = args.get(1).filter(|given| !is_empty(given));
    given.unwrap_or(&args[0]).clone()
}

fn coalesce(args: &[Value]) -> Value {
    args.iter().find(|value| !is_empty(value)).cloned().unwrap_or_default()
}
