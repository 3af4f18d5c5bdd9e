//! Takes fields out of an object (structured-merge-diff, `typed/remove.go`).

use super::typed::{Shape, item_element, shape};
use crate::schema::{ListRef, MapRef, TypeRef};
use crate::{FieldSet, Map, PathElement, Value};

/// The value without the members of `fields`. A list or map that loses its last part becomes
/// `null`, and so does an atomic one below which something is to go; inside of another, it is
/// left empty.
pub(super) fn remove(of: TypeRef<'_>, value: &Value, fields: &FieldSet) -> Value {
    match (shape(of, Some(value)), value) {
        (Shape::Map(map), Value::Map(members)) if !map.is_atomic() => {
            from_map(map, members, fields)
        }
        (Shape::List(list), Value::List(items)) if !list.is_atomic() => {
            from_list(list, items, fields)
        }
        (Shape::Scalar(_), scalar) => scalar.clone(),
        _ => Value::Null,
    }
}

/// A part of another value without the members of `fields`: a list or map is left empty.
fn remove_below(of: TypeRef<'_>, value: &Value, fields: &FieldSet) -> Value {
    match (remove(of, value, fields), value) {
        (Value::Null, Value::Map(_)) => Value::Map(Map::new()),
        (Value::Null, Value::List(_)) => Value::List(Vec::new()),
        (kept, _) => kept,
    }
}

fn from_map(of: MapRef<'_>, members: &Map, fields: &FieldSet) -> Value {
    let kept = members.iter().filter_map(|(name, value)| {
        let element = PathElement::field(name);
        if fields.has_member(&element) {
            return None;
        }
        let of = of.field(name).unwrap_or_else(TypeRef::deduced);
        let below = fields.children(&element);
        let value = below.map_or_else(|| value.clone(), |it| remove_below(of, value, it));
        Some((name, value))
    });
    let kept: Map = kept.collect();
    if kept.is_empty() { Value::Null } else { Value::Map(kept) }
}

fn from_list(of: ListRef<'_>, items: &[Value], fields: &FieldSet) -> Value {
    let kept = items.iter().filter_map(|item| {
        let Ok(element) = item_element(of, item) else {
            return Some(item.clone());
        };
        if fields.has_member(&element) {
            return None;
        }
        let below = fields.children(&element);
        Some(below.map_or_else(|| item.clone(), |it| remove_below(of.element(), item, it)))
    });
    let kept: Vec<Value> = kept.collect();
    if kept.is_empty() { Value::Null } else { Value::List(kept) }
}
