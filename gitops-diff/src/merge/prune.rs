//! Takes out of a merged object what its manager no longer declares (structured-merge-diff,
//! `merge/update.go`).

use std::collections::BTreeMap;

use super::context::Context;
use super::{collect, reconcile::step, remove::remove};
use crate::schema::{ListRef, TypeRef};
use crate::{FieldSet, ManagedEntry, ManagedFields, PathElement, Text, Value};

/// Removes the fields that `last` owned and that nobody owns any more.
pub(super) fn prune(
    context: &Context<'_>,
    merged: Value,
    managed: &ManagedFields,
    last: &ManagedEntry,
) -> Value {
    let Some(of) = context.type_in(&last.api_version) else {
        return merged;
    };
    if last.fields.is_empty() || keeps_all(context, managed, last) {
        return merged;
    }
    let owned = with_named(&last.fields, Some(of));
    let pruned = remove(of, &merged, &owned);
    let pruned = keep_owned(context, &merged, pruned, managed, &last.api_version);
    let gone = present(of, &merged).difference(&present(of, &pruned));
    remove(of, &merged, &gone.intersection(&owned))
}

/// Whether all that `last` owned is declared again, so that nothing can go.
///
/// What is declared names each item and each member of a map that it has something in. So nothing
/// of it is below of what goes, and what the versions of others differ in does not come in where
/// all write in one. Only a list that is owned without an item of it can lose its last one, and
/// so itself.
fn keeps_all(context: &Context<'_>, managed: &ManagedFields, last: &ManagedEntry) -> bool {
    let mine = managed.iter().find(|it| it.same_manager(last));
    managed.iter().all(|it| it.api_version == context.api_version)
        && last.api_version == context.api_version
        && mine.is_some_and(|it| last.fields.is_within(&it.fields))
        && !has_bare_list(context.of, &last.fields)
}

/// Whether a list whose items have names is owned, and none of the items.
fn has_bare_list(of: TypeRef<'_>, fields: &FieldSet) -> bool {
    fields.iter().any(|(element, _, children)| {
        step(of, element).is_none_or(|of| {
            if children.is_empty() {
                of.list().is_some_and(|it| !it.is_atomic())
            } else {
                has_bare_list(of, children)
            }
        })
    })
}

/// Puts back what somebody owns, the manager's new declaration included; the version that was
/// pruned in comes first.
fn keep_owned(
    context: &Context<'_>,
    merged: &Value,
    mut pruned: Value,
    managed: &ManagedFields,
    first: &Text,
) -> Value {
    let mut by_version = BTreeMap::<&Text, FieldSet>::new();
    for entry in managed {
        let owned = by_version.entry(&entry.api_version).or_default();
        *owned = owned.union(&entry.fields);
    }
    let first = by_version.remove_entry(first);
    for (version, owned) in first.into_iter().chain(by_version) {
        if let Some(of) = context.type_in(version) {
            let kept = present(of, &pruned).union(&with_named(&owned, Some(of)));
            pruned = remove(of, merged, &present(of, merged).difference(&kept));
        }
    }
    pruned
}

fn present(of: TypeRef<'_>, value: &Value) -> FieldSet {
    with_named(&collect::fields(of, value), Some(of))
}

/// The set with every field of a struct as a member that something is below of
/// (`EnsureNamedFieldsAreMembers`).
fn with_named(fields: &FieldSet, of: Option<TypeRef<'_>>) -> FieldSet {
    let map = of.and_then(TypeRef::map);
    let list = of.and_then(TypeRef::list);
    let mut set = FieldSet::new();
    for (element, member, children) in fields.iter() {
        let (named, below) = match element {
            PathElement::Field(name) => {
                let named = map.is_some_and(|it| it.names(name));
                (named && !children.is_empty(), map.and_then(|it| it.field(name)))
            }
            PathElement::Key(_) => (false, list.map(ListRef::element)),
            PathElement::Value(_) | PathElement::Index(_) => (false, None),
        };
        set.place(element.clone(), member || named, with_named(children, below));
    }
    set
}
