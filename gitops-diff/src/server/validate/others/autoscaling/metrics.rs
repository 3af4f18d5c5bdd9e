//! What an autoscaler measures.

use super::{Field, Groups, at, names, reference, wrong_version};
use crate::Value;
use crate::server::validate::core;
use crate::server::validate::quantity::Quantity;

type CheckSource = fn(&Field<'_>, Groups);

/// The sources in the order in which the server looks at them: it judges the first one only.
const SOURCES: [(&str, &str, CheckSource); 5] = [
    ("Object", "object", object),
    ("External", "external", external),
    ("Pods", "pods", pods),
    ("Resource", "resource", resource),
    ("ContainerResource", "containerResource", container_resource),
];
const TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];

pub(super) fn check(metrics: &Field<'_>, groups: Groups) {
    for metric in metrics.items() {
        source(&metric, groups);
    }
}

/// Nothing can be measured of pods that are not there.
pub(super) fn check_scaling_to_zero(metrics: &Field<'_>) {
    if !metrics.items().any(|it| matches!(it.text("type"), "Object" | "External")) {
        metrics.forbidden(
            "must specify at least one Object or External metric to support scaling to zero \
             replicas",
        );
    }
}

/// Whether a metric of a live autoscaler is of an object of no legal version.
pub(super) fn has_wrong_group(live: &Value) -> bool {
    let metrics = at(live, "/metrics").as_list().unwrap_or_default();
    metrics.iter().filter(|it| at(it, "/type").as_str() == Some("Object")).any(|it| {
        let version = at(it, "/object/describedObject/apiVersion").as_str().unwrap_or_default();
        wrong_version(version, Groups::Core).is_some()
    })
}

fn source(metric: &Field<'_>, groups: Groups) {
    let kind = metric.field("type");
    if kind.is_empty() {
        kind.required("must specify a metric source type");
    }
    kind.one_of(&TYPES);
    let mut given = SOURCES.iter().filter(|(_, name, _)| metric.has(name));
    if let Some((_, name, check)) = given.next() {
        check(&metric.field(name), groups);
    }
    let several = given.next().is_some();
    for (of, name, _) in SOURCES {
        let source = metric.field(name);
        if of == kind.str() && !source.is_set() {
            source.required("must populate information for the given metric source");
        }
        let alone = !several && metric.has(name);
        if of != kind.str() && source.is_set() && !alone {
            source.forbidden("must populate the given metric source only");
        }
    }
}

fn object(source: &Field<'_>, groups: Groups) {
    reference(&source.field("describedObject"), groups);
    identifier(&source.field("metric"));
    let target = source.field("target");
    self::target(&target);
    if !target.has("value") && !target.has("averageValue") {
        target.field("averageValue").required("must set either a target value or averageValue");
    }
}

fn external(source: &Field<'_>, _: Groups) {
    identifier(&source.field("metric"));
    let target = source.field("target");
    self::target(&target);
    match (target.has("value"), target.has("averageValue")) {
        (false, false) => target
            .field("averageValue")
            .required("must set either a target value for metric or a per-pod target"),
        (true, true) => target
            .field("value")
            .forbidden("may not set both a target value for metric and a per-pod target"),
        _ => {}
    }
}

fn pods(source: &Field<'_>, _: Groups) {
    identifier(&source.field("metric"));
    let target = source.field("target");
    self::target(&target);
    if !target.has("averageValue") {
        target.field("averageValue").required("must specify a positive target averageValue");
    }
}

fn resource(source: &Field<'_>, _: Groups) {
    let name = source.field("name");
    if name.is_empty() {
        name.required("must specify a resource name");
    }
    utilization(&source.field("target"));
}

fn container_resource(source: &Field<'_>, groups: Groups) {
    let (name, container) = (source.field("name"), source.field("container"));
    if !name.is_empty() {
        core::check_container_resource(&name);
    }
    if container.is_empty() {
        container.required("must specify a container");
    } else {
        container.check(names::dns_label);
    }
    resource(source, groups);
}

fn utilization(target: &Field<'_>) {
    self::target(target);
    match (target.has("averageUtilization"), target.has("averageValue")) {
        (false, false) => target
            .field("averageUtilization")
            .required("must set either a target raw value or a target utilization"),
        (true, true) => target
            .field("averageValue")
            .forbidden("may not set both a target raw value and a target utilization"),
        _ => {}
    }
}

/// `validateMetricTarget`.
fn target(target: &Field<'_>) {
    let kind = target.field("type");
    if kind.is_empty() {
        kind.required("must specify a metric target type");
    }
    if !matches!(kind.str(), "Utilization" | "Value" | "AverageValue") {
        kind.invalid("must be either Utilization, Value, or AverageValue");
    }
    for name in ["value", "averageValue"] {
        let amount = target.field(name);
        if amount.is_set() && Quantity::of(amount.value) <= Quantity::default() {
            amount.invalid("must be positive");
        }
    }
    let utilization = target.field("averageUtilization");
    if utilization.int().is_some_and(|it| it < 1) {
        utilization.invalid("must be greater than 0");
    }
}

fn identifier(metric: &Field<'_>) {
    let name = metric.field("name");
    if name.is_empty() {
        name.required("must specify a metric name");
    }
    name.check(names::path_segment);
}
