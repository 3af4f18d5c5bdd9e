//! Deployments, replica sets, replication controllers, daemon sets and controller revisions.

use super::super::field::{Field, same};
use super::super::names;
use super::super::selectors::{self, SelectorValues, check_label_selector, values_of};
use super::template;
use crate::Value;

pub(super) fn check_deployment(root: &Field<'_>, live: Option<&Value>) {
    let (spec, live) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    spec.field("replicas").not_negative();
    check_replicated(&spec, live);
    check_strategy(&spec.field("strategy"));
    spec.field("minReadySeconds").not_negative();
    spec.field("revisionHistoryLimit").not_negative();
    let deadline = spec.field("progressDeadlineSeconds");
    deadline.not_negative();
    let ready = spec.field("minReadySeconds").int().unwrap_or_default();
    if deadline.int().is_some_and(|it| it <= ready) {
        deadline.invalid("must be greater than minReadySeconds");
    }
    check_same_selector(&spec, live);
}

pub(super) fn check_replica_set(root: &Field<'_>, live: Option<&Value>) {
    let (spec, live) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    spec.field("replicas").not_negative();
    spec.field("minReadySeconds").not_negative();
    check_replicated(&spec, live);
    check_same_selector(&spec, live);
}

/// Selector and template of what replica sets are.
fn check_replicated(spec: &Field<'_>, live: Option<&Value>) {
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    check_selector(&selector, "empty selector is invalid for deployment");
    match selects(&selector, &template) {
        None => selector.invalid("invalid label selector"),
        Some(selected) => {
            template::check_selected(&template, selected);
            template::check(&template, live.and_then(|it| it.get("template")));
            template::check_lasting(&template, "ReplicaSet");
        }
    }
}

/// A selector that must be there and select something.
pub(super) fn check_selector(selector: &Field<'_>, empty: &str) {
    if !selector.is_set() {
        return selector.required("");
    }
    check_label_selector(selector, SelectorValues::Strict);
    if selectors::is_empty(selector.value) {
        selector.invalid(empty);
    }
}

/// Whether a selector selects what is made from the template: a missing selector selects nothing,
/// an empty one everything. `None` where it is no legal selector.
pub(super) fn selects(selector: &Field<'_>, template: &Field<'_>) -> Option<bool> {
    if !selector.is_set() {
        return Some(false);
    }
    selectors::selects(selector.value, template::labels(template.value))
}

/// What a selector selects is decided once.
pub(super) fn check_same_selector(spec: &Field<'_>, live: Option<&Value>) {
    if let Some(live) = live {
        spec.field("selector").immutable_pointer(live.get("selector"));
    }
}

fn check_strategy(strategy: &Field<'_>) {
    let rolling = strategy.field("rollingUpdate");
    match strategy.text("type") {
        "Recreate" if rolling.is_set() => {
            rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
        }
        "Recreate" => {}
        "RollingUpdate" if !rolling.is_set() => {
            rolling.required("this should be defaulted and never be nil");
        }
        "RollingUpdate" => {
            let (unavailable, surge) = (rolling.field("maxUnavailable"), rolling.field("maxSurge"));
            check_int_or_percent(&unavailable);
            check_int_or_percent(&surge);
            if int_or_percent(&unavailable) == 0 && int_or_percent(&surge) == 0 {
                unavailable.invalid("may not be 0 when `maxSurge` is 0");
            }
            check_at_most_all(&unavailable);
        }
        _ => strategy.not_supported(&["Recreate", "RollingUpdate"]),
    }
}

/// A number that is not negative, or a share in percent: `ValidatePositiveIntOrPercent`.
pub(crate) fn check_int_or_percent(field: &Field<'_>) {
    if field.value.as_str().is_some() {
        field.check(names::percent);
    } else {
        field.not_negative();
    }
}

/// The number, or that of a share; what is neither is zero.
pub(super) fn int_or_percent(field: &Field<'_>) -> i64 {
    let text = field.str();
    let text = text.strip_suffix('%').unwrap_or(text);
    field.int().or_else(|| text.parse().ok()).unwrap_or_default()
}

/// A share of more than all makes no sense: `IsNotMoreThan100Percent`.
pub(crate) fn check_at_most_all(field: &Field<'_>) {
    let share = field.str().strip_suffix('%').filter(|_| names::percent(field.str()).is_empty());
    if share.is_some_and(|it| {
        it.trim_start_matches('0').len() > 2 && it.trim_start_matches('0') != "100"
    }) {
        field.invalid("must not be greater than 100%");
    }
}

pub(super) fn check_replication_controller(root: &Field<'_>, live: Option<&Value>) {
    let (spec, live) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    spec.field("minReadySeconds").not_negative();
    let (selector, replicas) = (spec.field("selector"), spec.field("replicas"));
    if selector.is_empty() {
        selector.required("");
    }
    if replicas.is_set() {
        replicas.not_negative();
    } else {
        replicas.required("");
    }
    let template = spec.field("template");
    if !template.is_set() {
        return template.required("");
    }
    let labels = template::labels(template.value);
    let mut wanted = selector.map().into_iter().flat_map(crate::Map::iter);
    let found = |key: &str| labels.and_then(|it| it.get(key));
    template::check_selected(&template, wanted.all(|(key, value)| found(key) == Some(value)));
    template::check(&template, live.and_then(|it| it.get("template")));
    template::check_lasting(&template, "ReplicationController");
}

