//! Objects that are made.

use gitops_diff::merge::{Update, update};
use gitops_diff::{FieldSet, Map, Value};

use super::admission::{Attributes, Verb};
use super::config;
use super::decode;
use super::defaults::{self, Defaults};
use super::definition;
use super::dispatch::Task;
use super::lifecycle;
use super::metadata::{self, text};
use super::request::Reply;
use super::status::{Cause, Status};
use super::store;

/// Who owns the fields of what is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    /// Who writes them: to be found out.
    ToTrack,
    /// Already in the object, as an apply leaves it.
    Tracked,
}

impl Task<'_> {
    pub(super) fn create(&mut self, body: Value) -> Result<Reply, Status> {
        let mut object = self.read_body(body)?;
        if !text(&object, "/metadata/resourceVersion").is_empty() {
            let message = "resourceVersion should not be set on objects to be created";
            return Err(Status::failure(message));
        }
        let generated = self.name_it(&mut object)?;
        let reply = self.insert(object, Ownership::ToTrack);
        reply.map_err(|status| match status.reason.as_str() {
            "AlreadyExists" if generated => not_unique(status),
            _ => status,
        })
    }

    /// The object of a body, in the namespace of the path.
    pub(super) fn read_body(&mut self, mut body: Value) -> Result<Value, Status> {
        let resource = &self.target.resource;
        decode::typed(resource, &mut body)?;
        let validation = self.params.validation;
        let mut read = decode::decode(&self.state.schema, resource, body)?;
        read.unknown.extend(definition::prune(&self.state.store, resource, &mut read.object));
        let mut object = read.validated(resource, validation, &mut self.warnings)?;
        self.place(&mut object)?;
        Ok(object)
    }

    /// Gives an object its defaults.
    pub(super) fn complete(&self, object: &mut Value) {
        let resource = &self.target.resource;
        if self.state.options.defaults == Defaults::Common {
            self.write(None).default(object);
        }
        definition::complete(&self.state.store, resource, object);
        config::complete(resource, object);
        if self.state.options.defaults == Defaults::Common {
            defaults::fill(resource, object);
        }
    }

    /// Puts the object into the namespace of the path.
    pub(super) fn place(&self, object: &mut Value) -> Result<(), Status> {
        let found = text(object, "/metadata/namespace");
        let expected = self.target.namespace.as_deref().unwrap_or_default();
        if !found.is_empty() && found != expected {
            let message = "the namespace of the provided object does not match the namespace \
                           sent on the request";
            return Err(Status::bad_request(message));
        }
        let namespace = (!expected.is_empty()).then(|| expected.into());
        metadata::set(object, "namespace", namespace);
        Ok(())
    }

    /// Gives a generated name where one is asked for; whether one was.
    fn name_it(&mut self, object: &mut Value) -> Result<bool, Status> {
        let prefix: String = text(object, "/metadata/generateName").chars().take(58).collect();
        if !metadata::name(object).is_empty() {
            return Ok(!prefix.is_empty());
        }
        if prefix.is_empty() {
            let cause = Cause::required("metadata.name", "name or generateName is required");
            return Err(Status::invalid(&self.target.resource, "", vec![cause]));
        }
        let name = format!("{prefix}{}", self.state.draw_suffix());
        metadata::set(object, "name", Some(name.into()));
        Ok(true)
    }

    /// Stores a new object.
    pub(super) fn insert(
        &mut self,
        mut object: Value,
        ownership: Ownership,
    ) -> Result<Reply, Status> {
        let resource = self.target.resource.clone();
        let name = metadata::name(&object).to_owned();
        self.check_namespace(&name)?;
        let uid = self.state.draw_uid();
        self.complete(&mut object);
        lifecycle::default_object(&resource, &mut object);
        if ownership == Ownership::ToTrack {
            // What reading a body fills in and leaves out, it does for who sent it.
            object = decode::without_empty(&self.state.schema, &resource, object);
            object = self.track(None, &object);
        }
        metadata::fresh(&mut object, &resource, uid, &self.now);
        self.allocate(None, &mut object)?;
        reset(&mut object, None, &self.reset_fields());
        // The status that was taken away is there again, as empty as the kind has it.
        self.complete(&mut object);
        lifecycle::prepare(&resource, &mut object);
        self.write(None).prepare(&mut object);
        self.admit(Verb::Create, None, &mut object)?;
        self.validate(None, &object)?;
        let mut object = decode::without_empty(&self.state.schema, &resource, object);
        definition::store_version(&self.state.store, &resource, &mut object);
        if self.live(&name).is_some() {
            return Err(Status::already_exists(&resource, &name));
        }
        if self.params.dry_run {
            return Ok(self.show(201, &object));
        }
        let key = store::key(self.target.namespace.as_deref(), &name);
        let stored = self.state.store.put(&resource.table(), &key, object);
        lifecycle::created(self.state, &resource, &stored);
        Ok(self.show(201, &stored))
    }

    /// Refuses what no server stores in the place of `live`.
    pub(super) fn validate(&self, live: Option<&Value>, object: &Value) -> Result<(), Status> {
        let resource = &self.target.resource;
        let causes = self.write(live).validate(object);
        metadata::refuse(resource, metadata::name(object), causes)?;
        metadata::validate(resource, object)?;
        config::validate(resource, live, object)?;
        definition::validate(resource, object)
    }

    /// The object with the managers of its fields after this write.
    pub(super) fn track(&self, live: Option<&Value>, next: &Value) -> Value {
        let write = Update {
            live,
            next,
            manager: &self.params.manager,
            subresource: self.target.subresource.as_deref(),
            now: &self.now,
        };
        update(&self.state.schema, &write)
    }

    /// The fields that a write through this path cannot set.
    pub(super) fn reset_fields(&self) -> FieldSet {
        let resource = &self.target.resource;
        let subresource = self.target.subresource.as_deref();
        self.state.schema.reset_fields(&resource.group_kind(), &resource.version, subresource)
    }

    pub(super) fn admit(
        &self,
        verb: Verb,
        old: Option<&Value>,
        object: &mut Value,
    ) -> Result<(), Status> {
        let name = metadata::name(object).to_owned();
        let attributes = Attributes {
            verb,
            resource: &self.target.resource,
            namespace: self.target.namespace.as_deref(),
            name: &name,
            subresource: self.target.subresource.as_deref(),
            manager: &self.params.manager,
            old,
        };
        let plugins = &self.state.options.admission;
        plugins.iter().try_for_each(|it| it.admit(&attributes, object))
    }

    /// New objects need a namespace that stays.
    fn check_namespace(&self, name: &str) -> Result<(), Status> {
        let Some(namespace) = self.target.namespace.as_deref() else {
            return Ok(());
        };
        let resource = &self.target.resource;
        let Some(found) = self.state.namespace(namespace) else {
            let namespaces = self.state.catalog.of_kind("", "Namespace");
            let namespaces = namespaces.expect("because namespaces are built in");
            return Err(Status::not_found(namespaces, namespace));
        };
        if metadata::is_deleting(found) {
            let why = format!(
                "unable to create new content in namespace {namespace} because it is being \
                 terminated"
            );
            let message = format!("namespace {namespace} is being terminated");
            let cause = Cause::new("NamespaceTerminating", "metadata.namespace", message);
            return Err(Status::forbidden(resource, name, &why).with_cause(cause));
        }
        Ok(())
    }
}

fn not_unique(mut status: Status) -> Status {
    let why = ", the server was not able to generate a unique name for the object";
    status.message.push_str(why);
    status.with_retry_after(1)
}

/// Puts the fields back to what they are in `live`.
pub(super) fn reset(next: &mut Value, live: Option<&Value>, fields: &FieldSet) {
    for path in fields.paths() {
        let path = path.to_string();
        let steps: Vec<&str> = path.split('.').collect();
        let old = live.and_then(|it| it.pointer(&format!("/{}", steps.join("/"))));
        if let Some(members) = next.as_map_mut() {
            put(members, &steps, old);
        }
    }
}

fn put(members: &mut Map, steps: &[&str], value: Option<&Value>) {
    match (steps, value) {
        ([last], Some(value)) => {
            members.insert(*last, value.clone());
        }
        ([last], None) => {
            members.remove(last);
        }
        ([first, rest @ ..], _) => put(members.map_at(first), rest, value),
        ([], _) => {}
    }
}
