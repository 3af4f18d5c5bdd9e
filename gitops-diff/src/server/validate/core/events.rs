//! Events, of the core group and of `events.k8s.io`.

use super::super::field::{Field, same};
use super::super::names;
use crate::Value;

/// What an update may not change, as the core group calls it.
const IMMUTABLE: [&str; 12] = [
    "involvedObject",
    "reason",
    "message",
    "source",
    "firstTimestamp",
    "lastTimestamp",
    "count",
    "type",
    "action",
    "related",
    "reportingController",
    "reportingInstance",
];

/// The rules of the core group, which hold for old clients.
pub(super) fn check_core(root: &Field<'_>) {
    check_legacy(root, "reportingComponent");
}

/// The rules of `events.k8s.io`, whose fields are told of by the names of the core group.
pub(crate) fn check_new(root: &Field<'_>, live: Option<&Value>) {
    check_legacy(root, "reportingController");
    let Some(live) = live else {
        return check_created(root);
    };
    let was = |name: &str| live.get(name).unwrap_or(&Value::Null);
    if !same(root.field("series").value, was("series")) {
        check_series(root);
    }
    for name in IMMUTABLE {
        let (field, old) = (root.field(own_name(name)), was(own_name(name)));
        if !same(field.value, old) {
            field.named(name).invalid("field is immutable");
        }
    }
    let time = root.field("eventTime");
    if time.value != was("eventTime") {
        time.invalid("field is immutable");
    }
}

/// How `events.k8s.io` calls a field.
fn own_name(name: &str) -> &str {
    match name {
        "involvedObject" => "regarding",
        "message" => "note",
        "source" => "deprecatedSource",
        "firstTimestamp" => "deprecatedFirstTimestamp",
        "lastTimestamp" => "deprecatedLastTimestamp",
        "count" => "deprecatedCount",
        name => name,
    }
}

fn check_created(root: &Field<'_>) {
    check_series(root);
    if !root.has("eventTime") {
        root.field("eventTime").required("");
    }
    if !matches!(root.text("type"), "Normal" | "Warning") {
        let detail = format!("has invalid value: {}", root.text("type"));
        root.field("type").invalid_value("", &detail);
    }
    for name in ["firstTimestamp", "lastTimestamp", "count", "source"] {
        let field = root.field(own_name(name));
        if !field.is_empty() && field.int() != Some(0) {
            field.named(name).invalid_value("", "needs to be unset");
        }
    }
}

fn check_series(root: &Field<'_>) {
    let series = root.field("series");
    if !series.is_set() {
        return;
    }
    if series.field("count").int().unwrap_or_default() < 2 {
        root.field("series.count").invalid_value("", "should be at least 2");
    }
    if !series.has("lastObservedTime") {
        root.field("series.lastObservedTime").required("");
    }
}

/// `legacyValidateEvent`.
fn check_legacy(root: &Field<'_>, controller: &str) {
    let metadata = root.field("metadata");
    let core = controller == "reportingComponent";
    let object = root.field(if core { "involvedObject" } else { "regarding" });
    let object = object.named("involvedObject");
    let (namespace, own) = (object.field("namespace"), metadata.field("namespace"));
    let timed = root.has("eventTime");
    let same = match (namespace.str(), timed) {
        ("", false) => matches!(own.str(), "" | "default"),
        (named, false) => named == own.str(),
        ("", true) => matches!(own.str(), "default" | "kube-system"),
        (_, true) => true,
    };
    if !same {
        namespace.invalid_value(namespace.str(), "does not match event.namespace");
    }
    if timed {
        check_reporter(root, controller);
    }
    let told = root.field("namespace");
    told.with(own.value).faults(names::dns_subdomain(own.str()));
}

fn check_reporter(root: &Field<'_>, controller: &str) {
    let field = root.field(controller);
    if field.is_empty() {
        field.required("");
    }
    field.with(&field.str().into()).check(names::qualified_name);
    let required = ["reportingInstance", "action", "reason"];
    for name in required {
        let field = root.field(name);
        if field.is_empty() {
            field.required("");
        } else if field.str().len() > 128 {
            field.invalid_value("", "can have at most 128 characters");
        }
    }
    let core = controller == "reportingComponent";
    let message = root.field(if core { "message" } else { "note" });
    if message.str().len() > 1024 {
        message.named("message").invalid_value("", "can have at most 1024 characters");
    }
}
