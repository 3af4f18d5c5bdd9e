//! Where pods run: affinity to nodes and to other pods, and how they are spread.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names;
use super::super::selectors::{SelectorValues, check_label_selector};
use super::rules::PodRules;
use crate::{Map, Text, Value};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn check_affinity(affinity: &Field<'_>, rules: &PodRules<'_>) {
    let nodes = affinity.field("nodeAffinity");
    let required = nodes.field(REQUIRED);
    if required.is_set() {
        check_node_selector(&required, rules.node_values());
    }
    for term in nodes.field(PREFERRED).items() {
        check_weight(&term.field("weight"));
        check_node_term(&term.field("preference"), SelectorValues::Any);
    }
    for name in ["podAffinity", "podAntiAffinity"] {
        let pods = affinity.field(name);
        if !pods.is_set() {
            continue;
        }
        let values = rules.affinity_values();
        for term in pods.field(REQUIRED).items() {
            check_pod_term(&term, values);
        }
        for term in pods.field(PREFERRED).items() {
            check_weight(&term.field("weight"));
            check_pod_term(&term.field("podAffinityTerm"), values);
        }
    }
}

fn check_weight(weight: &Field<'_>) {
    let number = weight.or_zero();
    if !(1..=100).contains(&weight.int().unwrap_or_default()) {
        weight.with(&number).invalid("must be in the range 1-100");
    }
}

/// What selects nodes: `ValidateNodeSelector`.
pub(crate) fn check_node_selector(selector: &Field<'_>, values: SelectorValues) {
    let terms = selector.field("nodeSelectorTerms");
    if terms.list().is_empty() {
        return terms.required("must have at least one node selector term");
    }
    for term in terms.items() {
        check_node_term(&term, values);
    }
}

/// One of the terms by which nodes are selected: `ValidateNodeSelectorTerm`.
pub(crate) fn check_node_term(term: &Field<'_>, values: SelectorValues) {
    for expression in term.field("matchExpressions").items() {
        check_node_expression(&expression, values);
    }
    for field in term.field("matchFields").items() {
        check_node_field(&field);
    }
}

