//! The rules of `metadata`, which are the same for all kinds.

use gitops_diff::{Map, Value};

use super::resource::Resource;
use super::status::{Cause, Status};

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
    const KEPT: [&str; 4] =
        ["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion"];
    for key in KEPT {
        let value = live.pointer(&format!("/metadata/{key}")).cloned();
        set(next, key, value);
    }
    if text(next, "/metadata/uid").is_empty() {
        let uid = live.pointer("/metadata/uid").cloned();
        set(next, "uid", uid);
    }
    of(next).remove("selfLink");
}

/// The metadata of a new object: what only the server sets is not taken from the client.
pub(super) fn fresh(object: &mut Value, uid: String, now: &str) {
    const DROPPED: [&str; 5] = [
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "resourceVersion",
        "selfLink",
    ];
    let metadata = of(object);
    for key in DROPPED {
        metadata.remove(key);
    }
    metadata.insert("uid", uid.into());
    metadata.insert("creationTimestamp", now.into());
}

/// Says when a volume came into its phase.
pub(super) fn stamp_phase(resource: &Resource, live: Option<&Value>, next: &mut Value, now: &str) {
    const TIME: &str = "/status/lastPhaseTransitionTime";
    if !resource.is("", "persistentvolumes") {
        return;
    }
    let time = match live {
        None => Some(now.into()),
        Some(live) if text(live, "/status/phase") == text(next, "/status/phase") => {
            next.pointer(TIME).is_none().then(|| live.pointer(TIME).cloned()).flatten()
        }
        Some(live) => (live.pointer(TIME) == next.pointer(TIME)).then(|| now.into()),
    };
    if let (Some(time), Some(object)) = (time, next.as_map_mut()) {
        object.map_at("status").insert("lastPhaseTransitionTime", time);
    }
}

pub(super) fn refuse(resource: &Resource, name: &str, causes: Vec<Cause>) -> Result<(), Status> {
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid(resource, name, causes)) }
}
