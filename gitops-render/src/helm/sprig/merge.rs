//! Merging maps as dario.cat/mergo v1.0 does: in place, and with the parts of the sources shared,
//! not copied.

use super::NESTING;
use super::args::map;
use super::flow::is_empty;
use crate::helm::go::{Kind, Map, Str, Type, Value, exported};
use crate::helm::gotemplate::{Fault, Function, Machine};

const D: Type = Type::DICT;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("merge", &[D], D, |machine, args| merged(machine, args, Wins::First)),
    Function::variadic("mustMerge", &[D], D, |machine, args| merged(machine, args, Wins::First)),
    Function::variadic("mergeOverwrite", &[D], D, |machine, args| {
        merged(machine, args, Wins::Last)
    }),
    Function::variadic("mustMergeOverwrite", &[D], D, |machine, args| {
        merged(machine, args, Wins::Last)
    }),
];

/// Whose value stays where a destination and a source both have one.
#[derive(Clone, Copy, PartialEq)]
enum Wins {
    /// The destination's, unless it is empty: zero, `false`, no text, no parts.
    First,
    /// The source's, be it empty. Maps of both are merged all the same.
    Last,
}

fn merged(machine: &mut Machine<'_>, args: &[Value], wins: Wins) -> Result<Value, Fault> {
    let given = map(args, 0);
    let into = if given.is_nil() && (1..args.len()).any(|at| !map(args, at).is_nil()) {
        Map::typed(given.ty, given.entries().clone())
    } else {
        given.clone()
    };
    for at in 1..args.len() {
        merge(machine, &into, map(args, at), wins, 0)?;
    }
    Ok(Value::Map(into))
}

/// Merges `from` into `into`. Both may be one map, or hold one another.
fn merge(
    machine: &mut Machine<'_>,
    into: &Map,
    from: &Map,
    wins: Wins,
    depth: usize,
) -> Result<(), Fault> {
    if depth > NESTING {
        return Err(Fault::limit("values that hold one another", NESTING as u64, ""));
    }
    machine.charge(from.len().saturating_mul(size_of::<(Str, Value)>()))?;
    let entries: Vec<(Str, Value)> =
        from.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut nests = false;
    for (key, value) in entries {
        let old = into.get(&key);
        if let (Value::Map(inner), Some(Value::Map(old))) = (&value, &old)
            && !old.is_nil()
        {
            merge(machine, old, inner, wins, depth + 1)?;
        }
        if matches!(value, Value::Map(_)) && old.as_ref().is_some_and(has_fields) {
            return Err(Fault::new("reflect: call of reflect.Value.Field on map Value"));
        }
        if takes(old.as_ref(), &value, wins) {
            nests |= matches!(value, Value::Map(_) | Value::List(_));
            machine.charge(if old.is_none() { Map::ENTRY } else { 0 })?;
            assign(into, from.ty, key, value)?;
        }
    }
    if nests {
        machine.changed(into);
    }
    Ok(())
}

/// Whether mergo goes through the fields of the value.
fn has_fields(value: &Value) -> bool {
    match value {
        Value::Object(object) if object.ty().kind() == Kind::Struct => {
            !exported(object.fields(), Str::from).is_empty()
        }
        _ => false,
    }
}

/// Whether the source's value goes where `old` is.
fn takes(old: Option<&Value>, value: &Value, wins: Wins) -> bool {
    let Some(old) = old else { return !matches!(value, Value::Nil) || wins == Wins::Last };
    match (wins, value, old) {
        (Wins::First, Value::Nil, _) => false,
        (Wins::First, ..) | (Wins::Last, Value::Map(_), Value::Map(_)) => is_empty(old),
        (Wins::Last, ..) => true,
    }
}

fn assign(into: &Map, from: Type, key: Str, value: Value) -> Result<(), Fault> {
    // mergo sets slices with their own type, and all else with that of the source's items.
    let given = match &value {
        Value::List(list) => Type::Slice(list.item),
        _ => item(from),
    };
    let wanted = item(into.ty);
    if wanted != Type::Any && wanted != given {
        return Err(Fault::new(format!(
            "reflect.Value.SetMapIndex: value of type {given} is not assignable to type {wanted}"
        )));
    }
    into.set(key, value);
    Ok(())
}

/// The type of the values of a map.
fn item(ty: Type) -> Type {
    match ty {
        Type::Map(item) => *item,
        Type::Named(named) => named.item,
        _ => Type::Any,
    }
}
