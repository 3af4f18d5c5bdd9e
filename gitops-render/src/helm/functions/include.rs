//! Templates inside templates, refusals, and objects of the cluster: the functions that Helm's
//! engine makes for each render.

use gitops_diff::Value as Found;

use crate::helm::chart;
use crate::helm::go::{Map, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("include", &[Type::Str, Type::Any], include),
    Function::new("tpl", &[Type::Str, Type::Any], tpl),
    Function::new("required", &[Type::Str, Type::Any], required),
    Function::new("fail", &[Type::Str], fail),
    Function::new("lookup", &[Type::Str, Type::Str, Type::Str, Type::Str], lookup),
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

/// The object, or the list of all objects of the kind where the name is empty; an empty map where
/// there is none.
fn lookup(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let args: Vec<Str> = args.iter().map(text).collect();
    let [version, kind, namespace, name] = [0, 1, 2, 3].map(|at| args[at].lossy());
    let found = machine.lookup.lookup(&version, &kind, &namespace, &name).map_err(Fault::new)?;
    Ok(match found {
        Some(found @ Found::Map(_)) => object(&found),
        _ => Value::Map(Map::of([].into())),
    })
}

/// An object as the client of a cluster has it: its whole numbers are `int64`.
fn object(found: &Found) -> Value {
    match found {
        Found::Int(value) => Value::int64(*value),
        Found::List(items) => Value::list(items.iter().map(object).collect()),
        Found::Map(members) => {
            let entries =
                members.iter().map(|(key, value)| (Str::from(key.as_str()), object(value)));
            Value::Map(entries.collect())
        }
        other => chart::value_to_go(other),
    }
}
