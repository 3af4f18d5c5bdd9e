//! Bindings of policies to parameters and resources.

use super::{Field, rules};
use crate::server::validate::names;
use crate::server::validate::selectors::{SelectorValues, check_label_selector};

const ACTIONS: [&str; 3] = ["Audit", "Deny", "Warn"];

pub(super) fn validating(spec: &Field<'_>) {
    binding(spec);
    actions(&spec.field("validationActions"));
}

pub(super) fn mutating(spec: &Field<'_>) {
    binding(spec);
    rules::check_mutating(&spec.field("matchResources"));
}

fn binding(spec: &Field<'_>) {
    let policy = spec.field("policyName");
    policy.require();
    if !policy.is_empty() {
        policy.check(names::dns_subdomain);
    }
    let parameters = spec.field("paramRef");
    if parameters.is_set() {
        reference(&parameters);
    }
    let resources = spec.field("matchResources");
    if resources.is_set() {
        rules::check_resources(&resources);
    }
}

fn reference(reference: &Field<'_>) {
    let (name, selector) = (reference.field("name"), reference.field("selector"));
    name.check(names::path_segment);
    check_label_selector(&selector, SelectorValues::Strict);
    match (name.is_empty(), selector.is_set()) {
        (false, true) => {
            name.forbidden("name and selector are mutually exclusive");
            selector.forbidden("name and selector are mutually exclusive");
        }
        (true, false) => reference.required("one of name or selector must be specified"),
        _ => {}
    }
    let action = reference.field("parameterNotFoundAction");
    if action.is_empty() {
        action.required("");
    } else {
        action.one_of(&["Deny", "Allow"]);
    }
}

fn actions(actions: &Field<'_>) {
    let mut seen = Vec::new();
    for action in actions.items() {
        action.one_of(&ACTIONS);
        if seen.contains(&action.str()) {
            action.duplicate();
        }
        seen.push(action.value.as_str().unwrap_or_default());
    }
    if ["Deny", "Warn"].iter().all(|it| seen.contains(it)) {
        actions.invalid(
            "must not contain both Deny and Warn (repeating the same validation failure \
             information in the API response and headers serves no purpose)",
        );
    }
    if actions.is_empty() {
        actions.required("at least one validation action is required");
    }
}
