//! The parts of a ledger that is larger than an object may be.

use std::sync::atomic::Ordering;

use gitops_diff::Value;
use http::{Method, StatusCode};

use super::KubeLedger;
use super::record::{Content, LEDGER_LABEL};
use crate::ApplyError;
use crate::kube::path;
use crate::kube::refusal::Refused;
use crate::kube::wire::Call;

/// What the data of one object may take of the mebibyte that the API server allows.
const ROOM: usize = 900_000;

/// The most parts: an inventory of some 300,000 objects.
const MOST_PARTS: usize = 64;

/// An answer that holds nothing but metadata, from servers that know how.
const METADATA_LIST: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

impl KubeLedger {
    pub(super) fn split<'a>(&self, text: &'a str) -> Result<Vec<&'a str>, ApplyError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while rest.len() > ROOM {
            let end = (0..=ROOM).rfind(|end| rest.is_char_boundary(*end)).unwrap_or(ROOM);
            let (part, more) = rest.split_at(end);
            parts.push(part);
            rest = more;
        }
        parts.push(rest);
        if parts.len() > MOST_PARTS {
            return Err(ApplyError::Invalid(format!(
                "{}: the inventory takes {} bytes, and a ledger holds {}; deploy the objects in \
                 several parts with a ledger each",
                self.id,
                text.len(),
                ROOM * MOST_PARTS
            )));
        }
        Ok(parts)
    }

    /// Writes the parts, if there is more than one; what the head says of them.
    pub(super) async fn write_parts(
        &self,
        parts: &[&str],
        mark: &str,
    ) -> Result<Content, ApplyError> {
        if let [whole] = parts {
            return Ok(Content::Whole((*whole).into()));
        }
        self.parted.store(true, Ordering::Relaxed);
        for (number, part) in parts.iter().enumerate() {
            let answer = self.create(self.part_body(&self.part(mark, number), part)).await?;
            match answer.status {
                // What bears our mark was made by an earlier attempt.
                StatusCode::CREATED | StatusCode::CONFLICT => {}
                _ => return Err(self.not_stored(&answer)),
            }
        }
        Ok(Content::Parts(parts.len()))
    }

    /// The text of all parts; `None` where one is missing.
    pub(super) async fn read_parts(
        &self,
        mark: &str,
        count: usize,
    ) -> Result<Option<String>, ApplyError> {
        self.parted.store(true, Ordering::Relaxed);
        if count > MOST_PARTS {
            return Err(self.damaged(&format!("it claims to have {count} parts")));
        }
        let mut text = String::new();
        for number in 0..count {
            let answer = self.wire.send(&Call::get(self.path(&self.part(mark, number))?)).await?;
            match answer.status {
                StatusCode::OK => text.push_str(&self.inventory_in(&self.body(&answer)?)?),
                StatusCode::NOT_FOUND => return Ok(None),
                _ => return Err(Refused::new(&answer).error(&self.id)),
            }
        }
        Ok(Some(text))
    }

    /// The names of the parts that there are, where there may be any.
    pub(super) async fn parts_there(&self, soon: bool) -> Result<Vec<String>, ApplyError> {
        if !soon && !self.parted.load(Ordering::Relaxed) {
            return Ok(Vec::new());
        }
        let collection = self.resource.collection(self.id.namespace())?;
        let label = path::segment(&self.label())?;
        let label_key = path::segment(LEDGER_LABEL)?;
        let target = format!("{collection}?labelSelector={label_key}%3D{label}");
        let call = Call { accept: METADATA_LIST, ..Call::get(target) };
        let answer = self.wire.send(&call).await?;
        if answer.status != StatusCode::OK {
            return Err(Refused::new(&answer).error_of(&call.to_string()));
        }
        let list = self.body(&answer)?;
        let items = list.get("items").and_then(Value::as_list).unwrap_or_default();
        let name = |item: &Value| item.pointer("/metadata/name")?.as_str().map(String::from);
        let prefix = format!("{}.", self.id.name());
        Ok(items.iter().filter_map(name).filter(|it| it.starts_with(&prefix)).collect())
    }

    /// Removes parts that nothing names any more; what stays behind now goes after a later store.
    pub(super) async fn remove_parts(&self, names: Vec<String>) {
        for name in names {
            let Ok(path) = self.path(&name) else { continue };
            let removed = self.wire.send(&Call::json(Method::DELETE, path, Vec::new())).await;
            if let Err(error) = removed {
                tracing::debug!(ledger = %self.id, %error, "a part of the ledger stays behind");
            }
        }
    }

    fn part(&self, mark: &str, number: usize) -> String {
        format!("{}.{mark}.{number}", self.id.name())
    }

    fn path(&self, name: &str) -> Result<String, ApplyError> {
        let collection = self.resource.collection(self.id.namespace())?;
        Ok(format!("{collection}/{}", path::segment(name)?))
    }
}
