//! Objects that are made.

use gitops_diff::Value;
use gitops_diff::merge::{Update, update};
use gitops_diff::server::{self, Write};

use super::admission::{Attributes, Verb};
use super::body;
use super::conversion;
use super::dispatch::Task;
use super::lifecycle;
use super::metadata::{self, text};
use super::params::Validation;
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
        body::say_type(resource, &mut body)?;
        let managers = body::reset_of_managers(&body);
        let read = server::read(&self.state.schema, &self.kind, &resource.version, body)?;
        match self.params.validation {
            Validation::Ignore => {}
            Validation::Warn => self.warnings.extend(read.warnings()),
            Validation::Strict => {
                read.strict(&self.kind, &resource.version).map_or(Ok(()), Err)?;
            }
        }
        let mut object = read.object;
        body::complete_struct(resource, &mut object);
        if let Some(managers) = managers {
            metadata::set(&mut object, "managedFields", Some(managers));
        }
        self.place(&mut object)?;
        Ok(object)
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
        self.write(None).default(&mut object);
        if ownership == Ownership::ToTrack {
            object = self.track(None, &object);
        }
        metadata::fresh(&mut object, self.state.draw_uid(), &self.now);
        self.admit(Verb::Create, None, &mut object)?;
        self.write(None).prepare(&mut object);
        metadata::stamp_phase(&resource, None, &mut object, &self.now);
        self.allocate(None, &mut object)?;
        self.validate(None, &object)?;
        self.warn(None, &object);
        self.write(None).store(&mut object);
        if self.live(&name).is_some() {
            return Err(Status::already_exists(&resource, &name));
        }
        self.store_form(&mut object);
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
        metadata::refuse(resource, metadata::name(object), causes)
    }

    /// Brings a written object into the form in which it is stored.
    pub(super) fn store_form(&self, object: &mut Value) {
        if let Some(version) = conversion::to_stored(&self.target.resource, object)
            && self.kind.group == "autoscaling"
        {
            Write { version, ..self.write(None) }.default(object);
        }
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
