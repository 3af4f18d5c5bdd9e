//! The schema of a version, as a whole.

use super::demands::{Demand, Demands};
use super::{Field, at, openapi, paths, structural};
use crate::{Map, Value};

/// As many fields as the server indexes.
pub(super) const MAX_SELECTABLE: usize = 8;
/// What may stand in a schema whose status is written apart, so that the status keeps its rules.
const LEGAL_AT_ROOT: [&str; 22] = [
    "description",
    "type",
    "format",
    "title",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "required",
    "items",
    "properties",
    "externalDocs",
    "example",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

/// Where the status of objects is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Through a subresource.
    Apart,
    /// With all else.
    Within,
}

impl Status {
    pub(super) fn of(subresources: &Value) -> Self {
        if at(subresources, "/status").is_null() { Self::Within } else { Self::Apart }
    }
}

/// `validateCustomResourceDefinitionValidation`.
pub(super) fn check(validation: &Field<'_>, status: Status, demands: &Demands) {
    let schema = validation.field("openAPIV3Schema");
    if !schema.is_set() {
        return;
    }
    let before = schema.report().len();
    if status == Status::Apart {
        at_root(&schema);
    }
    if schema.field("nullable").is_true() {
        schema.field("nullable").forbidden("nullable cannot be true at the root");
    }
    let convertible = structural::is_convertible(schema.value);
    if convertible {
        structural::check(&schema);
    }
    openapi::check(&schema, demands);
    if schema.report().len() == before && !convertible {
        schema.invalid_value("", "is no structural schema");
    }
}

fn at_root(schema: &Field<'_>) {
    let members = || schema.map().into_iter().flat_map(Map::iter);
    let set = |name: &str| members().any(|(key, it)| key == name && !is_zero(it));
    // In the order in which the server looks.
    let early = ["id", "$schema", "$ref"].iter().any(|it| set(it));
    let kind = schema.field("type");
    if !early && !kind.is_empty() && kind.str() != "object" {
        return kind.invalid(
            "only \"object\" is allowed as the type at the root of the schema if the status \
             subresource is enabled",
        );
    }
    if members().any(|(key, it)| !LEGAL_AT_ROOT.contains(&&**key) && !is_zero(it)) {
        schema.invalid(
            "only some fields are allowed at the root of the schema if the status subresource \
             is enabled",
        );
    }
}

/// Whether Go's zero value was written.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::Str(text) => text.is_empty(),
        _ => false,
    }
}

/// `ValidateCustomResourceSelectableFields`.
pub(super) fn check_selectable(fields: &Field<'_>, validation: &Value, demands: &Demands) {
    let schema = at(validation, "/openAPIV3Schema");
    if !fields.is_empty() && schema.is_null() {
        return fields.invalid_value(
            "",
            "may only be set when `version.schema.openAPIV3Schema` is included",
        );
    }
    let mut seen = Vec::new();
    for field in fields.items() {
        let path = field.field("jsonPath");
        if path.is_empty() {
            path.required("");
            continue;
        }
        let (names, found) = match paths::resolve(path.str(), schema, paths::Notation::Dots) {
            Ok(resolved) => resolved,
            Err(why) => {
                path.invalid(&format!("is an invalid path: {why}"));
                continue;
            }
        };
        if names.first().is_some_and(|it| it == "metadata") {
            path.invalid("must not point to fields in metadata");
        }
        if !matches!(at(found, "/type").as_str(), Some("string" | "boolean" | "integer")) {
            path.invalid(
                "must point to a field of type string, boolean or integer. Enum string fields \
                 and strings with formats are allowed.",
            );
        }
        if seen.contains(&names) {
            path.duplicate();
        } else {
            seen.push(names);
        }
    }
    if seen.len() > MAX_SELECTABLE && demands.makes(Demand::FewFields) {
        fields.too_many(MAX_SELECTABLE);
    }
}
