//! From a merged object to the one that is stored.

use crate::fields::same;
use crate::{ManagedEntry, ManagedFields, Value};

/// The object to store in the place of `live`: where both differ in nothing but the times of
/// managers, the times of `live` stay, so that nothing has to be written.
///
/// A server calls it again after defaults and admission
/// (`IgnoreManagedFieldsTimestampsTransformer`).
pub fn settle(live: &Value, next: Value) -> Value {
    match ManagedFields::read(&next) {
        Ok(managed) => written(super::without_managed(&next), &managed, Some(live)),
        Err(_) => next,
    }
}

/// Writes the managers into an object without them, by the rule of [`settle`].
pub(super) fn written(mut object: Value, managed: &ManagedFields, live: Option<&Value>) -> Value {
    let settled = live.filter(|live| same(&super::without_managed(live), &object));
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
