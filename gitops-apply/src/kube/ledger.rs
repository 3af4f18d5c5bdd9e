//! A ledger in a ConfigMap or a Secret.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gitops_diff::{GroupKind, Inventory, ObjectId, Value};
use http::{Method, StatusCode};
use serde_json::json;

use super::KubeOptions;
use super::path::{Resource, Scope};
use super::refusal::Refused;
use super::wire::{Answer, Call, Wire};
use crate::{ApplyError, Ledger, Stamped};

/// Keeps the inventory in a ConfigMap or a Secret, which carries the label
/// `app.kubernetes.io/managed-by: gitops`.
///
/// Its stamp is the object's resourceVersion: of two writers that start from the same one, the
/// API server refuses the second. A store whose answer was lost is recognised by a mark that
/// each store leaves in the object.
///
/// The API server takes objects of one mebibyte at most. That is room for about 9,000 entries;
/// an inventory over it is an [`ApplyError::Invalid`] before anything is sent.
pub struct KubeLedger {
    wire: Wire,
    resource: Resource,
    id: ObjectId,
    makes_namespace: bool,
    /// Tells our stores from those of others.
    writer: String,
    stores: AtomicU64,
}

/// The key of the inventory among the object's data.
const INVENTORY: &str = "inventory";

/// The key of the mark of the store that wrote it.
const WRITER: &str = "writer";

/// What the data may take of the mebibyte that etcd's default limit leaves an object.
const ROOM: usize = 900_000;

impl KubeLedger {
    /// A ledger in the ConfigMap `name`.
    pub fn config_map(client: kube::Client, namespace: &str, name: &str) -> Self {
        Self::new(client, "ConfigMap", "configmaps", namespace, name)
    }

    /// A ledger in the Secret `name`, for those who do not want everyone to see what is deployed.
    pub fn secret(client: kube::Client, namespace: &str, name: &str) -> Self {
        Self::new(client, "Secret", "secrets", namespace, name)
    }

    /// Makes the namespace too, where it is missing at the first store.
    #[must_use]
    pub fn making_namespace(self) -> Self {
        Self { makes_namespace: true, ..self }
    }

    fn new(client: kube::Client, kind: &str, plural: &str, namespace: &str, name: &str) -> Self {
        let resource = Resource {
            group: "".into(),
            version: "v1".into(),
            kind: kind.into(),
            plural: plural.into(),
            scope: Scope::Namespaced,
        };
        Self {
            wire: Wire::new(client, &KubeOptions::default()),
            resource,
            id: ObjectId::new(GroupKind::new("", kind), Some(namespace), name),
            makes_namespace: false,
            writer: format!("{:016x}", RandomState::new().hash_one(())),
            stores: AtomicU64::new(0),
        }
    }

    /// What is stored: the inventory, its stamp and the mark of its writer.
    async fn read(&self) -> Result<Option<(Stamped, String)>, ApplyError> {
        let answer = self.wire.send(&Call::get(self.resource.object(&self.id)?)).await?;
        match answer.status {
            StatusCode::OK => self.decoded(&answer).map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(Refused::new(&answer).error(&self.id)),
        }
    }

    fn decoded(&self, answer: &Answer) -> Result<(Stamped, String), ApplyError> {
        let body: Value = serde_json::from_slice(&answer.body).map_err(|error| {
            ApplyError::unavailable(format!("{}: the answer is no object: {error}", self.id))
        })?;
        let inventory = self.entry(&body, INVENTORY)?;
        let inventory = serde_json::from_str(&inventory)
            .map_err(|error| self.damaged(&format!("it holds no inventory: {error}")))?;
        let stamp = stamp(&body).ok_or_else(|| self.damaged("it has no resourceVersion"))?;
        let writer = self.entry(&body, WRITER).unwrap_or_default();
        Ok((Stamped { inventory, stamp: Some(stamp) }, writer))
    }

    fn entry(&self, body: &Value, key: &str) -> Result<String, ApplyError> {
        let missing = || self.damaged(&format!("its data has no `{key}`"));
        let text = body.get("data").and_then(|data| data.get(key)).and_then(Value::as_str);
        let text = text.ok_or_else(missing)?;
        if self.id.kind() != "Secret" {
            return Ok(text.into());
        }
        let bytes = BASE64_STANDARD.decode(text).ok().and_then(|it| String::from_utf8(it).ok());
        bytes.ok_or_else(missing)
    }

