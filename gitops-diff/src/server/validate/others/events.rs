//! `events.k8s.io`: events (`pkg/apis/core/validation/events.go`).

use super::{Edit, Field, at};
use crate::Value;
use crate::server::validate::names;

const MAX_WORD: usize = 128;
const MAX_NOTE: usize = 1024;

/// The fields that never change, in the API and as the server calls them.
const FIXED: [(&str, &str); 12] = [
    ("regarding", "involvedObject"),
    ("reason", "reason"),
    ("note", "message"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedCount", "count"),
    ("type", "type"),
    ("action", "action"),
    ("related", "related"),
    ("reportingController", "reportingController"),
    ("reportingInstance", "reportingInstance"),
];

pub(super) fn check(edit: &Edit<'_>) {
    if edit.kind != "Event" {
        return;
    }
    let event = &edit.new;
    belongs_to_namespace(event);
    if event.has("eventTime") {
        reported(event);
    }
    if !edit.is_update() {
        series(event);
        return created(event);
    }
    if !event.field("series").is_same(edit.live_at("/series")) {
        series(event);
    }
    for (name, internal) in FIXED {
        let live = edit.live.and_then(|it| it.get(name));
        event.field(name).named(internal).immutable(live);
    }
    let time = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    if time(event.value.get("eventTime")) != time(edit.live_at("/eventTime")) {
        event.field("eventTime").immutable(edit.live_at("/eventTime"));
    }
}

fn belongs_to_namespace(event: &Field<'_>) {
    let namespace = at(event.value, "/metadata/namespace").as_str().unwrap_or_default();
    let regarding = event.field("regarding");
    let regarding = regarding.named("involvedObject");
    let about = regarding.text("namespace");
    if namespace.is_empty() {
        // The path of the request says it.
        return;
    }
    let fits = match (event.has("eventTime"), about.is_empty()) {
        (true, true) => matches!(namespace, "default" | "kube-system"),
        (true, false) => true,
        (false, true) => namespace == "default",
        (false, false) => namespace == about,
    };
    if !fits {
        regarding.field("namespace").invalid("does not match event.namespace");
    }
    let root = event.field("namespace");
    root.faults(names::dns_subdomain(namespace));
}

/// What an event with a time must have.
fn reported(event: &Field<'_>) {
    let controller = event.field("reportingController");
    controller.require();
    controller.check(names::qualified_name);
    for (name, internal, most) in [
        ("reportingInstance", "reportingInstance", MAX_WORD),
        ("action", "action", MAX_WORD),
        ("reason", "reason", MAX_WORD),
        ("note", "message", MAX_NOTE),
    ] {
        let field = event.field(name);
        let field = field.named(internal);
        if name != "note" {
            field.require();
        }
        if field.str().len() > most {
            field.invalid_value("", &format!("can have at most {most} characters"));
        }
    }
}

fn series(event: &Field<'_>) {
    let series = event.field("series");
    if series.is_set() {
        if series.field("count").int().unwrap_or_default() < 2 {
            series.field("count").invalid_value("", "should be at least 2");
        }
        series.field("lastObservedTime").require();
    }
}

fn created(event: &Field<'_>) {
    event.field("eventTime").require();
    let kind = event.field("type");
    if !matches!(kind.str(), "Normal" | "Warning") {
        kind.invalid_value("", &format!("has invalid value: {}", kind.str()));
    }
    for (name, internal) in &FIXED[3..7] {
        let field = event.field(name);
        let unset = field.is_same(None) || field.int() == Some(0);
        if !unset {
            field.named(internal).invalid_value("", "needs to be unset");
        }
    }
}
