//! What goes with an object: all that is in a namespace, all that is of a kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::{GroupKind, Object, ObjectId, Value};

/// The namespaces and definitions of kinds among some objects, each with what it holds.
///
/// Whoever deletes one of them deletes everything in it, whatever else was planned for that.
#[derive(Debug, Default)]
pub(crate) struct Holders<'a> {
    namespaces: BTreeMap<&'a str, &'a ObjectId>,
    kinds: BTreeMap<GroupKind, &'a ObjectId>,
}

impl<'a> Holders<'a> {
    pub(crate) fn among(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut all = Self::default();
        for object in objects {
            let id = object.id();
            if id.group_kind().is("", "Namespace") {
                all.namespaces.insert(id.name(), id);
            } else if is_definition(id) {
                all.kinds.insert(defined_kind(object), id);
            }
        }
        all
    }

    /// The holders of `id`.
    fn of(&self, id: &ObjectId) -> impl Iterator<Item = &'a ObjectId> {
        let namespace = id.namespace().and_then(|it| self.namespaces.get(it));
        namespace.into_iter().chain(self.kinds.get(id.group_kind())).copied()
    }

    /// Whether one of them holds `id`.
    pub(crate) fn hold(&self, id: &ObjectId) -> bool {
        self.of(id).next().is_some()
    }

    /// Those that hold one of `ids`, each with the first that it holds.
    pub(crate) fn holding<'i>(
        &self,
        ids: impl IntoIterator<Item = &'i ObjectId>,
    ) -> BTreeMap<&'a ObjectId, &'i ObjectId> {
        let mut occupied = BTreeMap::new();
        if self.namespaces.is_empty() && self.kinds.is_empty() {
            return occupied;
        }
        for id in ids {
            for holder in self.of(id) {
                occupied.entry(holder).or_insert(id);
            }
        }
        occupied
    }
}

/// Whether this is the identity of a definition of a kind.
pub(crate) fn is_definition(id: &ObjectId) -> bool {
    id.group_kind().is("apiextensions.k8s.io", "CustomResourceDefinition")
}

/// The kind that a `CustomResourceDefinition` defines.
pub(crate) fn defined_kind(definition: &Object) -> GroupKind {
    let text = |pointer| definition.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    GroupKind::new(text("/spec/group"), text("/spec/names/kind"))
}

/// Declared objects under other identities than their own: the API server serves objects of some
/// kinds in several groups out of one storage, so that deleting one deletes the other.
#[derive(Debug, Default)]
pub(crate) struct Twins<'a> {
    /// Namespace, name and uid of declared objects that live.
    pub(crate) seen: BTreeSet<(Option<&'a str>, &'a str, &'a str)>,
    /// Kind, namespace and name of declared objects of which it is not known whether they live.
    pub(crate) unseen: BTreeSet<(&'a str, Option<&'a str>, &'a str)>,
}

impl Twins<'_> {
    /// Whether `live` is a declared object.
    pub(crate) fn include(&self, live: &Object) -> bool {
        let id = live.id();
        live.uid().is_some_and(|uid| self.seen.contains(&(id.namespace(), id.name(), uid)))
    }

    /// Whether `id` could be a declared object that nobody could look at.
    pub(crate) fn may_include(&self, id: &ObjectId) -> bool {
        self.unseen.contains(&(id.kind(), id.namespace(), id.name()))
    }
}
