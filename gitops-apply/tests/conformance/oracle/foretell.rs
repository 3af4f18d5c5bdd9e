//! What the engine predicts of the applies of a script, out of the server's own answers before.

use gitops_diff::merge::{Apply, Force};
use gitops_diff::{Object, Schema, predict};
use serde_json::{Value, json};

use super::write::NAMESPACE;
use crate::script::{Script, Step};
use crate::wire::Answer;

/// What lives at a step, as far as the answers before it tell.
enum Live {
    Known(Option<Value>),
    Unknown,
}

/// An apply with what the server said and what was predicted, both without what only a server
/// can know.
pub(super) struct Foretold {
    pub(super) step: usize,
    pub(super) said: Answer,
    pub(super) predicted: Answer,
}

/// The kinds of the definitions, beside those that are built in.
pub(super) fn schema(definitions: impl Iterator<Item = gitops_diff::Value>) -> Schema {
    definitions.fold(Schema::builtin(), |schema, definition| {
        let definition = Object::new(definition).expect("because definitions are objects");
        schema.with_crd(&definition).expect("because the server took it")
    })
}

pub(super) fn foretell(schema: &Schema, script: &Script, answers: &[Answer]) -> Vec<Foretold> {
    let mut live = Live::Known(None);
    let mut found = Vec::new();
    for (at, (step, answer)) in script.steps.iter().zip(answers).enumerate() {
        if let (Live::Known(live), true) = (&live, is_apply(step)) {
            let (new, on_status) = (live.is_none(), step.path.ends_with("/status"));
            if !(new && on_status) {
                let mut predicted = predicted(schema, step, live.as_ref());
                let mut said = answer.clone();
                said.warnings.clear();
                forget(&mut said.body, new);
                forget(&mut predicted.body, new);
                found.push(Foretold { step: at, said, predicted });
            }
        }
        live = after(step, answer, live);
    }
    found
}

fn is_apply(step: &Step) -> bool {
    matches!(step.verb.as_str(), "apply" | "apply-dry-run" | "status-apply")
}

fn after(step: &Step, answer: &Answer, before: Live) -> Live {
    let dry = step.query.contains_key("dryRun");
    if step.verb == "get" {
        return Live::Known((answer.code == 200).then(|| answer.body.clone()));
    }
    if dry || answer.code >= 300 {
        return before;
    }
    match step.verb.as_str() {
        "delete" if answer.body["kind"] == "Status" => Live::Known(None),
        // Objects that are deleted at once are answered too; a scale is not the object.
        "delete" | "scale" => Live::Unknown,
        // What loses its last finalizer while it is deleted is answered, and gone.
        _ if answer.body["metadata"]["deletionTimestamp"].is_string()
            && answer.body["metadata"]["finalizers"].is_null() =>
        {
            Live::Unknown
        }
        _ => Live::Known(Some(answer.body.clone())),
    }
}

fn predicted(schema: &Schema, step: &Step, live: Option<&Value>) -> Answer {
    let value = |it: &Value| gitops_diff::Value::from(it.clone());
    let mut desired = step.body.clone().expect("because applies have bodies");
    if step.path.contains(&format!("/namespaces/{NAMESPACE}/")) {
        desired["metadata"]["namespace"] = NAMESPACE.into();
    }
    let desired = value(&desired);
    let live = live.map(value);
    let force = if step.query.contains_key("force") { Force::Yes } else { Force::No };
    let apply = Apply {
        live: live.as_ref(),
        desired: &desired,
        manager: step.query["fieldManager"].as_str().unwrap_or_default(),
        force,
        subresource: step.path.ends_with("/status").then_some("status"),
        now: "2026-01-01T00:00:00Z",
    };
    let (code, body) = match predict(schema, &apply) {
        Ok(object) => (if live.is_some() { 200 } else { 201 }, Value::from(object)),
        Err(refusal) => {
            let causes: Vec<Value> = refusal
                .causes
                .iter()
                .map(|it| json!({"reason": it.reason.as_str(), "field": it.field}))
                .collect();
            let mut body = json!({"kind": "Status", "message": refusal.message});
            if !refusal.reason.is_empty() {
                body["reason"] = refusal.reason.as_str().into();
            }
            if !causes.is_empty() {
                body["details"] = json!({"causes": causes});
            }
            (refusal.code, body)
        }
    };
    Answer { code, warnings: Vec::new(), body }
}

/// Takes out what only a server can know.
fn forget(body: &mut Value, new: bool) {
    if !body.is_object() {
        return;
    }
    if body["kind"] == "Status" {
        let causes = body["details"]["causes"].clone();
        *body = json!({"kind": "Status", "reason": body["reason"], "message": body["message"],
            "details": {"causes": causes}});
        return;
    }
    remove(&mut body["metadata"], &["resourceVersion"]);
    if new {
        remove(&mut body["metadata"], &["uid", "creationTimestamp"]);
    }
    let is_new_job = new && body["kind"] == "Job";
    if let Some(spec) = body.get_mut("spec") {
        forget_assigned(spec);
        if is_new_job {
            forget_selected(spec);
        }
    }
    if let Some(status) = body.get_mut("status") {
        remove(status, &["lastPhaseTransitionTime"]);
    }
}

/// Addresses and ports.
fn forget_assigned(spec: &mut Value) {
    if spec["clusterIP"] != "None" {
        remove(spec, &["clusterIP", "clusterIPs"]);
    }
    remove(spec, &["healthCheckNodePort"]);
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        remove(port, &["nodePort"]);
    }
}

/// A job selects by its uid.
fn forget_selected(spec: &mut Value) {
    const OF_UID: [&str; 2] = ["controller-uid", "batch.kubernetes.io/controller-uid"];
    remove(spec, &["selector"]);
    if let Some(labels) = spec.pointer_mut("/template/metadata/labels") {
        remove(labels, &OF_UID);
    }
}

fn remove(at: &mut Value, keys: &[&str]) {
    for key in keys {
        at.as_object_mut().map(|it| it.remove(*key));
    }
}
