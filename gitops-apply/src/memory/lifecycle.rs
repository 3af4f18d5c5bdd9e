//! What controllers do: empty namespaces, establish definitions, collect garbage.

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_diff::{Text, Value};

use super::definition;
use super::delete::{add_finalizer, without};
use super::metadata::{self, text};
use super::options::{After, Garbage};
use super::resource::{Resource, Table};
use super::state::State;

/// Something that a controller has yet to do.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// At which tick.
    due: u64,
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    Establish(Text),
    Empty(Text),
    RemoveDefinition(Text),
}

/// Whether it is done.
#[derive(PartialEq, Eq)]
enum Progress {
    Done,
    Waits,
}

/// Does what is due.
pub(super) fn settle(state: &mut State) {
    let (due, later): (Vec<Pending>, Vec<Pending>) =
        std::mem::take(&mut state.pending).into_iter().partition(|it| it.due <= state.ticks);
    state.pending = later;
    for pending in due {
        let progress = match &pending.work {
            Work::Establish(name) => {
                definition::establish(state, name);
                Progress::Done
            }
            Work::Empty(name) => empty(state, name),
            Work::RemoveDefinition(name) => remove_definition(state, name),
        };
        if progress == Progress::Waits {
            state.pending.push(pending);
        }
    }
    if state.owners_gone && state.options.lifecycle.garbage == Garbage::Collected {
        state.owners_gone = false;
        while collect(state) {}
    }
}

fn schedule(state: &mut State, after: After, work: Work) {
    if let After::Calls(calls) = after {
        state.pending.push(Pending { due: state.ticks + calls, work });
    }
}

/// After an object was made.
pub(super) fn created(state: &mut State, resource: &Resource, object: &Value) {
    if definition::is_definition(resource) {
        let after = state.options.lifecycle.establish_definitions;
        schedule(state, after, Work::Establish(metadata::name(object).into()));
    }
}

/// After an object was changed.
pub(super) fn updated(state: &mut State, resource: &Resource, object: &Value) {
    if definition::is_definition(resource) && definition::is_established(object) {
        definition::serve(state, object);
    }
}

/// Before a deletion: definitions wait for their objects, what they have to wait for in them.
pub(super) fn hold(resource: &Resource, object: &mut Value) {
    if definition::is_definition(resource) {
        add_finalizer(object, definition::FINALIZER);
    }
}

/// Says in an object that it is being deleted.
pub(super) fn mark(object: &mut Value, now: &str) {
    if metadata::is_deleting(object) {
        return;
    }
    metadata::set(object, "deletionTimestamp", Some(now.into()));
    if text(object, "/kind") == "Namespace" {
        if let Some(members) = object.as_map_mut() {
            members.map_at("status").insert("phase", "Terminating".into());
        }
    } else {
        metadata::set(object, "deletionGracePeriodSeconds", Some(Value::Int(0)));
    }
    metadata::next_generation(object);
}

/// After an object was marked as being deleted.
pub(super) fn marked(state: &mut State, resource: &Resource, object: &Value) {
    let name = Text::from(metadata::name(object));
    if resource.is("", "namespaces") {
        let after = state.options.lifecycle.finalise_namespaces;
        schedule(state, after, Work::Empty(name));
    } else if definition::is_definition(resource) {
        schedule(state, After::Calls(0), Work::RemoveDefinition(name));
    }
}

/// After an object was removed.
pub(super) fn removed(state: &mut State, resource: &Resource, object: &Value) {
    state.owners_gone = true;
    if definition::is_definition(resource) {
        definition::retire(state, object);
    }
}

/// Whether nothing holds an object: no finalizers, in namespaces none in the spec either.
pub(super) fn is_released(object: &Value) -> bool {
    let spec = object.pointer("/spec/finalizers").and_then(Value::as_list).unwrap_or_default();
    let namespace = text(object, "/kind") == "Namespace";
    metadata::finalizers(object).is_empty() && (!namespace || spec.is_empty())
}

/// Whether an object that was written has to be removed.
pub(super) fn may_go(object: &Value) -> bool {
    metadata::is_deleting(object) && is_released(object)
}

