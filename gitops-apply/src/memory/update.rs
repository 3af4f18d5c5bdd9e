//! Objects that change: what an update, a patch and an apply have in common.

use gitops_diff::merge::settle;
use gitops_diff::{Map, Value};

use super::admission::Verb;
use super::create::{Ownership, reset};
use super::decode;
use super::definition;
use super::dispatch::Task;
use super::lifecycle;
use super::metadata::{self, text};
use super::request::Reply;
use super::resource::Resource;
use super::status::{Cause, Status};
use super::store;
use super::view::converted;

impl Task<'_> {
    pub(super) fn update(&mut self, body: Value) -> Result<Reply, Status> {
        let object = self.read_body(body)?;
        self.check_name(&object)?;
        let resource = self.target.resource.clone();
        let Some(live) = self.live(self.name()) else {
            if resource.rules.create_on_update && self.target.subresource.is_none() {
                return self.insert(object, Ownership::ToTrack);
            }
            return Err(self.not_found(self.name()));
        };
        check_uid(&resource, &live, &object)?;
        if text(&object, "/metadata/resourceVersion").is_empty()
            && (resource.rules.custom || resource.rules.conditional_update)
        {
            return Err(Status::unversioned(&resource, self.name()));
        }
        self.commit(&live, object, Ownership::ToTrack)
    }

    /// The name in the body must be that in the path.
    pub(super) fn check_name(&self, object: &Value) -> Result<(), Status> {
        let (found, expected) = (metadata::name(object), self.name());
        let message = if found.is_empty() {
            format!(
                "the name of the object ({expected} based on URL) was undeterminable: name must \
                 be provided"
            )
        } else if found == expected {
            return Ok(());
        } else {
            format!(
                "the name of the object ({found}) does not match the name on the URL ({expected})"
            )
        };
        Err(Status::bad_request(message))
    }

    /// Writes `next` in the place of `live`, where that changes anything.
    pub(super) fn commit(
        &mut self,
        live: &Value,
        mut next: Value,
        ownership: Ownership,
    ) -> Result<Reply, Status> {
        let resource = self.target.resource.clone();
        let name = self.name().to_owned();
        let live = &converted(&resource, live);
        let revision = text(&next, "/metadata/resourceVersion");
        if !revision.is_empty() && revision != text(live, "/metadata/resourceVersion") {
            return Err(Status::modified(&resource, &name));
        }
        check_identity(&resource, live, &next)?;
        metadata::keep(live, &mut next);
        check_finalizers(&resource, live, &next)?;
        self.reset(live, &mut next);
        self.complete(&mut next);
        if ownership == Ownership::ToTrack {
            next = decode::without_empty(&self.state.schema, &resource, next);
            next = self.track(Some(live), &next);
        }
        self.allocate(Some(live), &mut next)?;
        self.admit(Verb::Update, Some(live), &mut next)?;
        metadata::keep(live, &mut next);
        if bumps_generation(&resource, live, &next) {
            metadata::next_generation(&mut next);
        }
        self.write(Some(live)).prepare(&mut next);
        self.validate(Some(live), &next)?;
        next = decode::without_empty(&self.state.schema, &resource, next);
        definition::store_version(&self.state.store, &resource, &mut next);
        let next = settle(live, next);
        if next == *live || self.params.dry_run {
            return Ok(self.show(200, &next));
        }
        Ok(self.store_or_remove(&resource, &name, next))
    }

    /// What has no finalizers left while it is being deleted, goes.
    fn store_or_remove(&mut self, resource: &Resource, name: &str, next: Value) -> Reply {
        let table = resource.table();
        let key = store::key(self.target.namespace.as_deref(), name);
        if lifecycle::may_go(&next) {
            // The answer keeps the resourceVersion of before.
            let reply = self.show(200, &next);
            let gone = self.state.store.remove(&table, &key, next);
            lifecycle::removed(self.state, resource, &gone);
            return reply;
        }
        let stored = self.state.store.put(&table, &key, next);
        lifecycle::updated(self.state, resource, &stored);
        self.show(200, &stored)
    }

    /// Puts back what this path cannot set: the status through the object, all but the status
    /// through `status`.
    fn reset(&self, live: &Value, next: &mut Value) {
        let custom = self.target.resource.rules.custom;
        if custom && self.target.subresource.as_deref() == Some("status") {
            let status = next.get("status").cloned();
            let managed = next.pointer("/metadata/managedFields").cloned();
            *next = live.clone();
            metadata::set(next, "managedFields", managed);
            if let Some(members) = next.as_map_mut() {
                match status {
                    Some(status) => members.insert("status", status),
                    None => members.remove("status"),
                };
            }
            return;
        }
        reset(next, Some(live), &self.reset_fields());
    }
}

/// An update that names a uid is for that object alone.
fn check_uid(resource: &Resource, live: &Value, object: &Value) -> Result<(), Status> {
    let (found, named) = (text(live, "/metadata/uid"), text(object, "/metadata/uid"));
    if named.is_empty() || named == found {
        return Ok(());
    }
    let name = metadata::name(live);
    let key = store::key(live.pointer("/metadata/namespace").and_then(Value::as_str), name);
    let why = format!(
        "StorageError: invalid object, Code: 4, Key: /registry/{}/{key}, ResourceVersion: 0, \
         AdditionalErrorMsg: Precondition failed: UID in precondition: {named}, UID in object \
         meta: {found}",
        resource.plural
    );
    Err(Status::conflict(resource, name, &why))
}

/// An object stays who it is.
fn check_identity(resource: &Resource, live: &Value, next: &Value) -> Result<(), Status> {
    let named = text(next, "/metadata/uid");
    if named.is_empty() || named == text(live, "/metadata/uid") {
        return Ok(());
    }
    // The API server validates the metadata of built-in kinds twice.
    let cause = Cause::invalid("metadata.uid", &named.into(), "field is immutable");
    let times = if resource.rules.custom { 1 } else { 2 };
    Err(Status::invalid(resource, metadata::name(live), vec![cause; times]))
}

/// What is being deleted gets no new finalizers.
fn check_finalizers(resource: &Resource, live: &Value, next: &Value) -> Result<(), Status> {
    if !metadata::is_deleting(live) {
        return Ok(());
    }
    let old = metadata::finalizers(live);
    let added: Vec<&str> =
        metadata::finalizers(next).into_iter().filter(|it| !old.contains(it)).collect();
    if added.is_empty() {
        return Ok(());
    }
    let added: Vec<String> = added.iter().map(|it| format!("{it:?}")).collect();
    let why = format!(
        "no new finalizers can be added if the object is being deleted, found new finalizers \
         []string{{{}}}",
        added.join(", ")
    );
    let cause = Cause::forbidden("metadata.finalizers", &why);
    Err(Status::invalid(resource, metadata::name(live), vec![cause]))
}

/// Whether anything but metadata and status differs. Custom resources without a status
/// subresource count their status too.
fn bumps_generation(resource: &Resource, live: &Value, next: &Value) -> bool {
    let counts_status = resource.rules.custom && !resource.has("status");
    let counted = |key: &str| key != "metadata" && (key != "status" || counts_status);
    let members = |it: &Value| {
        let members = it.as_map().into_iter().flat_map(Map::iter);
        let kept = members.filter(|(key, _)| counted(key)).map(|(k, v)| (k.clone(), v.clone()));
        kept.collect::<Vec<_>>()
    };
    members(live) != members(next)
}
