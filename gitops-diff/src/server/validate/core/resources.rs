//! Requests and limits: which resources there are, and how much of them can be asked for.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names;
use super::super::quantity::{Quantity, check_not_negative};
use super::rules::PodRules;
use crate::{Map, Value};

const STANDARD: [&str; 20] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "storage",
    "requests.storage",
    "services.nodeports",
    "services.loadbalancers",
];

/// What is counted in whole numbers.
const WHOLE: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

/// Whether a resource is one of Kubernetes itself.
pub(super) fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

pub(super) fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Whether more can be used than was asked for.
pub(super) fn is_overcommit_allowed(name: &str) -> bool {
    is_native(name) && !is_huge_page(name)
}

fn is_huge_page_of_quota(name: &str) -> bool {
    is_huge_page(name) || name.starts_with("requests.hugepages-")
}

fn is_extended(name: &str) -> bool {
    let plain = !is_native(name) && !name.starts_with("requests.");
    plain && names::qualified_name(&format!("requests.{name}")).is_empty()
}

/// Whether a quota can hold the resource.
pub(super) fn is_standard_of_quota(name: &str) -> bool {
    STANDARD.contains(&name) && name != "storage" || is_huge_page_of_quota(name)
}

/// The name of a resource, told of at the path of its amount.
pub(super) fn check_name(amount: &Field<'_>, name: &str) {
    let faults = names::qualified_name(name);
    let qualified = faults.is_empty();
    for fault in faults {
        amount.invalid_value(name, &fault);
    }
    let known = name.contains('/') || STANDARD.contains(&name) || is_huge_page_of_quota(name);
    if qualified && !known {
        amount.invalid_value(name, "must be a standard resource type or fully qualified");
    }
}

/// The name of a resource of a container.
pub(super) fn check_container_name(amount: &Field<'_>, name: &str) {
    check_name(amount, name);
    if !name.contains('/') {
        let known = matches!(name, "cpu" | "memory" | "ephemeral-storage") || is_huge_page(name);
        if !known {
            amount.invalid_value(name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        amount.invalid_value(name, "doesn't follow extended resource name standard");
    }
}

/// The name of a resource of a whole pod.
pub(super) fn check_pod_name(amount: &Field<'_>, name: &str) {
    let before = amount.report().len();
    check_name(amount, name);
    let known = matches!(name, "cpu" | "memory") || is_huge_page(name);
    if amount.report().len() == before && !known {
        amount.with(&name.into()).not_supported(&["cpu", "hugepages-", "memory"]);
    }
}

/// The name of a resource of a quota.
pub(super) fn check_quota_name(amount: &Field<'_>, name: &str) {
    check_name(amount, name);
    if !name.contains('/') && !is_standard_of_quota(name) {
        amount.invalid_value(name, "must be a standard resource for quota");
    }
}

/// How much of a resource there is: never less than nothing, of some things never a half.
pub(super) fn check_amount(amount: &Field<'_>, name: &str) {
    check_not_negative(amount);
    let whole = WHOLE.contains(&name) || is_extended(name);
    if whole && !Quantity::of(amount.value).is_whole() {
        amount.invalid("must be an integer");
    }
}

/// What a container or a pod asks for.
pub(super) fn check_requirements(
    requirements: &Field<'_>,
    check_name: fn(&Field<'_>, &str),
    claims: &BTreeSet<&str>,
    rules: &PodRules<'_>,
) {
    let (limits, requests) = (requirements.field("limits"), requirements.field("requests"));
    let amounts = limits.members().chain(requests.members());
    let (mut has_huge_pages, mut has_compute) = (false, false);
    for (name, amount) in amounts {
        check_name(&amount, name);
        check_amount(&amount, name);
        has_huge_pages |= is_huge_page(name);
        has_compute |= matches!(name, "cpu" | "memory");
        if is_huge_page(name) && !rules.allows_any_huge_pages() && !is_divisible(name, amount.value)
        {
            amount.invalid(&format!("is not positive integer multiple of {name}"));
        }
    }
    for (name, request) in requests.members() {
        check_limit(&requests, name, &request, &limits);
    }
    if has_huge_pages && !has_compute {
        requirements.forbidden("HugePages require cpu or memory");
    }
    check_claims(&requirements.field("claims"), claims);
}

/// No more can be asked for than is allowed.
fn check_limit(requests: &Field<'_>, name: &str, request: &Field<'_>, limits: &Field<'_>) {
    let Some(limit) = limits.value.get(name) else {
        if !is_overcommit_allowed(name) {
            limits.required("Limit must be set for non overcommitable resources");
        }
        return;
    };
    let (asked, allowed) = (Quantity::of(request.value), Quantity::of(limit));
    let limit = limit.as_str().unwrap_or_default();
    if asked != allowed && !is_overcommit_allowed(name) {
        let detail = format!("must be equal to {name} limit of {limit}");
        requests.invalid_value(request.value.clone(), &detail);
    } else if asked > allowed {
        let detail = format!("must be less than or equal to {name} limit of {limit}");
        requests.invalid_value(request.value.clone(), &detail);
    }
}

/// Huge pages come whole.
pub(super) fn is_divisible(name: &str, amount: &Value) -> bool {
    let size = name.strip_prefix("hugepages-").unwrap_or_default();
    let size = Quantity::of(&size.into());
    size.is_whole() && size.nanos() > 0 && Quantity::of(amount).nanos() % size.nanos() == 0
}

/// The claims of a container: each once, each one of the pod's.
fn check_claims(claims: &Field<'_>, of_pod: &BTreeSet<&str>) {
    let mut seen = BTreeSet::new();
    for claim in claims.items() {
        let (name, request) = (claim.text("name"), claim.text("request"));
        if name.is_empty() {
            claim.required("");
            continue;
        }
        if !request.is_empty() {
            claim.field("request").check(names::dns_label);
        }
        let whole = seen.contains(&(name, ""));
        let other = request.is_empty() && seen.iter().any(|(it, _)| *it == name);
        if whole || other || !seen.insert((name, request)) {
            claim.duplicate_value(name);
        }
        if !of_pod.contains(name) {
            claim.with(&name.into()).not_found();
        }
    }
}

/// The names and amounts of a map of resources.
pub(super) fn amounts(resources: Option<&Value>) -> impl Iterator<Item = (&str, Quantity)> {
    let members = resources.and_then(Value::as_map).into_iter().flat_map(Map::iter);
    members.map(|(name, amount)| (name.as_str(), Quantity::of(amount)))
}
