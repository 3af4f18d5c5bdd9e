//! The devices that a driver offers on a node.

use super::{Edit, Field, at_most, by, device, distinct, names};
use crate::Value;
use crate::server::validate::core::check_node_selector;
use crate::server::validate::names::{dns_label, dns_subdomain};
use crate::server::validate::selectors::SelectorValues;

const MAX_DEVICES: usize = 128;
/// Where devices have taints, counters or lists of attributes.
const MAX_ADVANCED_DEVICES: usize = 64;
const MAX_COUNTER_SETS: usize = 8;
const MAX_COUNTERS: usize = 32;

/// `validateResourceSliceSpec`.
pub(super) fn check(edit: &Edit<'_>, spec: &Field<'_>) {
    names::check_driver(&spec.field("driver"));
    pool(&spec.field("pool"));
    if edit.is_update() {
        let pool = spec.field("pool");
        pool.field("name").immutable(edit.live_at("/spec/pool/name"));
        spec.field("driver").immutable(edit.live_at("/spec/driver"));
        spec.field("nodeName").immutable(edit.live_at("/spec/nodeName"));
    }
    nodes(spec);
    let (devices, counters) = (spec.field("devices"), spec.field("sharedCounters"));
    if devices.is_set() && counters.is_set() {
        spec.invalid_value("", "only one of `sharedCounters` or `devices` is allowed");
    }
    let advanced = devices.items().any(|it| device::is_advanced(&it));
    if at_most(&devices, if advanced { MAX_ADVANCED_DEVICES } else { MAX_DEVICES }) {
        let live = edit.live_at("/spec/devices").and_then(Value::as_list).unwrap_or_default();
        for item in devices.items() {
            let was = live.iter().find(|it| it.get("name") == item.value.get("name"));
            device::check(&item, was, spec.field("perDeviceNodeSelection").is_true());
        }
        distinct(&devices, by("name"));
    }
    if at_most(&counters, MAX_COUNTER_SETS) {
        counters.items().for_each(|it| check_counters(&it, "name"));
        distinct(&counters, by("name"));
    }
}

fn pool(pool: &Field<'_>) {
    names::check_pool(&pool.field("name"));
    pool.field("resourceSliceCount").positive();
    pool.field("generation").not_negative();
}

/// A set of counters under a name, which the member `name` holds.
pub(super) fn check_counters(set: &Field<'_>, name: &str) {
    let (name, counters) = (set.field(name), set.field("counters"));
    name.require();
    if !name.is_empty() {
        name.check(dns_label);
    }
    counters.require();
    if at_most(&counters, MAX_COUNTERS) {
        for (key, _) in counters.members() {
            counters.faults(dns_label(key));
        }
    }
}

/// Exactly one way to say on which nodes the devices are.
fn nodes(spec: &Field<'_>) {
    const ONE: &str = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, \
        `perDeviceNodeSelection` is required";
    let mut given = Vec::new();
    let node = spec.field("nodeName");
    if node.is_set() {
        if node.is_empty() {
            node.invalid("must be either unset or set to a non-empty string");
        } else {
            given.push("`nodeName`");
            node.check(dns_subdomain);
        }
    }
    let selector = spec.field("nodeSelector");
    if selector.is_set() {
        given.push("`nodeSelector`");
        check_node_selector(&selector, SelectorValues::Strict);
        let terms = selector.field("nodeSelectorTerms");
        if terms.list().len() != 1 {
            terms.invalid("must have exactly one node selector term");
        }
    }
    for (name, printed) in
        [("allNodes", "`allNodes`"), ("perDeviceNodeSelection", "`perDeviceNodeSelection`")]
    {
        let flag = spec.field(name);
        if flag.is_true() {
            given.push(printed);
        } else if flag.is_set() {
            flag.invalid("must be either unset or set to true");
        }
    }
    match given.len() {
        0 => spec.required(ONE),
        1 => {}
        _ => spec.invalid_value(
            format!("{{{}}}", given.join(", ")),
            &format!("{ONE}, but multiple fields are set"),
        ),
    }
}
