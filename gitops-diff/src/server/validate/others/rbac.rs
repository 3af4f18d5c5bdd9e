//! `rbac.authorization.k8s.io`: roles and their bindings (`pkg/apis/rbac/validation`).

use super::{Edit, Field, count_faults};
use crate::Value;
use crate::server::validate::names;
use crate::server::validate::selectors::{SelectorValues, check_label_selector, values_of};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn check(edit: &Edit<'_>) {
    match edit.kind {
        "Role" => {
            for rule in edit.new.field("rules").items() {
                let urls = rule.field("nonResourceURLs");
                if !urls.is_empty() {
                    urls.invalid("namespaced rules cannot apply to non-resource URLs");
                }
                policy_rule(&rule);
            }
        }
        "ClusterRole" => {
            edit.new.field("rules").items().for_each(|it| policy_rule(&it));
            aggregation(edit);
        }
        "RoleBinding" => binding(edit, &["Role", "ClusterRole"]),
        "ClusterRoleBinding" => {
            binding(edit, &["ClusterRole"]);
            for subject in edit.new.field("subjects").items() {
                if subject.text("kind") == "ServiceAccount" {
                    subject.field("namespace").require();
                }
            }
        }
        _ => {}
    }
}

fn policy_rule(rule: &Field<'_>) {
    let (urls, verbs) = (rule.field("nonResourceURLs"), rule.field("verbs"));
    let (groups, resources) = (rule.field("apiGroups"), rule.field("resources"));
    if verbs.is_empty() {
        verbs.required("verbs must contain at least one value");
    }
    if !urls.is_empty() {
        if [groups, resources, rule.field("resourceNames")].iter().any(|it| !it.is_empty()) {
            urls.invalid("rules cannot apply to both regular resources and non-resource URLs");
        }
        return;
    }
    if groups.is_empty() {
        groups.required("resource rules must supply at least one api group");
    }
    if resources.is_empty() {
        resources.required("resource rules must supply at least one resource");
    }
}

fn aggregation(edit: &Edit<'_>) {
    let rule = edit.new.field("aggregationRule");
    let selectors = rule.field("clusterRoleSelectors");
    if rule.is_set() && selectors.is_empty() {
        selectors
            .required("at least one clusterRoleSelector required if aggregationRule is non-nil");
    }
    let live = edit.live_at("/aggregationRule/clusterRoleSelectors").and_then(Value::as_list);
    let lenient =
        live.unwrap_or_default().iter().any(|it| values_of(Some(it)) == SelectorValues::Any);
    let values = if lenient { SelectorValues::Any } else { SelectorValues::Strict };
    for selector in selectors.items() {
        check_label_selector(&selector, values);
        let strict = |it: &Field<'_>| check_label_selector(it, SelectorValues::Strict);
        if count_faults(selector.value, strict) > 0 {
            selector.invalid("invalid label selector.");
        }
    }
}

fn binding(edit: &Edit<'_>, kinds: &[&str]) {
    let role = edit.new.field("roleRef");
    role.field("apiGroup").one_of(&[GROUP]);
    role.field("kind").one_of(kinds);
    let name = role.field("name");
    name.require();
    name.check(names::path_segment);
    edit.new.field("subjects").items().for_each(|it| subject(&it));
    if edit.is_update() && !role.is_same(edit.live_at("/roleRef")) {
        role.invalid("cannot change roleRef");
    }
}

fn subject(subject: &Field<'_>) {
    let (name, group) = (subject.field("name"), subject.field("apiGroup"));
    name.require();
    match subject.text("kind") {
        "ServiceAccount" => {
            if !name.is_empty() {
                name.check(names::dns_subdomain);
            }
            group.one_of(&[""]);
        }
        "User" | "Group" => group.one_of(&[GROUP]),
        _ => subject.field("kind").not_supported(&["ServiceAccount", "User", "Group"]),
    }
}
