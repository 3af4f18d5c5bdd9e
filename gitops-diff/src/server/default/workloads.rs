//! What is filled in of workloads and of what scales them, where it depends on other fields.

use super::pods::{map_at, set, text};
use crate::{Map, Value};

/// Gives an object without labels those of its pods, and returns these.
pub(in crate::server) fn label_as_pods(object: &mut Map) -> Option<Value> {
    let labels = map_at(object, &["spec", "template", "metadata"])?.get("labels")?.clone();
    let metadata = object.map_at("metadata");
    if metadata.get("labels").and_then(Value::as_map).is_none_or(Map::is_empty) {
        metadata.insert("labels", labels.clone());
    }
    Some(labels)
}

pub(super) fn replication_controller(object: &mut Map) {
    if let Some(labels) = label_as_pods(object) {
        let spec = object.map_at("spec");
        if spec.get("selector").and_then(Value::as_map).is_none_or(Map::is_empty) {
            spec.insert("selector", labels);
        }
    }
}

pub(super) fn rolling_deployment(strategy: &mut Map) {
    set(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        let rolling = strategy.map_at("rollingUpdate");
        set(rolling, "maxUnavailable", "25%");
        set(rolling, "maxSurge", "25%");
    }
}

/// Where the generation of the template was once kept. Who does not say it, says none; what it
/// is in the end is the strategy's.
pub(super) fn template_generation(object: &mut Map) {
    const FIELD: &str = "deprecated.daemonset.template.generation";
    set(object.map_at("metadata").map_at("annotations"), FIELD, "0");
}

pub(super) fn rolling_daemons(strategy: &mut Map) {
    set(strategy, "type", "RollingUpdate");
    if text(strategy, "type") == "RollingUpdate" {
        let rolling = strategy.map_at("rollingUpdate");
        set(rolling, "maxUnavailable", 1);
        set(rolling, "maxSurge", 0);
    }
}

/// Who names the strategy, and not from where on it holds, means all.
pub(super) fn rolling_set(strategy: &mut Map) {
    if text(strategy, "type").is_empty() {
        strategy.insert("type", "RollingUpdate".into());
        strategy.map_at("rollingUpdate");
    }
    if text(strategy, "type") == "RollingUpdate"
        && let Some(rolling) = map_at(strategy, &["rollingUpdate"])
    {
        set(rolling, "partition", 0);
    }
}

pub(super) fn claim_type(claim: &mut Map) {
    claim.insert("apiVersion", "v1".into());
    claim.insert("kind", "PersistentVolumeClaim".into());
}

pub(super) fn job(object: &mut Map) {
    label_as_pods(object);
    let Some(spec) = map_at(object, &["spec"]) else {
        return;
    };
    if !spec.contains_key("parallelism") {
        set(spec, "completions", 1);
    }
    set(spec, "parallelism", 1);
    let per_index = spec.contains_key("backoffLimitPerIndex");
    set(spec, "backoffLimit", if per_index { i64::from(i32::MAX) } else { 6 });
    let failed = spec.contains_key("podFailurePolicy");
    let when = if failed { "Failed" } else { "TerminatingOrFailed" };
    set(spec, "podReplacementPolicy", when);
}

/// Who does not say by what to scale, scales by cpu.
const CPU_UTILIZATION: i64 = 80;

pub(super) fn scale(spec: &mut Map) {
    let metrics = spec.get("metrics").and_then(Value::as_list).unwrap_or_default();
    if metrics.is_empty() {
        spec.insert("metrics", Value::List(vec![cpu()]));
    }
    if let Some(behavior) = map_at(spec, &["behavior"]) {
        let up = [policy("Pods", 4), policy("Percent", 100)];
        let rules = behavior.map_at("scaleUp");
        set(rules, "stabilizationWindowSeconds", 0);
        complete(rules, &up);
        complete(behavior.map_at("scaleDown"), &[policy("Percent", 100)]);
    }
}

fn cpu() -> Value {
    let map = |members: Vec<(&str, Value)>| Value::Map(members.into_iter().collect());
    let target =
        map(vec![("type", "Utilization".into()), ("averageUtilization", CPU_UTILIZATION.into())]);
    let resource = map(vec![("name", "cpu".into()), ("target", target)]);
    map(vec![("type", "Resource".into()), ("resource", resource)])
}

fn policy(kind: &str, value: i64) -> Value {
    let members = [("type", kind.into()), ("value", value.into()), ("periodSeconds", 15.into())];
    Value::Map(members.into_iter().collect())
}

fn complete(rules: &mut Map, policies: &[Value]) {
    set(rules, "selectPolicy", "Max");
    set(rules, "policies", policies.to_vec());
}

/// The first version knows one target, and others in an annotation only.
pub(super) fn scale_by_cpu(object: &mut Map) {
    const OTHERS: &str = "autoscaling.alpha.kubernetes.io/metrics";
    let annotations = map_at(object, &["metadata", "annotations"]);
    if annotations.is_some_and(|it| it.contains_key(OTHERS)) {
        return;
    }
    if let Some(spec) = map_at(object, &["spec"]) {
        set(spec, "targetCPUUtilizationPercentage", CPU_UTILIZATION);
    }
}
