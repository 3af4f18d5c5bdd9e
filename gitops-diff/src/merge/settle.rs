//! From a merged object to the one that is stored.

use super::context::Context;
use crate::fields::same;
use crate::schema::{MapRef, Scalar, TypeRef};
use crate::{ManagedEntry, ManagedFields, Map, Value};

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

/// A live object as the merge looks at it: without its managers, and with what its decoder drops.
pub(super) fn read(context: &Context<'_>, live: &Value) -> Value {
    decoded(context, super::without_managed(live))
}

/// The object as it comes out of the server's decoder: a struct has no field that is `null`.
pub(super) fn decoded(context: &Context<'_>, object: Value) -> Value {
    let builtin = context.schema.is_builtin(&context.kind);
    value(context.of, object, builtin)
}

fn value(of: TypeRef<'_>, tree: Value, builtin: bool) -> Value {
    match tree {
        Value::Map(members) => {
            let Some(map) = of.map() else {
                return Value::Map(members);
            };
            Value::Map(fields(map, members, builtin))
        }
        Value::List(items) => match of.list() {
            Some(list) => {
                let items = items.into_iter().map(|it| value(list.element(), it, builtin));
                Value::List(items.collect())
            }
            None => Value::List(items),
        },
        scalar => scalar,
    }
}

fn fields(of: MapRef<'_>, members: Map, builtin: bool) -> Map {
    let decode = |(name, tree): (crate::Text, Value)| {
        let below = of.field(&name).unwrap_or_else(TypeRef::deduced);
        if !tree.is_null() || below.is_deduced() {
            return Some((name, value(below, tree, builtin)));
        }
        if of.names(&name) {
            return of.is_nullable(&name).then_some((name, Value::Null));
        }
        let text = builtin && below.scalar() == Some(Scalar::String);
        text.then(|| (name, Value::from("")))
    };
    members.into_iter().filter_map(decode).collect()
}
