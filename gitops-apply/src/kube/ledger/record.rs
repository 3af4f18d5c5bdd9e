//! What is in the objects of a ledger.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gitops_diff::{Fingerprint, Value};
use serde_json::json;

use super::KubeLedger;
use crate::ApplyError;
use crate::kube::wire::Answer;

/// The object that a ledger is.
pub(super) struct Head {
    pub(super) content: Content,
    pub(super) stamp: String,
    /// The mark of the store that wrote it.
    pub(super) writer: String,
}

/// The inventory, or where it is.
pub(super) enum Content {
    /// Its text.
    Whole(String),
    /// In so many parts, which carry the writer's mark.
    Parts(usize),
}

/// The label that parts of a ledger carry, with the ledger as its value.
pub(super) const LEDGER_LABEL: &str = "app.kubernetes.io/part-of";

const INVENTORY: &str = "inventory";
const PARTS: &str = "parts";
const WRITER: &str = "writer";

impl KubeLedger {
    pub(super) fn decoded(&self, answer: &Answer) -> Result<Head, ApplyError> {
        let body = self.body(answer)?;
        let content = match self.entry(&body, PARTS) {
            Some(count) => Content::Parts(count.parse().map_err(|_| {
                self.damaged(&format!("its data has `{count}` as the number of `{PARTS}`"))
            })?),
            None => Content::Whole(self.inventory_in(&body)?),
        };
        let writer = self.entry(&body, WRITER).unwrap_or_default();
        Ok(Head { content, stamp: self.stamp_of(answer)?, writer })
    }

    /// The text that an object or a part holds.
    pub(super) fn inventory_in(&self, body: &Value) -> Result<String, ApplyError> {
        let missing = || self.damaged(&format!("its data has no `{INVENTORY}`"));
        self.entry(body, INVENTORY).ok_or_else(missing)
    }

    fn entry(&self, body: &Value, key: &str) -> Option<String> {
        let text = body.get("data")?.get(key)?.as_str()?;
        if self.id.kind() != "Secret" {
            return Some(text.into());
        }
        String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
    }

    pub(super) fn head_body(
        &self,
        content: Content,
        mark: &str,
        expected: Option<&str>,
    ) -> Vec<u8> {
        let data = match content {
            Content::Whole(text) => json!({ INVENTORY: text, WRITER: mark }),
            Content::Parts(count) => json!({ PARTS: count.to_string(), WRITER: mark }),
        };
        let mut body = self.object(self.id.name(), &data);
        if let Some(expected) = expected {
            body["metadata"]["resourceVersion"] = json!(expected);
        }
        body.to_string().into()
    }

    pub(super) fn part_body(&self, name: &str, text: &str) -> Vec<u8> {
        let mut body = self.object(name, &json!({ INVENTORY: text }));
        body["metadata"]["labels"][LEDGER_LABEL] = json!(self.label());
        body["immutable"] = json!(true);
        body.to_string().into()
    }

    fn object(&self, name: &str, data: &serde_json::Value) -> serde_json::Value {
        let key = if self.id.kind() == "Secret" { "stringData" } else { "data" };
        json!({
            "apiVersion": "v1",
            "kind": self.id.kind(),
            "metadata": {
                "name": name,
                "namespace": self.id.namespace(),
                "labels": { "app.kubernetes.io/managed-by": "gitops" },
            },
            key: data,
        })
    }

    /// The ledger as the value of a label, which is shorter than a name may be.
    pub(super) fn label(&self) -> String {
        match self.id.name() {
            name if name.len() <= 63 => name.into(),
            name => Fingerprint::of(&name).as_str()[..32].into(),
        }
    }

    pub(super) fn stamp_of(&self, answer: &Answer) -> Result<String, ApplyError> {
        let body = self.body(answer)?;
        let version = body.pointer("/metadata/resourceVersion").and_then(Value::as_str);
        version.map(String::from).ok_or_else(|| self.damaged("it has no resourceVersion"))
    }

    pub(super) fn body(&self, answer: &Answer) -> Result<Value, ApplyError> {
        serde_json::from_slice(&answer.body).map_err(|error| {
            ApplyError::unavailable(format!("{}: the answer is no object: {error}", self.id))
        })
    }
}
