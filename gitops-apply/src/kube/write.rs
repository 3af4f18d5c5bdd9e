//! One change, executed.

use std::sync::Arc;

use gitops_diff::{Change, Live, Map, Object, ObjectId, Operation, Preconditions, Text, Value};
use http::{Method, StatusCode};
use serde_json::json;

use super::path::{self, Resource};
use super::refusal::{Refused, is_secret};
use super::resolve::is_definition;
use super::wire::{Answer, Call};
use super::{Conflicts, KubeApplier};
use crate::{ApplyError, Outcome};

/// Where discovery was stale, it is asked anew and the delete is tried once more.
const DELETES: u32 = 2;

impl KubeApplier {
    pub(super) async fn write(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let outcome = match change.operation {
            Operation::Create | Operation::Update => self.patch(change).await,
            Operation::TakeOver | Operation::RepairOwnership => self.take_over(change).await,
            Operation::Recreate => self.recreate(change).await,
            Operation::Delete => self.delete(change).await,
            Operation::Release => return Ok(Outcome::Released),
            _ => Err(ApplyError::Invalid(format!(
                "{}: this applier cannot {:?} an object",
                change.id, change.operation
            ))),
        };
        if is_definition(change.id.group_kind()) {
            self.discovery.forget(group_defined_by(&change.id));
        }
        outcome
    }

    /// Server-side apply (KEP-555) of the declared object.
    async fn patch(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let resource = self.resource(change).await?;
        let mut must = change.preconditions.clone();
        if must.fields.is_some() {
            let live = self.held(&resource, change).await?;
            must.resource_version = live.resource_version().map(Text::from);
        }
        self.apply_where(&resource, change, &must).await
    }

    /// Applies the declared object, where the one that lives is as it must be.
    pub(super) async fn apply_where(
        &self,
        resource: &Resource,
        change: &Change,
        must: &Preconditions,
    ) -> Result<Outcome, ApplyError> {
        let id = &change.id;
        let target = self.patch_target(resource, id)?;
        let call = apply_call(target, patch_body(change, must)?);
        let answer = self.wire.send(&call).await?;
        warn(id, &answer);
        if !matches!(answer.status, StatusCode::CREATED | StatusCode::OK) {
            return Err(self.refused(resource, id, &answer));
        }
        let object = decoded(&answer, id)?;
        let uid = object.uid().map(Text::from);
        let applied = change.applied(&object, &self.options.field_manager);
        Ok(if is_new(change, &answer) {
            Outcome::Created { uid, applied }
        } else if is_as_before(change, &object) {
            Outcome::Unchanged { uid, applied }
        } else {
            Outcome::Updated { uid, applied }
        })
    }

    pub(super) fn patch_target(
        &self,
        resource: &Resource,
        id: &ObjectId,
    ) -> Result<String, ApplyError> {
        let options = &self.options;
        Ok(format!(
            "{}?fieldManager={}&force={}&fieldValidation={}",
            resource.object(id)?,
            path::segment(&options.field_manager)?,
            options.conflicts == Conflicts::Force,
            options.validation.as_str()
        ))
    }

    pub(super) async fn delete(&self, change: &Change) -> Result<Outcome, ApplyError> {
        for _ in 0..DELETES {
            let Some(resource) = self.resource_any(change).await? else {
                // No object lives longer than its kind.
                return Ok(Outcome::Deleted);
            };
            if let Some(outcome) = self.delete_at(&resource, change).await? {
                return Ok(outcome);
            }
        }
        Err(ApplyError::unserved(&change.id))
    }

    /// Deletes the object where discovery says that its kind is served; nothing where it is not.
    async fn delete_at(
        &self,
        resource: &Resource,
        change: &Change,
    ) -> Result<Option<Outcome>, ApplyError> {
        let id = &change.id;
        let call = Call::json(Method::DELETE, resource.object(id)?, self.delete_body(change)?);
        let answer = self.wire.send(&call).await?;
        warn(id, &answer);
        match answer.status {
            StatusCode::OK | StatusCode::ACCEPTED => Ok(Some(deleted(&answer))),
            StatusCode::NOT_FOUND if Refused::new(&answer).kind_missing() => {
                self.discovery.doubt(resource);
                Ok(None)
            }
            StatusCode::NOT_FOUND => Ok(Some(Outcome::Deleted)),
            StatusCode::CONFLICT => self.not_deleted(resource, change, &answer).await.map(Some),
            _ => Err(self.refused(resource, id, &answer)),
        }
    }

