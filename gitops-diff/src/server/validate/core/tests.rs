//! What the server refuses, and what it accepts: whole objects with one thing wrong.

mod nodes;
mod pods;
mod policies;
mod scheduling;
mod services;
mod storage;
mod workloads;

use crate::server::Write;
use crate::{GroupKind, Map, Schema, Value};

/// A declared object with a change, and the causes that it is refused for.
pub(super) type Case<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Validates `base` with each change by itself: an empty path changes nothing, the word `nothing`
/// takes a field away. Causes are given as `Reason field`.
pub(super) fn check_created(kind: &str, base: &str, cases: &[Case<'_>]) {
    for (path, value, expected) in cases {
        let mut object = read(base);
        change(&mut object, path, value);
        assert_eq!(causes(kind, object, None), *expected, "{kind} {path} = {value}");
    }
}

/// The same of a live object that is changed.
pub(super) fn check_updated(kind: &str, base: &str, cases: &[Case<'_>]) {
    for (path, value, expected) in cases {
        let live = complete(kind, read(base), None);
        let mut object = live.clone();
        change(&mut object, path, value);
        assert_eq!(causes(kind, object, Some(&live)), *expected, "{kind} {path} = {value}");
    }
}

/// The same of a live object whose status is changed.
pub(super) fn check_status(kind: &str, base: &str, cases: &[Case<'_>]) {
    let (schema, group_kind) = (Schema::builtin(), group_kind(kind));
    for (path, value, expected) in cases {
        let mut live = complete(kind, read(base), None);
        let status = read(base).get("status").cloned().unwrap_or_else(|| Value::Map(Map::new()));
        live.as_map_mut().unwrap().insert("status", status);
        let mut object = live.clone();
        change(&mut object, path, value);
        let subresource = Some("status");
        let live = Some(&live);
        let write = Write { schema: &schema, kind: &group_kind, version: "v1", subresource, live };
        assert_eq!(printed(&write, &object), *expected, "{kind} {path} = {value}");
    }
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn group_kind(kind: &str) -> GroupKind {
    let (group, kind) = kind.split_once('/').unwrap_or(("", kind));
    GroupKind::new(group, kind)
}

/// The object with its defaults, as it is validated.
fn complete(kind: &str, object: Value, live: Option<&Value>) -> Value {
    let (schema, kind) = (Schema::builtin(), group_kind(kind));
    let mut object = crate::server::read(&schema, &kind, "v1", object).unwrap().object;
    let write = Write { schema: &schema, kind: &kind, version: "v1", subresource: None, live };
    write.default(&mut object);
    write.prepare(&mut object);
    object
}

fn causes(kind: &str, object: Value, live: Option<&Value>) -> Vec<String> {
    let object = complete(kind, object, live);
    let (schema, kind) = (Schema::builtin(), group_kind(kind));
    let write = Write { schema: &schema, kind: &kind, version: "v1", subresource: None, live };
    printed(&write, &object)
}

fn printed(write: &Write<'_>, object: &Value) -> Vec<String> {
    let causes = write.validate(object);
    let reason = |it: &str| it.strip_prefix("FieldValue").unwrap_or(it).to_owned();
    causes.iter().map(|it| format!("{} {}", reason(&it.reason), it.field)).collect()
}

/// Sets what is at a path of dots (`~` stands for a dot in a name); lists are entered by index.
fn change(object: &mut Value, path: &str, value: &str) {
    if path.is_empty() {
        return;
    }
    let value = (value != "nothing").then(|| read(value));
    let names: Vec<String> = path.split('.').map(|it| it.replace('~', ".")).collect();
    let (last, above) = names.split_last().unwrap();
    let holder = above.iter().fold(object, |it, name| below(it, name));
    match (holder, value) {
        (Value::List(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
        (Value::Map(members), Some(value)) => drop(members.insert(last.as_str(), value)),
        (Value::Map(members), None) => drop(members.remove(last)),
        (other, _) => panic!("{path} leads through {}", other.type_name()),
    }
}

fn below<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    if let Value::List(items) = value {
        return &mut items[name.parse::<usize>().unwrap()];
    }
    if value.is_null() {
        *value = Value::Map(Map::new());
    }
    value.as_map_mut().unwrap().entry(name, || Value::Map(Map::new()))
}
