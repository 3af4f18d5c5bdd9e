//! What the API server fills in, for the kinds that most people apply.
//!
//! Most of it is the table `defaults.txt`; here is what depends on other fields.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gitops_diff::{Map, Value};

use super::metadata::text;
use super::resource::Resource;

/// Which defaults built-in kinds get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Defaults {
    /// Those of pods, workloads, services, secrets, claims, webhooks and some more.
    #[default]
    Common,
    /// None: objects stay as they are written.
    None,
}

/// A line of the table.
struct Rule {
    path: Vec<&'static str>,
    value: Value,
}

/// Fills in what is missing.
pub(super) fn fill(resource: &Resource, object: &mut Value) {
    let kind = if resource.group.is_empty() {
        resource.kind.to_string()
    } else {
        format!("{}.{}", resource.kind, resource.group)
    };
    for_pods(&kind, object);
    apply(&kind, object);
    match kind.as_str() {
        "Deployment.apps" => {
            rolling(object, "strategy", &[("maxSurge", "25%"), ("maxUnavailable", "25%")]);
        }
        "DaemonSet.apps" => {
            rolling_numbers(object, &[("maxSurge", 0), ("maxUnavailable", 1)]);
        }
        "StatefulSet.apps" => rolling_numbers(object, &[("partition", 0)]),
        "Job.batch" => complete_job(object),
        "Service" => complete_service(object),
        "NetworkPolicy.networking.k8s.io" => name_policies(object),
        _ => {}
    }
}

fn rules() -> &'static BTreeMap<&'static str, Vec<Rule>> {
    static RULES: OnceLock<BTreeMap<&'static str, Vec<Rule>>> = OnceLock::new();
    RULES.get_or_init(|| {
        let mut rules = BTreeMap::<&str, Vec<Rule>>::new();
        for line in include_str!("defaults.txt").lines().filter(|it| !it.starts_with('#')) {
            let mut columns = line.splitn(3, ' ');
            let (Some(kind), Some(path), Some(json)) =
                (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let value = serde_json::from_str(json).expect("because tests read the table");
            rules
                .entry(kind)
                .or_default()
                .push(Rule { path: path.split('/').skip(1).collect(), value });
        }
        rules
    })
}

fn apply(kind: &str, value: &mut Value) {
    for rule in rules().get(kind).into_iter().flatten() {
        set(value, &rule.path, &rule.value);
    }
}

fn set(value: &mut Value, path: &[&str], default: &Value) {
    match (path, value) {
        (["*", rest @ ..], Value::List(items)) => {
            for item in items {
                set(item, rest, default);
            }
        }
        ([last], Value::Map(members)) if members.get(last).is_none_or(Value::is_null) => {
            members.insert(*last, default.clone());
        }
        ([_], _) => {}
        ([first, rest @ ..], Value::Map(members)) => {
            if let Some(below) = members.get_mut(first) {
                set(below, rest, default);
            }
        }
        _ => {}
    }
}

/// The value below the keys, if all of them are there.
fn at<'a>(value: &'a mut Value, keys: &[&str]) -> Option<&'a mut Value> {
    keys.iter().try_fold(value, |it, key| it.as_map_mut()?.get_mut(key))
}

fn spec(object: &mut Value) -> Option<&mut Map> {
    at(object, &["spec"])?.as_map_mut()
}

fn for_pods(kind: &str, object: &mut Value) {
    let keys: &[&str] = match kind {
        "Pod" => &["spec"],
        "Deployment.apps"
        | "StatefulSet.apps"
        | "DaemonSet.apps"
        | "ReplicaSet.apps"
        | "ReplicationController"
        | "Job.batch" => &["spec", "template", "spec"],
        "CronJob.batch" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "PodTemplate" => &["template", "spec"],
        _ => return,
    };
    let Some(pod) = at(object, keys) else {
        return;
    };
    apply("PodSpec", pod);
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let containers = at(pod, &[list]).and_then(Value::as_list_mut);
        for container in containers.into_iter().flatten() {
            apply("Container", container);
            let policy = pull_policy(text(container, "/image"));
            set(container, &["imagePullPolicy"], &policy.into());
        }
    }
}

/// What may move is pulled always.
fn pull_policy(image: &str) -> &'static str {
    let name = image.rsplit('/').next().unwrap_or_default();
    let tag = name.split_once(':').map_or("latest", |(_, tag)| tag);
    let moves = tag == "latest" && !name.contains('@');
    if moves { "Always" } else { "IfNotPresent" }
}