    fn delete_body(&self, change: &Change) -> Result<Vec<u8>, ApplyError> {
        let Some(uid) = &change.preconditions.uid else {
            return Err(without_uid(change));
        };
        let mut preconditions = json!({ "uid": &**uid });
        if let Some(version) = &change.preconditions.resource_version {
            preconditions["resourceVersion"] = json!(&**version);
        }
        let options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": self.options.propagation.as_str(),
            "preconditions": preconditions,
        });
        Ok(options.to_string().into())
    }

    /// A delete that met a conflict: the object is another one, goes already, or has changed.
    async fn not_deleted(
        &self,
        resource: &Resource,
        change: &Change,
        answer: &Answer,
    ) -> Result<Outcome, ApplyError> {
        match self.get(resource, &change.id).await? {
            Live::Absent => Ok(Outcome::Deleted),
            Live::Present(live) if live.uid() != change.preconditions.uid.as_deref() => {
                Ok(Outcome::Released)
            }
            Live::Present(live) if live.is_deleting() => Ok(Outcome::Deleting),
            _ => Err(Refused::new(answer).error(&change.id)),
        }
    }

    /// Where the object of a change is served, in the version of the change.
    pub(super) async fn resource(&self, change: &Change) -> Result<Arc<Resource>, ApplyError> {
        let version = (change.id.group().into(), change.version.clone());
        let found = self.discovery.find(&self.wire, &version, change.id.kind()).await?;
        found.ok_or_else(|| ApplyError::unserved(&change.id))
    }

    /// Where the object of a change is served in any version.
    pub(super) async fn resource_any(
        &self,
        change: &Change,
    ) -> Result<Option<Arc<Resource>>, ApplyError> {
        let version = (change.id.group().into(), change.version.clone());
        self.discovery.find_any(&self.wire, &version, change.id.kind()).await
    }

    pub(super) fn refused(
        &self,
        resource: &Resource,
        id: &ObjectId,
        answer: &Answer,
    ) -> ApplyError {
        let refused = Refused::new(answer);
        if refused.kind_missing() {
            self.discovery.doubt(resource);
        }
        refused.error(id)
    }
}

/// A call of server-side apply.
pub(super) fn apply_call(target: String, body: Vec<u8>) -> Call {
    let content_type = "application/apply-patch+yaml";
    Call { content_type, ..Call::json(Method::PATCH, target, body) }
}

/// The group of the kind that a definition, named `PLURAL.GROUP`, defines.
fn group_defined_by(definition: &ObjectId) -> &str {
    definition.name().split_once('.').map_or("", |(_, group)| group)
}

/// The declared object and what must hold of the one that lives. What a server fills in is not
/// ours to send; a uid of the manifest would be a precondition nobody asked for.
pub(super) fn patch_body(change: &Change, must: &Preconditions) -> Result<Vec<u8>, ApplyError> {
    let desired = desired(change)?;
    if change.operation == Operation::Update && must.uid.is_none() {
        return Err(without_uid(change));
    }
    let body = desired.clone().edit(|body| {
        let metadata = body.map_at("metadata");
        metadata.remove("managedFields");
        expect(metadata, "uid", must.uid.as_ref());
        expect(metadata, "resourceVersion", must.resource_version.as_ref());
    });
    let body = body.map_err(|error| ApplyError::Invalid(format!("{}: {error}", change.id)))?;
    serde_json::to_vec(&body)
        .map_err(|error| ApplyError::Invalid(format!("{}: {error}", change.id)))
}

pub(super) fn desired(change: &Change) -> Result<&Object, ApplyError> {
    change.desired.as_ref().ok_or_else(|| {
        let id = &change.id;
        ApplyError::Invalid(format!("{id}: the plan does not hold the object; attach it first"))
    })
}

/// Without a uid an update could make an object, and a delete take one of another life.
pub(super) fn without_uid(change: &Change) -> ApplyError {
    ApplyError::Invalid(format!(
        "{}: left as it is, since the plan does not say which uid it must have",
        change.id
    ))
}

fn expect(metadata: &mut Map, key: &str, value: Option<&Text>) {
    match value {
        Some(value) => metadata.insert(key, value.clone().into()),
        None => metadata.remove(key),
    };
}

/// Whether an apply made the object, if only by an earlier attempt whose answer was lost.
fn is_new(change: &Change, answer: &Answer) -> bool {
    answer.status == StatusCode::CREATED
        || (change.operation == Operation::Create && answer.repeated)
}

/// Whether an apply left the object as it was seen.
fn is_as_before(change: &Change, object: &Object) -> bool {
    let must = change.preconditions.resource_version.as_deref();
    let before = must.or(change.seen_version.as_deref());
    before.is_some() && before == object.resource_version()
}

pub(super) fn decoded(answer: &Answer, id: &ObjectId) -> Result<Object, ApplyError> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        ApplyError::unavailable(format!("{id}: the API server's answer is no object: {error}"))
    })
}

/// The API server answers with a `Status` when an object is gone, with the object while it waits
/// for finalizers, dependents or a grace period.
fn deleted(answer: &Answer) -> Outcome {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let going = body.pointer("/metadata/deletionTimestamp").is_some_and(|it| !it.is_null());
    let finalizers = body.pointer("/metadata/finalizers").and_then(Value::as_list);
    let waits = going || finalizers.is_some_and(|list| !list.is_empty());
    if waits || answer.status == StatusCode::ACCEPTED {
        Outcome::Deleting
    } else {
        Outcome::Deleted
    }
}

/// Warnings may quote what they warn of.
pub(super) fn warn(id: &ObjectId, answer: &Answer) {
    for warning in answer.warnings.iter().filter(|_| !is_secret(id)) {
        tracing::warn!(object = %id, "{warning}");
    }
}
