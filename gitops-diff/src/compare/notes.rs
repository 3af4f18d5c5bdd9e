//! What of an object is not declared: who put it there.

use super::findings::Findings;
use super::lists::Items;
use super::owned::Owned;
use super::place::{ItemKey, Place, Step, is_identity, is_zero};
use super::{Comparison, MAX_DEPTH};
use crate::merge::{Apply, Force};
use crate::server::prospect;
use crate::{Class, FieldChange, ListRef, Map, MapRef, Object, PathElement, TypeRef, Value};

impl<'a> Comparison<'a> {
    /// What lives and is not declared, and is not ours to take away.
    pub(crate) fn notes(self, desired: &'a Object, live: &'a Object) -> Vec<FieldChange> {
        let findings = Findings::new(self, desired, live);
        let mut walk = Notes { findings, defaulted: self.made_of(desired) };
        let kind = desired.id().group_kind();
        let root = Place::root(self.schema.type_of(kind, desired.version()));
        walk.value(&root, desired.body(), live.body());
        walk.findings.found
    }

    /// The object that a server would make where none lives: with its defaults.
    pub(crate) fn made_of(self, desired: &Object) -> Value {
        let (schema, manager) = (self.schema, self.manager);
        let (body, force) = (desired.body(), Force::Yes);
        let apply = Apply { live: None, desired: body, manager, force, subresource: None, now: "" };
        let mut made = prospect(schema, &apply).map_or_else(|_| body.clone(), |it| it.object);
        if let Some(members) = made.as_map_mut() {
            members.map_at("metadata").remove("managedFields");
        }
        made
    }
}

/// What a server allocates where nobody declares it, by the name of the field.
const ALLOCATED: [&str; 8] = [
    "clusterIP",
    "clusterIPs",
    "healthCheckNodePort",
    "ipFamilies",
    "ipFamilyPolicy",
    "nodeName",
    "nodePort",
    "volumeName",
];

/// Whether a server allocates the field of this name where nobody declares it.
pub(crate) fn is_allocated(name: &str) -> bool {
    ALLOCATED.contains(&name)
}

struct Notes<'a> {
    findings: Findings<'a>,
    /// What is declared, with the defaults of the server.
    defaulted: Value,
}

impl<'a> Notes<'a> {
    fn value(&mut self, place: &Place<'_, 'a>, desired: &'a Value, live: &'a Value) {
        if desired == live || place.depth() > MAX_DEPTH {
            return;
        }
        match (desired, live) {
            (Value::Map(desired), Value::Map(live)) => self.map(place, desired, live),
            (Value::List(desired), Value::List(live)) => self.list(place, desired, live),
            _ => {}
        }
    }

    fn map(&mut self, place: &Place<'_, 'a>, desired: &'a Map, live: &'a Map) {
        for (name, value) in live.iter().filter(|(name, _)| !is_identity(place, name)) {
            let here = place.child(Step::Field(name));
            match desired.get(name).filter(|it| !it.is_null()) {
                Some(desired) => self.value(&here, desired, value),
                None => self.undeclared(&here, value),
            }
        }
    }

    fn list(&mut self, place: &Place<'_, 'a>, desired: &'a [Value], live: &'a [Value]) {
        let element = place.of().and_then(TypeRef::list).map(ListRef::element);
        match Items::of(place, Owned::No) {
            Items::Keyed(names) => {
                let step =
                    |item: &'a Value| Step::Item(ItemKey { names: names.clone(), item, element });
                self.items(place, desired, live, &step);
            }
            Items::Set => {
                let step = |item: &'a Value| Step::Element(PathElement::Value(item.clone()));
                self.items(place, desired, live, &step);
            }
            Items::Whole => {}
        }
    }

    fn items(
        &mut self,
        place: &Place<'_, 'a>,
        desired: &'a [Value],
        live: &'a [Value],
        step: &dyn Fn(&'a Value) -> Step<'a>,
    ) {
        let declared: std::collections::BTreeMap<_, _> =
            desired.iter().filter_map(|it| Some((step(it).to_element()?, it))).collect();
        for item in live {
            let Some(element) = step(item).to_element() else { continue };
            let here = place.child(step(item));
            match declared.get(&element) {
                Some(desired) => self.value(&here, desired, item),
                None => self.note(&here, item),
            }
        }
    }

    /// Of maps that are not declared, each member may be somebody else's.
    fn undeclared(&mut self, place: &Place<'_, 'a>, live: &'a Value) {
        let is_atomic = || place.of().and_then(TypeRef::map).is_some_and(MapRef::is_atomic);
        let is_status = place.depth() == 1 && place.name() == Some("status");
        match live {
            Value::Map(members)
                if !members.is_empty()
                    && !is_status
                    && place.depth() <= MAX_DEPTH
                    && !is_atomic() =>
            {
                for (name, value) in members.iter() {
                    self.undeclared(&place.child(Step::Field(name)), value);
                }
            }
            _ => self.note(place, live),
        }
    }

    fn note(&mut self, place: &Place<'_, 'a>, live: &'a Value) {
        let path = place.path();
        let is_status = place.names().first() == Some(&"status");
        let (class, owner) = if is_status {
            (Class::Status, self.findings.owners.of(&path))
        } else if let Some(owner) = self.findings.owners.holder(&path) {
            (Class::Undeclared, Some(owner))
        } else if self.findings.owners.is_ours_at(&path) {
            return;
        } else if is_zero(live) || self.is_default(place, &path, live) {
            (Class::Defaulted, None)
        } else if self.findings.owners.is_untracked() {
            (Class::Undeclared, None)
        } else {
            (Class::Injected, None)
        };
        self.findings.put(place, &path, (Some(live), None), class, owner);
    }

    fn is_default(&self, place: &Place<'_, 'a>, path: &crate::FieldPath, live: &Value) -> bool {
        place.name().is_some_and(is_allocated)
            || path.lookup(&self.defaulted).is_some_and(|it| crate::fields::same(it, live))
    }
}
