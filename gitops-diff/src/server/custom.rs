//! Custom resources as the server treats them around the merge (`apiextensions-apiserver`).

mod embedded;

use super::Write;
use super::read::{self, Read};
use crate::merge;
use crate::schema::{Definition, TypeRef};
use crate::{GroupKind, Map, Schema, Value};

/// Reads a body: its metadata has types, what the schema does not have is pruned, `null` goes
/// where it may not be.
pub(super) fn read(definition: Option<&Definition>, mut body: Value) -> Result<Read, String> {
    let mut unknown = Vec::new();
    let Some(members) = body.as_map_mut() else {
        return Ok(Read { object: body, unknown });
    };
    if let Some(metadata) = members.remove("metadata") {
        let read = read::typed(object_meta(), "ObjectMeta", metadata)?;
        unknown.extend(read.unknown.iter().map(|it| format!("metadata.{it}")));
        members.insert("metadata", merge::printed(object_meta(), read.object));
    }
    if let Some(definition) = definition {
        unknown.extend(conform(definition, &mut body));
        unknown.extend(embedded::read(&definition.root, &mut body)?);
    }
    Ok(Read { object: body, unknown })
}

/// A body of an apply, which is read as YAML: `1.0` is the whole number 1.
#[expect(clippy::cast_possible_truncation, reason = "because only whole numbers are converted")]
pub(super) fn with_whole_numbers(value: &Value) -> Value {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    match value {
        Value::Float(number) if number.fract() == 0.0 && number.abs() <= BEYOND => {
            Value::Int(*number as i64)
        }
        Value::List(items) => Value::List(items.iter().map(with_whole_numbers).collect()),
        Value::Map(members) => {
            let member =
                |(name, value): (&crate::Text, &Value)| (name.clone(), with_whole_numbers(value));
            Value::Map(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

/// Drops what the schema does not have, and names it.
fn conform(definition: &Definition, object: &mut Value) -> Vec<String> {
    if definition.keeps_unknown {
        return Vec::new();
    }
    let dropped = definition.root.prune(object);
    definition.root.prune_nulls(object);
    dropped
}

/// The type of `metadata`.
fn object_meta() -> TypeRef<'static> {
    static BUILTIN: std::sync::OnceLock<Schema> = std::sync::OnceLock::new();
    let schema = BUILTIN.get_or_init(Schema::builtin);
    let namespace = schema.type_of(&GroupKind::new("", "Namespace"), "v1");
    namespace.field("metadata").unwrap_or_else(TypeRef::deduced)
}

/// Fills in the defaults of the schema.
pub(super) fn fill(write: &Write<'_>, object: &mut Value) {
    if let Some(definition) = definition(write) {
        definition.root.fill(object);
    }
}

fn definition<'a>(write: &Write<'a>) -> Option<&'a Definition> {
    write.schema.definition(write.kind, write.version)
}

/// Takes back what this path cannot write, and counts the generation on where anything but
/// metadata changes.
pub(super) fn prepare(write: &Write<'_>, object: &mut Value) {
    let (Some(definition), Some(next)) = (definition(write), object.as_map_mut()) else {
        return;
    };
    match (write.live.and_then(Value::as_map), write.subresource) {
        (Some(live), Some("status")) => take_status(live, next),
        (Some(live), _) => {
            if definition.status {
                put(next, "status", live.get("status").cloned());
            }
            let generation = live.get("metadata").and_then(|it| it.get("generation")?.as_int());
            let generation = generation.unwrap_or(1) + i64::from(differ(live, next));
            next.map_at("metadata").insert("generation", Value::Int(generation));
        }
        (None, _) => {
            if definition.status {
                next.remove("status");
            }
            next.map_at("metadata").insert("generation", Value::Int(1));
        }
    }
}

/// A write of the status sets nothing else; only who owns what is kept.
fn take_status(live: &Map, next: &mut Map) {
    let status = next.remove("status");
    let managed = next.map_at("metadata").remove("managedFields");
    *next = live.clone();
    put(next.map_at("metadata"), "managedFields", managed);
    put(next, "status", status);
}

fn put(members: &mut Map, key: &str, value: Option<Value>) {
    match value {
        Some(value) => members.insert(key, value),
        None => members.remove(key),
    };
}

/// Whether anything but metadata differs.
fn differ(live: &Map, next: &Map) -> bool {
    let counted = |map: &Map| map.iter().filter(|(key, _)| *key != "metadata").count();
    let same =
        |(key, value): (&crate::Text, &Value)| key == "metadata" || next.get(key) == Some(value);
    counted(live) != counted(next) || !live.iter().all(same)
}

/// The object as it comes back from the store: what its version does not have is gone, and what
/// the version that is stored does not have as well; defaults that were lost are there again.
pub(super) fn store(write: &Write<'_>, object: &mut Value) {
    let Some(written) = definition(write) else {
        return;
    };
    let stored = written.stored.as_str();
    let other = write.schema.definition(write.kind, stored).filter(|_| stored != write.version);
    if let Some(stored) = other {
        come_back(stored, object);
        stored.root.fill(object);
        come_back(written, object);
    } else {
        come_back(written, object);
        written.root.fill(object);
    }
}

fn come_back(definition: &Definition, object: &mut Value) {
    conform(definition, object);
    embedded::tidy(&definition.root, object);
}
