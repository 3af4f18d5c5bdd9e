//! The object that an apply makes of the live and the declared one (structured-merge-diff,
//! `typed/merge.go`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::typed::{Shape, item_element, shape};
use crate::schema::{ListRef, MapRef, TypeRef};
use crate::{Map, PathElement, Text, Value};

/// Lays `declared` over `live`; nothing is taken away.
pub(super) fn combine(of: TypeRef<'_>, live: &Value, declared: &Value) -> Value {
    let merged = match (shape(of, Some(declared)), live, declared) {
        (Shape::Map(map), Value::Map(ours), Value::Map(theirs)) => {
            (!map.is_atomic()).then(|| Value::Map(fields(map, ours, theirs)))
        }
        (Shape::List(list), Value::List(ours), Value::List(theirs)) => {
            (!list.is_atomic()).then(|| Value::List(items(list, ours, theirs)))
        }
        // Laying an empty value or `null` over a full one changes nothing.
        (Shape::Map(map), Value::Map(ours), Value::Null) => {
            (!map.is_atomic() && !ours.is_empty()).then(|| live.clone())
        }
        (Shape::List(list), Value::List(ours), Value::Null) => {
            (!list.is_atomic() && !ours.is_empty()).then(|| live.clone())
        }
        _ => None,
    };
    merged.unwrap_or_else(|| declared.clone())
}

/// Both maps are sorted: they are walked side by side, and nothing is copied twice.
fn fields(of: MapRef<'_>, live: &Map, declared: &Map) -> Map {
    let copy = |(name, value): (&Text, &Value)| (name.clone(), value.clone());
    let mut merged = Vec::with_capacity(live.len().max(declared.len()));
    let mut theirs = declared.iter().peekable();
    for (name, ours) in live.iter() {
        merged.extend(std::iter::from_fn(|| theirs.next_if(|(it, _)| *it < name)).map(copy));
        let both = theirs.next_if(|(it, _)| *it == name);
        let value = both.map_or_else(
            || ours.clone(),
            |(_, theirs)| combine(of.field(name).unwrap_or_else(TypeRef::deduced), ours, theirs),
        );
        merged.push((name.clone(), value));
    }
    merged.extend(theirs.map(copy));
    Map::from_sorted(merged)
}

/// Merges lists whose items have names. The order is that of `declared`; what is only live
/// stays where it is between those that both have.
///
/// No two items of `declared` share a name: that was checked. So where the names are the same in
/// the same order, no two items of `live` do either.
fn items(of: ListRef<'_>, live: &[Value], declared: &[Value]) -> Vec<Value> {
    let (ours, theirs) = (named(of, live), named(of, declared));
    let same = |(ours, theirs): (&(PathElement, _), &(PathElement, _))| ours.0 == theirs.0;
    if ours.len() == theirs.len() && ours.iter().zip(&theirs).all(same) {
        let pairs = ours.iter().zip(&theirs);
        return pairs.map(|((_, ours), (_, it))| combine(of.element(), ours, it)).collect();
    }
    let (ours, theirs) = (Named::new(&ours), Named::new(&theirs));
    let shared = theirs.items.iter().map(|(element, _)| element);
    let mut shared: VecDeque<_> = shared.filter(|it| ours.by_element.contains_key(it)).collect();
    let mut next = shared.pop_front();
    let mut merged = BTreeSet::new();
    let mut out = Vec::with_capacity(ours.items.len().max(theirs.items.len()));
    let mut left = ours.items.iter().peekable();
    let mut right = theirs.items.iter().peekable();
    loop {
        if let Some((element, item)) = left.peek() {
            if !theirs.by_element.contains_key(element) {
                out.push((*item).clone());
                left.next();
                continue;
            }
            let same_place = right.peek().is_some_and(|(it, _)| it == element);
            let out_of_turn = right.peek().is_some() && next.is_some_and(|it| it != element);
            if !same_place && (out_of_turn || merged.contains(element)) {
                left.next();
                continue;
            }
            if same_place {
                left.next();
            }
        }
        let Some((element, item)) = right.next() else {
            break;
        };
        merged.insert(element);
        let ours = ours.by_element.get(element);
        out.push(ours.map_or_else(|| (*item).clone(), |ours| combine(of.element(), ours, item)));
        if next == Some(element) {
            next = shared.pop_front();
        }
    }
    out
}

/// The items of a list with their names, in order.
fn named<'v>(of: ListRef<'_>, items: &'v [Value]) -> Vec<(PathElement, &'v Value)> {
    let name = |item: &'v Value| Some((item_element(of, item).ok()?, item));
    items.iter().filter_map(name).collect()
}

/// Items in order, and by their names.
struct Named<'n, 'v> {
    items: &'n [(PathElement, &'v Value)],
    /// An item whose name another has, too, is not merged with anything: it counts as `null`.
    by_element: BTreeMap<&'n PathElement, &'v Value>,
}

static NULL: Value = Value::Null;

impl<'n, 'v> Named<'n, 'v> {
    fn new(items: &'n [(PathElement, &'v Value)]) -> Self {
        let mut by_element = BTreeMap::new();
        for (element, item) in items {
            by_element.entry(element).and_modify(|it| *it = &NULL).or_insert(*item);
        }
        Self { items, by_element }
    }
}
