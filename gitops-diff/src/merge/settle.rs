//! From a merged object to the one that is stored.

use crate::fields::same;
use crate::{ManagedEntry, ManagedFields, Map, Text, Value};

/// The object to store in the place of `live`: where both differ in nothing but the times of
/// managers, the times of `live` stay, so that nothing has to be written.
///
/// A server calls it again after defaults and admission
/// (`IgnoreManagedFieldsTimestampsTransformer`).
pub fn settle(live: &Value, mut next: Value) -> Value {
    match ManagedFields::read(&next) {
        Ok(managed) => {
            if let Some(metadata) = metadata_mut(&mut next) {
                metadata.remove("managedFields");
            }
            written(next, &managed, Some(live))
        }
        Err(_) => next,
    }
}

/// [`settle`] for an object whose managedFields are those of `live` or were written here.
pub(crate) fn settle_written(live: &Value, next: Value) -> Value {
    const OWNERS: &str = "/metadata/managedFields";
    match (same_but_for_owners(live, &next), live.pointer(OWNERS) == next.pointer(OWNERS)) {
        (true, true) => live.clone(),
        (false, false) => next,
        _ => settle(live, next),
    }
}

/// Writes the managers into an object without them, by the rule of [`settle`].
pub(super) fn written(mut object: Value, managed: &ManagedFields, live: Option<&Value>) -> Value {
    let settled = live.filter(|live| same_but_for_owners(live, &object));
    let unmoved = settled.filter(|live| {
        let before = ManagedFields::read(live);
        before.is_ok_and(|before| equal(&before, managed))
    });
    if let Some(live) = unmoved {
        return live.clone();
    }
    if let Some(object) = object.as_map_mut() {
        managed.write(object);
    }
    object
}

fn metadata_mut(object: &mut Value) -> Option<&mut Map> {
    object.as_map_mut()?.get_mut("metadata")?.as_map_mut()
}

/// Whether two objects are the same, whoever owns what.
fn same_but_for_owners(one: &Value, other: &Value) -> bool {
    let (Value::Map(one), Value::Map(other)) = (one, other) else {
        return same(one, other);
    };
    let pair = |((name, one), (other_name, other)): ((&Text, &Value), (&Text, &Value))| {
        let is_same = || match (one, other) {
            (Value::Map(one), Value::Map(other)) if *name == "metadata" => {
                let rest = |of| Map::iter(of).filter(|(name, _)| **name != "managedFields");
                rest(one).count() == rest(other).count()
                    && rest(one).zip(rest(other)).all(|(a, b)| a.0 == b.0 && same(a.1, b.1))
            }
            _ => same(one, other),
        };
        name == other_name && is_same()
    };
    one.len() == other.len() && one.iter().zip(other.iter()).all(pair)
}

/// Whether both say the same but for times.
fn equal(a: &ManagedFields, b: &ManagedFields) -> bool {
    let like = |x: &ManagedEntry, y: &ManagedEntry| {
        x.same_manager(y) && x.api_version == y.api_version && x.fields == y.fields
    };
    a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| like(x, y)))
}

/// The object without fields that are `null`: to its struct, they are not set.
pub(super) fn without_null(object: Value) -> Value {
    match object {
        Value::Map(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Map(members.map(|(key, value)| (key, without_null(value))).collect())
        }
        other => other,
    }
}
