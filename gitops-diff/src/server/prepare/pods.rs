//! Pods: their first status, their quality of service, what their subresources write.

use std::collections::BTreeMap;

use super::strategy::keep;
use crate::merge::quantity::nanos;
use crate::{Map, Value};

/// The resources that decide on the quality of service.
const RESOURCES: [&str; 2] = ["cpu", "memory"];

/// The quality of service of a new pod: what its status says, or what its resources make it.
pub(super) fn quality(pod: &Map) -> Value {
    let said = pod.get("status").and_then(|it| it.get("qosClass"));
    if let Some(said) = said.filter(|it| it.as_str().is_some_and(|it| !it.is_empty())) {
        return said.clone();
    }
    let spec = pod.get("spec").and_then(Value::as_map);
    let whole = spec.and_then(|it| it.get("resources"));
    let mut sums = Sums { complete: true, ..Sums::default() };
    match whole {
        Some(resources) => sums.add(resources, resources.get("limits").is_some()),
        None => containers(spec).for_each(|it| {
            sums.add(it.get("resources").unwrap_or(&Value::Null), true);
        }),
    }
    sums.class().into()
}

fn containers(spec: Option<&Map>) -> impl Iterator<Item = &Value> {
    let lists = ["containers", "initContainers"].map(|it| spec.and_then(|spec| spec.get(it)));
    lists.into_iter().flatten().filter_map(Value::as_list).flatten()
}

/// How much is requested, and what the limits are.
#[derive(Default)]
struct Sums {
    requests: BTreeMap<&'static str, i128>,
    limits: BTreeMap<&'static str, i128>,
    /// Whether everything is limited.
    complete: bool,
}

impl Sums {
    fn add(&mut self, resources: &Value, must_limit: bool) {
        let amount = |kind: &str, name: &str| {
            let amount = resources.get(kind).and_then(|it| it.get(name)).and_then(nanos);
            amount.filter(|it| *it > 0)
        };
        for name in RESOURCES {
            if let Some(amount) = amount("requests", name) {
                *self.requests.entry(name).or_default() += amount;
            }
            match amount("limits", name) {
                Some(amount) => *self.limits.entry(name).or_default() += amount,
                None => self.complete &= !must_limit,
            }
        }
    }

    fn class(&self) -> &'static str {
        if self.requests.is_empty() && self.limits.is_empty() {
            "BestEffort"
        } else if self.complete && self.requests == self.limits {
            "Guaranteed"
        } else {
            "Burstable"
        }
    }
}

/// The first status of a pod, and the selectors that follow its labels.
///
/// The time of the condition is the caller's.
pub(super) fn create(pod: &mut Map, quality: Value) {
    let is_gated = pod.get("spec").and_then(|it| it.get("schedulingGates")?.as_list());
    let is_gated = is_gated.is_some_and(|it| !it.is_empty());
    let status = pod.map_at("status");
    status.insert("phase", "Pending".into());
    status.insert("qosClass", quality);
    if is_gated {
        status.insert("conditions", Value::List(vec![gated()]));
    }
    select_by_labels(pod);
}

fn gated() -> Value {
    let message = "Scheduling is blocked due to non-empty scheduling gates";
    let members = [
        ("lastProbeTime", Value::Null),
        ("lastTransitionTime", Value::Null),
        ("message", message.into()),
        ("reason", "SchedulingGated".into()),
        ("status", "False".into()),
        ("type", "PodScheduled".into()),
    ];
    Value::Map(members.into_iter().collect())
}

/// Selectors can name labels whose values are those of the pod.
fn select_by_labels(pod: &mut Map) {
    let labels = pod.get("metadata").and_then(|it| it.get("labels")?.as_map()).cloned();
    let (Some(labels), Some(spec)) = (labels, pod.get_mut("spec").and_then(Value::as_map_mut))
    else {
        return;
    };
    for kind in ["podAffinity", "podAntiAffinity"] {
        let affinity = spec.get_mut("affinity").and_then(Value::as_map_mut);
        let Some(affinity) = affinity.and_then(|it| it.get_mut(kind)?.as_map_mut()) else {
            continue;
        };
        for term in items(affinity, "preferredDuringSchedulingIgnoredDuringExecution") {
            if let Some(term) = term.get_mut("podAffinityTerm").and_then(Value::as_map_mut) {
                select(term, "matchLabelKeys", "In", &labels);
                select(term, "mismatchLabelKeys", "NotIn", &labels);
            }
        }
        for term in items(affinity, "requiredDuringSchedulingIgnoredDuringExecution") {
            select(term, "matchLabelKeys", "In", &labels);
            select(term, "mismatchLabelKeys", "NotIn", &labels);
        }
    }
    for constraint in items(spec, "topologySpreadConstraints") {
        select(constraint, "matchLabelKeys", "In", &labels);
    }
}

