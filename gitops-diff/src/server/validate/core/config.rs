//! Config maps and secrets.

use super::super::field::{Field, same};
use super::super::names;
use crate::{Map, Value};

/// As much as the data may hold, in bytes.
const MAX_SIZE: usize = 1024 * 1024;
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

pub(super) fn check_config_map(root: &Field<'_>, live: Option<&Value>) {
    check_immutable(root, live, &["data", "binaryData"]);
    let (data, binary) = (root.field("data"), root.field("binaryData"));
    let mut size = 0;
    for (key, value) in data.members() {
        value.with(&key.into()).faults(names::config_key(key));
        if binary.value.get(key).is_some() {
            value.invalid_value(key, "duplicate of key present in binaryData");
        }
        size += value.str().len();
    }
    for (key, value) in binary.members() {
        value.with(&key.into()).faults(names::config_key(key));
        size += decoded_size(value.str());
    }
    if size > MAX_SIZE {
        root.field("").too_long(MAX_SIZE);
    }
}

/// How many bytes a base64 text stands for.
fn decoded_size(text: &str) -> usize {
    let padding = text.bytes().rev().take_while(|it| *it == b'=').count();
    (text.len() / 4 * 3).saturating_sub(padding)
}

/// What was declared immutable stays so, and stays as it is.
fn check_immutable(root: &Field<'_>, live: Option<&Value>, fields: &[&str]) {
    let frozen = live.and_then(|it| it.get("immutable")).and_then(Value::as_bool);
    let Some(live) = live.filter(|_| frozen == Some(true)) else { return };
    if !root.field("immutable").is_true() {
        root.field("immutable").forbidden(IMMUTABLE);
    }
    for name in fields {
        let (new, old) = (root.field(name), live.get(name).unwrap_or(&Value::Null));
        // Not to be confused with nothing: an empty map.
        if !same(new.value, old) || new.is_set() == old.is_null() {
            new.forbidden(IMMUTABLE);
        }
    }
}

pub(super) fn check_secret(root: &Field<'_>, live: Option<&Value>) {
    if let Some(live) = live {
        root.field("type").immutable(live.get("type"));
    }
    check_immutable(root, live, &["data"]);
    let data = root.field("data");
    let mut size = 0;
    for (key, value) in data.members() {
        value.with(&key.into()).faults(names::config_key(key));
        size += decoded_size(value.str());
    }
    if size > MAX_SIZE {
        data.too_long(MAX_SIZE);
    }
    check_type(root, &data);
}

/// What a secret of a type must hold.
fn check_type(root: &Field<'_>, data: &Field<'_>) {
    const ACCOUNT: &str = "kubernetes.io/service-account.name";
    let has = |key: &str| data.map().is_some_and(|it| it.contains_key(key));
    let require = |key: &str| {
        if !has(key) {
            data.key(key).required("");
        }
    };
    match root.text("type") {
        "kubernetes.io/service-account-token" => {
            let metadata = root.field("metadata");
            let notes = metadata.field("annotations");
            notes.key(ACCOUNT).require();
        }
        "kubernetes.io/dockercfg" => check_json(&data.key(".dockercfg")),
        "kubernetes.io/dockerconfigjson" => check_json(&data.key(".dockerconfigjson")),
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => {
            require("username");
            require("password");
        }
        "kubernetes.io/ssh-auth" => data.key("ssh-privatekey").require(),
        "kubernetes.io/tls" => {
            require("tls.crt");
            require("tls.key");
        }
        _ => {}
    }
}

fn check_json(content: &Field<'_>) {
    if !content.is_set() {
        return content.required("");
    }
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, content.str());
    let read = |it: Vec<u8>| serde_json::from_slice::<Option<Map>>(&it).ok();
    if decoded.ok().and_then(read).is_none() {
        content.invalid_value("<secret contents redacted>", "invalid JSON");
    }
}
