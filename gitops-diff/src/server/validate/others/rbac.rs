//! `rbac.authorization.k8s.io`: roles and their bindings (`pkg/apis/rbac/validation`).

use super::{Cause, Edit, Field, names, selectors};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn check(edit: &Edit<'_>, causes: &mut Vec<Cause>) {
    match edit.kind {
        "Role" => rules(&edit.new, policy_rule_in_namespace, causes),
        "ClusterRole" => {
            rules(&edit.new, policy_rule, causes);
            aggregation(edit, causes);
        }
        "RoleBinding" => binding(edit, &["Role", "ClusterRole"], causes),
        "ClusterRoleBinding" => {
            binding(edit, &["ClusterRole"], causes);
            for subject in edit.new.at("subjects").items() {
                let namespace = subject.at("namespace");
                if subject.at("kind").text() == "ServiceAccount" && namespace.is_empty() {
                    causes.push(namespace.required(""));
                }
            }
        }
        _ => {}
    }
}

type CheckRule = fn(&Field<'_>, &mut Vec<Cause>);

fn rules(role: &Field<'_>, check: CheckRule, causes: &mut Vec<Cause>) {
    for rule in role.at("rules").items() {
        check(&rule, causes);
    }
}

fn policy_rule_in_namespace(rule: &Field<'_>, causes: &mut Vec<Cause>) {
    let urls = rule.at("nonResourceURLs");
    if !urls.is_empty() {
        causes.push(urls.invalid("namespaced rules cannot apply to non-resource URLs"));
    }
    policy_rule(rule, causes);
}

fn policy_rule(rule: &Field<'_>, causes: &mut Vec<Cause>) {
    let (urls, verbs) = (rule.at("nonResourceURLs"), rule.at("verbs"));
    let (groups, resources) = (rule.at("apiGroups"), rule.at("resources"));
    if verbs.is_empty() {
        causes.push(verbs.required("verbs must contain at least one value"));
    }
    if !urls.is_empty() {
        if [&groups, &resources, &rule.at("resourceNames")].iter().any(|it| !it.is_empty()) {
            causes.push(
                urls.invalid("rules cannot apply to both regular resources and non-resource URLs"),
            );
        }
        return;
    }
    if groups.is_empty() {
        causes.push(groups.required("resource rules must supply at least one api group"));
    }
    if resources.is_empty() {
        causes.push(resources.required("resource rules must supply at least one resource"));
    }
}

fn aggregation(edit: &Edit<'_>, causes: &mut Vec<Cause>) {
    let rule = edit.new.at("aggregationRule");
    let role_selectors = rule.at("clusterRoleSelectors");
    if rule.is_set() && role_selectors.is_empty() {
        causes.push(
            role_selectors.required(
                "at least one clusterRoleSelector required if aggregationRule is non-nil",
            ),
        );
    }
    for selector in role_selectors.items() {
        let mut wrong = Vec::new();
        selectors::check(&selector, &mut wrong);
        let unusable = !wrong.is_empty();
        if had_invalid_values(edit.old.as_ref()) {
            wrong.clear();
            selectors::check_except_values(&selector, &mut wrong);
        }
        causes.append(&mut wrong);
        if unusable {
            causes.push(selector.invalid("invalid label selector."));
        }
    }
}

fn had_invalid_values(old: Option<&Field<'_>>) -> bool {
    old.is_some_and(|old| {
        let rule = old.at("aggregationRule");
        rule.at("clusterRoleSelectors").items().any(|it| selectors::has_invalid_values(&it))
    })
}

fn binding(edit: &Edit<'_>, kinds: &[&str], causes: &mut Vec<Cause>) {
    let role = edit.new.at("roleRef");
    role.at("apiGroup").must_be_one_of(&[GROUP], causes);
    role.at("kind").must_be_one_of(kinds, causes);
    let name = role.at("name");
    if name.is_empty() {
        causes.push(name.required(""));
    } else {
        name.must(names::path_segment(name.text()), causes);
    }
    for it in edit.new.at("subjects").items() {
        subject(&it, causes);
    }
    if edit.old.is_some_and(|old| !role.equals(&old.at("roleRef"))) {
        causes.push(role.invalid("cannot change roleRef"));
    }
}

fn subject(subject: &Field<'_>, causes: &mut Vec<Cause>) {
    let (kind, name, group) = (subject.at("kind"), subject.at("name"), subject.at("apiGroup"));
    if name.is_empty() {
        causes.push(name.required(""));
    }
    match kind.text() {
        "ServiceAccount" => {
            if !name.is_empty() {
                name.must(names::dns_subdomain(name.text()), causes);
            }
            group.must_be_one_of(&[""], causes);
        }
        "User" | "Group" => group.must_be_one_of(&[GROUP], causes),
        _ => causes.push(kind.not_supported(&["ServiceAccount", "User", "Group"])),
    }
}
