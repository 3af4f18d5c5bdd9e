//! One device of a slice.

use super::claim::EFFECTS;
use super::{Field, at_most, by, capacity, distinct, names, slice};
use crate::server::validate::core::check_node_selector;
use crate::server::validate::names::{dns_label, dns_subdomain, label_value, qualified_name};
use crate::server::validate::quantity::Quantity;
use crate::server::validate::selectors::SelectorValues;
use crate::{Map, Value};

const MAX_ATTRIBUTES_AND_CAPACITIES: usize = 32;
const MAX_ATTRIBUTE_VALUES: usize = 48;
const MAX_TAINTS: usize = 16;
const MAX_CONSUMPTIONS: usize = 2;
const MAX_CONDITIONS: usize = 4;
/// The longest text of an attribute, in bytes.
const MAX_TEXT: usize = 64;
const LISTS: [&str; 4] = ["bools", "ints", "strings", "versions"];

/// Whether it has what makes a slice costly.
pub(super) fn is_advanced(device: &Field<'_>) -> bool {
    let attributes = device.field("attributes");
    !device.field("taints").is_empty()
        || !device.field("consumesCounters").is_empty()
        || attributes.members().any(|(_, it)| LISTS.iter().any(|name| it.has(name)))
}

/// `validateDevice`.
pub(super) fn check(device: &Field<'_>, was: Option<&Value>, selects_nodes: bool) {
    device.field("name").check(dns_label);
    limits(device);
    attributes(&device.field("attributes"));
    capacity::check(device);
    let taints = device.field("taints");
    let same = was.is_some_and(|it| taints.is_same(it.get("taints")));
    if !same && at_most(&taints, MAX_TAINTS) {
        taints.items().for_each(|it| taint(&it));
    }
    let consumed = device.field("consumesCounters");
    if at_most(&consumed, MAX_CONSUMPTIONS) {
        consumed.items().for_each(|it| slice::check_counters(&it, "counterSet"));
        distinct(&consumed, by("counterSet"));
    }
    if selects_nodes {
        nodes(device);
    } else if ["nodeName", "nodeSelector", "allNodes"].iter().any(|it| device.has(it)) {
        device.invalid_value(
            Value::Null,
            "`nodeName`, `nodeSelector` and `allNodes` can only be set if \
             `perDeviceNodeSelection` is set to true in the ResourceSlice spec",
        );
    }
    check_binding(device);
    mappings(device);
}

fn limits(device: &Field<'_>) {
    let map = |name| device.value.get(name).and_then(Value::as_map);
    let total = map("attributes").map_or(0, Map::len) + map("capacity").map_or(0, Map::len);
    if total > MAX_ATTRIBUTES_AND_CAPACITIES {
        device.invalid("the total number of attributes and capacities must not exceed 32");
    }
    let values = |attribute: &Value| {
        let list = |name: &&str| attribute.get(name).and_then(Value::as_list).map_or(0, <[_]>::len);
        LISTS.iter().map(list).sum::<usize>().max(1)
    };
    let values: usize = map("attributes").into_iter().flat_map(Map::values).map(values).sum();
    if values > MAX_ATTRIBUTE_VALUES {
        device.invalid("the total number of attribute values must not exceed 48");
    }
}

fn attributes(attributes: &Field<'_>) {
    for (name, attribute) in attributes.members() {
        names::check_qualified(name, attributes);
        self::attribute(&attribute);
    }
}

fn attribute(attribute: &Field<'_>) {
    let text = attribute.field("string");
    too_long(&text);
    version(&attribute.field("version"));
    for name in LISTS {
        let list = attribute.field(name);
        if list.is_set() && list.is_empty() {
            list.invalid("must not be empty if specified");
        }
        for item in list.items() {
            match name {
                "strings" => too_long(&item),
                "versions" => version(&item),
                _ => {}
            }
        }
    }
    let scalars = ["bool", "int", "string", "version"].into_iter();
    if scalars.chain(LISTS).filter(|it| attribute.has(it)).count() != 1 {
        attribute.invalid("exactly one value must be specified");
    }
}

fn too_long(text: &Field<'_>) {
    if text.str().len() > MAX_TEXT {
        text.too_long(MAX_TEXT);
    }
}

