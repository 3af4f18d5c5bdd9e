//! Which fields were added, modified and removed between two objects of one type.

use super::typed::{Shape, item_element, shapes};
use crate::fields::same;
use crate::schema::{ListRef, MapRef, TypeRef};
use crate::{FieldSet, Map, PathElement, Value};

/// What differs; no field is in two of the sets.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) added: FieldSet,
    pub(super) modified: FieldSet,
    pub(super) removed: FieldSet,
}

impl Comparison {
    /// The fields that have a new value.
    pub(super) fn changed(&self) -> FieldSet {
        self.modified.union(&self.added)
    }

    /// Without the fields that a write cannot set, and all below them.
    pub(super) fn without(mut self, fields: &FieldSet) -> Self {
        for found in [&mut self.added, &mut self.modified, &mut self.removed] {
            found.drop_below(fields);
        }
        self
    }
}

/// Compares two objects of type `of`.
pub(super) fn compare(of: TypeRef<'_>, old: &Value, new: &Value) -> Comparison {
    let mut walk = Walk { path: Vec::new(), found: Comparison::default() };
    walk.value(of, Some(old), Some(new));
    walk.found
}

struct Walk {
    path: Vec<PathElement>,
    found: Comparison,
}

type Side<'v> = Option<&'v Value>;

impl Walk {
    fn value(&mut self, of: TypeRef<'_>, old: Side<'_>, new: Side<'_>) {
        if old.zip(new).is_some_and(|(old, new)| same(old, new)) {
            return;
        }
        let (extra, shape) = shapes(of, old, new);
        if let Some(extra) = extra {
            self.shaped(extra, old, new);
        }
        if self.shaped(shape, old, new) {
            return;
        }
        match (old, new) {
            (None, _) => self.found.added.insert(&self.path),
            (_, None) => self.found.removed.insert(&self.path),
            _ => {}
        }
    }

    /// Whether the value was compared as a whole.
    fn shaped(&mut self, shape: Shape<'_>, old: Side<'_>, new: Side<'_>) -> bool {
        match shape {
            Shape::Map(map) => {
                let (was, is) = (old.and_then(Value::as_map), new.and_then(Value::as_map));
                let nothing = was.is_none_or(Map::is_empty) && is.is_none_or(Map::is_empty);
                if map.is_atomic() || nothing {
                    return self.whole(old, new);
                }
                self.fields(map, was, is);
            }
            Shape::List(list) => {
                let items = |it: Side<'_>| it.and_then(Value::as_list).map(<[Value]>::is_empty);
                let nothing = items(old) != Some(false) && items(new) != Some(false);
                if list.is_atomic() || nothing {
                    return self.whole(old, new);
                }
                self.items(list, items_of(old), items_of(new));
            }
            Shape::Scalar(_) => return self.whole(old, new),
        }
        false
    }

    fn whole(&mut self, old: Side<'_>, new: Side<'_>) -> bool {
        match (old, new) {
            (None, _) => self.found.added.insert(&self.path),
            (_, None) => self.found.removed.insert(&self.path),
            (Some(old), Some(new)) if !same(old, new) => self.found.modified.insert(&self.path),
            _ => {}
        }
        true
    }

    fn fields(&mut self, of: MapRef<'_>, old: Option<&Map>, new: Option<&Map>) {
        for (name, was) in old.into_iter().flat_map(Map::iter) {
            self.field(of, name, Some(was), new.and_then(|it| it.get(name)));
        }
        for (name, is) in new.into_iter().flat_map(Map::iter) {
            if !old.is_some_and(|it| it.contains_key(name)) {
                self.field(of, name, None, Some(is));
            }
        }
    }

    fn field(&mut self, of: MapRef<'_>, name: &str, old: Side<'_>, new: Side<'_>) {
        // Most of most objects stays: of that, no path is made.
        if old.zip(new).is_some_and(|(old, new)| same(old, new)) {
            return;
        }
        let of = of.field(name).unwrap_or_else(TypeRef::deduced);
        self.at(PathElement::field(name), |walk| walk.value(of, old, new));
    }

    fn at(&mut self, element: PathElement, go: impl FnOnce(&mut Self)) {
        self.path.push(element);
        go(self);
        self.path.pop();
    }

    /// Items that share a name are compared as one value (`visitListItems`).
    fn items(&mut self, of: ListRef<'_>, old: &[Value], new: &[Value]) {
        let old = by_element(of, old);
        let new = by_element(of, new);
        for (element, was) in &old {
            let is = new.get(element).map_or(&[][..], Vec::as_slice);
            if let ([was], [is]) = (&was[..], is)
                && same(was, is)
            {
                continue;
            }
            self.at(element.clone(), |walk| walk.item(of.element(), was, is));
        }
        for (element, is) in new.iter().filter(|(element, _)| !old.contains_key(*element)) {
            self.at(element.clone(), |walk| walk.item(of.element(), &[], is));
        }
    }

    fn item(&mut self, of: TypeRef<'_>, old: &[&Value], new: &[&Value]) {
        match (old, new) {
            ([] | [_], [] | [_]) => {
                self.value(of, old.first().copied(), new.first().copied());
            }
            ([_, _, ..], [_, _, ..]) => {
                let equal = old.len() == new.len() && old.iter().zip(new).all(|(a, b)| same(a, b));
                if !equal {
                    self.found.modified.insert(&self.path);
                }
            }
            ([_, _, ..], _) => {
                if let Some(only) = new.first() {
                    self.value(of, None, Some(only));
                }
                self.found.removed.insert(&self.path);
            }
            (_, [_, _, ..]) => {
                if let Some(only) = old.first() {
                    self.value(of, Some(only), None);
                }
                self.found.added.insert(&self.path);
            }
        }
    }
}

fn items_of(side: Side<'_>) -> &[Value] {
    side.and_then(Value::as_list).unwrap_or_default()
}

type Named<'v> = std::collections::BTreeMap<PathElement, Vec<&'v Value>>;

fn by_element<'v>(of: ListRef<'_>, items: &'v [Value]) -> Named<'v> {
    let mut named = Named::new();
    for item in items {
        if let Ok(element) = item_element(of, item) {
            named.entry(element).or_default().push(item);
        }
    }
    named
}
