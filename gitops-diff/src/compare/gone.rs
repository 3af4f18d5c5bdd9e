//! What is ours and not declared any more.

use super::lists::Items;
use super::owned::Owned;
use super::place::{ItemKey, Place, Step};
use super::{MAX_DEPTH, Others, Walk};
use crate::{FieldPath, ListRef, Map, PathElement, Text, TypeRef, Value};

impl<'a> Walk<'a> {
    /// A field of ours that is not declared any more.
    pub(super) fn undeclared(
        &mut self,
        parent: &Place<'_, 'a>,
        name: &'a str,
        live: &'a Map,
        owned: Owned<'a>,
    ) {
        if let Some(live) = live.get(name).filter(|_| !self.findings.is_server_set(parent, name)) {
            self.gone(&parent.child(Step::Field(name)), live, owned);
        }
    }

    /// A value of ours that is not declared any more goes, but for what of it others claim, or
    /// nobody does.
    fn gone(&mut self, place: &Place<'_, 'a>, live: &'a Value, owned: Owned<'a>) {
        if self.is_too_deep(place) {
            return;
        }
        let is_shared = self.findings.owners.others_claim(&place.path());
        if is_shared || !self.is_all_ours(place, live, owned) {
            self.parts_gone(place, live, owned, &mut |_| false);
        } else {
            self.record(place, Some(live), None);
        }
    }

    /// The parts of ours that are not declared any more.
    pub(super) fn parts_gone(
        &mut self,
        place: &Place<'_, 'a>,
        live: &'a Value,
        owned: Owned<'a>,
        is_declared: &mut dyn FnMut(&PathElement) -> bool,
    ) {
        for (key, below) in owned.members().filter(|(key, _)| *key != ".") {
            let Ok(Some(element)) = PathElement::from_key(key) else {
                continue;
            };
            // Most of what is ours is declared, and lists are long.
            if is_declared(&element) {
                continue;
            }
            if let Some(live) = FieldPath::new(vec![element.clone()]).lookup(live) {
                let here = place.child(Step::Element(element));
                self.gone(&here, live, owned.below(Some(below)));
            }
        }
    }

    /// Whether a value is ours, itself or in all of its parts.
    fn is_all_ours(&self, place: &Place<'_, 'a>, live: &'a Value, owned: Owned<'a>) -> bool {
        let is_one = || owned.is_whole() || self.comparison.others == Others::Ignored;
        if place.depth() > MAX_DEPTH || is_one() {
            return true;
        }
        let is_ours = |step: Step<'a>, live: &'a Value, owned: Owned<'a>| {
            owned.is_some() && self.is_all_ours(&place.child(step), live, owned)
        };
        let items = match live {
            Value::Map(lives) => {
                let is_ours = |(name, live): (&'a Text, _)| {
                    is_ours(Step::Field(name), live, owned.part(&format!("f:{name}")))
                };
                return !lives.is_empty() && lives.iter().all(is_ours);
            }
            Value::List(items) if !items.is_empty() => items,
            _ => return false,
        };
        match Items::of(place, owned) {
            // Fields are of what was no list then.
            Items::Whole => owned.kind() != Some(b'f'),
            Items::Set => items.iter().all(|item| {
                let element = PathElement::Value(item.clone());
                owned.part(&element.to_key()).is_some()
            }),
            Items::Keyed(names) => {
                let element = place.of().and_then(TypeRef::list).map(ListRef::element);
                items.iter().all(|item| {
                    let key = ItemKey { names: names.clone(), item, element };
                    let below = owned.item(&key);
                    is_ours(Step::Item(key), item, below)
                })
            }
        }
    }
}
