//! Deep copies, as mitchellh/copystructure makes them.

use super::NESTING;
use crate::helm::go::Type;
use crate::helm::go::{Entries, List, Map, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("deepCopy", &[Type::Any], deep_copy),
    Function::new("mustDeepCopy", &[Type::Any], deep_copy),
];

fn deep_copy(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    if matches!(args[0], Value::Nil) {
        return Err(Fault::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    copied(machine, &args[0], 0)
}

/// The value with maps and lists of its own. One that holds itself would never end.
fn copied(machine: &mut Machine<'_>, value: &Value, depth: usize) -> Result<Value, Fault> {
    if depth > NESTING {
        return Err(Fault::limit("values that hold one another", NESTING as u64, ""));
    }
    match value {
        Value::Map(map) => {
            machine.charge(map.len().saturating_mul(Map::ENTRY).max(Map::BYTES))?;
            copied_map(machine, map, depth)
        }
        Value::List(list) if list.is_nil() => Ok(value.clone()),
        Value::List(list) => {
            machine.charge(size_of_val(&**list) + List::BYTES)?;
            let items: Result<_, _> =
                list.iter().map(|item| copied(machine, item, depth + 1)).collect();
            Ok(Value::List(List::typed(list.item, items?)))
        }
        Value::Object(object) => Ok(object.copied().unwrap_or_else(|| value.clone())),
        flat => Ok(flat.clone()),
    }
}

fn copied_map(machine: &mut Machine<'_>, map: &Map, depth: usize) -> Result<Value, Fault> {
    if map.is_nil() {
        return Ok(Value::Map(Map::nil(map.ty)));
    }
    let entries = map.entries();
    let copies =
        entries.iter().map(|(key, value)| Ok((key.clone(), copied(machine, value, depth + 1)?)));
    let copies: Result<Entries, Fault> = copies.collect();
    Ok(Value::Map(Map::typed(map.ty, copies?)))
}
