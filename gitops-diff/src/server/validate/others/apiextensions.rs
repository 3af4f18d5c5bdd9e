//! `apiextensions.k8s.io`: definitions of custom kinds
//! (`apiextensions-apiserver/pkg/apis/apiextensions/validation`).
//!
//! The server judges its own form of a definition, in which what all versions share stands once:
//! `spec.validation`, `spec.subresources`, `spec.additionalPrinterColumns` and
//! `spec.selectableFields`.

mod approval;
mod conversion;
mod definition;
mod demands;
mod metadata;
mod named;
mod nested;
mod openapi;
mod parts;
mod paths;
mod schema;
mod structural;

use self::demands::Demands;
use super::{Edit, Field, at};
use crate::Value;
use crate::server::validate::field::Report;

pub(super) fn check(edit: &Edit<'_>) {
    if edit.kind != "CustomResourceDefinition" {
        return;
    }
    let status = edit.new.field("status");
    named::check(&status.field("acceptedNames"));
    if edit.subresource == "status" {
        return;
    }
    approval::check(edit);
    stored_versions(&edit.new, &status.field("storedVersions"));
    definition_of(edit);
    if edit.is_update() {
        immutable(edit);
    } else {
        name(&edit.new);
    }
}

/// What an object lived with stays legal; that is only looked at where something is wrong.
fn definition_of(edit: &Edit<'_>) {
    let report = Report::default();
    let strict = Field::root(edit.new.value, &report);
    definition::check(&strict.field("spec"), &Demands::all());
    let wrong = report.into_causes();
    let demands = edit.live.filter(|_| !wrong.is_empty()).map(Demands::of_update);
    match demands {
        Some(demands) => definition::check(&edit.new.field("spec"), &demands),
        None => wrong.into_iter().for_each(|it| edit.new.report().push(it)),
    }
}

fn name(definition: &Field<'_>) {
    let (metadata, names) = (definition.field("metadata"), definition.field("spec"));
    let (name, group) = (metadata.field("name"), names.text("group"));
    let plural = at(names.value, "/names/plural").as_str().unwrap_or_default();
    if name.str() != format!("{plural}.{group}") {
        name.invalid("must be spec.names.plural+\".\"+spec.group");
    }
}

fn immutable(edit: &Edit<'_>) {
    let conditions = edit.live_at("/status/conditions").and_then(Value::as_list);
    let established = conditions.into_iter().flatten().any(|it| {
        let is = |name: &str, text: &str| it.get(name).and_then(Value::as_str) == Some(text);
        is("type", "Established") && is("status", "True")
    });
    let spec = edit.new.field("spec");
    let names = spec.field("names");
    if established {
        spec.field("scope").immutable(edit.live_at("/spec/scope"));
        names.field("kind").immutable(edit.live_at("/spec/names/kind"));
    }
    spec.field("group").immutable(edit.live_at("/spec/group"));
    names.field("plural").immutable(edit.live_at("/spec/names/plural"));
}

/// Versions in which objects are stored cannot go.
fn stored_versions(definition: &Field<'_>, stored: &Field<'_>) {
    if stored.is_empty() {
        return stored.invalid("must have at least one stored version");
    }
    let versions = at(definition.value, "/spec/versions").as_list().unwrap_or_default();
    for version in versions.iter().filter(|it| at(it, "/storage") == &Value::Bool(true)) {
        if !stored.list().contains(at(version, "/name")) {
            let name = at(version, "/name").as_str().unwrap_or_default();
            stored.invalid(&format!("must have the storage version {name}"));
        }
    }
    for version in stored.items() {
        if !versions.iter().any(|it| at(it, "/name") == version.value) {
            version.invalid(
                "missing from spec.versions; it was previously a storage version, and must \
                 remain in spec.versions until a storage migration ensures no data remains \
                 persisted in it and removes it from status.storedVersions",
            );
        }
    }
}
