//! Resource quotas and limit ranges.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names;
use super::super::quantity::Quantity;
use super::resources::{
    check_amount, check_container_name, check_name, check_quota_name, is_overcommit_allowed,
    is_standard_of_quota,
};
use crate::{Map, Text, Value};

const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "VolumeAttributesClass",
    "CrossNamespacePodAffinity",
];

pub(super) fn check_quota(root: &Field<'_>, live: Option<&Value>) {
    let spec = root.field("spec");
    check_amounts(&spec.field("hard"));
    let (scopes, selector) = (spec.field("scopes"), spec.field("scopeSelector"));
    check_scopes(&scopes, &spec);
    if selector.is_set() {
        check_scope_selector(&selector, &spec);
    }
    match live {
        None => check_quota_status(root),
        Some(live) => {
            let set = |of: &Value| -> BTreeSet<String> {
                let list = of.pointer("/spec/scopes").and_then(Value::as_list).unwrap_or_default();
                list.iter().filter_map(Value::as_str).map(Into::into).collect()
            };
            if set(live) != set(root.value) {
                scopes.invalid("field is immutable");
            }
        }
    }
}

pub(super) fn check_quota_status(root: &Field<'_>) {
    let status = root.field("status");
    check_amounts(&status.field("hard"));
    check_amounts(&status.field("used"));
}

fn check_amounts(amounts: &Field<'_>) {
    for (name, amount) in amounts.members() {
        check_quota_name(&amount, name);
        check_amount(&amount, name);
    }
}

fn check_scopes(scopes: &Field<'_>, spec: &Field<'_>) {
    for scope in scopes.items() {
        if !SCOPES.contains(&scope.str()) {
            scopes.invalid("unsupported scope");
        }
        for _ in unscoped(scope.str(), spec) {
            scopes.invalid("unsupported scope applied to resource");
        }
    }
    let listed: Vec<&str> = scopes.list().iter().filter_map(Value::as_str).collect();
    check_conflicts(scopes, &listed);
}

fn check_conflicts(told: &Field<'_>, scopes: &[&str]) {
    for (a, b) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        if scopes.contains(&a) && scopes.contains(&b) {
            told.invalid("conflicting scopes");
        }
    }
}

