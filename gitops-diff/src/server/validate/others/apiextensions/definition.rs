//! A definition: its group, its names and its versions.

use super::demands::{Demand, Demands};
use super::schema::Status;
use super::{Field, conversion, named, parts, schema};
use crate::Value;
use crate::server::validate::field::same;
use crate::server::validate::names::{dns_1035_label, dns_subdomain};

/// `validateCustomResourceDefinitionSpec`.
pub(super) fn check(spec: &Field<'_>, demands: &Demands) {
    let (group, scope) = (spec.field("group"), spec.field("scope"));
    if group.is_empty() {
        group.required("");
    } else if !dns_subdomain(group.str()).is_empty() {
        group.check(dns_subdomain);
    } else if !group.str().contains('.') {
        group.invalid("should be a domain with at least one dot");
    }
    if scope.is_empty() {
        scope.required("");
    } else {
        scope.one_of(&["Cluster", "Namespaced"]);
    }
    let preserving = spec.field("preserveUnknownFields");
    if preserving.is_true() && demands.makes(Demand::Pruning) {
        preserving.invalid(
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in \
             spec.versions[*].schema instead",
        );
    }
    versions(spec, demands);
    let names = spec.field("names");
    named::require(&names);
    named::check(&names);
    shared(spec, demands);
    conversion::check(&spec.field("conversion"), demands);
}

fn versions(spec: &Field<'_>, demands: &Demands) {
    let versions = spec.field("versions");
    let mut seen: Vec<&str> = Vec::new();
    for (value, version) in versions.list().iter().zip(versions.items()) {
        let schema = version.field("schema");
        let schema = schema.field("openAPIV3Schema");
        let asked = demands.makes(Demand::Schemas);
        if !schema.is_set() && (asked || version.field("served").is_true()) {
            schema.required(if asked { "" } else { "because otherwise all fields are pruned" });
        }
        version.field("name").check(dns_1035_label);
        seen.push(value.get("name").and_then(Value::as_str).unwrap_or_default());
        deprecation(&version);
        parts_of_version(&version, versions.list(), demands);
    }
    if seen.iter().enumerate().any(|(at, it)| seen[..at].contains(it)) {
        versions.invalid_value("", "must contain unique version names");
    }
    let stored = |it: &&Value| it.get("storage") == Some(&Value::Bool(true));
    if versions.list().iter().filter(stored).count() != 1 {
        versions.invalid_value("", "must have exactly one version marked as storage version");
    }
    let first = seen.first().copied().unwrap_or_default();
    if !first.is_empty() {
        spec.field("version").faults(dns_1035_label(first));
    }
}

fn deprecation(version: &Field<'_>) {
    let warning = version.field("deprecationWarning");
    if !warning.is_set() {
        return;
    }
    if !version.field("deprecated").is_true() {
        return warning.invalid("can only be set for deprecated versions");
    }
    match warning.str() {
        "" => warning.invalid("must not be an empty string"),
        text if text.len() > 256 => warning.invalid("must be <= 256 characters long"),
        text if text.chars().any(char::is_control) => {
            warning.invalid("must only contain printable UTF-8 characters");
        }
        _ => {}
    }
}

/// What versions have in common, which the server judges once, in the spec.
fn is_shared(versions: &[Value], name: &str) -> bool {
    let part = |it: &'_ Value| it.get(name).cloned().unwrap_or_default();
    let (first, rest) = match versions {
        [first, rest @ ..] => (part(first), rest),
        [] => return false,
    };
    rest.iter().all(|it| same(&part(it), &first))
}

fn parts_of_version(version: &Field<'_>, versions: &[Value], demands: &Demands) {
    if versions.len() == 1 {
        return;
    }
    if !is_shared(versions, "schema") {
        let status = Status::of(version.field("subresources").value);
        schema::check(&version.field("schema"), status, demands);
    }
    if !is_shared(versions, "subresources") {
        parts::check_subresources(&version.field("subresources"));
    }
    if !is_shared(versions, "additionalPrinterColumns") {
        parts::check_columns(&version.field("additionalPrinterColumns"));
    }
    if !is_shared(versions, "selectableFields") {
        let schema = version.field("schema");
        schema::check_selectable(&version.field("selectableFields"), schema.value, demands);
    }
}

/// The parts that all versions share.
fn shared(spec: &Field<'_>, demands: &Demands) {
    let versions = spec.field("versions");
    let Some(first) = versions.list().first() else { return };
    let part = |name: &str| {
        let shared = is_shared(versions.list(), name);
        first.get(name).filter(|_| shared).cloned().unwrap_or_default()
    };
    let any_status = versions
        .list()
        .iter()
        .map(|it| Status::of(it.get("subresources").unwrap_or(&Value::Null)))
        .find(|it| *it == Status::Apart);
    let (validation, subresources) = (part("schema"), part("subresources"));
    let place = spec.field("validation");
    schema::check(&place.with(&validation), any_status.unwrap_or(Status::Within), demands);
    let place = spec.field("subresources");
    parts::check_subresources(&place.with(&subresources));
    let (columns, fields) = (part("additionalPrinterColumns"), part("selectableFields"));
    let place = spec.field("additionalPrinterColumns");
    parts::check_columns(&place.with(&columns));
    let place = spec.field("selectableFields");
    schema::check_selectable(&place.with(&fields), &validation, demands);
}
