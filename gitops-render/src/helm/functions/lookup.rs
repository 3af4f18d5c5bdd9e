//! `lookup`: objects of the cluster.

use gitops_diff::Query;

use crate::helm::go::Type;
use crate::helm::go::{Map, Str, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const FOUR: &[Type] = &[Type::Str, Type::Str, Type::Str, Type::Str];

pub(super) const FUNCTIONS: &[Function] = &[Function::new("lookup", FOUR, lookup)];

fn lookup(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let text = |at: usize| args[at].as_str().map(Str::lossy).unwrap_or_default();
    let query = Query::new(&*text(0), &*text(1), &*text(2), &*text(3));
    // The question is noted.
    machine.charge(size_of::<Query>() + text(1).len() + text(2).len() + text(3).len())?;
    match machine.lookups.find(query).map_err(Fault::new)? {
        Some(object) if object.as_map().is_some() => {
            let mut charged = 0;
            let value = value_of(&object, &mut charged);
            machine.charge(charged)?;
            Ok(value)
        }
        _ => Ok(Value::Map(Map::of([].into()))),
    }
}

/// The value as Go reads it from JSON, and what it takes.
fn value_of(value: &gitops_diff::Value, bytes: &mut usize) -> Value {
    use gitops_diff::Value as Body;
    *bytes += size_of::<Value>();
    match value {
        Body::Null => Value::Nil,
        Body::Bool(value) => Value::Bool(*value),
        Body::Int(value) => Value::int64(*value),
        Body::Float(value) => Value::Float(*value),
        Body::Str(text) => {
            *bytes += text.len();
            Value::string(&**text)
        }
        Body::List(items) => Value::list(items.iter().map(|it| value_of(it, bytes)).collect()),
        Body::Map(map) => {
            let entry =
                |(key, it): (&gitops_diff::Text, &Body)| (Str::from(&**key), value_of(it, bytes));
            Value::Map(map.iter().map(entry).collect())
        }
    }
}
