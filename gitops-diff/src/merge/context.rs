//! What a merge needs to know of the object's kind.

use std::collections::BTreeMap;

use super::MergeError;
use super::compare::{Comparison, compare};
use super::error::Conflict;
use super::validate::{Duplicates, validate};
use super::{formats, settle};
use crate::schema::{MapRef, TypeRef};
use crate::{FieldSet, GroupKind, ManagedEntry, ManagedFields, PathElement, Schema, Text, Value};

/// The kind of an object, in the version in which it is written.
pub(super) struct Context<'a> {
    pub(super) schema: &'a Schema,
    pub(super) kind: GroupKind,
    pub(super) api_version: Text,
    pub(super) of: TypeRef<'a>,
    pub(super) subresource: Option<&'a str>,
}

/// Whether fields of others are taken when their values change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Force {
    /// They are not: an apply that would is refused with the conflicts.
    #[default]
    No,
    /// They are.
    Yes,
}

/// The kind of an object, and the version in which it is written.
///
/// # Errors
/// [`MergeError::Invalid`] where it does not say.
pub(crate) fn kind_of(object: &Value) -> Result<(GroupKind, Text), MergeError> {
    let text = |key: &str| match object.get(key) {
        Some(Value::Str(text)) if !text.is_empty() => Ok(text),
        _ => Err(MergeError::Invalid(format!("`{key}` must be a string that is not empty"))),
    };
    let (group, version) = split(text("apiVersion")?);
    Ok((GroupKind::new(group, text("kind")?), version.into()))
}

impl<'a> Context<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        object: &Value,
        subresource: Option<&'a str>,
    ) -> Result<Self, MergeError> {
        let (kind, version) = kind_of(object)?;
        let of = schema.type_of(&kind, &version);
        let api_version =
            object.get("apiVersion").and_then(Value::as_str).unwrap_or_default().into();
        Ok(Self { schema, kind, api_version, of, subresource })
    }

    /// Checks the form of an object, called `what` in the message (`objectGVKNN`).
    pub(super) fn check(
        &self,
        what: &str,
        object: &Value,
        duplicates: Duplicates,
    ) -> Result<(), MergeError> {
        let checked = validate(self.of, object, duplicates);
        checked.map_err(|why| {
            let who = self.describe(object);
            MergeError::Invalid(format!("failed to create {what} ({who}): {why}"))
        })
    }

    /// Checks what the decoder of a built-in kind checks.
    pub(super) fn check_formats(&self, object: &Value) -> Result<(), MergeError> {
        if !self.schema.is_builtin(&self.kind) {
            return Ok(());
        }
        formats::check(self.of, object).map_err(|why| {
            let slash = if self.api_version.contains('/') { "" } else { "/" };
            let kind = format!("{slash}{}, Kind={}", self.api_version, self.kind.kind);
            let who = self.describe(object);
            MergeError::Invalid(format!(
                "failed to convert new object ({who}) to proper version: unable to convert \
                 unstructured object to {kind}: {why}"
            ))
        })
    }

    fn describe(&self, object: &Value) -> String {
        let text = |key| object.get("metadata").and_then(|it| it.get(key)?.as_str());
        let namespace = text("namespace").unwrap_or_default();
        let name = text("name").unwrap_or_default();
        let slash = if self.api_version.contains('/') { "" } else { "/" };
        let (version, kind) = (&self.api_version, &self.kind.kind);
        format!("{namespace}/{name}; {slash}{version}, Kind={kind}")
    }

    /// The type of the kind in another version, where it is served.
    pub(super) fn type_in(&self, api_version: &str) -> Option<TypeRef<'a>> {
        let (group, version) = split(api_version);
        let known = self.kind.group == group && self.schema.knows(&self.kind, version);
        known.then(|| self.schema.type_of(&self.kind, version))
    }

    /// The fields that this write cannot set, in a version.
    pub(super) fn reset_in(&self, api_version: &str) -> FieldSet {
        let (_, version) = split(api_version);
        self.schema.reset_fields(&self.kind, version, self.subresource)
    }

    /// An object of the kind before its creation.
    pub(super) fn empty(&self) -> Value {
        let mut empty = self.of.map().map(MapRef::zero).unwrap_or_default();
        empty.insert("apiVersion", self.api_version.clone().into());
        empty.insert("kind", self.kind.kind.clone().into());
        empty.map_at("metadata");
        empty.into()
    }

    /// The object without fields that are `null`: to a Go struct, nobody set them. Compared with
    /// the [`empty`](Self::empty) one, they are not new.
    pub(super) fn set_fields(&self, object: Value) -> Value {
        if self.schema.is_builtin(&self.kind) { settle::without_null(object) } else { object }
    }

    /// Takes from all managers but `me` what changes between `old` and `new`.
    ///
    /// # Errors
    /// The conflicts, where not forced; where `new` is no object in the version of a manager, it
    /// is invalid.
    pub(super) fn take(
        &self,
        (old, new): (&Value, &Value),
        managed: &mut ManagedFields,
        me: Option<&ManagedEntry>,
        force: Force,
    ) -> Result<(), MergeError> {
        // Compared only for managers that there are.
        let mut versions = BTreeMap::<Text, Comparison>::new();
        let mut conflicts = Vec::new();
        let mut left = Vec::new();
        for mut entry in std::mem::take(managed.entries_mut()) {
            if me.is_some_and(|it| it.same_manager(&entry)) {
                left.push(entry);
                continue;
            }
            let version = entry.api_version.clone();
            let of = self.type_in(&version).unwrap_or(self.of);
            if of != self.of {
                validate(of, new, Duplicates::Allowed).map_err(MergeError::Invalid)?;
            }
            let found = versions.entry(version);
            let found = found.or_insert_with_key(|it| self.differences(of, it, (old, new)));
            let taken = entry.fields.intersection(&found.changed());
            conflicts.extend(taken.paths().into_iter().map(|it| Conflict::new(it, &entry)));
            entry.fields.subtract(&taken);
            entry.fields.subtract(&found.removed);
            left.push(entry);
        }
        if force == Force::No && !conflicts.is_empty() {
            return Err(MergeError::Conflicts(conflicts));
        }
        left.retain(|it| !it.fields.is_empty());
        *managed.entries_mut() = left;
        Ok(())
    }

    /// What changes between two objects in the version of this write.
    pub(super) fn changed(&self, change: (&Value, &Value)) -> FieldSet {
        self.differences(self.of, &self.api_version, change).changed()
    }

    fn differences(
        &self,
        of: TypeRef<'_>,
        api_version: &str,
        (old, new): (&Value, &Value),
    ) -> Comparison {
        compare(of, old, new).without(&self.reset_in(api_version))
    }
}

/// Group and version of an `apiVersion`.
fn split(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The fields that nobody ever owns (`stripMetaManager`).
pub(super) fn stripped() -> FieldSet {
    const NAMES: [&str; 9] = [
        "clusterName",
        "creationTimestamp",
        "generation",
        "managedFields",
        "name",
        "namespace",
        "resourceVersion",
        "selfLink",
        "uid",
    ];
    let mut set = FieldSet::new();
    let field = PathElement::field;
    for name in ["apiVersion", "kind", "metadata"] {
        set.insert(&[field(name)]);
    }
    for name in NAMES {
        set.insert(&[field("metadata"), field(name)]);
    }
    set
}
