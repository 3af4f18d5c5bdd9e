//! Who owns the fields of a live object, asked only where a rule needs it.

use std::cell::OnceCell;

use crate::policy::OwnedBy;
use crate::{
    FieldPath, ManagedEntry, ManagedFields, ManagerOperation, Object, PathElement, Text, Value,
};

/// Everybody's fields.
pub(in crate::policy) struct Owners<'a> {
    live: Option<&'a Object>,
    manager: &'a str,
    all: OnceCell<ManagedFields>,
}

impl<'a> Owners<'a> {
    pub(in crate::policy) fn new(live: Option<&'a Object>, manager: &'a str) -> Self {
        Self { live, manager, all: OnceCell::new() }
    }

    pub(in crate::policy) fn all(&self) -> &ManagedFields {
        let read = |live: &Object| ManagedFields::read(live.body()).unwrap_or_default();
        self.all.get_or_init(|| self.live.map(read).unwrap_or_default())
    }

    /// Whether such a manager owns the field or something below it.
    pub(in crate::policy) fn owns(&self, by: &OwnedBy, path: &FieldPath) -> bool {
        self.all().iter().any(|it| by.matches(it) && claims(it, path))
    }

    /// Whether the field is ours.
    pub(super) fn we_own(&self, path: &FieldPath) -> bool {
        self.all().iter().any(|it| self.is_ours(it) && claims(it, path))
    }

    /// Whether somebody else owns the field or something below it.
    pub(super) fn others_own(&self, path: &FieldPath) -> bool {
        self.all().iter().any(|it| !self.is_ours(it) && claims(it, path))
    }

    /// The names of the key fields by which somebody owns items of the list.
    pub(super) fn keys(&self, path: &FieldPath) -> Option<Vec<Text>> {
        self.all().iter().find_map(|entry| {
            let below = path.elements().iter().try_fold(&entry.fields, |set, it| set.children(it));
            below?.iter().find_map(|(element, ..)| match element {
                PathElement::Key(fields) => {
                    Some(fields.iter().map(|(name, _)| name.clone()).collect())
                }
                _ => None,
            })
        })
    }

    /// What an item of the list at `path` is called by those who own items of it.
    pub(in crate::policy) fn element(
        &self,
        path: &FieldPath,
        at: usize,
        item: &Value,
    ) -> PathElement {
        let below = |entry: &'_ ManagedEntry| {
            let set = path.elements().iter().try_fold(&entry.fields, |set, it| set.children(it))?;
            let is_it = |it: &PathElement| {
                it.position(std::slice::from_ref(item)).is_some()
                    && !matches!(it, PathElement::Index(_))
            };
            set.iter().map(|it| it.0).find(|it| is_it(it)).cloned()
        };
        let index = || PathElement::Index(i64::try_from(at).unwrap_or(i64::MAX));
        self.all().iter().find_map(below).unwrap_or_else(index)
    }

    fn is_ours(&self, entry: &ManagedEntry) -> bool {
        entry.manager == *self.manager
            && entry.operation == ManagerOperation::Apply
            && entry.subresource.is_none()
    }
}

fn claims(entry: &ManagedEntry, path: &FieldPath) -> bool {
    if entry.fields.has(path) {
        return true;
    }
    let below = path.elements().iter().try_fold(&entry.fields, |set, it| set.children(it));
    below.is_some_and(|it| !it.is_empty())
}
