//! An applier for the in-memory cluster, without the feature `kube`.

use async_trait::async_trait;
use gitops_diff::{
    Change, Inventory, Live, Object, ObjectId, ObjectSet, Observed, Operation, Preconditions,
    Query, Text, Value,
};

use super::cluster::Cluster;
use super::metadata::text;
use super::request::{Method, Reply, Request};
use super::resource::Resource;
use crate::applier::rehearsals;
use crate::{Applier, ApplyError, Outcome, Readiness};

/// Applies to a [`Cluster`] by direct calls: the shortest way to a target for programs that
/// embed one. Behaves as the applier of real clusters does, with one call for each object.
///
/// ```
/// use gitops_apply::memory::{Cluster, MemoryApplier};
/// use gitops_apply::{Applier, Outcome};
/// use gitops_diff::{Change, Object, Operation, Reason};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let cluster = Cluster::default();
/// let applier = MemoryApplier::new(cluster.clone(), "gitops");
/// let object: Object = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}}"#,
/// )?;
/// let mut change = Change::new(object.id().clone(), "v1", Operation::Create, Reason::Missing);
/// change.desired = Some(object.clone());
/// assert!(matches!(applier.apply(&change).await?, Outcome::Created { uid: Some(_), .. }));
/// assert!(cluster.object(object.id()).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MemoryApplier {
    pub(super) cluster: Cluster,
    pub(super) manager: String,
}

impl MemoryApplier {
    /// An applier to `cluster` that owns fields under the name `manager` and takes those of
    /// others. Namespaced objects without a namespace go to `default`.
    pub fn new(cluster: Cluster, manager: impl Into<String>) -> Self {
        Self { cluster, manager: manager.into() }
    }

    /// The object in the cluster.
    fn look(&self, id: &ObjectId, version: Option<&str>) -> Live {
        let Some(resource) = self.cluster.resource(id.group_kind(), version) else {
            return Live::Unserved;
        };
        let reply = self.cluster.call(&Request::new(Method::Get, path(&resource, id)));
        let found = reply.to_value().filter(|_| reply.code == 200).cloned();
        match found.map(Object::new) {
            None => Live::Absent,
            Some(Ok(object)) => Live::Present(object),
            Some(Err(error)) => Live::Unknown(error.to_string().into()),
        }
    }

    fn put(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let mut must = change.preconditions.clone();
        if must.fields.is_some() {
            must.resource_version = self.held(change)?.resource_version().map(Text::from);
        }
        self.apply_where(change, &must)
    }

    /// Applies the declared object, where the one that lives is as it must be.
    fn apply_where(&self, change: &Change, must: &Preconditions) -> Result<Outcome, ApplyError> {
        let id = &change.id;
        let resource = self.served(change)?;
        let before = self.cluster.revision();
        let body = declared(change, must)?;
        let request = Request::apply(path(&resource, id), &self.manager, &body);
        let reply = self.cluster.call(&request.param("force", "true"));
        let answer = answered(&reply).ok_or_else(|| refused(id, &reply))?;
        let uid = answer.uid().map(Text::from);
        let applied = change.applied(&answer, &self.manager);
        Ok(match reply.code {
            201 => Outcome::Created { uid, applied },
            _ if self.cluster.revision() == before => Outcome::Unchanged { uid, applied },
            _ => Outcome::Updated { uid, applied },
        })
    }

    /// The live object, where it is as the plan has shown it.
    fn held(&self, change: &Change) -> Result<Object, ApplyError> {
        let id = &change.id;
        match self.look(id, Some(&change.version)) {
            Live::Present(live) => match change.holds(&live, &self.manager) {
                Ok(()) => Ok(live),
                Err(why) => Err(ApplyError::conflict(id, why)),
            },
            _ => Err(ApplyError::conflict(id, "it is gone")),
        }
    }

