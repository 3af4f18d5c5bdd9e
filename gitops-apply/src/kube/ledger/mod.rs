//! A ledger in a ConfigMap or a Secret.

mod parts;
mod record;

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use gitops_diff::{GroupKind, Inventory, ObjectId};
use http::{Method, StatusCode};
use serde_json::json;

use self::record::{Content, Head};
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
/// The API server takes objects of one mebibyte at most: room for some 5,000 entries. A larger
/// inventory is written in parts beside it, `NAME.MARK.NUMBER`, before the object itself names
/// them in one step; those of the store before, and of stores that died, are removed after it.
/// For that the ledger needs the right to create, list and delete too.
pub struct KubeLedger {
    wire: Wire,
    resource: Resource,
    id: ObjectId,
    makes_namespace: bool,
    /// Tells our stores from those of others.
    writer: String,
    stores: AtomicU64,
    /// Whether there may be parts to remove.
    parted: AtomicBool,
}

/// How often a ledger is read anew whose parts vanish while it is read.
const READS: u32 = 3;

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
            parted: AtomicBool::new(false),
        }
    }

    async fn read(&self) -> Result<Stamped, ApplyError> {
        for _ in 0..READS {
            let Some(head) = self.head().await? else { return Ok(Stamped::default()) };
            let text = match head.content {
                Content::Whole(text) => Some(text),
                Content::Parts(count) => self.read_parts(&head.writer, count).await?,
            };
            // Where a part is gone, another store has replaced all of them meanwhile.
            let Some(text) = text else { continue };
            let inventory = serde_json::from_str(&text)
                .map_err(|error| self.damaged(&format!("it holds no inventory: {error}")))?;
            return Ok(Stamped { inventory, stamp: Some(head.stamp) });
        }
        Err(self.damaged("parts of it are missing"))
    }

    /// The object itself, without its parts.
    async fn head(&self) -> Result<Option<Head>, ApplyError> {
        let answer = self.wire.send(&Call::get(self.resource.object(&self.id)?)).await?;
        match answer.status {
            StatusCode::OK => self.decoded(&answer).map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(Refused::new(&answer).error(&self.id)),
        }
    }

    /// Makes the object be `content` if its stamp still is `expected`.
    async fn swap(
        &self,
        content: Content,
        mark: &str,
        expected: Option<&str>,
    ) -> Result<String, ApplyError> {
        let body = self.head_body(content, mark, expected);
        let answer = if expected.is_none() {
            self.create(body).await?
        } else {
            let call = Call::json(Method::PUT, self.resource.object(&self.id)?, body);
            self.wire.send(&call).await?
        };
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => self.stamp_of(&answer),
            StatusCode::CONFLICT => self.fenced_unless_ours(mark).await,
            StatusCode::NOT_FOUND if expected.is_some() => self.fenced_unless_ours(mark).await,
            _ => Err(self.not_stored(&answer)),
        }
    }

    async fn create(&self, body: Vec<u8>) -> Result<Answer, ApplyError> {
        let collection = self.resource.collection(self.id.namespace())?;
        let call = Call::json(Method::POST, collection, body);
        let answer = self.wire.send(&call).await?;
        if answer.status == StatusCode::NOT_FOUND && self.makes_namespace {
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
    async fn fenced_unless_ours(&self, mark: &str) -> Result<String, ApplyError> {
        let what = match self.head().await? {
            Some(head) if head.writer == mark => return Ok(head.stamp),
            Some(_) => "changed by another writer",
            None => "deleted by somebody",
        };
        Err(ApplyError::Fenced(format!("{}: the ledger was {what}; load it again", self.id)))
    }

    fn not_stored(&self, answer: &Answer) -> ApplyError {
        if answer.status != StatusCode::NOT_FOUND {
            return Refused::new(answer).error(&self.id);
        }
        ApplyError::Invalid(format!(
            "{}: the namespace of the ledger does not exist; create it, or let the ledger do so \
             (`making_namespace`)",
            self.id
        ))
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
        self.read().await
    }

    async fn store(&self, next: &Inventory, expected: Option<&str>) -> Result<Stamped, ApplyError> {
        let mark = format!("{}-{}", self.writer, self.stores.fetch_add(1, Ordering::Relaxed));
        let text = serde_json::to_string(next)
            .map_err(|error| ApplyError::Invalid(format!("{}: {error}", self.id)))?;
        let parts = self.split(&text)?;
        // Listed before the swap, so that parts of a store that comes after it are not among
        // them; those of one that came before are of no use, since it is fenced or replaced.
        let old = self.parts_there(parts.len() > 1).await?;
        let content = self.write_parts(&parts, &mark).await?;
        let stamp = self.swap(content, &mark, expected).await?;
        self.remove_parts(old).await;
        Ok(Stamped { inventory: next.clone(), stamp: Some(stamp) })
    }
}
