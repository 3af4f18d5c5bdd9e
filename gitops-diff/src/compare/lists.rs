//! Lists whose items are told apart: by key fields, or by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Walk;
use super::owned::Owned;
use super::place::{ItemKey, Names, Place, Step};
use crate::fields::same;
use crate::{Keys, ListRef, PathElement, Text, TypeRef, Value};

/// How the items of a list are told apart.
pub(super) enum Items<'a> {
    /// Not at all.
    Whole,
    /// By themselves.
    Set,
    /// By these fields.
    Keyed(Names<'a>),
}

impl<'a> Items<'a> {
    /// What the schema says, and where it says nothing, what the server wrote down: it owns
    /// items of a list map by their keys, and items of a set by themselves.
    pub(super) fn of(place: &Place<'_, 'a>, owned: Owned<'a>) -> Self {
        let known = place.of().filter(|it| !it.is_deduced()).and_then(TypeRef::list);
        match known.map(ListRef::keys) {
            Some(Keys::Map(keys)) => Self::Keyed(Names::Known(keys)),
            Some(Keys::Set) => Self::Set,
            Some(Keys::Atomic) => Self::Whole,
            None => Self::inferred(owned),
        }
    }

    fn inferred(owned: Owned<'a>) -> Self {
        let part = owned.members().find(|(key, _)| *key != ".");
        match part.and_then(|(key, _)| PathElement::from_key(key).ok().flatten()) {
            Some(PathElement::Key(fields)) => {
                Self::Keyed(Names::Inferred(fields.into_iter().map(|(name, _)| name).collect()))
            }
            Some(PathElement::Value(_)) => Self::Set,
            _ => Self::Whole,
        }
    }
}

/// Beyond so many items they are found through an index.
const SCANNED: usize = 32;

/// Finds items of a live list; those at the place where they are looked for first, fastest.
struct Finder<'a, K> {
    items: &'a [Value],
    same: K,
    index: Option<BTreeMap<String, usize>>,
}

impl<'a, K: Fn(&'a Value, &'a Value) -> bool> Finder<'a, K> {
    fn new(items: &'a [Value], same: K) -> Self {
        Self { items, same, index: None }
    }

    fn find(
        &mut self,
        item: &'a Value,
        hint: usize,
        key: impl Fn(&'a Value) -> String,
    ) -> Option<usize> {
        let is = |at: &usize| self.items.get(*at).is_some_and(|it| (self.same)(item, it));
        if is(&hint) {
            return Some(hint);
        }
        if self.items.len() <= SCANNED {
            return (0..self.items.len()).find(is);
        }
        let items = self.items;
        let indexed = || items.iter().enumerate().rev().map(|(at, it)| (key(it), at)).collect();
        self.index.get_or_insert_with(indexed).get(&key(item)).copied()
    }
}

impl<'a> Walk<'a> {
    pub(super) fn keyed(
        &mut self,
        place: &Place<'_, 'a>,
        (desired, live): (&'a Value, &'a Value),
        owned: Owned<'a>,
        names: &Names<'a>,
    ) {
        let element = place.of().and_then(TypeRef::list).map(ListRef::element);
        let key = |item: &'a Value| ItemKey { names: names.clone(), item, element };
        let text = |item: &'a Value| key(item).to_element().to_key();
        let items = desired.as_list().unwrap_or_default();
        let lives = live.as_list().unwrap_or_default();
        let mut finder = Finder::new(lives, |one, other| same_key(&key(one), &key(other)));
        let mut order = Order::default();
        let mark = self.findings.found.len();
        let mut claimed = 0;
        for item in items {
            let item_owned = owned.item(&key(item));
            claimed += usize::from(item_owned.is_some());
            let here = place.child(Step::Item(key(item)));
            match finder.find(item, order.next(), text) {
                Some(found) => {
                    order.saw(found);
                    self.value(&here, item, &lives[found], item_owned);
                }
                None => self.missing(&here, item, item_owned),
            }
        }
        if claimed < owned.parts() {
            let mut declared = Declared::new(items.iter().map(key).collect());
            self.parts_gone(place, live, owned, &mut |element| declared.has(element));
        }
        if order.is_broken {
            let met = items.iter().filter_map(|it| finder.find(it, 0, text));
            let met: Vec<usize> = met.collect();
            self.reordered(place, lives, &met, mark);
        }
    }

