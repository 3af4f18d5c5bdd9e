//! What differs between an object as it lives and as a server answers, to the letter.

use super::findings::Findings;
use super::lists::Items;
use super::owned::Owned;
use super::place::{ItemKey, Place, Step};
use super::{Comparison, MAX_DEPTH};
use crate::fields::same;
use crate::{
    DiffError, FieldChange, ListRef, Map, MapRef, Object, PathElement, Schema, Text, TypeRef, Value,
};

impl<'a> Comparison<'a> {
    /// What changes where `live` becomes `next`, in the order of paths; of what only the server
    /// sets nothing, and no default that a server would have filled in long ago.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where an object is nested too deeply.
    pub(crate) fn exact(
        self,
        desired: &'a Object,
        live: &'a Object,
        next: &'a Value,
    ) -> Result<Vec<FieldChange>, DiffError> {
        let kind = desired.id().group_kind();
        let findings = Findings::new(self, desired, live);
        let mut walk = Exact { schema: self.schema, findings, too_deep: false };
        let root = Place::root(self.schema.type_of(kind, desired.version()));
        walk.value(&root, live.body(), next);
        if walk.too_deep {
            let what = format!("the nesting of `{}`", desired.id());
            return Err(DiffError::Limit { what, limit: MAX_DEPTH.into() });
        }
        Ok(walk.findings.found)
    }
}

/// One comparison under way.
struct Exact<'a> {
    schema: &'a Schema,
    findings: Findings<'a>,
    too_deep: bool,
}

impl<'a> Exact<'a> {
    fn value(&mut self, place: &Place<'_, 'a>, old: &'a Value, new: &'a Value) {
        self.too_deep |= place.depth() > MAX_DEPTH;
        if self.too_deep || same(old, new) {
            return;
        }
        let is_atomic = || place.of().and_then(TypeRef::map).is_some_and(MapRef::is_atomic);
        match (old, new) {
            (Value::Map(old), Value::Map(new)) if !is_atomic() => self.map(place, old, new),
            (Value::List(was), Value::List(is)) => match Items::of(place, Owned::No) {
                Items::Keyed(names) => {
                    let element = place.of().and_then(TypeRef::list).map(ListRef::element);
                    let step = |item: &'a Value| {
                        Step::Item(ItemKey { names: names.clone(), item, element })
                    };
                    self.items(place, (old, was), (new, is), &step);
                }
                Items::Set => {
                    let step = |item: &'a Value| Step::Element(PathElement::Value(item.clone()));
                    self.items(place, (old, was), (new, is), &step);
                }
                Items::Whole => self.findings.record(place, Some(old), Some(new)),
            },
            _ => self.findings.record(place, Some(old), Some(new)),
        }
    }

    fn map(&mut self, place: &Place<'_, 'a>, old: &'a Map, new: &'a Map) {
        let mut names: Vec<&str> = old.keys().chain(new.keys()).map(Text::as_str).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            if self.findings.is_server_set(place, name) {
                continue;
            }
            let here = place.child(Step::Field(name));
            match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) => self.value(&here, old, new),
                (Some(old), None) if !self.says_nothing(old) => {
                    self.findings.record(&here, Some(old), None);
                }
                (None, Some(_)) => self.added(&here),
                _ => {}
            }
        }
    }

    /// Whether a value is dropped from what is stored.
    fn says_nothing(&self, value: &Value) -> bool {
        let kind = self.findings.desired.id().group_kind();
        value.is_null() || (is_empty(value) && self.schema.is_builtin(kind))
    }

    /// What is new is shown as it is declared, without the defaults inside of it. What is not
    /// declared says nothing of drift: what lives has every default.
    fn added(&mut self, place: &Place<'_, 'a>) {
        let declared = place.path();
        let declared = declared.lookup(self.findings.desired.body());
        if let Some(declared) = declared.filter(|it| !it.is_null()) {
            self.findings.record(place, None, Some(declared));
        }
    }

    /// Items that are told apart by their `step`; where they stand otherwise, or twice, the list
    /// is one value.
    fn items(
        &mut self,
        place: &Place<'_, 'a>,
        (old, was): (&'a Value, &'a [Value]),
        (new, is): (&'a Value, &'a [Value]),
        step: &dyn Fn(&'a Value) -> Step<'a>,
    ) {
        let (before, after) = (elements(was, step), elements(is, step));
        let index = |all: &[PathElement]| -> Option<std::collections::BTreeMap<_, _>> {
            let index: std::collections::BTreeMap<_, _> =
                all.iter().cloned().enumerate().map(|(at, it)| (it, at)).collect();
            (index.len() == all.len()).then_some(index)
        };
        let (Some(olds), Some(news)) = (index(&before), index(&after)) else {
            return self.findings.record(place, Some(old), Some(new));
        };
        let kept = before.iter().filter(|it| news.contains_key(*it));
        if !kept.map(|it| news[it]).is_sorted() {
            let slots = before.iter().enumerate().filter(|(_, it)| news.contains_key(*it));
            let mut ordered = was.to_vec();
            for ((slot, _), at) in slots.zip(after.iter().filter_map(|it| olds.get(it))) {
                ordered[slot] = was[*at].clone();
            }
            self.findings.record(place, Some(old), Some(&Value::List(ordered)));
        }
        for (element, item) in after.iter().zip(is) {
            match olds.get(element) {
                Some(at) => self.value(&place.child(step(item)), &was[*at], item),
                None => self.added(&place.child(step(item))),
            }
        }
        for (_, item) in before.iter().zip(was).filter(|(it, _)| !news.contains_key(*it)) {
            self.findings.record(&place.child(step(item)), Some(item), None);
        }
    }
}

fn elements<'a>(items: &'a [Value], step: &dyn Fn(&'a Value) -> Step<'a>) -> Vec<PathElement> {
    items.iter().filter_map(|item| step(item).to_element()).collect()
}

/// Whether a value is a list or a map without members.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    }
}