fn items<'a>(members: &'a mut Map, field: &str) -> impl Iterator<Item = &'a mut Map> {
    let items = members.get_mut(field).and_then(Value::as_list_mut);
    items.into_iter().flatten().filter_map(Value::as_map_mut)
}

fn select(term: &mut Map, field: &str, operator: &str, labels: &Map) {
    let keys: Vec<Value> = term.get(field).and_then(Value::as_list).unwrap_or_default().to_vec();
    let Some(selector) = term.get_mut("labelSelector").and_then(Value::as_map_mut) else {
        return;
    };
    for key in keys {
        let Some(value) = key.as_str().and_then(|it| labels.get(it)) else {
            continue;
        };
        let values = Value::List(vec![value.clone()]);
        let members = [("key", key), ("operator", operator.into()), ("values", values)];
        let expressions = selector.entry("matchExpressions", || Value::List(Vec::new()));
        if let Some(expressions) = expressions.as_list_mut() {
            expressions.push(Value::Map(members.into_iter().collect()));
        }
    }
}

/// What a write to the status of a pod leaves out, stays.
pub(super) fn update_status(live: &Map, pod: &mut Map) {
    let empty = Map::new();
    let before = live.get("status").and_then(Value::as_map).unwrap_or(&empty);
    let status = pod.map_at("status");
    for field in ["observedGeneration", "qosClass"] {
        if !status.contains_key(field) {
            keep(before, status, field);
        }
    }
    let earlier = before.get("conditions").and_then(Value::as_list).unwrap_or_default();
    let mut earlier: Vec<&Value> = earlier.iter().collect();
    for condition in items(status, "conditions") {
        let at = earlier.iter().position(|it| it.get("type") == condition.get("type"));
        let before = at.map(|at| earlier.remove(at)).and_then(|it| it.get("observedGeneration"));
        if let Some(before) = before {
            condition.entry("observedGeneration", || before.clone());
        }
    }
}

/// Only ephemeral containers are written.
pub(super) fn add_ephemeral(live: &Map, pod: &mut Map) {
    const FIELD: &str = "ephemeralContainers";
    let added = pod.get("spec").and_then(|it| it.get(FIELD)).cloned();
    keep_all(live, pod);
    if let Some(added) = added {
        pod.map_at("spec").insert(FIELD, added);
    }
}

/// Only the resources of containers are written, unless containers come or go.
pub(super) fn resize(live: &Map, pod: &mut Map) {
    const LISTS: [&str; 2] = ["containers", "initContainers"];
    let empty = Map::new();
    let before = live.get("spec").and_then(Value::as_map).unwrap_or(&empty);
    let after = pod.get("spec").and_then(Value::as_map).cloned().unwrap_or_default();
    let names = |spec: &Map, list| -> Vec<Option<Value>> {
        let items = spec.get(list).and_then(Value::as_list).unwrap_or_default();
        items.iter().map(|it| it.get("name").cloned()).collect()
    };
    if LISTS.iter().any(|list| names(before, list) != names(&after, list)) {
        return;
    }
    keep_all(live, pod);
    let spec = pod.map_at("spec");
    keep(&after, spec, "resources");
    for list in LISTS {
        let sized = after.get(list).and_then(Value::as_list).unwrap_or_default();
        for (container, sized) in items(spec, list).zip(sized) {
            let sized = sized.as_map().unwrap_or(&empty);
            keep(sized, container, "resources");
            keep(sized, container, "resizePolicy");
        }
    }
}

fn keep_all(live: &Map, pod: &mut Map) {
    let empty = Map::new();
    keep(live, pod, "spec");
    keep(live, pod, "status");
    let before = live.get("metadata").and_then(Value::as_map).unwrap_or(&empty);
    let metadata = pod.map_at("metadata");
    for field in ["annotations", "finalizers", "labels", "ownerReferences"] {
        keep(before, metadata, field);
    }
}
