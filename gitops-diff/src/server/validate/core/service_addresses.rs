//! The addresses of services and their families.

use std::collections::BTreeSet;

use super::super::addresses::{Family, check_address, family};
use super::super::field::Field;
use crate::Value;

/// The texts of a list.
pub(super) fn texts<'a>(of: Option<&'a Value>, name: &str) -> Vec<&'a str> {
    let list = of.and_then(|it| it.get(name)).and_then(Value::as_list);
    list.unwrap_or_default().iter().filter_map(Value::as_str).collect()
}

/// Whether the service has no address and wants none.
pub(super) fn is_headless(spec: &Value) -> bool {
    texts(Some(spec), "clusterIPs") == ["None"]
}

/// `ValidateServiceClusterIPsRelatedFields`.
pub(super) fn check_addresses(spec: &Field<'_>, was: Option<&Value>) {
    if spec.text("type") == "ExternalName" {
        return;
    }
    let addresses = spec.field("clusterIPs");
    let listed = texts(Some(spec.value), "clusterIPs");
    match (spec.text("clusterIP"), listed.first()) {
        ("", Some(_)) => addresses.invalid("must be empty when `clusterIP` is not specified"),
        ("", None) => {}
        (_, None) => addresses.required(""),
        (one, Some(first)) if one != *first => {
            addresses.invalid("first value must match `clusterIP`");
        }
        _ => {}
    }
    check_families(spec, was);
    let before = addresses.report().len();
    let known = texts(was, "clusterIPs");
    for (at, address) in addresses.items().enumerate() {
        if at > 0 || address.str() != "None" {
            check_address(&address, &known);
        } else if listed.len() > 1 {
            addresses.invalid("'None' must be the first and only value");
        }
    }
    let legal = addresses.report().len() == before;
    if listed.len() > 2 {
        addresses.invalid("may only hold up to 2 values");
    }
    if legal {
        check_address_families(spec, &listed);
    }
}

/// Families of further addresses are inferred before all is validated: they are never refused.
fn check_families(spec: &Field<'_>, was: Option<&Value>) {
    let mut seen = BTreeSet::new();
    let families = spec.field("ipFamilies");
    let addresses = texts(Some(spec.value), "clusterIPs").len();
    let known = texts(was, "ipFamilies").len();
    for (at, family) in families.items().enumerate() {
        let inferred = at >= known && at < addresses;
        family.one_of(&["IPv4", "IPv6"]);
        if !seen.insert(family.str().to_owned()) && !inferred {
            family.duplicate();
        }
    }
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    spec.field("ipFamilyPolicy").one_of_where_set(&policies);
}

/// One address of each family, in the order of the families.
fn check_address_families(spec: &Field<'_>, listed: &[&str]) {
    let addresses = spec.field("clusterIPs");
    if let [first, others @ ..] = listed {
        let both = others.iter().any(|it| family(it) != family(first));
        if !others.is_empty() && !both {
            addresses.invalid("may specify no more than one IP for each IP family");
        }
    }
    if is_headless(spec.value) {
        return;
    }
    let families = texts(Some(spec.value), "ipFamilies");
    for (address, wanted) in addresses.items().zip(families) {
        let is_v6 = family(address.str()) == Some(Family::V6);
        if (wanted == "IPv6") != is_v6 && matches!(wanted, "IPv4" | "IPv6") {
            let detail = format!("expected an {wanted} value as indicated by `ipFamilies`");
            address.invalid(&detail);
        }
    }
}

/// What of the addresses cannot change: `validateUpgradeDowngradeClusterIPs` and
/// `validateUpgradeDowngradeIPFamilies`.
pub(super) fn check_address_changes(spec: &Field<'_>, was: &Value) {
    let external = |it: &Value| it.get("type") == Some(&"ExternalName".into());
    if external(spec.value) || external(was) {
        return;
    }
    let (headless, was_headless) = (is_headless(spec.value), is_headless(was));
    if !(headless && was_headless) {
        check_list_change(spec, was, "clusterIPs");
    }
    if !headless && !was_headless {
        check_list_change(spec, was, "ipFamilies");
    }
}

fn check_list_change(spec: &Field<'_>, was: &Value, name: &str) {
    let list = spec.field(name);
    let (new, old) = (texts(Some(spec.value), name), texts(Some(was), name));
    let told = |at: usize| list.item(at).with(list.value).invalid("may not change once set");
    if new.len() == old.len() {
        for (at, _) in new.iter().zip(&old).enumerate().filter(|(_, (new, old))| new != old) {
            told(if name == "clusterIPs" { at } else { 0 });
        }
        return;
    }
    let first_changed = old.first().zip(new.first()).is_some_and(|(old, new)| old != new);
    if old.len() < new.len() {
        if first_changed {
            told(0);
        }
        return;
    }
    if texts(Some(spec.value), "clusterIPs").is_empty() {
        list.item(0).with(list.value).invalid("primary value can not be unset");
    }
    if first_changed {
        told(0);
    }
    let single = spec.text("ipFamilyPolicy") == "SingleStack";
    if new.len() == 1 && !single {
        let detail = "must be set to 'SingleStack' when releasing the secondary value";
        spec.field("ipFamilyPolicy").invalid(detail);
    }
}

/// What the allocator of addresses refuses, before anything else is looked at
/// (`initIPFamilyFields`).
///
/// Which families a cluster has is not known here.
pub(super) fn check_allocation(spec: &Field<'_>, was: Option<&Value>) {
    if spec.text("type") == "ExternalName" {
        return;
    }
    let before = spec.report().len();
    check_addresses(spec, was);
    if spec.report().len() > before {
        return;
    }
    let policy = spec.field("ipFamilyPolicy");
    let effective = effective_policy(spec, was);
    let count = |of: Option<&Value>, name: &str| texts(of, name).len();
    let lists = [("clusterIPs", "cluster IP"), ("ipFamilies", "IP family")];
    for (name, what) in lists {
        let (new, old) = (count(Some(spec.value), name), count(was, name));
        let kept = texts(was, name) == texts(Some(spec.value), name);
        if effective != "SingleStack" && old > 1 && new == 1 {
            policy.invalid(&format!("must be 'SingleStack' to release the secondary {what}"));
        }
        if effective == "SingleStack" && new == 2 && !kept {
            let detail = "must be 'RequireDualStack' or 'PreferDualStack' when multiple values are \
                specified";
            policy.invalid(detail);
        }
    }
}

/// The policy that a service has if it says none.
fn effective_policy<'a>(spec: &Field<'a>, was: Option<&'a Value>) -> &'a str {
    let of_live = || was.and_then(|it| it.get("ipFamilyPolicy")?.as_str());
    let own = Some(spec.text("ipFamilyPolicy")).filter(|it| !it.is_empty());
    let selects = !spec.field("selector").is_empty();
    let default = match spec.text("clusterIP") {
        "None" if !selects => "RequireDualStack",
        _ => "SingleStack",
    };
    own.or_else(of_live).unwrap_or(default)
}
