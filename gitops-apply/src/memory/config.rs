//! ConfigMaps and Secrets: what the API server fills in, and what it refuses.
//!
//! The rules are those of `pkg/apis/core/validation` (`ValidateConfigMap`, `ValidateSecret` and
//! their updates) and of `pkg/apis/core/v1` (`stringData`).

use base64::Engine as _;
use gitops_diff::{Map, Value};

use super::metadata::{self, text};
use super::resource::Resource;
use super::status::{Cause, Status};

/// Where keys and bytes are.
const DATA: [&str; 2] = ["data", "binaryData"];
const MAX_KEY: usize = 253;

/// Gives a Secret a type, and moves its `stringData` into its `data`.
pub(super) fn complete(resource: &Resource, object: &mut Value) {
    let Some(members) = object.as_map_mut().filter(|_| resource.is("", "secrets")) else {
        return;
    };
    members.entry("type", || "Opaque".into());
    let Some(Value::Map(texts)) = members.remove("stringData") else {
        return;
    };
    for (key, value) in texts {
        let encoded =
            base64::engine::general_purpose::STANDARD.encode(value.as_str().unwrap_or(""));
        members.map_at("data").insert(key, encoded.into());
    }
}

/// Refuses keys that are no file names, and changes of what is immutable.
pub(super) fn validate(
    resource: &Resource,
    live: Option<&Value>,
    object: &Value,
) -> Result<(), Status> {
    if !resource.is("", "configmaps") && !resource.is("", "secrets") {
        return Ok(());
    }
    let mut causes = bad_keys(object);
    if let Some(live) = live {
        causes.extend(bad_changes(live, object));
    }
    metadata::refuse(resource, metadata::name(object), causes)
}

fn bad_keys(object: &Value) -> Vec<Cause> {
    const WHY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or \
                       '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for \
                       validation is '[-._a-zA-Z0-9]+')";
    let bad = |field: &'static str| {
        let members = object.get(field).and_then(Value::as_map).into_iter().flat_map(Map::iter);
        let bad = members.filter(|(key, _)| !is_key(key));
        bad.map(move |(key, _)| {
            Cause::invalid(format!("{field}[{key}]"), &key.as_str().into(), WHY)
        })
    };
    DATA.into_iter().flat_map(bad).collect()
}

fn is_key(key: &str) -> bool {
    let is_legal = |it: u8| it.is_ascii_alphanumeric() || b"-._".contains(&it);
    let is_short = !key.is_empty() && key.len() <= MAX_KEY;
    is_short && key.bytes().all(is_legal) && key != "." && !key.starts_with("..")
}

fn bad_changes(live: &Value, object: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    if text(live, "/type") != text(object, "/type") {
        let found = text(object, "/type").into();
        causes.push(Cause::invalid("type", &found, "field is immutable"));
    }
    let immutable = Some(&Value::Bool(true));
    if live.get("immutable") != immutable {
        return causes;
    }
    let why = "Forbidden: field is immutable when `immutable` is set";
    let mut forbid = |field| causes.push(Cause::new("FieldValueForbidden", field, why));
    if object.get("immutable") != immutable {
        forbid("immutable");
    }
    for field in DATA {
        if object.get(field) != live.get(field) {
            forbid(field);
        }
    }
    causes
}