    pub(super) fn set(
        &mut self,
        place: &Place<'_, 'a>,
        (desired, live): (&'a Value, &'a Value),
        owned: Owned<'a>,
    ) {
        let items = desired.as_list().unwrap_or_default();
        let lives = live.as_list().unwrap_or_default();
        let text = |item: &Value| PathElement::Value(item.clone()).to_key();
        let mut finder = Finder::new(lives, same);
        let mut order = Order::default();
        let mark = self.findings.found.len();
        for item in items {
            if let Some(found) = finder.find(item, order.next(), text) {
                order.saw(found);
                self.agreed = true;
            } else {
                let element = PathElement::Value(item.clone());
                self.missing(&place.child(Step::Element(element)), item, Owned::No);
            }
        }
        if owned.parts() > 0 {
            let declared: BTreeSet<PathElement> =
                items.iter().map(|it| PathElement::Value(it.clone())).collect();
            self.parts_gone(place, live, owned, &mut |it| declared.contains(it));
        }
        if order.is_broken {
            let met = items.iter().filter_map(|it| finder.find(it, 0, text));
            let met: Vec<usize> = met.collect();
            self.reordered(place, lives, &met, mark);
        }
    }

    /// The items that were found stand in another order than declared; the server keeps the
    /// order of what is applied. What changes inside them, found since `mark`, comes after.
    fn reordered(&mut self, place: &Place<'_, 'a>, live: &'a [Value], met: &[usize], mark: usize) {
        let mut slots = met.to_vec();
        slots.sort_unstable();
        slots.dedup();
        let mut next = live.to_vec();
        for (slot, at) in slots.into_iter().zip(met) {
            next[slot] = live[*at].clone();
        }
        self.record(place, Some(&Value::List(live.to_vec())), Some(&Value::List(next)));
        self.findings.found[mark..].rotate_right(1);
    }
}

/// The declared items of a list map, to be found by elements of `managedFields`.
struct Declared<'a> {
    items: Vec<ItemKey<'a>>,
    /// By the names of the key fields that an element has; nearly always those of the list.
    by_names: BTreeMap<Rc<[Text]>, BTreeSet<PathElement>>,
}

impl<'a> Declared<'a> {
    fn new(items: Vec<ItemKey<'a>>) -> Self {
        Self { items, by_names: BTreeMap::new() }
    }

    fn has(&mut self, element: &PathElement) -> bool {
        let PathElement::Key(fields) = element else {
            return false;
        };
        let names: Rc<[Text]> = fields.iter().map(|(name, _)| name.clone()).collect();
        let items = &self.items;
        let all = self.by_names.entry(names.clone()).or_insert_with(|| {
            let keys = items.iter().map(|it| it.by(names.clone()));
            keys.filter(|it| it.fields().count() == names.len()).map(|it| it.to_element()).collect()
        });
        all.contains(element)
    }
}

/// Whether items are met in the order in which they live.
#[derive(Default)]
struct Order {
    last: Option<usize>,
    is_broken: bool,
}

impl Order {
    /// Where the next item is likely to be.
    fn next(&self) -> usize {
        self.last.map_or(0, |last| last + 1)
    }

    fn saw(&mut self, at: usize) {
        self.is_broken |= self.last.is_some_and(|last| at < last);
        self.last = Some(at);
    }
}

fn same_key(one: &ItemKey<'_>, other: &ItemKey<'_>) -> bool {
    one.names.iter().all(|name| match (one.field(name), other.field(name)) {
        (Some(one), Some(other)) => same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    })
}