fn rolling(object: &mut Value, strategy: &str, presets: &[(&str, &str)]) {
    let presets = presets.iter().map(|(key, value)| (*key, Value::from(*value)));
    roll(object, strategy, presets);
}

fn rolling_numbers(object: &mut Value, presets: &[(&str, i64)]) {
    let presets = presets.iter().map(|(key, value)| (*key, Value::Int(*value)));
    roll(object, "updateStrategy", presets);
}

fn roll<'a>(object: &mut Value, strategy: &str, presets: impl Iterator<Item = (&'a str, Value)>) {
    let Some(strategy) = at(object, &["spec", strategy]).and_then(Value::as_map_mut) else {
        return;
    };
    if strategy.get("type").and_then(Value::as_str) == Some("RollingUpdate") {
        let rolling = strategy.map_at("rollingUpdate");
        for (key, value) in presets {
            rolling.entry(key, || value);
        }
    }
}

fn complete_job(object: &mut Value) {
    let Some(spec) = spec(object) else {
        return;
    };
    if spec.get("completions").is_none() && spec.get("parallelism") == Some(&Value::Int(1)) {
        spec.insert("completions", Value::Int(1));
    }
}

fn complete_service(object: &mut Value) {
    let Some(spec) = spec(object) else {
        return;
    };
    for port in spec.get_mut("ports").and_then(Value::as_list_mut).into_iter().flatten() {
        if let Some(number) = port.get("port").cloned() {
            set(port, &["targetPort"], &number);
        }
    }
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind == "ExternalName" {
        return;
    }
    spec.entry("internalTrafficPolicy", || "Cluster".into());
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        spec.entry("externalTrafficPolicy", || "Cluster".into());
    }
    if kind == "LoadBalancer" {
        spec.entry("allocateLoadBalancerNodePorts", || true.into());
    }
}

fn name_policies(object: &mut Value) {
    let Some(spec) = spec(object) else {
        return;
    };
    let egress = spec.get("egress").and_then(Value::as_list).is_some_and(|it| !it.is_empty());
    let types =
        if egress { vec!["Ingress".into(), "Egress".into()] } else { vec!["Ingress".into()] };
    spec.entry("policyTypes", || Value::List(types));
}

#[cfg(test)]
mod tests {
    use super::super::resource::Catalog;
    use super::*;

    fn filled(group: &str, kind: &str, json: &str) -> Value {
        let catalog = Catalog::builtin();
        let mut object = serde_json::from_str(json).unwrap();
        fill(catalog.of_kind(group, kind).unwrap(), &mut object);
        object
    }

    #[test]
    fn the_kinds_of_the_table_are_served() {
        let catalog = Catalog::builtin();
        for kind in rules().keys().filter(|it| !matches!(**it, "PodSpec" | "Container")) {
            let (kind, group) = kind.split_once('.').unwrap_or((kind, ""));
            assert!(catalog.of_kind(group, kind).is_some(), "{kind}.{group}");
        }
    }

    #[test]
    fn a_deployment_rolls_and_its_containers_are_complete() {
        let object = filled(
            "apps",
            "Deployment",
            r#"{"spec":{"template":{"spec":{"containers":[{"image":"a/b:1"},{"image":"c"}]}}}}"#,
        );
        let cases = [
            ("/spec/replicas", "1"),
            ("/spec/strategy/rollingUpdate/maxSurge", "\"25%\""),
            ("/spec/template/spec/dnsPolicy", "\"ClusterFirst\""),
            ("/spec/template/spec/containers/0/imagePullPolicy", "\"IfNotPresent\""),
            ("/spec/template/spec/containers/1/imagePullPolicy", "\"Always\""),
            ("/spec/template/spec/containers/0/resources", "{}"),
        ];
        for (pointer, expected) in cases {
            let found = object.pointer(pointer).map(|it| serde_json::to_string(it).unwrap());
            assert_eq!(found.as_deref(), Some(expected), "{pointer}");
        }
        let recreated =
            filled("apps", "Deployment", r#"{"spec":{"strategy":{"type":"Recreate"}}}"#);
        assert_eq!(recreated.pointer("/spec/strategy/rollingUpdate"), None);
    }
}