/// Deletes what is in a namespace, then the namespace.
fn empty(state: &mut State, name: &str) -> Progress {
    let Some(namespace) = state.namespace(name).cloned() else {
        return Progress::Done;
    };
    let inside = objects(state, |it| text(it, "/metadata/namespace") == name);
    if expire_all(state, inside) == Progress::Waits {
        return Progress::Waits;
    }
    let mut next = Value::clone(&namespace);
    if let Some(spec) = next.as_map_mut().map(|it| it.map_at("spec")) {
        spec.remove("finalizers");
    }
    let table = ("".into(), "namespaces".into());
    if is_released(&next) {
        state.store.remove(&table, &name.into(), next);
        state.owners_gone = true;
        Progress::Done
    } else {
        // Finalizers of others are left: their removal removes the namespace.
        state.store.put(&table, &name.into(), next);
        Progress::Done
    }
}

/// Deletes the objects of a kind, then its definition.
fn remove_definition(state: &mut State, name: &str) -> Progress {
    let Some(found) = definition::find(&state.store, name) else {
        return Progress::Done;
    };
    let table =
        (Text::from(text(&found, "/spec/group")), Text::from(text(&found, "/spec/names/plural")));
    let rows = state.store.rows(&table);
    let keys = rows.into_iter().flat_map(|it| it.keys()).map(|key| (table.clone(), key.clone()));
    let inside = keys.collect();
    if expire_all(state, inside) == Progress::Waits {
        return Progress::Waits;
    }
    let mut next = Value::clone(&found);
    without(metadata::of(&mut next), "finalizers", |it| it.as_str() == Some(definition::FINALIZER));
    let table = ("apiextensions.k8s.io".into(), "customresourcedefinitions".into());
    if is_released(&next) {
        let gone = state.store.remove(&table, &name.into(), next);
        definition::retire(state, &gone);
        state.owners_gone = true;
    } else {
        state.store.put(&table, &name.into(), next);
    }
    Progress::Done
}

/// Where the objects are for which `wanted` holds.
fn objects(state: &State, wanted: impl Fn(&Value) -> bool) -> Vec<(Table, Text)> {
    let mut found = Vec::new();
    for (table, rows) in state.store.tables() {
        let keys = rows.iter().filter(|(_, it)| wanted(it)).map(|(key, _)| key.clone());
        found.extend(keys.map(|key| (table.clone(), key)));
    }
    found
}

/// Deletes objects; waits while finalizers hold some.
fn expire_all(state: &mut State, objects: Vec<(Table, Text)>) -> Progress {
    let mut progress = Progress::Done;
    for (table, key) in objects {
        let Some(live) = state.store.get(&table, &key).cloned() else {
            continue;
        };
        if expire(state, &table, &key, &live) == Progress::Waits {
            progress = Progress::Waits;
        }
    }
    progress
}

fn expire(state: &mut State, table: &Table, key: &Text, live: &Arc<Value>) -> Progress {
    let mut next = Value::clone(live);
    if is_released(&next) {
        state.store.remove(table, key, next);
        state.owners_gone = true;
        return Progress::Done;
    }
    if !metadata::is_deleting(live) {
        let now = state.options.clock.now();
        mark(&mut next, &now);
        state.store.put(table, key, next);
    }
    Progress::Waits
}

/// Deletes what has owners of which none is there; whether anything went.
fn collect(state: &mut State) -> bool {
    let all = state.store.tables().flat_map(|(_, rows)| rows.values());
    let uids: BTreeSet<String> = all.map(|it| text(it, "/metadata/uid").to_owned()).collect();
    let abandoned = |it: &Value| {
        let mut owners = owners(it).peekable();
        owners.peek().is_some()
            && !owners.any(|uid| uids.contains(uid))
            && !metadata::is_deleting(it)
    };
    let gone = objects(state, abandoned);
    let any = !gone.is_empty();
    expire_all(state, gone);
    any
}

fn owners(object: &Value) -> impl Iterator<Item = &str> {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_list);
    owners.unwrap_or_default().iter().map(|it| text(it, "/uid"))
}

/// Makes dependents independent of the owner with this uid.
pub(super) fn orphan(state: &mut State, uid: &str) {
    let uid = uid.to_owned();
    for (table, key) in objects(state, |it| owners(it).any(|owner| owner == uid)) {
        let Some(live) = state.store.get(&table, &key).cloned() else {
            continue;
        };
        let mut next = Value::clone(&live);
        without(metadata::of(&mut next), "ownerReferences", |it| text(it, "/uid") == uid);
        state.store.put(&table, &key, next);
    }
}
