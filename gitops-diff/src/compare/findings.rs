//! What a walk found: fields with both values, whose doing they are, and what may be shown.

use super::Comparison;
use super::owned::Owners;
use super::place::{Place, is_identity};
use crate::{Class, FieldChange, FieldPath, Object, Owner, Shown, Value, secret};

/// The fields that a walk found to differ.
pub(super) struct Findings<'a> {
    pub(super) desired: &'a Object,
    pub(super) owners: Owners<'a>,
    pub(super) found: Vec<FieldChange>,
    /// Whether a write of the object itself leaves its status alone.
    resets_status: bool,
}

impl<'a> Findings<'a> {
    pub(super) fn new(comparison: Comparison<'a>, desired: &'a Object, live: &'a Object) -> Self {
        let (schema, kind) = (comparison.schema, desired.id().group_kind());
        let has_status = || schema.subresources(kind, desired.version()).iter();
        let resets_status = schema.scope(kind).is_none()
            || schema.is_builtin(kind)
            || has_status().any(|it| *it == "status");
        let owners = Owners::new(live, comparison.manager, comparison.others);
        Self { desired, owners, found: Vec::new(), resets_status }
    }

    /// Whether a field of the object is the server's to set, or its identity.
    pub(super) fn is_server_set(&self, place: &Place<'_, '_>, name: &str) -> bool {
        is_identity(place, name) || (place.depth() == 0 && name == "status" && self.resets_status)
    }

    /// Records a change of the field at `place`.
    pub(super) fn record(
        &mut self,
        place: &Place<'_, 'a>,
        old: Option<&Value>,
        new: Option<&Value>,
    ) {
        let path = place.path();
        let taken = || self.owners.holder(&path).filter(|_| new.is_some());
        let (class, owner) = match (old, old.and_then(|_| taken())) {
            (None, _) => (Class::Ours, None),
            (Some(_), Some(holder)) => (Class::Taken, Some(holder)),
            (Some(_), None) => (Class::Ours, self.owners.of(&path)),
        };
        self.put(place, &path, (old, new), class, owner);
    }

    /// Records a field of a class.
    pub(super) fn put(
        &mut self,
        place: &Place<'_, 'a>,
        path: &FieldPath,
        (old, new): (Option<&Value>, Option<&Value>),
        class: Class,
        owner: Option<Owner>,
    ) {
        let hidden = secret::is_meant(self.desired) && secret::is_hidden(&place.names());
        let shown = |value: &Value| {
            if hidden { Shown::Hidden } else { Shown::Value(value.clone()) }
        };
        let change = FieldChange::new(path.to_string(), old.map(shown), new.map(shown));
        self.found.push(FieldChange { owner, class, ..change });
    }
}
