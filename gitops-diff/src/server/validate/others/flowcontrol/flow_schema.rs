//! Which requests belong to which level.

use super::{EXEMPT, Field};
use crate::server::validate::names::{self, Faults};

const MAX_PRECEDENCE: i64 = 10_000;
const VERBS: [&str; 9] =
    ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

pub(super) fn check(name: &str, spec: &Field<'_>) {
    let precedence = spec.field("matchingPrecedence");
    match precedence.int().unwrap_or_default() {
        ..=0 => precedence.invalid("must be a positive value"),
        1 if name != EXEMPT => {
            precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1");
        }
        1..=MAX_PRECEDENCE => {}
        _ => precedence.invalid("must not be greater than 10000"),
    }
    let method = spec.field("distinguisherMethod");
    if method.is_set() {
        method.field("type").one_of(&["ByNamespace", "ByUser"]);
    }
    let level = spec.field("priorityLevelConfiguration");
    let level = level.field("name");
    if level.is_empty() {
        level.required("must reference a priority level");
    } else {
        level.check(names::dns_subdomain);
    }
    spec.field("rules").items().for_each(|it| rule(&it));
}

fn rule(rule: &Field<'_>) {
    let subjects = rule.field("subjects");
    if subjects.is_empty() {
        subjects.required("subjects must contain at least one value");
    }
    subjects.items().for_each(|it| subject(&it));
    let (resources, others) = (rule.field("resourceRules"), rule.field("nonResourceRules"));
    if resources.is_empty() && others.is_empty() {
        rule.required("at least one of resourceRules and nonResourceRules has to be non-empty");
    }
    resources.items().for_each(|it| resource_rule(&it));
    others.items().for_each(|it| non_resource_rule(&it));
}

const SUBJECTS: [(&str, &str); 3] =
    [("ServiceAccount", "serviceAccount"), ("User", "user"), ("Group", "group")];

fn subject(subject: &Field<'_>) {
    let kind = subject.field("kind");
    if !SUBJECTS.iter().any(|(known, _)| *known == kind.str()) {
        return kind.not_supported(&["Group", "ServiceAccount", "User"]);
    }
    for (of, name) in SUBJECTS {
        let member = subject.field(name);
        if of != kind.str() {
            if member.is_set() {
                member.forbidden(&format!("{name} is forbidden when subject kind is not '{of}'"));
            }
        } else if !member.is_set() {
            member.required(&format!("{name} is required when subject kind is '{of}'"));
        } else {
            member.field("name").require();
            if of == "ServiceAccount" {
                service_account(&member);
            }
        }
    }
}

fn service_account(account: &Field<'_>) {
    let (name, namespace) = (account.field("name"), account.field("namespace"));
    if !name.is_empty() && name.str() != "*" {
        name.check(names::dns_subdomain);
    }
    if namespace.is_empty() {
        namespace.required("must specify namespace for service account");
    } else {
        namespace.check(names::dns_label);
    }
}

fn has_wildcard(list: &Field<'_>) -> bool {
    list.list().iter().any(|it| it.as_str() == Some("*"))
}

/// A list of which `*` is all.
fn alone(list: &Field<'_>, others: &str) {
    if list.list().len() > 1 && has_wildcard(list) {
        list.invalid(&format!("if '*' is present, must not specify other {others}"));
    }
}

fn verbs(verbs: &Field<'_>) {
    if verbs.is_empty() {
        return verbs.required("verbs must contain at least one value");
    }
    alone(verbs, "verbs");
    let known = |it: &crate::Value| it.as_str().is_some_and(|it| VERBS.contains(&it));
    if !has_wildcard(verbs) && !verbs.list().iter().all(known) {
        verbs.not_supported(&VERBS);
    }
}

fn resource_rule(rule: &Field<'_>) {
    verbs(&rule.field("verbs"));
    let (groups, resources) = (rule.field("apiGroups"), rule.field("resources"));
    if groups.is_empty() {
        groups.required("resource rules must supply at least one api group");
    }
    alone(&groups, "api groups");
    if resources.is_empty() {
        resources.required("resource rules must supply at least one resource");
    }
    alone(&resources, "resources");
    let namespaces = rule.field("namespaces");
    if namespaces.is_empty() && !rule.field("clusterScope").is_true() {
        namespaces.required(
            "resource rules that are not cluster scoped must supply at least one namespace",
        );
    }
    alone(&namespaces, "namespaces");
    if !has_wildcard(&namespaces) {
        namespaces.items().for_each(|it| it.check(namespace));
    }
}

fn namespace(name: &str) -> Faults {
    let explained = |it| format!("each member of this list must be '*' or a DNS-1123 label; {it}");
    names::dns_label(name).into_iter().map(|it| explained(it).into()).collect()
}

fn non_resource_rule(rule: &Field<'_>) {
    verbs(&rule.field("verbs"));
    let urls = rule.field("nonResourceURLs");
    if urls.is_empty() {
        return urls.required("nonResourceURLs must contain at least one value");
    }
    alone(&urls, "non-resource URLs");
    if !has_wildcard(&urls) {
        for url in urls.items() {
            if let Some(wrong) = wrong_path(url.str()) {
                url.invalid(wrong);
            }
        }
    }
}

/// `ValidateNonResourceURLPath`.
fn wrong_path(path: &str) -> Option<&'static str> {
    match path {
        "" => Some("must not be empty"),
        "/" => None,
        _ if !path.starts_with('/') => Some("must start with slash"),
        _ if path.contains(' ') => Some("must not contain white-space"),
        _ if path.contains("//") => Some("must not contain double slash"),
        _ => match path.matches('*').count() {
            0 => None,
            1 if path.ends_with("/*") => None,
            _ => Some("wildcard can only do suffix matching"),
        },
    }
}
