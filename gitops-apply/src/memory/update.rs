//! Objects that change: what an update, a patch and an apply have in common.

use gitops_diff::Value;
use gitops_diff::merge::settle;

use super::admission::Verb;
use super::conversion::converted;
use super::create::Ownership;
use super::dispatch::Task;
use super::lifecycle;
use super::metadata::{self, text};
use super::request::Reply;
use super::resource::Resource;
use super::status::Status;
use super::store;

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
        self.write(Some(live)).default(&mut next);
        if ownership == Ownership::ToTrack {
            next = self.track(Some(live), &next);
        }
        self.admit(Verb::Update, Some(live), &mut next)?;
        metadata::keep(live, &mut next);
        self.write(Some(live)).prepare(&mut next);
        metadata::stamp_phase(&resource, Some(live), &mut next, &self.now);
        self.allocate(Some(live), &mut next)?;
        self.validate(Some(live), &next)?;
        self.warn(Some(live), &next);
        self.write(Some(live)).store(&mut next);
        let next = settle(live, next);
        if next == *live || self.params.dry_run {
            return Ok(self.show(200, &next));
        }
        Ok(self.store_or_remove(&resource, &name, next))
    }

    /// What has no finalizers left while it is being deleted, goes.
    fn store_or_remove(&mut self, resource: &Resource, name: &str, mut next: Value) -> Reply {
        self.store_form(&mut next);
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
