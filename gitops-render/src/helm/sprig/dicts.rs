//! Maps with keys of strings (sprig's `dict.go`). `set`, `unset` and the merges change the map
//! that they get, and all who share it see that.

use std::collections::HashSet;

use super::args::{map, text};
use super::text::shown;
use crate::helm::go::{Entries, Kind, Map, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const A: Type = Type::Any;
const D: Type = Type::DICT;
const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("dict", &[], A, dict),
    Function::new("get", &[D, S], |_, args| {
        Ok(map(args, 0).get(text(args, 1)).unwrap_or_else(|| Value::string("")))
    }),
    Function::new("set", &[D, S, A], set),
    Function::new("unset", &[D, S], |_, args| Ok(unset(args))),
    Function::new("hasKey", &[D, S], |_, args| Ok(Value::Bool(map(args, 0).has(text(args, 1))))),
    Function::variadic("pluck", &[S], D, pluck),
    Function::variadic("keys", &[], D, keys),
    Function::new("values", &[D], |machine, args| {
        machine.charge(map(args, 0).len().saturating_mul(size_of::<Value>()))?;
        Ok(Value::list(map(args, 0).entries().values().cloned().collect()))
    }),
    Function::variadic("pick", &[D], S, pick),
    Function::variadic("omit", &[D], S, omit),
    Function::variadic("dig", &[], A, dig),
];

fn dict(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.charge((args.len() / 2).saturating_mul(Map::ENTRY).max(Map::BYTES))?;
    let mut entries = Entries::new();
    for pair in args.chunks(2) {
        let value = pair.get(1).cloned().unwrap_or_else(|| Value::string(""));
        entries.insert(shown(machine, &pair[0])?, value);
    }
    Ok(Value::Map(Map::of(entries)))
}

fn set(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let changed = map(args, 0);
    if changed.is_nil() {
        return Err(Fault::new("assignment to entry in nil map"));
    }
    machine.charge(Map::ENTRY)?;
    changed.set(text(args, 1).clone(), args[2].clone());
    if matches!(args[2], Value::Map(_) | Value::List(_)) {
        machine.changed(changed); // It may hold itself now.
    }
    Ok(args[0].clone())
}

fn unset(args: &[Value]) -> Value {
    let removed = map(args, 0).change().remove(text(args, 1));
    drop(removed);
    args[0].clone()
}

/// What the maps have at the key.
fn pluck(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.charge(size_of_val(args))?;
    let found = (1..args.len()).filter_map(|at| map(args, at).get(text(args, 0)));
    Ok(Value::list(found.collect()))
}

/// The keys of all maps. Go gives those of each map in any order; here it is that of their bytes.
fn keys(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let count: usize = (0..args.len()).map(|at| map(args, at).len()).sum();
    machine.charge(count.saturating_mul(size_of::<Value>()))?;
    let mut keys: Vec<Str> = Vec::with_capacity(count);
    for at in 0..args.len() {
        keys.extend(map(args, at).entries().keys().cloned());
    }
    Ok(Value::strings(keys))
}

fn pick(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.charge((args.len() - 1).saturating_mul(Map::ENTRY))?;
    let entries = map(args, 0).entries();
    let picked = (1..args.len()).filter_map(|at| {
        let (key, value) = entries.get_key_value(text(args, at))?;
        Some((key.clone(), value.clone()))
    });
    let picked: Entries = picked.collect();
    Ok(Value::Map(Map::of(picked)))
}

fn omit(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let entries = map(args, 0).entries();
    machine.charge(entries.len().saturating_mul(Map::ENTRY))?;
    let names: HashSet<&Str> = (1..args.len()).map(|at| text(args, at)).collect();
    let omitted = |key: &Str| names.contains(key);
    let kept = entries.iter().filter(|(key, _)| !omitted(key));
    Ok(Value::Map(Map::of(kept.map(|(key, value)| (key.clone(), value.clone())).collect())))
}

/// `dig "a" "b" default map`: what is at `a`, `b`, else the default.
fn dig(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let [keys @ .., default, start] = args else {
        return Err(Fault::new("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(Fault::new("dig needs at least three arguments"));
    }
    let mut found = dug(start)?;
    let keys = keys.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    for (at, key) in keys.iter().enumerate() {
        let Some(value) = found.get(key) else { return Ok(default.clone()) };
        if at + 1 == keys.len() {
            return Ok(value);
        }
        found = dug(&value)?;
    }
    Ok(default.clone())
}

fn key(value: &Value) -> Result<&Str, Fault> {
    value.as_str().ok_or_else(|| conversion(value, "string"))
}

fn dug(value: &Value) -> Result<Map, Fault> {
    match value {
        Value::Map(map) if map.ty == D => Ok(map.clone()),
        other => Err(conversion(other, "map[string]interface {}")),
    }
}

/// What Go says where a value is not of the type that an assertion asks for.
fn conversion(value: &Value, wanted: &str) -> Fault {
    let found = match value.kind() {
        Kind::Invalid => "nil".to_owned(),
        _ => value.ty().map_or_else(|| "nil".to_owned(), |ty| ty.to_string()),
    };
    Fault::new(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}
