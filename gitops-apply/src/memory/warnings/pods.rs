//! Pods and their templates (`pkg/api/pod/warnings.go`).

use std::collections::BTreeMap;

use gitops_diff::{Map, Value};

use super::text;
use crate::memory::resource::Resource;

/// Node labels that have other names now.
const OLD_LABELS: [(&str, &str); 8] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"),
    ("beta.kubernetes.io/fluentd-ds-ready", "node.kubernetes.io/fluentd-ds-ready"),
];

/// What is odd with the pod, or with the template of one.
pub(super) fn warnings(resource: &Resource, live: Option<&Value>, object: &Value) -> Vec<String> {
    let (pointer, prefix) = match (resource.group.as_str(), resource.kind.as_str()) {
        ("", "Pod") => ("", ""),
        ("", "PodTemplate") => ("/template", "template."),
        ("" | "apps", "ReplicationController" | "DaemonSet" | "Deployment" | "ReplicaSet")
        | ("apps", "StatefulSet")
        | ("batch", "Job") => ("/spec/template", "spec.template."),
        ("batch", "CronJob") => {
            ("/spec/jobTemplate/spec/template", "spec.jobTemplate.spec.template.")
        }
        _ => return Vec::new(),
    };
    let Some(pod) = object.pointer(pointer) else {
        return Vec::new();
    };
    let before = live.and_then(|it| it.pointer(pointer));
    // Jobs and templates are looked at again and again, others where they change.
    let again = matches!(resource.kind.as_str(), "Job" | "PodTemplate");
    let checks = again || before.is_none_or(|it| it.get("spec") != pod.get("spec"));
    let mut found = Vec::new();
    let Some(spec) = pod.get("spec").filter(|_| checks) else {
        return found;
    };
    let at = format!("{prefix}spec");
    of_selector(spec, &at, &mut found);
    of_annotations(pod, prefix, &mut found);
    of_spreading(spec, &at, &mut found);
    let containers = items(spec, "containers");
    let mut seen = Seen::default();
    for (index, container) in containers.iter().enumerate() {
        let at = format!("{at}.containers[{index}]");
        of_ports(container, &at, &mut seen, &mut found);
        of_env(container, &at, &mut found);
        of_resources(container, &at, &mut found);
    }
    found
}

fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_list).unwrap_or_default()
}

fn of_selector(spec: &Value, at: &str, found: &mut Vec<String>) {
    let selector = spec.get("nodeSelector").and_then(Value::as_map);
    for key in selector.into_iter().flat_map(Map::keys) {
        if let Some((old, new)) = OLD_LABELS.iter().find(|(old, _)| key == *old) {
            found.push(format!("{at}.nodeSelector[{old}]: use {new:?} instead"));
        }
    }
}

fn of_annotations(pod: &Value, prefix: &str, found: &mut Vec<String>) {
    const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
    let annotations = pod.pointer("/metadata/annotations").and_then(Value::as_map);
    for key in annotations.into_iter().flat_map(Map::keys).filter(|it| it.starts_with(APPARMOR)) {
        let name = &key.as_str()[APPARMOR.len()..];
        let set = items_of(pod).any(|it| {
            text(it, "/name") == name && it.pointer("/securityContext/appArmorProfile").is_some()
        });
        if !set {
            found.push(format!(
                "{prefix}metadata.annotations[{key}]: deprecated since v1.30; use the \
                 \"appArmorProfile\" field instead"
            ));
        }
    }
}

fn items_of(pod: &Value) -> impl Iterator<Item = &Value> {
    let spec = pod.get("spec");
    ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(move |it| spec.map_or(&[][..], |spec| items(spec, it)))
}

/// A selector that is not there selects nothing.
fn of_spreading(spec: &Value, at: &str, found: &mut Vec<String>) {
    const WHY: &str = "a null labelSelector results in matching no pod";
    let mut check = |term: &Value, at: String| {
        if term.get("labelSelector").is_none() {
            found.push(format!("{at}.labelSelector: {WHY}"));
        }
    };
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(affinity) = spec.get("affinity").and_then(|it| it.get(kind)) else {
            continue;
        };
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        for (index, term) in items(affinity, required).iter().enumerate() {
            check(term, format!("{at}.affinity.{kind}.{required}[{index}]"));
        }
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
        for (index, term) in items(affinity, preferred).iter().enumerate() {
            if let Some(term) = term.get("podAffinityTerm") {
                check(term, format!("{at}.affinity.{kind}.{preferred}[{index}].podAffinityTerm"));
            }
        }
    }
    for (index, term) in items(spec, "topologySpreadConstraints").iter().enumerate() {
        check(term, format!("{at}.topologySpreadConstraints[{index}]"));
    }
}

/// Where ports and their names were met first.
#[derive(Default)]
struct Seen {
    ports: BTreeMap<(i64, String, String, i64), String>,
    names: BTreeMap<String, String>,
}

fn of_ports(container: &Value, at: &str, seen: &mut Seen, found: &mut Vec<String>) {
    let mut own_names = Vec::new();
    for (index, port) in items(container, "ports").iter().enumerate() {
        let at = format!("{at}.ports[{index}]");
        let number = |key| port.get(key).and_then(Value::as_int).unwrap_or_default();
        let words = |key| text(port, key).to_owned();
        let key =
            (number("containerPort"), words("/protocol"), words("/hostIP"), number("hostPort"));
        if let Some(other) = seen.ports.get(&key) {
            found.push(format!("{at}: duplicate port definition with {other}"));
        } else {
            seen.ports.insert(key, at.clone());
        }
        let name = words("/name");
        if name.is_empty() || own_names.contains(&name) {
            continue;
        }
        if let Some(other) = seen.names.get(&name) {
            found.push(format!(
                "{at}: duplicate port name {name:?} with {other}, services and probes that select \
                 ports by name will use {other}"
            ));
        } else {
            seen.names.insert(name.clone(), at);
        }
        own_names.push(name);
    }
}

fn of_env(container: &Value, at: &str, found: &mut Vec<String>) {
    let mut seen = BTreeMap::<&str, &Value>::new();
    for (index, variable) in items(container, "env").iter().enumerate() {
        let name = text(variable, "/name");
        let before = seen.insert(name, variable);
        // A variable that extends its earlier self is meant.
        let extends = text(variable, "/value").contains(&format!("$({name})"));
        if before.is_some() && !extends {
            found.push(format!(
                "{at}.env[{index}]: hides previous definition of {name:?}, which may be dropped \
                 when using apply"
            ));
        }
    }
}

fn of_resources(container: &Value, at: &str, found: &mut Vec<String>) {
    for part in ["limits", "requests"] {
        let amounts = container.get("resources").and_then(|it| it.get(part)?.as_map());
        for key in ["ephemeral-storage", "memory"] {
            let amount = amounts.and_then(|it| it.get(key)?.as_str());
            if let Some(amount) = amount.filter(|it| it.ends_with('m')) {
                found.push(format!(
                    "{at}.resources.{part}[{key}]: fractional byte value {amount:?} is invalid, \
                     must be an integer"
                ));
            }
        }
    }
}
