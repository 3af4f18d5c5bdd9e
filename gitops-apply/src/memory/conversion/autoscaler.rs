//! Autoscalers: the first version has one target, and keeps the rest in annotations.

use gitops_diff::{Map, Value};

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
/// The one target in the first version.
const TARGET: &str = "targetCPUUtilizationPercentage";
/// What an autoscaler without any metric aims for, in percent.
const USUAL_TARGET: i64 = 80;

/// From `v1` to `v2`.
pub(super) fn to_second(members: &mut Map) {
    let target = members.get_mut("spec").and_then(|it| it.as_map_mut()?.remove(TARGET));
    let mut metrics = match take_annotation(members, METRICS) {
        Some(Value::List(others)) => others.into_iter().map(spread).collect(),
        _ => Vec::new(),
    };
    metrics.extend(target.map(cpu));
    if metrics.is_empty() {
        metrics.push(cpu(USUAL_TARGET.into()));
    }
    let behavior = take_annotation(members, BEHAVIOR);
    let spec = members.map_at("spec");
    spec.insert("metrics", Value::List(metrics));
    if let Some(behavior) = behavior {
        spec.insert("behavior", behavior);
    }
    let conditions = take_annotation(members, CONDITIONS);
    let Some(status) = members.get_mut("status").and_then(Value::as_map_mut) else {
        return;
    };
    if let Some(current) = status.remove("currentCPUUtilizationPercentage") {
        let current = [("averageUtilization", current)].into_iter().collect::<Map>();
        let resource = [("name", "cpu".into()), ("current", current.into())];
        let resource = resource.into_iter().collect::<Map>();
        let metric = [("type", "Resource".into()), ("resource", resource.into())];
        let metric = Value::Map(metric.into_iter().collect());
        status.insert("currentMetrics", Value::List(vec![metric]));
    }
    if let Some(conditions) = conditions {
        status.insert("conditions", conditions);
    }
}

/// From `v2` to `v1`.
pub(super) fn to_first(members: &mut Map) {
    let mut annotations = Vec::new();
    if let Some(spec) = members.get_mut("spec").and_then(Value::as_map_mut) {
        let (targets, others): (Vec<Value>, Vec<Value>) =
            list(spec.remove("metrics")).into_iter().partition(is_cpu);
        if let Some(target) = targets.first().and_then(|it| it.pointer(UTILIZATION)) {
            spec.insert(TARGET, target.clone());
        }
        if !others.is_empty() {
            let others = others.into_iter().map(gather).collect();
            annotations.push((METRICS, Value::List(others)));
        }
        annotations.extend(spec.remove("behavior").map(|it| (BEHAVIOR, it)));
    }
    if let Some(status) = members.get_mut("status").and_then(Value::as_map_mut) {
        let current = list(status.remove("currentMetrics"));
        let cpu = current.iter().find(|it| is_named_cpu(it));
        let current = cpu.and_then(|it| it.pointer("/resource/current/averageUtilization"));
        if let Some(current) = current {
            status.insert("currentCPUUtilizationPercentage", current.clone());
        }
        annotations.extend(status.remove("conditions").map(|it| (CONDITIONS, it)));
    }
    for (key, value) in annotations {
        if let Ok(text) = serde_json::to_string(&value) {
            members.map_at("metadata").map_at("annotations").insert(key, text.into());
        }
    }
}

const UTILIZATION: &str = "/resource/target/averageUtilization";

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

fn is_named_cpu(metric: &Value) -> bool {
    metric.pointer("/resource/name").and_then(Value::as_str) == Some("cpu")
}

fn is_cpu(metric: &Value) -> bool {
    is_named_cpu(metric) && metric.pointer(UTILIZATION).is_some()
}

fn cpu(target: Value) -> Value {
    let target = [("type", "Utilization".into()), ("averageUtilization", target)];
    let target = target.into_iter().collect::<Map>();
    let resource = [("name", "cpu".into()), ("target", Value::from(target))];
    let resource = resource.into_iter().collect::<Map>();
    let metric = [("type", "Resource".into()), ("resource", Value::from(resource))];
    Value::Map(metric.into_iter().collect())
}

fn take_annotation(members: &mut Map, key: &str) -> Option<Value> {
    let metadata = members.get_mut("metadata")?.as_map_mut()?;
    let annotations = metadata.get_mut("annotations")?.as_map_mut()?;
    let value = serde_json::from_str(annotations.get(key)?.as_str()?).ok()?;
    annotations.remove(key);
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    Some(value)
}

/// The names of a target's parts in both versions.
const PARTS: [(&str, &str, &str); 3] = [
    ("targetAverageUtilization", "averageUtilization", "Utilization"),
    ("targetAverageValue", "averageValue", "AverageValue"),
    ("targetValue", "value", "Value"),
];

/// A metric of the first version in the form of the second.
fn spread(mut metric: Value) -> Value {
    let sources = metric.as_map_mut().into_iter().flat_map(Map::iter_mut);
    for source in sources.filter_map(|(_, it)| it.as_map_mut()) {
        for (first, second, kind) in PARTS {
            if let Some(value) = source.remove(first) {
                let target = source.map_at("target");
                target.insert("type", kind.into());
                target.insert(second, value);
            }
        }
    }
    metric
}

/// A metric of the second version in the form of the first.
fn gather(mut metric: Value) -> Value {
    let sources = metric.as_map_mut().into_iter().flat_map(Map::iter_mut);
    for source in sources.filter_map(|(_, it)| it.as_map_mut()) {
        let Some(Value::Map(mut target)) = source.remove("target") else {
            continue;
        };
        for (first, second, _) in PARTS {
            if let Some(value) = target.remove(second) {
                source.insert(first, value);
            }
        }
    }
    metric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_version_cannot_say_comes_back_from_it() {
        let json = r#"{"metadata":{"name":"a"},"spec":{"maxReplicas":3,
            "behavior":{"scaleDown":{"stabilizationWindowSeconds":60}},
            "metrics":[{"type":"Resource","resource":{"name":"memory",
                    "target":{"type":"AverageValue","averageValue":"1Gi"}}},
                {"type":"Resource","resource":{"name":"cpu",
                    "target":{"type":"Utilization","averageUtilization":70}}}]}}"#;
        let before: Map = serde_json::from_str(json).unwrap();
        let mut first = before.clone();
        to_first(&mut first);
        let spec = first.get("spec").unwrap();
        assert_eq!(spec.get(TARGET), Some(&Value::Int(70)));
        assert!(spec.get("metrics").is_none() && spec.get("behavior").is_none());
        to_second(&mut first);
        assert_eq!(first, before);
    }
}