    /// Makes fields of others ours, then applies: what is ours and not declared goes.
    fn take_over(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let id = &change.id;
        let resource = self.served(change)?;
        let live = self.held(change)?;
        let owners = change.owners(&live, &self.manager);
        let owners = owners.map_err(|error| ApplyError::Invalid(error.to_string()))?;
        let mut body = live.body().clone();
        if let Some(members) = body.as_map_mut() {
            owners.write(members);
        }
        let request = Request::new(Method::Put, path(&resource, id)).json(&body);
        let reply = self.cluster.call(&request.param("fieldManager", &self.manager));
        if reply.code != 200 {
            return Err(refused(id, &reply));
        }
        self.apply_where(change, &seen(reply.to_value().unwrap_or(&body)))
    }

    /// Deletes the live object and makes the declared one, after that was found valid.
    fn recreate(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let live = self.held(change)?;
        self.prove(change)?;
        let mut deletion = change.clone();
        deletion.preconditions = seen(live.body());
        match self.delete(&deletion)? {
            Outcome::Deleted => self.apply_where(change, &Preconditions::default()),
            other => Ok(other),
        }
    }

    /// Whether the object could be made: where one of its name lives, the cluster says so only
    /// after it has found the new one valid.
    fn prove(&self, change: &Change) -> Result<(), ApplyError> {
        let id = &change.id;
        let path = path(&self.served(change)?, id);
        let collection = path.rsplit_once('/').map_or("", |(collection, _)| collection);
        let request = Request::new(Method::Post, collection);
        let body = declared(change, &Preconditions::default())?;
        let reply = self.cluster.call(&request.json(&body).param("dryRun", "All"));
        let status = reply.to_value().cloned().unwrap_or_default();
        match reply.code {
            200 | 201 => Ok(()),
            409 if text(&status, "/reason") == "AlreadyExists" => Ok(()),
            _ => Err(refused(id, &reply)),
        }
    }

    fn delete(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let id = &change.id;
        let Some(uid) = &change.preconditions.uid else {
            return Err(ApplyError::Invalid(format!(
                "{id}: not deleted, since the plan does not say which uid it must have"
            )));
        };
        let Some(resource) = self.cluster.resource(id.group_kind(), None) else {
            return Ok(Outcome::Deleted);
        };
        let body = format!(r#"{{"preconditions":{{"uid":"{uid}"}}}}"#);
        let request = Request::new(Method::Delete, path(&resource, id));
        let request = request.param("propagationPolicy", "Background");
        let reply = self.cluster.call(&request.body("application/json", body));
        match reply.code {
            200 if self.cluster.object(id).is_some() => Ok(Outcome::Deleting),
            200 | 404 => Ok(Outcome::Deleted),
            409 => Ok(Outcome::Released),
            _ => Err(refused(id, &reply)),
        }
    }

    pub(super) fn served(&self, change: &Change) -> Result<Resource, ApplyError> {
        let found = self.cluster.resource(change.id.group_kind(), Some(&change.version));
        found.ok_or_else(|| ApplyError::unserved(&change.id))
    }
}

#[async_trait]
impl Applier for MemoryApplier {
    async fn resolve(&self, desired: ObjectSet) -> Result<ObjectSet, ApplyError> {
        let mut resolved = ObjectSet::new();
        for object in desired {
            let resource = self.cluster.resource(object.id().group_kind(), None);
            let placed = match (resource.map(|it| it.namespaced), object.id().namespace()) {
                (Some(true), None) => object.with_namespace(Some("default")),
                (Some(false), Some(_)) => object.with_namespace(None),
                _ => object,
            };
            resolved.insert(placed).map_err(|both| {
                ApplyError::Invalid(format!("{}: declared twice", both.first.id()))
            })?;
        }
        Ok(resolved)
    }

