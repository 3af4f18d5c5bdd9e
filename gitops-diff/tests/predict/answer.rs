//! When a predicted answer and a recorded one are the same.

use std::collections::BTreeSet;

use gitops_diff::{ManagedFields, Map, Value};

/// What the server says is wrong: fields and reasons.
pub(crate) fn causes(answer: &Value) -> BTreeSet<(String, String)> {
    let causes = answer.pointer("/details/causes").and_then(Value::as_list).unwrap_or_default();
    let text =
        |cause: &Value, key| cause.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    causes.iter().map(|it| (text(it, "field"), text(it, "reason"))).collect()
}

/// The object without what varies from server to server; its own uid is spelled out.
pub(crate) fn settled(object: &Value, uid: &str) -> Value {
    let mut object = object.clone();
    let owners = owners(&object);
    let by_itself = writes_status_by_itself(&object);
    let signed = object.get("kind").and_then(Value::as_str) == Some("CertificateSigningRequest");
    if let Some(body) = object.as_map_mut() {
        let metadata = body.map_at("metadata");
        for varies in ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"] {
            metadata.remove(varies);
        }
        metadata.insert("managedFields", Value::List(owners));
        if by_itself {
            body.remove("status");
        }
        if signed {
            for caller in ["extra", "groups", "uid", "username"] {
                body.map_at("spec").remove(caller);
            }
        }
    }
    level(&mut object, uid);
    object
}

/// The entries of managedFields as text in order, without times.
fn owners(object: &Value) -> Vec<Value> {
    let by_itself = writes_status_by_itself(object);
    let managed = ManagedFields::read(object).unwrap();
    let entries = managed.iter().filter(|it| {
        let later = it.manager == "api-priority-and-fairness-config-consumer-v1";
        !(later || by_itself && it.manager == "kube-apiserver")
    });
    let mut texts: Vec<String> = entries
        .map(|it| {
            let fields = serde_json::to_string(&it.fields.to_value()).unwrap();
            let subresource = it.subresource.as_deref().unwrap_or_default();
            format!("{} {} {} {subresource} {fields}", it.manager, it.operation, it.api_version)
        })
        .collect();
    texts.sort();
    texts.into_iter().map(Value::from).collect()
}

/// Kinds whose status the server writes some time after the answer.
fn writes_status_by_itself(object: &Value) -> bool {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    ["CustomResourceDefinition", "APIService", "FlowSchema"].contains(&kind)
}

/// Takes out what a server allocates or makes of the uid, and the times it sets, with the maps
/// that hold nothing else; whole numbers are whole.
#[expect(clippy::cast_possible_truncation, reason = "because only small numbers are converted")]
fn level(value: &mut Value, uid: &str) {
    const ALLOCATED: [&str; 4] = ["clusterIP", "clusterIPs", "nodePort", "healthCheckNodePort"];
    const TIMES: [&str; 4] =
        ["lastPhaseTransitionTime", "lastTransitionTime", "lastUpdateTime", "lastProbeTime"];
    match value {
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            *value = Value::Int(*number as i64);
        }
        Value::Str(text) if !uid.is_empty() && text.contains(uid) => {
            *value = text.replace(uid, "${uid}").into();
        }
        Value::List(items) => items.iter_mut().for_each(|it| level(it, uid)),
        Value::Map(members) => {
            // What a job makes of its uid: nobody knows that of a new one.
            let is_uid = |it: &Value| !uid.is_empty() && it.as_str() == Some(uid);
            let varies = |key: &str, it: &Value| {
                let allocated = ALLOCATED.contains(&key) && !is_said(it);
                allocated || TIMES.contains(&key) || is_uid(it)
            };
            members.retain(|key, it| !varies(key, it));
            members.retain(|_, it| {
                let filled = !is_empty(it);
                level(it, uid);
                !(filled && is_empty(it))
            });
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_map().is_some_and(Map::is_empty)
}

/// Whether a field that is allocated says that nothing is.
fn is_said(value: &Value) -> bool {
    value.as_str() == Some("None")
}

/// Where `theirs` is not `ours`.
pub(crate) fn differences(ours: &Value, theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    differ("", Some(ours), Some(theirs), &mut found);
    found
}

fn differ(path: &str, ours: Option<&Value>, theirs: Option<&Value>, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Some(Value::Map(a)), Some(Value::Map(b))) => {
            let keys: BTreeSet<_> = Map::keys(a).chain(b.keys()).collect();
            for key in keys {
                differ(&format!("{path}.{key}"), a.get(key), b.get(key), found);
            }
        }
        (Some(Value::List(a)), Some(Value::List(b))) => {
            for at in 0..a.len().max(b.len()) {
                differ(&format!("{path}[{at}]"), a.get(at), b.get(at), found);
            }
        }
        (Some(a), Some(b)) if a == b => {}
        (None, None) => {}
        (a, b) => {
            let json = |it: &Value| serde_json::to_string(it).unwrap();
            let side = |it: Option<&Value>| it.map_or_else(|| "nothing".into(), json);
            found.push(format!("{path}: ours {} server {}", side(a), side(b)));
        }
    }
}