pub(super) fn check_daemon_set(root: &Field<'_>, live: Option<&Value>) {
    let (spec, live) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    let values = values_of(live.and_then(|it| it.get("selector")));
    check_label_selector(&selector, values);
    if selects(&selector, &template) == Some(false) {
        template::check_selected(&template, false);
    }
    if selector.is_set() && selectors::is_empty(selector.value) {
        selector.invalid("empty selector is invalid for daemonset");
    }
    template::check(&template, live.and_then(|it| it.get("template")));
    template::check_lasting(&template, "DaemonSet");
    spec.field("minReadySeconds").not_negative();
    spec.field("revisionHistoryLimit").not_negative();
    check_daemon_strategy(&spec.field("updateStrategy"));
    check_same_selector(&spec, live);
}

fn check_daemon_strategy(strategy: &Field<'_>) {
    let rolling = strategy.field("rollingUpdate");
    match strategy.text("type") {
        "OnDelete" => {}
        "RollingUpdate" if !rolling.is_set() => rolling.required(""),
        "RollingUpdate" => {
            let (unavailable, surge) = (rolling.field("maxUnavailable"), rolling.field("maxSurge"));
            for field in [&unavailable, &surge] {
                check_int_or_percent(field);
                check_at_most_all(field);
            }
            match (int_or_percent(&unavailable) != 0, int_or_percent(&surge) != 0) {
                (true, true) => surge.invalid("may not be set when maxUnavailable is non-zero"),
                (false, false) => unavailable.required("cannot be 0 when maxSurge is 0"),
                _ => {}
            }
        }
        _ => strategy.not_supported(&["RollingUpdate", "OnDelete"]),
    }
}

pub(super) fn check_controller_revision(root: &Field<'_>, live: Option<&Value>) {
    root.field("revision").not_negative();
    let data = root.field("data");
    if let Some(live) = live {
        let was = live.get("data").unwrap_or(&Value::Null);
        if *data.value != *was {
            data.invalid("field is immutable");
        }
    } else if !data.is_set() {
        data.required("data is mandatory");
    } else if data.map().is_none() {
        data.required("data must be a valid JSON object");
    }
}

/// Counters of a status, which are never negative, and those that count a part of `replicas`.
pub(super) fn check_counters(status: &Field<'_>, counters: &[&str], parts: &[&str]) {
    for name in counters {
        status.field(name).not_negative();
    }
    let all = status.field("replicas").int().unwrap_or_default();
    for name in parts {
        let part = status.field(name);
        if part.int().unwrap_or_default() > all {
            part.invalid("cannot be greater than status.replicas");
        }
    }
    let (available, ready) = (status.field("availableReplicas"), status.field("readyReplicas"));
    let surplus = available.int().unwrap_or_default() > ready.int().unwrap_or_default();
    if !parts.is_empty() && surplus {
        available.invalid("cannot be greater than readyReplicas");
    }
}

/// A counter of collisions never goes back.
pub(super) fn check_collisions(status: &Field<'_>, live: Option<&Value>) {
    let count = status.field("collisionCount");
    let was = live.and_then(|it| it.pointer("/status/collisionCount")).and_then(Value::as_int);
    if was.is_some_and(|was| count.int().is_none_or(|it| it < was)) {
        count.with(&count.or_zero()).invalid("cannot be decremented");
    }
}

/// The status of the kinds of this module.
pub(super) fn check_status(kind: &str, root: &Field<'_>, live: Option<&Value>) {
    const COMMON: [&str; 5] =
        ["observedGeneration", "replicas", "readyReplicas", "availableReplicas", "collisionCount"];
    let status = root.field("status");
    let (counters, parts): (&[&str], &[&str]) = match kind {
        "Deployment" => (
            &["updatedReplicas", "unavailableReplicas", "terminatingReplicas"],
            &["updatedReplicas", "readyReplicas", "availableReplicas"],
        ),
        "StatefulSet" => (
            &["currentReplicas", "updatedReplicas"],
            &["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"],
        ),
        "ReplicaSet" | "ReplicationController" => (
            &["fullyLabeledReplicas", "terminatingReplicas"],
            &["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
        ),
        _ => (
            &[
                "currentNumberScheduled",
                "numberMisscheduled",
                "desiredNumberScheduled",
                "numberReady",
                "updatedNumberScheduled",
                "numberAvailable",
                "numberUnavailable",
            ],
            &[],
        ),
    };
    check_counters(&status, &COMMON, &[]);
    check_counters(&status, counters, parts);
    check_collisions(&status, live);
}

/// Whether the specs are the same but for these members.
pub(super) fn same_but_for(spec: &Value, live: &Value, but: &[&str]) -> bool {
    let keys = [spec, live].into_iter().filter_map(Value::as_map).flat_map(crate::Map::keys);
    let differs = |key: &crate::Text| {
        !same(spec.get(key).unwrap_or(&Value::Null), live.get(key).unwrap_or(&Value::Null))
    };
    !keys.filter(|it| !but.contains(&it.as_str())).any(differs)
}