/// The resources of a quota that a scope does not go with.
fn unscoped<'a>(scope: &'a str, spec: &Field<'a>) -> impl Iterator<Item = &'a str> {
    const OF_PODS: [&str; 7] =
        ["pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
    let hard = spec.value.get("hard").and_then(Value::as_map);
    let names = hard.into_iter().flat_map(Map::keys).map(Text::as_str);
    let goes_with = move |name: &str| match scope {
        "Terminating"
        | "NotTerminating"
        | "NotBestEffort"
        | "PriorityClass"
        | "CrossNamespacePodAffinity" => OF_PODS.contains(&name),
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => {
            matches!(name, "persistentvolumeclaims" | "requests.storage")
        }
        _ => true,
    };
    names.filter(move |it| is_standard_of_quota(it) && !goes_with(it))
}

/// Expressions are told of at the path of their list.
fn check_scope_selector(selector: &Field<'_>, spec: &Field<'_>) {
    let told = selector.field("matchExpressions");
    for expression in told.list() {
        let expression = told.with(expression);
        check_scope_expression(&expression, &told, spec);
    }
    let named = told.list().iter().filter_map(|it| it.get("scopeName")?.as_str());
    check_conflicts(&told, &named.collect::<Vec<_>>());
}

fn check_scope_expression(expression: &Field<'_>, told: &Field<'_>, spec: &Field<'_>) {
    let (scope, operator, values) =
        (expression.field("scopeName"), expression.field("operator"), expression.field("values"));
    if !SCOPES.contains(&scope.str()) {
        scope.invalid("unsupported scope");
    }
    for _ in unscoped(scope.str(), spec) {
        told.invalid("unsupported scope applied to resource");
    }
    let plain = !matches!(scope.str(), "PriorityClass" | "VolumeAttributesClass");
    if plain && SCOPES.contains(&scope.str()) && operator.str() != "Exists" {
        operator.invalid("must be 'Exists' when scope is any of those without values");
    }
    match operator.str() {
        "In" | "NotIn" if values.list().is_empty() => values.required(
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        ),
        "Exists" | "DoesNotExist" if !values.list().is_empty() => values.invalid(
            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        _ => operator.invalid("not a valid selector operator"),
    }
}

pub(super) fn check_limit_range(root: &Field<'_>) {
    let spec = root.field("spec");
    let mut kinds = BTreeSet::new();
    let limits = spec.field("limits");
    for limit in limits.items() {
        let kind = limit.field("type");
        check_limit_type(&kind);
        if !kinds.insert(kind.str().to_owned()) {
            kind.duplicate();
        }
        check_limit(&limit);
    }
}

fn check_limit_type(kind: &Field<'_>) {
    let kind = kind.with(kind.value);
    let text = Value::from(kind.str());
    let faults = names::qualified_name(kind.str());
    let known = matches!(kind.str(), "Pod" | "Container" | "PersistentVolumeClaim");
    if faults.is_empty() && !kind.str().contains('/') && !known {
        kind.invalid("must be a standard limit type or fully qualified");
    }
    kind.with(&text).faults(faults);
}

fn check_limit(limit: &Field<'_>) {
    const DEFAULTS: [&str; 2] = ["default", "defaultRequest"];
    let kind = limit.text("type");
    let name_rule: fn(&Field<'_>, &str) =
        if matches!(kind, "Pod" | "Container") { check_container_name } else { check_name };
    for list in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
        if kind == "Pod" && DEFAULTS.contains(&list) {
            if !limit.field(list).is_empty() {
                limit.field(list).forbidden("may not be specified when `type` is 'Pod'");
            }
            continue;
        }
        for (name, amount) in limit.field(list).members() {
            name_rule(&amount, name);
        }
    }
    let storage = |list| limit.value.get(list).is_some_and(|it| it.get("storage").is_some());
    if kind == "PersistentVolumeClaim" && !storage("min") && !storage("max") {
        limit.field("limits").required(
            "either minimum or maximum storage value is required, but neither was provided",
        );
    }
    for name in names_of(limit) {
        check_order(limit, &name);
        check_ratio(limit, &name);
    }
}

fn names_of(limit: &Field<'_>) -> BTreeSet<String> {
    let lists = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];
    let maps = lists.into_iter().filter_map(|it| limit.value.get(it)?.as_map());
    maps.flat_map(Map::keys).map(|it| it.as_str().to_owned()).collect()
}

/// The least, what is asked for by default, what is allowed by default, the most.
fn check_order(limit: &Field<'_>, name: &str) {
    const PAIRS: [(&str, &str, &str); 6] = [
        ("min", "max", "min"),
        ("min", "defaultRequest", "defaultRequest"),
        ("defaultRequest", "max", "defaultRequest"),
        ("defaultRequest", "default", "defaultRequest"),
        ("min", "default", "default"),
        ("default", "max", "default"),
    ];
    let no_defaults = limit.text("type") == "Pod";
    let of = |list: &str| {
        let list = limit.value.get(list).filter(|_| !no_defaults || !list.starts_with("default"));
        list.and_then(|it| Quantity::member(it, name))
    };
    let tell = |list: &str, detail: &str| limit.field(list).key(name).invalid(detail);
    for (less, more, told) in PAIRS {
        if of(less).zip(of(more)).is_some_and(|(less, more)| less > more) {
            tell(told, &format!("{less} value is greater than {more} value"));
        }
    }
    let differ = of("default").zip(of("defaultRequest")).is_some_and(|(a, b)| a != b);
    if differ && !is_overcommit_allowed(name) {
        tell("defaultRequest", "default value must equal to defaultRequest value");
    }
}

/// How much more can be used than was asked for.
fn check_ratio(limit: &Field<'_>, name: &str) {
    let of = |list: &str| limit.value.get(list).and_then(|it| Quantity::member(it, name));
    let Some(ratio) = of("maxLimitRequestRatio") else { return };
    let ratios = limit.field("maxLimitRequestRatio");
    let told = ratios.key(name);
    let one = Quantity::of(&Value::Int(1));
    if ratio < one {
        told.invalid("ratio is less than 1");
    }
    if let (Some(least), Some(most)) = (of("min"), of("max"))
        && ratio.exceeds(most, least)
    {
        told.invalid("ratio is greater than max/min");
    }
}
