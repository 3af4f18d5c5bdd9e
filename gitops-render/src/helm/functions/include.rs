//! Templates inside templates, and refusals: functions that Helm's engine makes for each render.

use crate::helm::go::{Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("include", &[Type::Str, Type::Any], include),
    Function::new("tpl", &[Type::Str, Type::Any], tpl),
    Function::new("required", &[Type::Str, Type::Any], required),
    Function::new("fail", &[Type::Str], fail),
];

/// The bytes of an argument that was checked to be a string.
fn text(value: &Value) -> Str {
    value.as_str().cloned().unwrap_or_default()
}

fn include(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.include(&text(&args[0]), args[1].clone()).map(Value::Str)
}

fn tpl(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.tpl(&text(&args[0]), args[1].clone()).map(Value::Str)
}

fn required(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    match &args[1] {
        Value::Nil => Err(told_alone(&text(&args[0]))),
        Value::Str(value) if value.is_empty() => Err(told_alone(&text(&args[0]))),
        value => Ok(value.clone()),
    }
}

fn fail(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    Err(told_alone(&text(&args[0])))
}

/// An error whose text is told without the trace around it.
fn told_alone(message: &[u8]) -> Fault {
    Fault::new([b"HELM_ERR_START", message, b"HELM_ERR_END"].concat())
}
