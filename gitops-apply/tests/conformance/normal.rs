//! Answers without what differs between two runs of the same script on the same server.

use std::collections::HashMap;

use serde_json::Value;

use crate::wire::Answer;

/// What each run names in its own way, by order of appearance.
#[derive(Default)]
struct Names {
    uids: HashMap<String, usize>,
    versions: HashMap<String, usize>,
}

/// The answers to a script, to be compared with another run's.
pub(crate) fn normalise(answers: &[Answer]) -> Vec<Answer> {
    let mut names = Names::default();
    answers.iter().map(|answer| names.answer(answer)).collect()
}

impl Names {
    fn answer(&mut self, answer: &Answer) -> Answer {
        let mut body = answer.body.clone();
        self.value(&mut body);
        let mut warnings = answer.warnings.clone();
        warnings.sort();
        Answer { code: answer.code, warnings, body }
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if is_time(text) {
                    "<time>".clone_into(text);
                } else {
                    self.uids(text);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(_) => self.object(value),
            _ => {}
        }
    }

    /// Also inside of messages.
    fn uids(&self, text: &mut String) {
        for (uid, name) in &self.uids {
            if text.contains(uid) {
                *text = text.replace(uid, &format!("<uid {name}>"));
            }
        }
    }

    fn object(&mut self, object: &mut Value) {
        if object["kind"] == "Status" {
            status(object);
        }
        if is_written_asynchronously(object) {
            forget_status(object);
        }
        if object["kind"] == "CertificateSigningRequest" {
            forget_caller(object);
        }
        forget_assigned(object);
        let is_list = object["items"].is_array();
        if object["metadata"].is_object() {
            self.metadata(&mut object["metadata"], is_list);
        }
        let fields = object.as_object_mut().expect("because it was matched as an object");
        fields.values_mut().for_each(|field| self.value(field));
    }

    fn metadata(&mut self, metadata: &mut Value, is_list: bool) {
        if let Some(Value::String(version)) = metadata.get_mut("resourceVersion") {
            let next = self.versions.len();
            *version = if is_list {
                "<version of the list>".to_owned()
            } else {
                format!("<version {}>", self.versions.entry(version.clone()).or_insert(next))
            };
        }
        if let Some(Value::String(uid)) = metadata.get("uid").filter(|uid| *uid != "") {
            let next = self.uids.len();
            self.uids.entry(uid.clone()).or_insert(next);
        }
        if let Some(token) = metadata.get_mut("continue").filter(|it| **it != "") {
            *token = "<token>".into();
        }
        if let Some(Value::Array(entries)) = metadata.get_mut("managedFields") {
            for entry in entries.iter_mut() {
                self.value(entry);
            }
            entries.sort_by_cached_key(Value::to_string);
        }
    }
}

/// Errors are listed in varying order, and `details.causes` repeats the message.
fn status(status: &mut Value) {
    if let Some(Value::Array(causes)) = status.pointer_mut("/details/causes") {
        for cause in causes.iter_mut() {
            cause.as_object_mut().map(|cause| cause.remove("message"));
        }
        causes.sort_by_cached_key(Value::to_string);
        causes.dedup();
    }
}

/// The status of these kinds comes from loops of the API server itself, some time after the write.
fn is_written_asynchronously(object: &Value) -> bool {
    object["kind"] == "CustomResourceDefinition" || object["kind"] == "APIService"
}

fn forget_status(object: &mut Value) {
    object.as_object_mut().map(|fields| fields.remove("status"));
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("resourceVersion");
        if let Some(Value::Array(entries)) = metadata.get_mut("managedFields") {
            entries.retain(|entry| entry["subresource"] != "status");
        }
    }
}

/// A signing request carries who made it.
fn forget_caller(object: &mut Value) {
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
        for field in ["username", "uid", "groups", "extra"] {
            spec.remove(field);
        }
    }
}

/// What the server chooses out of a range.
fn forget_assigned(object: &mut Value) {
    let Some(fields) = object.as_object_mut() else { return };
    for name in ["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort"] {
        if let Some(field) = fields.get_mut(name)
            && *field != "None"
            && *field != serde_json::json!(["None"])
            && !field.as_object().is_some_and(serde_json::Map::is_empty)
        {
            *field = "<assigned>".into();
        }
    }
}

/// `2026-11-20T21:46:29Z`, also with microseconds.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let pattern = |at: usize, byte: u8| bytes[at] == byte;
    bytes.len() >= 20
        && bytes.len() <= 27
        && bytes.ends_with(b"Z")
        && (pattern(4, b'-') && pattern(7, b'-') && pattern(10, b'T'))
        && (pattern(13, b':') && pattern(16, b':'))
        && bytes[..4].iter().all(u8::is_ascii_digit)
}
