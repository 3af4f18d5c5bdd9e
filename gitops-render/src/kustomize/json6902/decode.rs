//! From the text of a JSON patch, in JSON or YAML, to its operations.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::document::Json;
use super::{Operation, Operations, Pointer};
use crate::kustomize::json;
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::{Documents, Duplicates, Options};

/// An operation as it is written.
type Fields = BTreeMap<String, Option<Box<RawValue>>>;

impl Operations {
    /// Reads a patch: what does not start with a bracket is YAML, of which the first document
    /// counts.
    ///
    /// # Errors
    /// Where it is no list of maps.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Problem::new("empty json patch operations"));
        }
        if text.starts_with('[') { Self::parse_json(text) } else { Self::parse_yaml(text) }
    }

    fn parse_yaml(text: &str) -> Result<Self> {
        let options = Options { duplicates: Duplicates::LastWins, ..Options::default() };
        let document = Documents::new(text.as_bytes(), &options)
            .and_then(|mut documents| documents.next().transpose())
            .map_err(|error| Problem::new(format!("error converting YAML to JSON: {error}")))?;
        match document {
            Some(document) => Self::parse_json(&json::compact(&document.value)),
            None => Ok(Self::default()),
        }
    }

    fn parse_json(text: &str) -> Result<Self> {
        let operations: Option<Vec<Option<Fields>>> =
            serde_json::from_str(text).map_err(|_| wrong(text))?;
        let all = operations.unwrap_or_default().into_iter();
        Ok(Self(all.map(|fields| operation(fields.unwrap_or_default())).collect()))
    }
}

/// What is wrong with a patch, as Go says it.
fn wrong(text: &str) -> Problem {
    let what = match text.trim_start().as_bytes().first() {
        Some(b'{') => "object",
        Some(b'"') => "string",
        Some(b't' | b'f') => "bool",
        Some(b'-' | b'0'..=b'9') => "number",
        _ => match serde_json::from_str::<serde_json::Value>(text) {
            Err(error) => return Problem::new(format!("invalid JSON patch: {error}")),
            Ok(_) => {
                return Problem::new(
                    "json: cannot unmarshal a list whose items are not all objects into Go value \
                     of type jsonpatch.Operation",
                );
            }
        },
    };
    Problem::new(format!("json: cannot unmarshal {what} into Go value of type jsonpatch.Patch"))
}

fn operation(mut fields: Fields) -> Operation {
    let mut text = |name: &str| {
        let raw = fields.remove(name).flatten()?;
        Some(serde_json::from_str::<String>(raw.get()).map_err(|_| {
            format!("json: cannot unmarshal {} into Go value of type string", raw.get())
        }))
    };
    let pointer = |found: Option<std::result::Result<String, String>>, missing: &str| match found {
        Some(Ok(path)) => Pointer::Path(path),
        Some(Err(why)) => Pointer::Wrong(why),
        None => Pointer::Wrong(missing.to_owned()),
    };
    let kind = text("op").and_then(std::result::Result::ok).unwrap_or_else(|| "unknown".to_owned());
    let path = pointer(text("path"), "operation missing path field: missing value");
    let from = pointer(text("from"), "operation, missing from field: missing value");
    let value =
        fields.remove("value").map(|raw| raw.map_or(Json::Null, |it| Json::Raw(it.get().into())));
    Operation { kind, path, from, value }
}
