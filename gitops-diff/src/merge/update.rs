//! What creates, updates and patches do to the ownership of fields.

use super::context::{Context, Force, stripped};
use super::validate::{Duplicates, validate};
use super::{MergeError, manager_name, print, reconcile_all, settle, without_managed};
use crate::managed::ManagerOperation;
use crate::{ManagedEntry, ManagedFields, Schema, Text, Value};

/// Who owns what of an object that was there before anybody applied it.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";
/// Who owns what the oldest of too many updaters did.
const ANCIENT_CHANGES: &str = "ancient-changes";
/// So many updaters are kept apart.
const MAX_UPDATERS: usize = 10;

/// A create, an update or a patch that is no apply.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// The object as it was; `None` where it is created.
    pub live: Option<&'a Value>,
    /// The object as it will be, defaults included.
    pub next: &'a Value,
    /// Who writes.
    pub manager: &'a str,
    /// Through which subresource; `None` is the object itself.
    pub subresource: Option<&'a str>,
    /// The time of the write: RFC 3339 in UTC to the second.
    pub now: &'a str,
}

/// The object that is written, with its managedFields.
///
/// Where they cannot be kept (an object that its type does not allow), the object is written
/// without them, as the API server does.
pub fn update(schema: &Schema, update: &Update<'_>) -> Value {
    let next = without_managed(update.next);
    let managed = tracked(schema, update, &next).unwrap_or_default();
    settle::written(next, &managed, update.live)
}

fn tracked(schema: &Schema, update: &Update<'_>, next: &Value) -> Option<ManagedFields> {
    let context = Context::new(schema, next, update.subresource).ok()?;
    let mut managed = before(update);
    let uid = |it: &Value| it.pointer("/metadata/uid").and_then(Value::as_str).map(str::len);
    if managed.is_empty() && update.live.and_then(uid).is_some_and(|it| it > 0) {
        return Some(managed);
    }
    let live = update.live.map_or_else(|| context.empty(), without_managed);
    let mut next = print::decoded(&context, next.clone());
    if update.live.is_none() {
        next = context.set_fields(next);
    }
    let next = &next;
    for object in [&live, next] {
        validate(context.of, object, Duplicates::Allowed).ok()?;
    }
    reconcile_all(&context, &live, &mut managed).ok()?;
    own(&context, (&live, next), &mut managed, update.manager, update.now).ok()?;
    cap(&mut managed);
    Some(managed)
}

/// The owners before the write: those that the new object names, else those of the live one. A
/// new object with an empty list resets them (`decodeLiveOrNew`).
fn before(update: &Update<'_>) -> ManagedFields {
    let live = || update.live.and_then(|it| ManagedFields::read(it).ok()).unwrap_or_default();
    if update.subresource.is_some() {
        return live();
    }
    match update.next.pointer("/metadata/managedFields").and_then(Value::as_list) {
        Some([]) => ManagedFields::new(),
        Some([Value::Map(only)]) if only.is_empty() => ManagedFields::new(),
        _ => {
            let named = ManagedFields::read(update.next).ok().filter(|it| !it.is_empty());
            named.unwrap_or_else(live)
        }
    }
}

/// Gives a live object that nobody owns its first owner.
pub(super) fn first_owner(
    context: &Context<'_>,
    live: &Value,
    managed: &mut ManagedFields,
    now: &str,
) -> Result<(), MergeError> {
    let live = context.set_fields(live.clone());
    own(context, (&context.empty(), &live), managed, BEFORE_FIRST_APPLY, now)
}

/// Makes the manager `name` the owner of what changes; the time moves where something does.
fn own(
    context: &Context<'_>,
    change: (&Value, &Value),
    managed: &mut ManagedFields,
    name: &str,
    now: &str,
) -> Result<(), MergeError> {
    context.take(change, managed, None, Force::Yes)?;
    let mut fields = context.changed(change);
    fields.subtract(&stripped());
    if fields.is_empty() {
        return Ok(());
    }
    let mut entry = ManagedEntry {
        manager: manager_name(name).into(),
        operation: ManagerOperation::Update,
        api_version: context.api_version.clone(),
        time: Some(now.into()),
        subresource: context.subresource.map(Into::into),
        fields,
    };
    if let Some(earlier) = managed.iter().find(|it| it.same_manager(&entry)) {
        entry.fields = entry.fields.union(&earlier.fields);
    }
    managed.insert(entry);
    Ok(())
}

/// Merges the oldest updaters of each version until no more than ten are left
/// (`capManagersManager`).
fn cap(managed: &mut ManagedFields) {
    let is_update = |it: &&ManagedEntry| it.operation == ManagerOperation::Update;
    let mut updaters: Vec<ManagedEntry> = managed.iter().filter(is_update).cloned().collect();
    if updaters.len() <= MAX_UPDATERS {
        return;
    }
    updaters.sort_by(|a, b| (&a.time, &a.manager).cmp(&(&b.time, &b.manager)));
    let mut first_of = std::collections::BTreeMap::<Text, ManagedEntry>::new();
    let mut left = updaters.len();
    for updater in updaters {
        if left <= MAX_UPDATERS {
            break;
        }
        let Some(first) = first_of.get(&updater.api_version) else {
            first_of.insert(updater.api_version.clone(), updater);
            continue;
        };
        let mut bucket =
            ManagedEntry { manager: ANCIENT_CHANGES.into(), subresource: None, ..updater.clone() };
        let entries = managed.entries_mut();
        let before = entries.iter().find(|it| it.same_manager(&bucket)).unwrap_or(first);
        bucket.fields = bucket.fields.union(&before.fields);
        entries.retain(|it| !it.same_manager(&updater) && !it.same_manager(first));
        managed.insert(bucket);
        left -= 1;
    }
}
