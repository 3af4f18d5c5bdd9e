//! `scheduling.k8s.io`: priorities (`pkg/apis/scheduling/validation`).

use super::{Edit, at};
use crate::Value;

/// The highest priority that users may define.
const MAX_PRIORITY: i64 = 1_000_000_000;
/// The priorities of the system, by name.
const SYSTEM: [(&str, i64); 2] =
    [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

pub(super) fn check(edit: &Edit<'_>) {
    if edit.kind != "PriorityClass" {
        return;
    }
    let (value, policy) = (edit.new.field("value"), edit.new.field("preemptionPolicy"));
    let number = value.int().unwrap_or_default();
    if edit.is_update() {
        if edit.live_at("/value").and_then(Value::as_int).unwrap_or_default() != number {
            value.forbidden("may not be changed in an update.");
        }
        return policy.immutable(edit.live_at("/preemptionPolicy"));
    }
    let name = at(edit.new.value, "/metadata/name").as_str().unwrap_or_default();
    if name.starts_with("system-") {
        system(edit, name, number);
    } else if number > MAX_PRIORITY {
        value.forbidden("maximum allowed value of a user defined priority is 1000000000");
    }
    if policy.is_set() {
        policy.require();
        policy.one_of(&["PreemptLowerPriority", "Never", ""]);
    }
}

fn system(edit: &Edit<'_>, name: &str, value: i64) {
    let is_default = edit.new.field("globalDefault").is_true();
    if is_default || !SYSTEM.contains(&(name, value)) {
        edit.new.field("metadata").field("name").forbidden(
            "priority class names with 'system-' prefix are reserved for system use only. error: \
             only system-node-critical and system-cluster-critical with the values of the system \
             are known",
        );
    }
}
