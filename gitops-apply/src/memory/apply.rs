//! Server-side apply.

use gitops_diff::Value;
use gitops_diff::merge::{Apply, Force, MergeError, apply};

use super::conversion::converted;
use super::create::Ownership;
use super::dispatch::Task;
use super::metadata::{self, text};
use super::request::{Reply, Request};
use super::resource::Resource;
use super::status::{Cause, Details, Status};

impl Task<'_> {
    pub(super) fn apply(&mut self, request: &Request) -> Result<Reply, Status> {
        let mut declared = parse(&request.body)?;
        check_type(&self.target.resource, &declared)?;
        self.place(&mut declared)?;
        self.apply_object(&declared)
    }

    pub(super) fn apply_object(&mut self, declared: &Value) -> Result<Reply, Status> {
        let resource = self.target.resource.clone();
        let live = self.live(self.name()).map(|it| converted(&resource, &it));
        if live.is_none() && self.target.subresource.is_some() {
            return Err(self.not_found(self.name()));
        }
        let force = if self.params.force == Some(true) { Force::Yes } else { Force::No };
        let merge = Apply {
            live: live.as_ref(),
            desired: declared,
            manager: &self.params.manager,
            force,
            subresource: self.target.subresource.as_deref(),
            now: &self.now,
        };
        let merged = apply(&self.state.schema, &merge).map_err(|error| refused(&error))?;
        self.check_name(&merged)?;
        if let Some(live) = live {
            return self.commit(&live, merged, Ownership::Tracked);
        }
        check_absent(&resource, declared)?;
        self.insert(merged, Ownership::Tracked)
    }
}

fn refused(error: &MergeError) -> Status {
    match error {
        MergeError::Conflicts(conflicts) => {
            let cause = |it: &gitops_diff::merge::Conflict| {
                let message = format!("conflict with {}", it.owner());
                Cause::new("FieldManagerConflict", it.path.server_form(), message)
            };
            let causes = conflicts.iter().map(cause).collect();
            Status {
                details: Some(Box::new(Details { causes, ..Details::default() })),
                ..Status::new(409, "Conflict", error.to_string())
            }
        }
        MergeError::Invalid(why) if why == "metadata.managedFields must be nil" => {
            Status::bad_request(why)
        }
        other => Status::failure(other.to_string()),
    }
}

fn parse(body: &[u8]) -> Result<Value, Status> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Status::bad_request(format!("error decoding YAML: {error}")))?;
    if value.as_map().is_some() {
        return Ok(value);
    }
    let found = if value.as_list().is_some() { "array" } else { value.type_name() };
    Err(Status::bad_request(format!(
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot \
         unmarshal {found} into Go value of type map[string]interface {{}}"
    )))
}

fn check_type(resource: &Resource, declared: &Value) -> Result<(), Status> {
    let (version, kind) = (text(declared, "/apiVersion"), text(declared, "/kind"));
    if version == resource.api_version() && resource.kind == kind {
        return Ok(());
    }
    let slash = if version.contains('/') { "" } else { "/" };
    Err(Status::bad_request(format!("invalid object type: {slash}{version}, Kind={kind}")))
}

/// Who names a uid, expects an object to be there.
fn check_absent(resource: &Resource, declared: &Value) -> Result<(), Status> {
    let (uid, name) = (text(declared, "/metadata/uid"), metadata::name(declared));
    if !uid.is_empty() {
        let why = format!(
            "uid mismatch: the provided object specified uid {uid}, and no existing object was \
             found"
        );
        return Err(Status::conflict(resource, name, &why));
    }
    Ok(())
}
