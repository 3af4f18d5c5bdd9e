//! The resources of a pod as a whole, where they are said in part.

use super::pods::text;
use crate::merge::quantity;
use crate::{Map, Value};

/// Completes what is said of the pod as a whole: requests are those of its containers, or else
/// the limits; limits of huge pages are those of its containers.
pub(super) fn complete(spec: &mut Map) {
    let part = |kind: &str| {
        let whole = spec.get("resources")?.get(kind)?.as_map();
        whole.filter(|it| !it.is_empty()).cloned()
    };
    let (limits, requests) = (part("limits"), part("requests"));
    if limits.is_none() && requests.is_none() {
        return;
    }
    let (mut limits, mut requests) = (limits.unwrap_or_default(), requests.unwrap_or_default());
    for (name, amount) in total(spec, "limits") {
        if name.starts_with(HUGE_PAGES) && !requests.contains_key(&name) {
            limits.entry(name, || amount);
        }
    }
    if !limits.is_empty() {
        let shared = |name: &str| matches!(name, "cpu" | "memory");
        for (name, amount) in total(spec, "requests").into_iter().filter(|it| shared(&it.0)) {
            requests.entry(name, || amount);
        }
        let known = |name: &str| shared(name) || name.starts_with(HUGE_PAGES);
        for (name, amount) in limits.iter().filter(|it| known(it.0)) {
            requests.entry(name, || amount.clone());
        }
    }
    let whole = spec.map_at("resources");
    for (kind, amounts) in [("limits", limits), ("requests", requests)] {
        if !amounts.is_empty() {
            whole.insert(kind, amounts.into());
        }
    }
}

const HUGE_PAGES: &str = "hugepages-";

/// What the containers use at most at one time: those before the others run one by one, unless
/// they go on.
fn total(spec: &Map, kind: &str) -> Map {
    let (mut all, mut before, mut going_on) = (Map::new(), Map::new(), Map::new());
    for container in containers(spec, "containers") {
        add(&mut all, amounts(container, kind));
    }
    for container in containers(spec, "initContainers") {
        let own = amounts(container, kind);
        if text(container, "restartPolicy") == "Always" {
            add(&mut all, own);
            add(&mut going_on, own);
            raise(&mut before, &going_on);
        } else {
            let mut now = Map::new();
            add(&mut now, own);
            add(&mut now, Some(&going_on));
            raise(&mut before, &now);
        }
    }
    raise(&mut all, &before);
    all
}

fn containers<'a>(spec: &'a Map, list: &str) -> impl Iterator<Item = &'a Map> {
    let items = spec.get(list).and_then(Value::as_list).unwrap_or_default();
    items.iter().filter_map(Value::as_map)
}

fn amounts<'a>(container: &'a Map, kind: &str) -> Option<&'a Map> {
    container.get("resources")?.get(kind)?.as_map()
}

fn add(sums: &mut Map, amounts: Option<&Map>) {
    for (name, amount) in amounts.into_iter().flat_map(Map::iter) {
        let sum = sums.get(name).and_then(|it| quantity::sum(it, amount));
        sums.insert(name, sum.map_or_else(|| amount.clone(), Value::Str));
    }
}

fn raise(most: &mut Map, amounts: &Map) {
    for (name, amount) in amounts.iter() {
        if most.get(name).is_none_or(|it| quantity::nanos(it) < quantity::nanos(amount)) {
            most.insert(name, amount.clone());
        }
    }
}
