//! When a prediction and a recorded answer are the same.

use std::collections::BTreeSet;

use gitops_diff::merge::MergeError;
use gitops_diff::{ManagedEntry, ManagedFields, Map, Value};

/// Whether an apply was refused for the same reason, or not refused at all.
pub(crate) fn agrees(predicted: &Result<Value, MergeError>, code: i64, answer: &Value) -> bool {
    let causes = answer.pointer("/details/causes").and_then(Value::as_list);
    match (predicted, code) {
        (Ok(_), 200 | 201 | 403 | 422) | (Err(MergeError::Invalid(_)), 500) => true,
        // A conflict of resource versions has no causes.
        (Ok(_), 409) => causes.is_none(),
        (Err(MergeError::Conflicts(conflicts)), 409) => {
            let text = |cause: &Value, key| {
                let text = cause.get(key).and_then(Value::as_str);
                text.unwrap_or_default().to_owned()
            };
            let ours = conflicts.iter().map(|it| {
                let message = format!("conflict with {}", it.owner());
                (message, it.path.server_form())
            });
            let theirs = causes.into_iter().flatten();
            let theirs = theirs.map(|it| (text(it, "message"), text(it, "field")));
            ours.collect::<BTreeSet<_>>() == theirs.collect::<BTreeSet<_>>()
        }
        _ => false,
    }
}

pub(crate) type Owners = BTreeSet<String>;

/// The entries of managedFields as text, without times.
pub(crate) fn owners(object: &Value) -> Owners {
    let by_itself = writes_status_by_itself(object);
    let managed = ManagedFields::read(object).unwrap();
    let entries = managed.iter().filter(|it| {
        let asynchronous = it.manager == "api-priority-and-fairness-config-consumer-v1";
        !(asynchronous || by_itself && it.manager == "kube-apiserver")
    });
    let text = |it: &ManagedEntry| {
        let fields = serde_json::to_string(&it.fields.to_value()).unwrap();
        let subresource = it.subresource.as_deref().unwrap_or_default();
        format!("{} {} {} {subresource} {fields}", it.manager, it.operation, it.api_version)
    };
    entries.map(text).collect()
}

/// The object without its managedFields.
pub(crate) fn without_owners(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(body) = object.as_map_mut() {
        body.map_at("metadata").remove("managedFields");
    }
    object
}

/// Kinds whose status the server writes some time after the answer.
fn writes_status_by_itself(object: &Value) -> bool {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    ["CustomResourceDefinition", "APIService", "FlowSchema"].contains(&kind)
}

/// The object without what varies and what the server alone sets.
pub(crate) fn content(object: &Value) -> Value {
    const SET_BY_THE_SERVER: [&str; 5] =
        ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"];
    let mut object = object.clone();
    whole_numbers(&mut object);
    let without_status = writes_status_by_itself(&object);
    if let Some(body) = object.as_map_mut() {
        let metadata = body.map_at("metadata");
        metadata.retain(|key, _| !SET_BY_THE_SERVER.contains(&key));
        if without_status {
            body.remove("status");
        }
    }
    object
}

/// Where `theirs` is not `ours`, but for fields that nobody here could know of.
pub(crate) fn differences(ours: &Value, theirs: &Value, known: &[Value]) -> Vec<String> {
    let others: Vec<&Value> = known.iter().chain([ours]).collect();
    let mut found = Vec::new();
    differ("", Some(ours), Some(&without_foreign(theirs, &others)), &mut found);
    found
}

fn differ(path: &str, ours: Option<&Value>, theirs: Option<&Value>, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Some(Value::Map(a)), Some(Value::Map(b))) => {
            let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
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
            found.push(format!("{path}: {} for {}", side(a), side(b)));
        }
    }
}

/// Numbers as JSON prints them in Go: without a fraction, they are whole.
#[expect(clippy::cast_possible_truncation, reason = "because only small numbers are converted")]
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            *value = Value::Int(*number as i64);
        }
        Value::List(items) => items.iter_mut().for_each(whole_numbers),
        Value::Map(members) => members.iter_mut().for_each(|(_, it)| whole_numbers(it)),
        _ => {}
    }
}

/// `tree` without the fields that are in none of the others.
fn without_foreign(tree: &Value, others: &[&Value]) -> Value {
    match tree {
        Value::Map(members) => {
            let kept = members.iter().filter_map(|(key, value)| {
                let below: Vec<&Value> = others.iter().filter_map(|it| it.get(key)).collect();
                (!below.is_empty()).then(|| (key.clone(), without_foreign(value, &below)))
            });
            Value::Map(kept.collect::<Map>())
        }
        Value::List(items) => {
            let kept = items.iter().enumerate().map(|(index, item)| {
                let lists = others.iter().filter_map(|it| it.as_list());
                let below: Vec<&Value> = lists.filter_map(|it| it.get(index)).collect();
                without_foreign(item, &below)
            });
            Value::List(kept.collect())
        }
        scalar => scalar.clone(),
    }
}
