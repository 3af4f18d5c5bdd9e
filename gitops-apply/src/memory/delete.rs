//! Deletions: preconditions, finalizers, propagation.

use gitops_diff::{Map, Text, Value};

use super::dispatch::Task;
use super::lifecycle;
use super::metadata::{self, text};
use super::options::Garbage;
use super::params;
use super::request::{Reply, Request};
use super::resource::Resource;
use super::status::{Cause, Status};
use super::store;

/// What the body and the query of a deletion say.
#[derive(Debug, Default)]
struct Terms {
    uid: Option<Text>,
    revision: Option<Text>,
    propagation: Propagation,
    dry_run: bool,
}

/// What becomes of dependents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Propagation {
    #[default]
    Background,
    Foreground,
    Orphan,
}

impl Task<'_> {
    pub(super) fn delete(&mut self, request: &Request) -> Result<Reply, Status> {
        let terms = self.terms(request)?;
        let name = self.name().to_owned();
        self.delete_one(&name, &terms)
    }

    pub(super) fn delete_collection(&mut self, request: &Request) -> Result<Reply, Status> {
        let terms = self.terms(request)?;
        let rows = self.state.store.rows(&self.target.resource.table());
        let rows = rows.into_iter().flat_map(|it| it.values());
        let matching = rows.filter(|it| self.target.holds(it) && self.params.selector.matches(it));
        let names: Vec<String> = matching.map(|it| metadata::name(it).to_owned()).collect();
        let list = self.list()?;
        for name in names {
            self.delete_one(&name, &terms)?;
        }
        Ok(list)
    }

    fn terms(&mut self, request: &Request) -> Result<Terms, Status> {
        let body = if request.body.is_empty() { Value::Null } else { self.body(request)? };
        let field = |pointer| body.pointer(pointer).and_then(Value::as_str).map(Text::from);
        let named = field("/propagationPolicy").map(String::from);
        let named = named.or_else(|| self.params.propagation.clone());
        let orphan = body.get("orphanDependents").and_then(Value::as_bool);
        self.warn_of_orphans(request.method, named.is_some() || orphan.is_some());
        if let (Some(named), Some(_)) = (&named, orphan) {
            let why = "orphanDependents and deletionPropagation cannot be both set";
            let cause = Cause::invalid("propagationPolicy", &named.clone().into(), why);
            return Err(Status::invalid_options("DeleteOptions", cause));
        }
        let dry_run = body.pointer("/dryRun/0").and_then(Value::as_str).unwrap_or_default();
        let dry_run = params::dry_run(request, dry_run)?;
        Ok(Terms {
            uid: field("/preconditions/uid"),
            revision: field("/preconditions/resourceVersion"),
            propagation: match orphan {
                Some(true) => Propagation::Orphan,
                Some(false) => Propagation::Background,
                None => propagation(named.as_deref(), &self.target.resource)?,
            },
            dry_run: dry_run || self.params.dry_run,
        })
    }

    fn delete_one(&mut self, name: &str, terms: &Terms) -> Result<Reply, Status> {
        let resource = self.target.resource.clone();
        let live = self.live(name).ok_or_else(|| self.not_found(name))?;
        check_preconditions(&resource, &live, terms)?;
        let mut next = Value::clone(&live);
        self.propagate(&mut next, terms);
        lifecycle::hold(&resource, &mut next);
        if metadata::is_deleting(&live) && next == *live {
            return Ok(self.show(200, &live));
        }
        let waits = !lifecycle::is_released(&next);
        if waits || resource.is("", "pods") {
            lifecycle::mark(&mut next, &self.now);
        }
        if terms.dry_run {
            return Ok(self.deleted(&resource, &next, waits));
        }
        let key = store::key(self.target.namespace.as_deref(), name);
        if waits {
            let stored = self.state.store.put(&resource.table(), &key, next);
            lifecycle::marked(self.state, &resource, &stored);
            return Ok(self.show(200, &stored));
        }
        let gone = self.state.store.remove(&resource.table(), &key, next);
        lifecycle::removed(self.state, &resource, &gone);
        Ok(self.deleted(&resource, &gone, waits))
    }

    fn deleted(&self, resource: &Resource, object: &Value, waits: bool) -> Reply {
        if waits || resource.rules.returns_deleted {
            return self.show(200, object);
        }
        let uid = text(object, "/metadata/uid");
        Reply::value(200, Status::deleted(resource, metadata::name(object), uid))
    }

    /// Without a garbage collector, policies other than the default hold the object by a
    /// finalizer; with one, dependents are orphaned here and collected later.
    fn propagate(&mut self, next: &mut Value, terms: &Terms) {
        let kept = self.state.options.lifecycle.garbage == Garbage::Kept;
        match terms.propagation {
            Propagation::Foreground if kept => add_finalizer(next, "foregroundDeletion"),
            Propagation::Orphan if kept => add_finalizer(next, "orphan"),
            Propagation::Orphan if !terms.dry_run => {
                lifecycle::orphan(self.state, text(next, "/metadata/uid"));
            }
            _ => {}
        }
    }
}

fn propagation(named: Option<&str>, resource: &Resource) -> Result<Propagation, Status> {
    match named {
        // What their first versions did with their pods, these two do for ever.
        None | Some("") if resource.is("batch", "jobs") => Ok(Propagation::Orphan),
        None | Some("") if resource.is("", "replicationcontrollers") => Ok(Propagation::Orphan),
        None | Some("" | "Background") => Ok(Propagation::Background),
        Some("Foreground") => Ok(Propagation::Foreground),
        Some("Orphan") => Ok(Propagation::Orphan),
        Some(other) => {
            let supported = ["Foreground", "Background", "Orphan", "nil"];
            let cause = Cause::not_supported("propagationPolicy", &other.into(), &supported);
            Err(Status::invalid_options("DeleteOptions", cause))
        }
    }
}

pub(super) fn add_finalizer(object: &mut Value, finalizer: &str) {
    if !metadata::finalizers(object).contains(&finalizer) {
        let list = metadata::of(object).entry("finalizers", || Value::List(Vec::new()));
        list.as_list_mut().into_iter().for_each(|it| it.push(finalizer.into()));
    }
}

fn check_preconditions(resource: &Resource, live: &Value, terms: &Terms) -> Result<(), Status> {
    let uid = text(live, "/metadata/uid");
    let revision = text(live, "/metadata/resourceVersion");
    let why = match (&terms.uid, &terms.revision) {
        (Some(named), _) if named.as_str() != uid => format!(
            "the UID in the precondition ({named}) does not match the UID in record ({uid}). The \
             object might have been deleted and then recreated"
        ),
        (_, Some(named)) if named.as_str() != revision => format!(
            "the ResourceVersion in the precondition ({named}) does not match the \
             ResourceVersion in record ({revision}). The object might have been modified"
        ),
        _ => return Ok(()),
    };
    Err(Status::precondition(resource, metadata::name(live), &why))
}

/// Members without those named.
pub(super) fn without(members: &mut Map, key: &str, gone: impl Fn(&Value) -> bool) {
    let Some(list) = members.get_mut(key).and_then(Value::as_list_mut) else {
        return;
    };
    list.retain(|it| !gone(it));
    if list.is_empty() {
        members.remove(key);
    }
}
