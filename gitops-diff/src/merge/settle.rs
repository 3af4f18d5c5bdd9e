//! From a merged object to the one that is stored.

use std::collections::BTreeMap;

use super::context::Context;
use super::quantity::canonical;
use super::typed::item_element;
use crate::fields::same;
use crate::schema::{ListRef, MapRef, Scalar, TypeRef};
use crate::{Format, ManagedEntry, ManagedFields, Map, PathElement, Text, Value};

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

/// The object as it comes out of the server's decoder: a Go struct holds no field that is
/// `null` (but for those that print so already in the live object), prints none that is empty
/// and optional, and prints zero where a field is neither. Of a custom resource, only the
/// metadata is a struct: it keeps `null` until its schema has judged it.
pub(super) fn decoded(context: &Context<'_>, mut object: Value, live: Option<&Value>) -> Value {
    if context.schema.is_builtin(&context.kind) {
        return value(context.of, object, live);
    }
    let of = context.of.field("metadata").filter(|it| !it.is_free_form());
    let metadata = object.as_map_mut().and_then(|it| it.get_mut("metadata"));
    if let (Some(of), Some(metadata)) = (of, metadata) {
        let live = live.and_then(|it| it.get("metadata"));
        *metadata = value(of, std::mem::take(metadata), live);
    }
    object
}

/// A value as it comes out of the Go struct of its type.
pub(crate) fn printed(of: TypeRef<'_>, tree: Value) -> Value {
    value(of, tree, None)
}

fn value(of: TypeRef<'_>, tree: Value, live: Option<&Value>) -> Value {
    match (tree, of.map(), of.list()) {
        (Value::Map(members), Some(map), _) => Value::Map(fields(map, members, live)),
        (Value::List(list), _, Some(of)) => {
            let before = Before::new(of, live);
            let item = |(at, item): (usize, Value)| {
                let live = before.of(at, &item);
                value(of.element(), item, live)
            };
            Value::List(list.into_iter().enumerate().map(item).collect())
        }
        (scalar, _, _) if of.format() == Some(Format::Quantity) => {
            canonical(&scalar).map_or(scalar, Value::Str)
        }
        (other, _, _) => other,
    }
}

fn fields(of: MapRef<'_>, members: Map, live: Option<&Value>) -> Map {
    let decode = |(name, tree): (Text, Value)| {
        let below = of.field(&name).unwrap_or_else(TypeRef::deduced);
        let live = live.and_then(|it| it.get(&name));
        let tree = match tree {
            Value::Null if live.is_some_and(Value::is_null) => Value::Null,
            Value::Null if !below.is_free_form() => null(of, &name, below)?,
            other => of.printed(&name, value(below, other, live))?,
        };
        Some((name, tree))
    };
    let mut decoded: Map = members.into_iter().filter_map(decode).collect();
    of.complete(&mut decoded);
    decoded
}

/// What `null` is: nothing for a field, the zero value in a Go map.
fn null(of: MapRef<'_>, name: &str, below: TypeRef<'_>) -> Option<Value> {
    if of.names(name) {
        return of.is_nullable(name).then_some(Value::Null);
    }
    (below.scalar() == Some(Scalar::String)).then(|| "".into())
}

/// The items of a live list, to be found again in the merged one.
struct Before<'v, 's> {
    of: ListRef<'s>,
    items: &'v [Value],
    named: BTreeMap<PathElement, &'v Value>,
}

impl<'v, 's> Before<'v, 's> {
    fn new(of: ListRef<'s>, live: Option<&'v Value>) -> Self {
        let items = live.and_then(Value::as_list).unwrap_or_default();
        let name = |item: &'v Value| Some((item_element(of, item).ok()?, item));
        let named = items.iter().filter_map(name).collect();
        Self { of, items, named }
    }

    fn of(&self, at: usize, item: &Value) -> Option<&'v Value> {
        match item_element(self.of, item) {
            Ok(element) => self.named.get(&element).copied(),
            Err(_) => self.items.get(at),
        }
    }
}