    async fn observe(
        &self,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Result<Observed, ApplyError> {
        let mut observed = Observed::new();
        for id in owned.entries.keys().filter(|id| !desired.contains(id)) {
            observed.insert(id.clone(), self.look(id, None));
        }
        for object in desired.iter() {
            observed.insert(object.id().clone(), self.look(object.id(), Some(object.version())));
        }
        Ok(observed)
    }

    async fn answers(
        &self,
        desired: &ObjectSet,
        mut observed: Observed,
    ) -> Result<Observed, ApplyError> {
        for change in rehearsals(desired, &observed) {
            let answer = self.ask(&change)?;
            observed.answered(change.id, answer);
        }
        Ok(observed)
    }

    async fn look_up(&self, query: &Query) -> Result<Option<Value>, ApplyError> {
        self.find(query)
    }

    async fn apply(&self, change: &Change) -> Result<Outcome, ApplyError> {
        match change.operation {
            Operation::Create | Operation::Update => self.put(change),
            Operation::TakeOver | Operation::RepairOwnership => self.take_over(change),
            Operation::Recreate => self.recreate(change),
            Operation::Delete => self.delete(change),
            Operation::Release => Ok(Outcome::Released),
            other => {
                let message = format!("{}: this applier cannot {other:?} an object", change.id);
                Err(ApplyError::Invalid(message))
            }
        }
    }

    async fn ready(&self, change: &Change) -> Result<Readiness, ApplyError> {
        let live = self.cluster.object(&change.id);
        let live = live.as_ref();
        let waiting = |why: &str| Ok(Readiness::Waiting(format!("{} {why}", change.id)));
        match (change.operation, live) {
            (Operation::Delete, Some(live))
                if Some(text(live, "/metadata/uid")) == change.preconditions.uid.as_deref() =>
            {
                waiting("is being deleted")
            }
            (it, None) if it.is_apply() => waiting("is not there"),
            (it, Some(live)) if it.is_apply() => match text(live, "/kind") {
                "Namespace" if text(live, "/status/phase") != "Active" => {
                    waiting("is being deleted")
                }
                "CustomResourceDefinition" if !super::definition::is_established(live) => {
                    waiting("is not established")
                }
                _ => Ok(Readiness::Ready),
            },
            _ => Ok(Readiness::Ready),
        }
    }
}

pub(super) fn path(resource: &Resource, id: &ObjectId) -> String {
    let root = if resource.group.is_empty() { "api" } else { "apis" };
    let base = format!("/{root}/{}", resource.api_version());
    let (plural, name) = (&resource.plural, id.name());
    match id.namespace() {
        Some(namespace) => format!("{base}/namespaces/{namespace}/{plural}/{name}"),
        None => format!("{base}/{plural}/{name}"),
    }
}

/// The declared object and what must hold of the one that lives.
pub(super) fn declared(change: &Change, must: &Preconditions) -> Result<Value, ApplyError> {
    let desired = change.desired.as_ref().ok_or_else(|| {
        let id = &change.id;
        ApplyError::Invalid(format!("{id}: the plan does not hold the object; attach it first"))
    })?;
    let mut body = desired.body().clone();
    let metadata = super::metadata::of(&mut body);
    metadata.remove("managedFields");
    for (key, value) in [("uid", &must.uid), ("resourceVersion", &must.resource_version)] {
        match value {
            Some(value) => metadata.insert(key, value.clone().into()),
            None => metadata.remove(key),
        };
    }
    Ok(body)
}

/// That the object is still this one, unchanged.
fn seen(live: &Value) -> Preconditions {
    let text = |pointer| live.pointer(pointer).and_then(Value::as_str).map(Text::from);
    let mut must = Preconditions::default();
    must.uid = text("/metadata/uid");
    must.resource_version = text("/metadata/resourceVersion");
    must
}

/// The object in an answer; none where it is a refusal.
pub(super) fn answered(reply: &Reply) -> Option<Object> {
    let body = reply.to_value().filter(|_| matches!(reply.code, 200 | 201))?;
    Object::new(body.clone()).ok()
}

fn refused(id: &ObjectId, reply: &Reply) -> ApplyError {
    let status = reply.to_value().cloned().unwrap_or_default();
    let message = format!("{id}: {}", text(&status, "/message"));
    let other_uid = text(&status, "/details/causes/0/field") == "metadata.uid";
    let ending = text(&status, "/details/causes/0/reason") == "NamespaceTerminating";
    match reply.code {
        404 | 409 => ApplyError::conflict(id, text(&status, "/message")),
        422 if other_uid => ApplyError::conflict(id, "another object of its name lives now"),
        403 if ending => ApplyError::unavailable(message),
        403 => ApplyError::Denied(message),
        429 | 503 | 504 => ApplyError::unavailable(message),
        _ => ApplyError::Invalid(message),
    }
}
