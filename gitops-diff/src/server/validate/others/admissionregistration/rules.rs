//! What a webhook or a policy is called for.

use super::Field;
use crate::Value;
use crate::server::validate::names;
use crate::server::validate::selectors::{SelectorValues, check_label_selector};

const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const MUTATING_OPERATIONS: [&str; 4] = ["*", "CONNECT", "CREATE", "UPDATE"];
pub(super) const MATCH_POLICIES: [&str; 2] = ["Equivalent", "Exact"];

/// `validateMatchResources`.
pub(super) fn check_resources(resources: &Field<'_>) {
    let policy = resources.field("matchPolicy");
    if policy.is_set() {
        policy.one_of(&MATCH_POLICIES);
    } else {
        policy.required("");
    }
    for name in ["namespaceSelector", "objectSelector"] {
        let selector = resources.field(name);
        if !selector.is_set() {
            selector.required("");
        }
        check_label_selector(&selector, SelectorValues::Strict);
    }
    for name in ["resourceRules", "excludeResourceRules"] {
        for rule in resources.field(name).items() {
            resource_names(&rule.field("resourceNames"));
            check_rule(&rule);
        }
    }
}

/// What is deleted cannot be changed; the server names the rules without their place.
pub(super) fn check_mutating(resources: &Field<'_>) {
    let rules = resources.field("resourceRules");
    let unplaced = rules.field("operations");
    for rule in rules.items() {
        for operation in rule.field("operations").list() {
            unplaced.with(operation).one_of(&MUTATING_OPERATIONS);
        }
    }
}

/// `validateRuleWithOperations`.
pub(super) fn check_rule(rule: &Field<'_>) {
    let operations = rule.field("operations");
    operations.require();
    alone(&operations, "operations");
    operations.items().for_each(|it| it.one_of(&OPERATIONS));
    let (groups, versions) = (rule.field("apiGroups"), rule.field("apiVersions"));
    groups.require();
    alone(&groups, "API groups");
    versions.require();
    alone(&versions, "API versions");
    versions.items().for_each(|it| it.require());
    resources(&rule.field("resources"));
    rule.field("scope").one_of_where_set(&["*", "Cluster", "Namespaced"]);
}

fn alone(list: &Field<'_>, others: &str) {
    let has_wildcard = list.list().iter().any(|it| it.as_str() == Some("*"));
    if list.list().len() > 1 && has_wildcard {
        list.invalid(&format!("if '*' is present, must not specify other {others}"));
    }
}

fn resource_names(names: &Field<'_>) {
    let mut seen: Vec<&Value> = Vec::new();
    for (value, name) in names.list().iter().zip(names.items()) {
        name.check(names::path_segment);
        if seen.contains(&value) {
            name.duplicate();
        }
        seen.push(value);
    }
}

/// `validateResources`: resources and subresources, of which `*` is all.
fn resources(resources: &Field<'_>) {
    resources.require();
    let (mut all_of, mut of_all): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let texts = resources.list().iter().map(|it| it.as_str().unwrap_or_default());
    // As in the server, the last resource alone decides.
    let mut last_is_named = false;
    for (text, resource) in texts.clone().zip(resources.items()) {
        let Some((of, sub)) = text.split_once('/') else {
            resource.require();
            if !text.is_empty() {
                last_is_named = text != "*";
            }
            continue;
        };
        if all_of.contains(&of) {
            resource.invalid(&format!("if '{of}/*' is present, must not specify {text}"));
        }
        if of_all.contains(&sub) {
            resource.invalid(&format!("if '*/{sub}' is present, must not specify {text}"));
        }
        if sub == "*" {
            all_of.push(of);
        }
        if of == "*" {
            of_all.push(sub);
        }
    }
    if texts.clone().any(|it| it == "*/*") && resources.list().len() > 1 {
        resources.invalid("if '*/*' is present, must not specify other resources");
    }
    if last_is_named && texts.clone().any(|it| it == "*") {
        resources
            .invalid("if '*' is present, must not specify other resources without subresources");
    }
}
