//! The rules of `metadata`, which are the same for all kinds.

use gitops_diff::{Map, Text, Value};

use super::names;
use super::resource::Resource;
use super::status::{Cause, Status};

/// As much as all annotations of an object may hold, in bytes.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// The text at a pointer; empty where there is none.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

/// The members of an object's metadata, to be changed.
pub(super) fn of(object: &mut Value) -> &mut Map {
    if object.as_map().is_none() {
        *object = Value::Map(Map::new());
    }
    object.as_map_mut().expect("because it was made a map above").map_at("metadata")
}

pub(super) fn is_deleting(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some_and(|it| !it.is_null())
}

pub(super) fn finalizers(object: &Value) -> Vec<&str> {
    let list = object.pointer("/metadata/finalizers").and_then(Value::as_list);
    list.unwrap_or_default().iter().filter_map(Value::as_str).collect()
}

/// Sets a member of metadata, or takes it out.
pub(super) fn set(object: &mut Value, key: &str, value: Option<Value>) {
    let metadata = of(object);
    match value {
        Some(value) => metadata.insert(key, value),
        None => metadata.remove(key),
    };
}

/// Adds one to the generation, where there is one.
pub(super) fn next_generation(object: &mut Value) {
    let generation = object.pointer("/metadata/generation").and_then(Value::as_int);
    if let Some(generation) = generation.filter(|it| *it > 0) {
        set(object, "generation", Some(Value::Int(generation + 1)));
    }
}

/// What the system keeps of an object through every write.
pub(super) fn keep(live: &Value, next: &mut Value) {
    const KEPT: [&str; 6] = [
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "resourceVersion",
    ];
    for key in KEPT {
        let value = live.pointer(&format!("/metadata/{key}")).cloned();
        set(next, key, value);
    }
    of(next).remove("selfLink");
}

/// The metadata of a new object: what only the server sets is not taken from the client.
pub(super) fn fresh(object: &mut Value, resource: &Resource, uid: String, now: &str) {
    let metadata = of(object);
    for key in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion"] {
        metadata.remove(key);
    }
    metadata.insert("uid", uid.into());
    metadata.insert("creationTimestamp", now.into());
    if resource.rules.generation {
        metadata.insert("generation", Value::Int(1));
    } else {
        metadata.remove("generation");
    }
}

/// Refuses metadata that no object may have.
pub(super) fn validate(resource: &Resource, object: &Value) -> Result<(), Status> {
    let mut causes = bad_prefix(resource, object);
    causes.extend(names::object_name(resource, name(object)));
    causes.extend(bad_labels(object));
    causes.extend(bad_annotations(object));
    causes.extend(bad_finalizers(resource, object));
    causes.extend(bad_owners(object));
    refuse(resource, name(object), causes)
}

pub(super) fn refuse(resource: &Resource, name: &str, causes: Vec<Cause>) -> Result<(), Status> {
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid(resource, name, causes)) }
}

fn members<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a Text, &'a Value)> {
    object.pointer(pointer).and_then(Value::as_map).into_iter().flat_map(Map::iter)
}

/// A prefix may end in a dash.
fn bad_prefix(resource: &Resource, object: &Value) -> Vec<Cause> {
    let prefix = text(object, "/metadata/generateName");
    if prefix.is_empty() {
        return Vec::new();
    }
    let name = prefix.strip_suffix('-').map_or_else(|| prefix.to_owned(), |it| format!("{it}a"));
    let bad = names::object_name(resource, &name);
    let field = "metadata.generateName".to_owned();
    bad.map(|it| Cause { field, ..it }).into_iter().collect()
}

fn bad_labels(object: &Value) -> Vec<Cause> {
    let field = "metadata.labels";
    let mut causes = Vec::new();
    for (key, value) in members(object, "/metadata/labels") {
        let why = names::qualified(key);
        causes.extend(why.map(|why| Cause::invalid(field, &key.clone().into(), &why)));
        let why = value.as_str().and_then(names::label_value);
        causes.extend(why.map(|why| Cause::invalid(field, value, why)));
    }
    causes
}

fn bad_annotations(object: &Value) -> Vec<Cause> {
    let field = "metadata.annotations";
    let mut causes = Vec::new();
    let mut size = 0;
    for (key, value) in members(object, "/metadata/annotations") {
        size += key.len() + value.as_str().map_or(0, str::len);
        let why = names::qualified(&key.to_lowercase());
        causes.extend(why.map(|why| Cause::invalid(field, &key.clone().into(), &why)));
    }
    if size > MAX_ANNOTATIONS {
        causes.push(Cause::too_long(field, MAX_ANNOTATIONS));
    }
    causes
}

/// Custom resources may have finalizers without a domain.
fn bad_finalizers(resource: &Resource, object: &Value) -> Vec<Cause> {
    const STANDARD: [&str; 3] = ["kubernetes", "orphan", "foregroundDeletion"];
    const WHY: &str = "name is neither a standard finalizer name nor is it fully qualified";
    let bad = |(at, it): (usize, &str)| {
        let has_domain = resource.rules.custom || it.contains('/');
        let legal = STANDARD.contains(&it) || has_domain && names::qualified(it).is_none();
        let field = format!("metadata.finalizers[{at}]");
        (!legal).then(|| Cause::invalid(field, &it.into(), WHY))
    };
    finalizers(object).into_iter().enumerate().filter_map(bad).collect()
}

fn bad_owners(object: &Value) -> Vec<Cause> {
    const PARTS: [(&str, &str); 4] = [
        ("apiVersion", "version must not be empty"),
        ("kind", "must not be empty"),
        ("name", "must not be empty"),
        ("uid", "must not be empty"),
    ];
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_list);
    let bad = |owner: &Value| {
        let missing = PARTS
            .into_iter()
            .filter(|(part, _)| owner.get(part).and_then(Value::as_str).is_none_or(str::is_empty));
        let cause = |(part, why): (&str, &str)| {
            Cause::invalid(format!("metadata.ownerReferences.{part}"), &"".into(), why)
        };
        missing.map(cause).collect::<Vec<_>>()
    };
    owners.unwrap_or_default().iter().flat_map(bad).collect()
}