    fn encoded(
        &self,
        next: &Inventory,
        expected: Option<&str>,
        mark: &str,
    ) -> Result<Vec<u8>, ApplyError> {
        let inventory = serde_json::to_string(next)
            .map_err(|error| ApplyError::Invalid(format!("{}: {error}", self.id)))?;
        if inventory.len() > ROOM {
            return Err(ApplyError::Invalid(format!(
                "{}: the inventory of {} objects takes {} bytes, and an object holds {ROOM}; \
                 deploy them in several parts with a ledger each",
                self.id,
                next.len(),
                inventory.len()
            )));
        }
        let data = if self.id.kind() == "Secret" { "stringData" } else { "data" };
        let mut body = json!({
            "apiVersion": "v1",
            "kind": self.id.kind(),
            "metadata": {
                "name": self.id.name(),
                "namespace": self.id.namespace(),
                "labels": { "app.kubernetes.io/managed-by": "gitops" },
            },
            data: { INVENTORY: inventory, WRITER: mark },
        });
        if let Some(expected) = expected {
            body["metadata"]["resourceVersion"] = json!(expected);
        }
        Ok(body.to_string().into())
    }

    async fn send(&self, body: Vec<u8>, expected: Option<&str>) -> Result<Answer, ApplyError> {
        let call = match expected {
            None => Call::json(Method::POST, self.resource.collection(self.id.namespace())?, body),
            Some(_) => Call::json(Method::PUT, self.resource.object(&self.id)?, body),
        };
        let answer = self.wire.send(&call).await?;
        let no_namespace = expected.is_none() && answer.status == StatusCode::NOT_FOUND;
        if no_namespace && self.makes_namespace {
            self.make_namespace().await?;
            return self.wire.send(&call).await;
        }
        Ok(answer)
    }

    async fn make_namespace(&self) -> Result<(), ApplyError> {
        let name = self.id.namespace().unwrap_or_default();
        let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        let call = Call::json(Method::POST, "/api/v1/namespaces", body.to_string().into());
        let answer = self.wire.send(&call).await?;
        match answer.status {
            StatusCode::CREATED | StatusCode::CONFLICT => Ok(()),
            _ => Err(Refused::new(&answer).error_of(&format!("Namespace/{name}"))),
        }
    }

    /// After the answer that the object is not as expected: it was ourselves, if it carries our
    /// mark.
    async fn fenced_unless_ours(&self, mark: &str) -> Result<Stamped, ApplyError> {
        match self.read().await? {
            Some((stamped, writer)) if writer == mark => Ok(stamped),
            Some(_) => Err(ApplyError::Fenced(format!(
                "{}: the ledger was changed by another writer; load it again",
                self.id
            ))),
            None => Err(ApplyError::Fenced(format!(
                "{}: the ledger was deleted by somebody; load it again",
                self.id
            ))),
        }
    }

    fn not_stored(&self, answer: &Answer) -> ApplyError {
        match answer.status {
            StatusCode::NOT_FOUND => ApplyError::Invalid(format!(
                "{}: the namespace of the ledger does not exist; create it, or let the ledger do \
                 so (`making_namespace`)",
                self.id
            )),
            _ => Refused::new(answer).error(&self.id),
        }
    }

    fn damaged(&self, why: &str) -> ApplyError {
        ApplyError::Invalid(format!(
            "{}: {why}; restore it from a backup, or delete it: what it listed is then no longer \
             pruned, and becomes ours again where it is declared",
            self.id
        ))
    }
}

#[async_trait]
impl Ledger for KubeLedger {
    async fn load(&self) -> Result<Stamped, ApplyError> {
        Ok(self.read().await?.map(|(stamped, _)| stamped).unwrap_or_default())
    }

    async fn store(&self, next: &Inventory, expected: Option<&str>) -> Result<Stamped, ApplyError> {
        let mark = format!("{}-{}", self.writer, self.stores.fetch_add(1, Ordering::Relaxed));
        let body = self.encoded(next, expected, &mark)?;
        let answer = self.send(body, expected).await?;
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => {
                Ok(Stamped { inventory: next.clone(), stamp: self.new_stamp(&answer)? })
            }
            StatusCode::CONFLICT => self.fenced_unless_ours(&mark).await,
            StatusCode::NOT_FOUND if expected.is_some() => self.fenced_unless_ours(&mark).await,
            _ => Err(self.not_stored(&answer)),
        }
    }
}

impl KubeLedger {
    fn new_stamp(&self, answer: &Answer) -> Result<Option<String>, ApplyError> {
        let body: Value = serde_json::from_slice(&answer.body).map_err(|error| {
            ApplyError::unavailable(format!("{}: the answer is no object: {error}", self.id))
        })?;
        Ok(stamp(&body))
    }
}

fn stamp(body: &Value) -> Option<String> {
    body.pointer("/metadata/resourceVersion").and_then(Value::as_str).map(String::from)
}
