//! Which fields an object mentions.

use super::typed::{Shape, item_element, shape};
use crate::schema::{ListRef, MapRef, TypeRef};
use crate::{FieldSet, PathElement, Value};

/// The fields that an apply of `value` would own, before those are taken off that nobody owns.
pub(super) fn fields(of: TypeRef<'_>, value: &Value) -> FieldSet {
    collect(of, value).1
}

/// Whether the value is owned as a whole, and what is owned below it.
fn collect(of: TypeRef<'_>, value: &Value) -> (bool, FieldSet) {
    match shape(of, Some(value)) {
        Shape::Scalar(_) => (true, FieldSet::new()),
        Shape::Map(map) if map.is_atomic() => (true, FieldSet::new()),
        Shape::List(list) if list.is_atomic() => (true, FieldSet::new()),
        Shape::Map(map) => (false, members(map, value)),
        Shape::List(list) => (false, items(list, value.as_list().unwrap_or_default())),
    }
}

fn members(of: MapRef<'_>, value: &Value) -> FieldSet {
    let mut set = FieldSet::new();
    for (name, value) in value.as_map().into_iter().flat_map(crate::Map::iter) {
        let (whole, below) = collect(of.field(name).unwrap_or_else(TypeRef::deduced), value);
        let empty = value.as_map().is_some_and(crate::Map::is_empty);
        let member = whole || empty || value.is_null() || !of.names(name);
        set.place(PathElement::field(name), member, below);
    }
    set
}

/// Items that share a name are owned together, and nothing below them.
fn items(of: ListRef<'_>, items: &[Value]) -> FieldSet {
    let named = items.iter().filter_map(|item| Some((item_element(of, item).ok()?, item)));
    let mut named: Vec<(PathElement, &Value)> = named.collect();
    named.sort_by(|a, b| a.0.cmp(&b.0));
    let mut set = FieldSet::new();
    let mut named = named.into_iter().peekable();
    while let Some((element, item)) = named.next() {
        let mut is_only = true;
        while named.next_if(|(other, _)| *other == element).is_some() {
            is_only = false;
        }
        let below = if is_only { collect(of.element(), item).1 } else { FieldSet::new() };
        set.place(element, true, below);
    }
    set
}
