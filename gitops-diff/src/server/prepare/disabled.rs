//! Fields of features that are off in 1.36 unless somebody turns them on: nobody can set them,
//! whoever has them keeps them (`DropDisabledFields` and the like, `pkg/features`).

use crate::{GroupKind, Map, Value};

/// Where the specification of pods is, and of what.
const POD_SPECS: [(&str, &str, &str); 9] = [
    ("", "Pod", "spec"),
    ("", "PodTemplate", "template.spec"),
    ("", "ReplicationController", "spec.template.spec"),
    ("apps", "DaemonSet", "spec.template.spec"),
    ("apps", "Deployment", "spec.template.spec"),
    ("apps", "ReplicaSet", "spec.template.spec"),
    ("apps", "StatefulSet", "spec.template.spec"),
    ("batch", "CronJob", "spec.jobTemplate.spec.template.spec"),
    ("batch", "Job", "spec.template.spec"),
];

/// Fields of pods.
const OF_PODS: [&str; 6] = [
    "schedulingGroup",
    "volumes[].projected.sources[].clusterTrustBundle",
    "volumes[].projected.sources[].podCertificate",
    "containers[].lifecycle.stopSignal",
    "initContainers[].lifecycle.stopSignal",
    "ephemeralContainers[].lifecycle.stopSignal",
];

/// Fields of other kinds.
const OF_KINDS: [(&str, &str, &str); 6] = [
    ("", "Node", "spec.configSource"),
    ("", "Node", "status.config"),
    ("apps", "StatefulSet", "spec.updateStrategy.rollingUpdate.maxUnavailable"),
    ("coordination.k8s.io", "Lease", "spec.strategy"),
    ("coordination.k8s.io", "Lease", "spec.preferredHolder"),
    ("storage.k8s.io", "CSIDriver", "spec.preventPodSchedulingIfMissing"),
];

pub(super) fn drop_disabled(kind: &GroupKind, live: Option<&Map>, members: &mut Map) {
    let of_kind = |(group, name, _): &&(&str, &str, &str)| kind.is(group, name);
    for (_, _, path) in OF_KINDS.iter().filter(of_kind) {
        drop_one(path, live, members);
    }
    if let Some((_, _, spec)) = POD_SPECS.iter().find(of_kind) {
        let keys = || spec.split('.');
        let live = keys().try_fold(live, |it, key| Some(it?.get(key).and_then(Value::as_map)));
        let below = keys().try_fold(members, |it, key| it.get_mut(key).and_then(Value::as_map_mut));
        if let Some(below) = below {
            for path in OF_PODS {
                drop_one(path, live.flatten(), below);
            }
        }
    }
}

fn drop_one(path: &str, live: Option<&Map>, members: &mut Map) {
    let steps: Vec<&str> = path.split('.').collect();
    if !live.is_some_and(|it| is_used(it, &steps)) {
        remove(members, &steps);
    }
}

fn is_used(members: &Map, steps: &[&str]) -> bool {
    let Some((first, rest)) = steps.split_first() else {
        return false;
    };
    let Some(value) = members.get(first.trim_end_matches("[]")) else {
        return false;
    };
    match value {
        Value::List(items) => items.iter().filter_map(Value::as_map).any(|it| is_used(it, rest)),
        Value::Map(below) if !rest.is_empty() => is_used(below, rest),
        value => rest.is_empty() && !value.is_null(),
    }
}

fn remove(members: &mut Map, steps: &[&str]) {
    let Some((first, rest)) = steps.split_first() else {
        return;
    };
    let name = first.trim_end_matches("[]");
    if rest.is_empty() {
        members.remove(name);
        return;
    }
    match members.get_mut(name) {
        Some(Value::Map(below)) => {
            let was_empty = below.is_empty();
            remove(below, rest);
            if below.is_empty() && !was_empty && *first == "lifecycle" {
                members.remove(name);
            }
        }
        Some(Value::List(items)) => {
            for item in items.iter_mut().filter_map(Value::as_map_mut) {
                remove(item, rest);
            }
        }
        _ => {}
    }
}
