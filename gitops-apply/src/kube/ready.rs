//! Whether the next wave can start.

use gitops_diff::{Change, GroupKind, Live, Object, Operation, Value};

use super::KubeApplier;
use super::observe::UNFOUND;
use super::resolve::is_definition;
use crate::{ApplyError, Readiness};

impl KubeApplier {
    pub(super) async fn readiness(&self, change: &Change) -> Result<Readiness, ApplyError> {
        match change.operation {
            Operation::Delete => self.gone(change).await,
            it if it.is_apply() => self.usable(change).await,
            _ => Ok(Readiness::Ready),
        }
    }

    async fn gone(&self, change: &Change) -> Result<Readiness, ApplyError> {
        let Some(resource) = self.resource_any(change).await? else {
            return Ok(Readiness::Ready);
        };
        match self.get(&resource, &change.id).await? {
            Live::Present(live) if live.uid() == change.preconditions.uid.as_deref() => {
                Ok(Readiness::Waiting(format!("{} {}", change.id, held_by(&live))))
            }
            Live::Unknown(why) => Ok(Readiness::Waiting(format!("{}: {why}", change.id))),
            // Discovery was stale; the next look asks it anew.
            Live::Unserved => Ok(Readiness::Waiting(format!("{}: {UNFOUND}", change.id))),
            _ => Ok(Readiness::Ready),
        }
    }

    async fn usable(&self, change: &Change) -> Result<Readiness, ApplyError> {
        let kind = change.id.group_kind();
        if !is_definition(kind) && !kind.is("", "Namespace") {
            return Ok(Readiness::Ready);
        }
        let resource = self.resource(change).await?;
        match self.get(&resource, &change.id).await? {
            Live::Present(live) if is_definition(kind) => self.established(&live).await,
            Live::Present(live) => Ok(active(&live)),
            Live::Unknown(why) => Ok(Readiness::Waiting(format!("{}: {why}", change.id))),
            _ => Ok(Readiness::Waiting(format!("{} is not there", change.id))),
        }
    }

    /// A definition is usable when its names are accepted, it is established, and discovery
    /// serves each version of its kind.
    async fn established(&self, definition: &Object) -> Result<Readiness, ApplyError> {
        let id = definition.id();
        if let Some(("False", message)) = condition(definition, "NamesAccepted") {
            return Ok(Readiness::Failed(format!("{id}: its names are taken: {message}")));
        }
        if !matches!(condition(definition, "Established"), Some(("True", _))) {
            return Ok(Readiness::Waiting(format!("{id} is not established")));
        }
        let kind = GroupKind::new(
            text(definition, "/spec/group").unwrap_or_default(),
            text(definition, "/spec/names/kind").unwrap_or_default(),
        );
        for version in served_versions(definition) {
            let version = (kind.group.clone(), version.into());
            if self.discovery.find_now(&self.wire, &version, &kind.kind).await?.is_none() {
                return Ok(Readiness::Waiting(format!("{kind} {} is not served yet", version.1)));
            }
        }
        Ok(Readiness::Ready)
    }
}

fn active(namespace: &Object) -> Readiness {
    // Right after it was made a namespace has no phase; the API server takes objects already.
    match text(namespace, "/status/phase") {
        Some("Active") | None if !namespace.is_deleting() => Readiness::Ready,
        _ => Readiness::Waiting(format!("{} is being deleted", namespace.id())),
    }
}

fn held_by(live: &Object) -> String {
    let finalizers = live.pointer("/metadata/finalizers").and_then(Value::as_list);
    let names: Vec<_> = finalizers.unwrap_or_default().iter().filter_map(Value::as_str).collect();
    match names[..] {
        [] => "is being deleted".into(),
        _ => format!("waits for its finalizers: {}", names.join(", ")),
    }
}

/// Status and message of a condition.
fn condition<'a>(object: &'a Object, name: &str) -> Option<(&'a str, &'a str)> {
    let conditions = object.pointer("/status/conditions")?.as_list()?;
    let is_it = |it: &&Value| it.get("type").and_then(Value::as_str) == Some(name);
    let found = conditions.iter().find(is_it)?;
    let message = found.get("message").and_then(Value::as_str).unwrap_or_default();
    Some((found.get("status")?.as_str()?, message))
}

fn served_versions(definition: &Object) -> impl Iterator<Item = &str> {
    let versions = definition.pointer("/spec/versions").and_then(Value::as_list);
    let served = |it: &&Value| it.get("served").and_then(Value::as_bool) == Some(true);
    let versions = versions.unwrap_or_default().iter().filter(served);
    versions.filter_map(|it| it.get("name")?.as_str())
}

fn text<'a>(object: &'a Object, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer)?.as_str()
}
