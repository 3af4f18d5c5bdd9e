//! Autoscalers of version 1, where all but the usage of cpu hides in annotations
//! (`pkg/apis/autoscaling/v1/conversion.go`).

use crate::{Map, Value};

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";

/// The autoscaler as it is in version 2, as far as it is validated.
pub(super) fn to_v2(object: &Value) -> Value {
    let Value::Map(mut object) = object.clone() else { return object.clone() };
    let annotation = |name: &str| {
        let text = object.get("metadata")?.get("annotations")?.get(name)?.as_str()?;
        serde_json::from_str::<Value>(text).ok()
    };
    let (metrics, behavior) = (annotation(METRICS), annotation(BEHAVIOR));
    let spec = object.map_at("spec");
    let mut found: Vec<Value> = match metrics {
        Some(Value::List(metrics)) => metrics.iter().map(metric).collect(),
        _ => Vec::new(),
    };
    if let Some(percent) = spec.remove("targetCPUUtilizationPercentage").filter(|it| !it.is_null())
    {
        found.push(cpu(percent));
    }
    if found.is_empty() {
        found.push(cpu(Value::Int(80)));
    }
    spec.insert("metrics", found.into());
    if let Some(behavior) = behavior.filter(|it| it.as_map().is_some_and(|it| !it.is_empty())) {
        spec.insert("behavior", with_json_names(behavior));
    }
    object.into()
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().filter(|(_, it)| !it.is_null()).collect())
}

fn cpu(percent: Value) -> Value {
    let target = map([("type", "Utilization".into()), ("averageUtilization", percent)]);
    let resource = map([("name", "cpu".into()), ("target", target)]);
    map([("type", "Resource".into()), ("resource", resource)])
}

type Convert = fn(&Value) -> Value;

fn metric(metric: &Value) -> Value {
    let mut new = Map::new();
    new.insert("type", metric.get("type").cloned().unwrap_or_default());
    let sources: [(&str, Convert); 5] = [
        ("object", object),
        ("external", external),
        ("pods", pods),
        ("resource", resource),
        ("containerResource", resource),
    ];
    for (name, convert) in sources {
        if let Some(source) = metric.get(name).filter(|it| !it.is_null()) {
            new.insert(name, convert(source));
        }
    }
    new.into()
}

fn get(value: &Value, name: &str) -> Value {
    value.get(name).cloned().unwrap_or_default()
}

fn identifier(source: &Value) -> Value {
    map([("name", get(source, "metricName"))])
}

fn target(value: Value, average: Value, percent: Value) -> Value {
    let kind = match (value.is_null(), percent.is_null()) {
        (_, false) => "Utilization",
        (false, true) => "Value",
        (true, true) => "AverageValue",
    };
    let amounts = [("value", value), ("averageValue", average), ("averageUtilization", percent)];
    let [value, average, percent] = amounts;
    map([("type", kind.into()), value, average, percent])
}

fn object(source: &Value) -> Value {
    let average = get(source, "averageValue");
    let value = Some(get(source, "targetValue")).filter(|it| !it.is_null());
    let value = value.unwrap_or_else(|| "0".into());
    let zero = value.as_str() == Some("0");
    let target = if average.is_null() {
        target(value, Value::Null, Value::Null)
    } else {
        let kept = if zero { Value::Null } else { value };
        target(kept, average, Value::Null)
    };
    map([
        ("target", target),
        ("describedObject", get(source, "target")),
        ("metric", identifier(source)),
    ])
}

fn external(source: &Value) -> Value {
    let (value, average) = (get(source, "targetValue"), get(source, "targetAverageValue"));
    map([("target", target(value, average, Value::Null)), ("metric", identifier(source))])
}

fn pods(source: &Value) -> Value {
    let average = Some(get(source, "targetAverageValue")).filter(|it| !it.is_null());
    let average = average.unwrap_or_else(|| "0".into());
    map([("target", target(Value::Null, average, Value::Null)), ("metric", identifier(source))])
}

fn resource(source: &Value) -> Value {
    let average = get(source, "targetAverageValue");
    map([
        ("name", get(source, "name")),
        ("container", get(source, "container")),
        ("target", target(Value::Null, average, get(source, "targetAverageUtilization"))),
    ])
}

/// The annotation holds the server's own type, whose fields are named as in Go.
fn with_json_names(value: Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(
            map.into_iter()
                .map(|(key, value)| {
                    let mut letters = key.chars();
                    let first = letters.next().map(|it| it.to_ascii_lowercase());
                    let name: String = first.into_iter().chain(letters).collect();
                    (name, with_json_names(value))
                })
                .collect(),
        ),
        Value::List(items) => items.into_iter().map(with_json_names).collect::<Vec<_>>().into(),
        other => other,
    }
}
