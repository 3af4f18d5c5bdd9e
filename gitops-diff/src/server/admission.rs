//! What the admission plug-ins of a server change that are on unless somebody turns them off, as
//! far as it follows from the object alone.
//!
//! What follows from other objects (limit ranges, classes that are default, priorities of
//! classes that are not built in, overheads of runtime classes) is the server's. So is the token
//! that `ServiceAccount` mounts, whose name it draws by lot.

use super::Write;
use crate::{Map, Value};

pub(super) fn admit(write: &Write<'_>, object: &mut Value) {
    let Some(members) = object.as_map_mut().filter(|_| write.subresource.is_none()) else {
        return;
    };
    let live = write.live.and_then(Value::as_map);
    let new = live.is_none();
    match (write.kind.group.as_str(), write.kind.kind.as_str()) {
        ("", "Pod") => {
            rank(live, members);
            tolerate(members);
        }
        ("", "Node") if new => taint(members),
        ("", "PersistentVolume") if new => hold(members, "kubernetes.io/pv-protection"),
        ("", "PersistentVolumeClaim") if new => hold(members, "kubernetes.io/pvc-protection"),
        ("storage.k8s.io", "VolumeAttributesClass") if new => {
            hold(members, "kubernetes.io/vac-protection");
        }
        _ => {}
    }
}

/// `Priority`: a pod of no class, or of one that is built in, gets its rank.
fn rank(live: Option<&Map>, pod: &mut Map) {
    let spec = pod.map_at("spec");
    if let Some(before) = live.and_then(|it| it.get("spec")?.as_map()) {
        for field in ["preemptionPolicy", "priority"] {
            if let Some(value) = before.get(field) {
                spec.entry(field, || value.clone());
            }
        }
        return;
    }
    let rank: i64 = match spec.get("priorityClassName").and_then(Value::as_str) {
        None | Some("") => 0,
        Some("system-cluster-critical") => 2_000_000_000,
        Some("system-node-critical") => 2_000_001_000,
        Some(_) => return,
    };
    spec.entry("priority", || rank.into());
    spec.entry("preemptionPolicy", || "PreemptLowerPriority".into());
}

/// `DefaultTolerationSeconds`: a pod stays for a while on a node that is lost.
fn tolerate(pod: &mut Map) {
    const KEYS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
    const SECONDS: i64 = 300;
    let spec = pod.map_at("spec");
    let found = spec.get("tolerations").and_then(Value::as_list).unwrap_or_default();
    let text = |it: &Value, key| it.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let tolerates = |key: &str| {
        let fits = |it: &Value| {
            let (of, effect) = (text(it, "key"), text(it, "effect"));
            (of == key || of.is_empty()) && (effect == "NoExecute" || effect.is_empty())
        };
        found.iter().any(fits)
    };
    let toleration = |key: &str| {
        let members = [
            ("effect", "NoExecute".into()),
            ("key", key.into()),
            ("operator", "Exists".into()),
            ("tolerationSeconds", SECONDS.into()),
        ];
        Value::Map(members.into_iter().collect())
    };
    let added: Vec<Value> = KEYS.into_iter().filter(|it| !tolerates(it)).map(toleration).collect();
    push(spec, "tolerations", added);
}

/// `TaintNodesByCondition`: a new node is not ready.
fn taint(node: &mut Map) {
    const KEY: &str = "node.kubernetes.io/not-ready";
    let spec = node.map_at("spec");
    let found = spec.get("taints").and_then(Value::as_list).unwrap_or_default();
    let is_it = |it: &Value| {
        let text = |key| it.get(key).and_then(Value::as_str);
        text("key") == Some(KEY) && text("effect") == Some("NoSchedule")
    };
    if !found.iter().any(is_it) {
        let taint = [("effect", "NoSchedule".into()), ("key", KEY.into())];
        push(spec, "taints", vec![Value::Map(taint.into_iter().collect())]);
    }
}

/// `StorageObjectInUseProtection`: what may be in use is held.
fn hold(object: &mut Map, finalizer: &str) {
    let metadata = object.map_at("metadata");
    let found = metadata.get("finalizers").and_then(Value::as_list).unwrap_or_default();
    if !found.iter().any(|it| it.as_str() == Some(finalizer)) {
        push(metadata, "finalizers", vec![finalizer.into()]);
    }
}

fn push(members: &mut Map, field: &str, added: Vec<Value>) {
    if !added.is_empty() {
        match members.get_mut(field).and_then(Value::as_list_mut) {
            Some(items) => items.extend(added),
            None => {
                members.insert(field, Value::List(added));
            }
        }
    }
}