fn version(version: &Field<'_>) {
    if version.is_set() && !is_semantic_version(version.str()) {
        version.invalid("must be a string compatible with semver.org spec 2.0.0");
    }
    too_long(version);
}

/// Semantic Versioning 2.0.0.
fn is_semantic_version(version: &str) -> bool {
    let (version, build) = match version.split_once('+') {
        Some((version, build)) => (version, Some(build)),
        None => (version, None),
    };
    let (core, release) = match version.split_once('-') {
        Some((core, release)) => (core, Some(release)),
        None => (version, None),
    };
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let number = |it: &str| !it.is_empty() && digits(it) && (it == "0" || !it.starts_with('0'));
    let word =
        |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    core.split('.').count() == 3
        && core.split('.').all(number)
        && release.is_none_or(|it| it.split('.').all(|it| word(it) && (!digits(it) || number(it))))
        && build.is_none_or(|it| it.split('.').all(word))
}

fn taint(taint: &Field<'_>) {
    taint.field("key").check(qualified_name);
    taint.field("value").check(label_value);
    let effect = taint.field("effect");
    if effect.is_empty() {
        effect.required("");
    } else {
        effect.one_of(&EFFECTS);
    }
}

fn nodes(device: &Field<'_>) {
    const ONE: &str = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when \
        `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
    let mut given = Vec::new();
    let node = device.field("nodeName");
    if !node.is_empty() {
        given.push("`nodeName`");
        node.check(dns_subdomain);
    } else if node.is_set() {
        node.invalid("must not be empty");
    }
    let selector = device.field("nodeSelector");
    if selector.is_set() {
        given.push("`nodeSelector`");
        check_node_selector(&selector, SelectorValues::Strict);
    }
    let all = device.field("allNodes");
    if all.is_true() {
        given.push("`allNodes`");
    } else if all.is_set() {
        all.invalid("must be either unset or set to true");
    }
    match given.len() {
        0 => device.required(ONE),
        1 => {}
        _ => device.invalid_value(format!("{{{}}}", given.join(", ")), ONE),
    }
}

/// `validateDeviceBindingParameters`.
pub(super) fn check_binding(device: &Field<'_>) {
    let (wanted, failed) =
        (device.field("bindingConditions"), device.field("bindingFailureConditions"));
    for list in [&wanted, &failed] {
        if at_most(list, MAX_CONDITIONS) {
            list.items().for_each(|it| it.check(qualified_name));
        }
        distinct(list, super::by_itself);
    }
    for condition in failed.items() {
        if wanted.list().contains(condition.value) {
            condition.invalid("bindingFailureConditions must not overlap with bindingConditions");
        }
    }
    match (wanted.is_empty(), failed.is_empty()) {
        (true, false) => {
            wanted.invalid("bindingConditions are required to use bindingFailureConditions");
        }
        (false, true) => {
            failed.invalid("bindingFailureConditions are required to use bindingConditions");
        }
        _ => {}
    }
}

/// `validateNodeAllocatableResourceMappings`.
fn mappings(device: &Field<'_>) {
    let mappings = device.field("nodeAllocatableResourceMappings");
    for (resource, mapping) in mappings.members() {
        let (times, key) = (mapping.field("allocationMultiplier"), mapping.field("capacityKey"));
        if !names::is_native_resource(resource) {
            mapping.invalid_value(resource, "must be a node allocatable resource name");
        }
        if !times.is_set() && !key.is_set() {
            mapping.invalid_value(
                "",
                "at least one of allocationMultiplier or capacityKey must be set",
            );
        }
        if times.is_set() && Quantity::of(times.value) <= Quantity::default() {
            times.invalid("must be positive");
        }
        if key.is_set() && key.is_empty() {
            key.invalid("capacityKey must not be an empty string");
        } else if key.is_set() && !device.field("capacity").has(key.str()) {
            key.not_found();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_semantic_versioning() {
        for version in ["1.2.3", "0.0.0", "1.0.0-alpha.1", "1.0.0+build.01", "1.0.0-0a-b+c"] {
            assert!(is_semantic_version(version), "{version}");
        }
        for version in
            ["", "1", "1.2", "01.2.3", "1.2.3.4", "1.2.3-", "1.2.3-01", "1.2.3+", "v1.2.3"]
        {
            assert!(!is_semantic_version(version), "{version}");
        }
    }
}
