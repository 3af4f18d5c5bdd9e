//! Changes that reach further than an apply: they take over fields, or make an object anew.

use gitops_diff::{Change, Live, Map, Object, Preconditions, Text};
use http::{Method, StatusCode};
use serde_json::json;

use super::KubeApplier;
use super::path::{self, Resource};
use super::refusal::Refused;
use super::wire::Call;
use super::write::{desired, warn, without_uid};
use crate::{ApplyError, Outcome};

impl KubeApplier {
    /// The live object, where it is as the plan has shown it.
    pub(super) async fn held(
        &self,
        resource: &Resource,
        change: &Change,
    ) -> Result<Object, ApplyError> {
        let id = &change.id;
        match self.get(resource, id).await? {
            Live::Present(live) => {
                let held = change.holds(&live, &self.options.field_manager);
                held.map(|()| live).map_err(|why| ApplyError::conflict(id, why))
            }
            Live::Unknown(why) => Err(ApplyError::unavailable(format!("{id}: {why}"))),
            _ => Err(ApplyError::conflict(id, "it is gone")),
        }
    }

    /// Makes fields of others ours by a patch of their owners alone, then applies: what is ours
    /// and not declared goes (as `k8s.io/client-go/util/csaupgrade` upgrades objects of kubectl).
    pub(super) async fn take_over(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let id = &change.id;
        if change.preconditions.uid.is_none() {
            return Err(without_uid(change));
        }
        let resource = self.resource(change).await?;
        let live = self.held(&resource, change).await?;
        let patch = owners_patch(change, &live, &self.options.field_manager)?;
        let target = format!(
            "{}?fieldManager={}",
            resource.object(id)?,
            path::segment(&self.options.field_manager)?
        );
        let call = Call {
            content_type: "application/json-patch+json",
            ..Call::json(Method::PATCH, target, patch)
        };
        let answer = self.wire.send(&call).await?;
        warn(id, &answer);
        if answer.status != StatusCode::OK {
            return Err(self.refused(&resource, id, &answer));
        }
        let taken: Object = serde_json::from_slice(&answer.body).map_err(|error| {
            ApplyError::unavailable(format!("{id}: the API server's answer is no object: {error}"))
        })?;
        let must = seen(&taken);
        self.apply_where(&resource, change, &must).await
    }

    /// Deletes the live object and makes the declared one, after the API server has found that
    /// one valid. Where finalizers hold the live object, the new one is made by a later plan.
    pub(super) async fn recreate(&self, change: &Change) -> Result<Outcome, ApplyError> {
        if change.preconditions.uid.is_none() {
            return Err(without_uid(change));
        }
        let resource = self.resource(change).await?;
        let live = self.held(&resource, change).await?;
        self.prove(&resource, change).await?;
        let mut deletion = change.clone();
        deletion.preconditions = seen(&live);
        match self.delete(&deletion).await? {
            Outcome::Deleted => {
                let must = Preconditions::default();
                self.apply_where(&resource, change, &must).await
            }
            other => Ok(other),
        }
    }

    /// Whether the API server would make the object: where one of its name lives, it says so only
    /// after it has defaulted, admitted and validated the new one (`rest.BeforeCreate`, then the
    /// store).
    async fn prove(&self, resource: &Resource, change: &Change) -> Result<(), ApplyError> {
        let id = &change.id;
        let body = desired(change)?.clone().edit(|body| {
            let metadata = body.map_at("metadata");
            for name in ["managedFields", "uid", "resourceVersion"] {
                metadata.remove(name);
            }
        });
        let body = body.map_err(|error| ApplyError::Invalid(format!("{id}: {error}")))?;
        let body = serde_json::to_vec(&body)
            .map_err(|error| ApplyError::Invalid(format!("{id}: {error}")))?;
        let target = format!(
            "{}?dryRun=All&fieldManager={}&fieldValidation={}",
            resource.collection(id.namespace())?,
            path::segment(&self.options.field_manager)?,
            self.options.validation.as_str()
        );
        let answer = self.wire.send(&Call::json(Method::POST, target, body)).await?;
        match answer.status {
            StatusCode::CREATED | StatusCode::OK => Ok(()),
            StatusCode::CONFLICT if Refused::new(&answer).is_taken() => Ok(()),
            _ => Err(self.refused(resource, id, &answer)),
        }
    }
}

/// That the object is still this one, unchanged.
fn seen(live: &Object) -> Preconditions {
    let mut must = Preconditions::default();
    must.uid = live.uid().map(Text::from);
    must.resource_version = live.resource_version().map(Text::from);
    must
}

/// A JSON Patch of the owners alone, which fails where the object has changed meanwhile.
fn owners_patch(change: &Change, live: &Object, manager: &str) -> Result<Vec<u8>, ApplyError> {
    let invalid = |error: gitops_diff::DiffError| ApplyError::Invalid(error.to_string());
    let mut owners = Map::new();
    change.owners(live, manager).map_err(invalid)?.write(&mut owners);
    let fields = owners.get("metadata").and_then(|it| it.get("managedFields"));
    let patch = json!([
        { "op": "test", "path": "/metadata/uid", "value": live.uid() },
        { "op": "replace", "path": "/metadata/resourceVersion", "value": live.resource_version() },
        { "op": "add", "path": "/metadata/managedFields", "value": fields },
    ]);
    Ok(patch.to_string().into())
}