fn check_node_expression(expression: &Field<'_>, strictness: SelectorValues) {
    let values = expression.field("values");
    match (expression.text("operator"), values.list().len()) {
        ("In" | "NotIn", 0) => {
            values.required("must be specified when `operator` is 'In' or 'NotIn'");
        }
        ("Exists" | "DoesNotExist", 1..) => {
            values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        ("Gt" | "Lt", 0 | 2..) => {
            values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
        ("In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt", _) => {}
        _ => expression.field("operator").invalid("not a valid selector operator"),
    }
    expression.field("key").check(names::qualified_name);
    if strictness == SelectorValues::Strict {
        for value in values.items() {
            value.check(names::label_value);
        }
    }
}

fn check_node_field(field: &Field<'_>) {
    let values = field.field("values");
    match field.text("operator") {
        "In" | "NotIn" if values.list().len() == 1 => {}
        "In" | "NotIn" => values.required(
            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
        ),
        _ => field.field("operator").invalid("not a valid selector operator"),
    }
    if field.text("key") != "metadata.name" {
        return field.field("key").invalid("not a valid field selector key");
    }
    for value in values.items() {
        value.check(names::dns_subdomain);
    }
}

fn check_pod_term(term: &Field<'_>, values: SelectorValues) {
    check_label_selector(&term.field("labelSelector"), values);
    check_label_selector(&term.field("namespaceSelector"), values);
    for namespace in term.field("namespaces").list() {
        term.field("namespace").with(namespace).check(names::dns_label);
    }
    check_label_keys(term);
    let key = term.field("topologyKey");
    if key.is_empty() {
        key.required("can not be empty");
    }
    key.with(&key.str().into()).check(names::qualified_name);
}

/// Keys whose values the pod gives to its selectors: `ValidateMatchLabelKeysAndMismatchLabelKeys`.
fn check_label_keys(term: &Field<'_>) {
    let selector = term.field("labelSelector");
    let (wanted, unwanted) = (term.field("matchLabelKeys"), term.field("mismatchLabelKeys"));
    for keys in [&wanted, &unwanted] {
        if keys.list().is_empty() {
            continue;
        }
        if !selector.is_set() {
            keys.forbidden("must not be specified when labelSelector is not set");
            continue;
        }
        for key in keys.items() {
            key.check(names::qualified_name);
        }
    }
    check_twice_selected(term, &wanted, &selector);
    for key in wanted.items().filter(|it| unwanted.list().contains(it.value)) {
        key.invalid("exists in both matchLabelKeys and mismatchLabelKeys");
    }
}

/// A key that is merged into a selector must not be in an expression that it meets again.
fn check_twice_selected(term: &Field<'_>, keys: &Field<'_>, selector: &Field<'_>) {
    let labels = selector.value.get("matchLabels").and_then(Value::as_map);
    let mut selected: BTreeSet<&str> =
        labels.into_iter().flat_map(Map::keys).map(Text::as_str).collect();
    let expressions = selector.value.get("matchExpressions").and_then(Value::as_list);
    for expression in expressions.unwrap_or_default() {
        let key = expression.get("key").and_then(Value::as_str).unwrap_or_default();
        let at = keys.list().iter().rposition(|it| it.as_str() == Some(key));
        if let Some(at) = at.filter(|_| selected.contains(key)) {
            term.item(at)
                .with(&key.into())
                .invalid("exists in both matchLabelKeys and labelSelector");
        }
        selected.insert(key);
    }
}

pub(super) fn check_spread(constraints: &Field<'_>, rules: &PodRules<'_>) {
    let text =
        |it: &Value, name| it.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let key = |it: &Value| (text(it, "topologyKey"), text(it, "whenUnsatisfiable"));
    for (at, constraint) in constraints.items().enumerate() {
        constraint.field("maxSkew").positive();
        if constraint.text("topologyKey").is_empty() {
            constraint.field("topologyKey").required("can not be empty");
        }
        constraint.field("whenUnsatisfiable").one_of(&["DoNotSchedule", "ScheduleAnyway"]);
        let (topology, when) = key(constraint.value);
        if constraints.list()[at + 1..].iter().any(|it| key(it) == (topology.clone(), when.clone()))
        {
            let both = constraint.field("{topologyKey, whenUnsatisfiable}");
            both.duplicate_value(format!("{{{topology}, {when}}}"));
        }
        check_domains(&constraint);
        for name in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            constraint.field(name).one_of_where_set(&["Honor", "Ignore"]);
        }
        if rules.has_unmerged_keys() {
            check_unmerged_keys(&constraint);
        } else {
            check_merged_keys(&constraint);
        }
        if !rules.allows_any_spread_selector() {
            check_spread_selector(&constraint);
        }
    }
}

fn check_domains(constraint: &Field<'_>) {
    let domains = constraint.field("minDomains");
    if !domains.is_set() {
        return;
    }
    domains.positive();
    if constraint.text("whenUnsatisfiable") != "DoNotSchedule" {
        domains.invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule");
    }
}

pub(super) fn check_spread_selector(constraint: &Field<'_>) {
    check_label_selector(&constraint.field("labelSelector"), SelectorValues::Strict);
}

/// The keys of a constraint, which are merged into its selector.
pub(super) fn check_merged_keys(constraint: &Field<'_>) {
    check_label_keys(constraint);
}

/// The same as long as they were not merged: `ValidateMatchLabelKeysInTopologySpread`.
fn check_unmerged_keys(constraint: &Field<'_>) {
    let (keys, selector) = (constraint.field("matchLabelKeys"), constraint.field("labelSelector"));
    if keys.list().is_empty() {
        return;
    }
    if !selector.is_set() {
        keys.forbidden("must not be specified when labelSelector is not set");
    }
    let labels = selector.field("matchLabels");
    let expressions = selector.field("matchExpressions");
    for key in keys.items() {
        key.check(names::qualified_name);
        let in_expression = |it: &Value| it.get("key") == Some(key.value);
        if labels.has(key.str()) || expressions.list().iter().any(in_expression) {
            key.invalid("exists in both matchLabelKeys and labelSelector");
        }
    }
}

pub(super) fn check_tolerations(tolerations: &Field<'_>, rules: &PodRules<'_>) {
    for toleration in tolerations.items() {
        check_toleration(&toleration, rules);
    }
}

fn check_toleration(toleration: &Field<'_>, rules: &PodRules<'_>) {
    let (key, operator) = (toleration.field("key"), toleration.field("operator"));
    let (value, effect) = (toleration.field("value"), toleration.field("effect"));
    if !key.is_empty() {
        key.check(names::qualified_name);
    } else if operator.str() != "Exists" {
        operator.invalid_value(
            operator.str(),
            "operator must be Exists when `key` is empty, which means \"match all values and all \
             keys\"",
        );
    }
    if toleration.has("tolerationSeconds") && effect.str() != "NoExecute" {
        let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
        effect.invalid_value(effect.str(), detail);
    }
    match operator.str() {
        "Equal" | "" => {
            let faults = names::label_value(value.str());
            if !faults.is_empty() {
                operator.invalid_value(value.str(), &faults.join(";"));
            }
        }
        "Exists" if !value.is_empty() => {
            operator.invalid_value(value.str(), "value must be empty when `operator` is 'Exists'");
        }
        "Exists" => {}
        "Lt" | "Gt" if rules.allows_comparing_tolerations() => {
            if value.str().parse::<i64>().is_err() {
                value.invalid("must be a valid integer");
            }
        }
        _ => operator.not_supported(&["Equal", "Exists"]),
    }
    if !effect.is_empty() {
        effect.one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"]);
    }
}

/// The taints of a node.
pub(super) fn check_taints(taints: &Field<'_>) {
    let mut seen = BTreeSet::new();
    for taint in taints.items() {
        let (key, value, effect) =
            (taint.field("key"), taint.field("value"), taint.field("effect"));
        key.with(&key.str().into()).check(names::qualified_name);
        let faults = names::label_value(value.str());
        if !faults.is_empty() {
            value.invalid(&faults.join(";"));
        }
        if effect.is_empty() {
            effect.required("");
        } else {
            effect.one_of(&["NoSchedule", "PreferNoSchedule", "NoExecute"]);
        }
        if !seen.insert((taint.text("effect"), taint.text("key"))) {
            taint.duplicate();
        }
    }
}

/// The terms by which a claim is bound to a place: `ValidateTopologySelectorTerm`.
pub(crate) fn check_topology_term(term: &Field<'_>) {
    let mut keys = BTreeSet::new();
    let expressions = term.field("matchLabelExpressions");
    for expression in expressions.items() {
        let values = expression.field("values");
        values.require();
        let mut seen = BTreeSet::new();
        for value in values.items().filter(|it| !seen.insert(it.str().to_owned())) {
            value.duplicate();
        }
        let key = expression.field("key");
        key.with(&key.str().into()).check(names::qualified_name);
        if !keys.insert(expression.text("key")) {
            key.duplicate();
        }
    }
}
