//! Structural schemas: what they are made of (`apiserver/schema/validation.go`).

use super::{Field, at, metadata, nested};
use crate::{Map, Value};

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Root,
    Item,
    Field,
}

/// `ValidateStructural`.
pub(super) fn check(schema: &Field<'_>) {
    invariants(schema, Level::Root);
    nested::check_completeness(schema);
}

/// Whether `NewStructural` takes it: what it does not is told elsewhere, if anywhere.
pub(super) fn is_convertible(schema: &Value) -> bool {
    let has = |name: &str| match schema.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Str(text)) => !text.is_empty(),
        Some(Value::Map(map)) => !map.is_empty(),
        Some(_) => true,
    };
    let unsupported = [
        "id",
        "$schema",
        "$ref",
        "patternProperties",
        "dependencies",
        "additionalItems",
        "definitions",
    ];
    let refused = unsupported.iter().any(|it| has(it))
        || at(schema, "/x-kubernetes-preserve-unknown-fields") == &Value::Bool(false)
        || schema.get("items").is_some_and(|it| it.as_list().is_some_and(|it| !it.is_empty()));
    let of_map = |name: &str| schema.get(name).and_then(Value::as_map).into_iter();
    let of_list = |name: &str| schema.get(name).and_then(Value::as_list).into_iter().flatten();
    let single =
        ["items", "not", "additionalProperties"].into_iter().filter_map(|it| schema.get(it));
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().flat_map(of_list);
    !refused
        && single.filter(|it| it.as_map().is_some()).all(is_convertible)
        && lists.into_iter().all(is_convertible)
        && of_map("properties").flat_map(Map::values).all(is_convertible)
}

/// `validateStructuralInvariants`.
fn invariants(schema: &Field<'_>, level: Level) {
    let (kind, items) = (schema.field("type"), schema.field("items"));
    if items.map().is_some() {
        invariants(&items, Level::Item);
    } else if kind.str() == "array" {
        items.required("must be specified");
    }
    for (_, property) in schema.field("properties").members() {
        invariants(&property, Level::Field);
    }
    additional(schema, level);
    extensions(schema);
    nested::check_values(schema, &nested::Skipped::of(schema.value));
    types(schema, level);
    metadata::check(schema, level);
    let embedded = schema.field("x-kubernetes-embedded-resource").is_true();
    let preserving = schema.field("x-kubernetes-preserve-unknown-fields").is_true();
    let properties = schema.field("properties");
    if embedded && !preserving && properties.is_empty() {
        properties.required(
            "must not be empty if x-kubernetes-embedded-resource is true without \
             x-kubernetes-preserve-unknown-fields",
        );
    }
}

fn additional(schema: &Field<'_>, level: Level) {
    let additional = schema.field("additionalProperties");
    if !additional.is_set() {
        return;
    }
    if level == Level::Root {
        additional.forbidden("must not be used at the root");
    }
    if schema.field("x-kubernetes-embedded-resource").is_true() {
        additional.forbidden("must not be used if x-kubernetes-embedded-resource is set");
    }
    if additional.map().is_some() {
        invariants(&additional, Level::Field);
    }
}

fn extensions(schema: &Field<'_>) {
    if !schema.field("x-kubernetes-int-or-string").is_true() {
        return;
    }
    for name in ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] {
        let extension = schema.field(name);
        if extension.is_true() {
            extension.invalid("must be false if x-kubernetes-int-or-string is true");
        }
    }
}

fn types(schema: &Field<'_>, level: Level) {
    let kind = schema.field("type");
    let is = |name| schema.field(name).is_true();
    if is("x-kubernetes-embedded-resource") && kind.str() != "object" {
        const WHY: &str = "must be object if x-kubernetes-embedded-resource is true";
        if kind.is_empty() {
            kind.required(WHY);
        } else {
            kind.invalid(WHY);
        }
    } else if kind.is_empty()
        && !is("x-kubernetes-int-or-string")
        && !is("x-kubernetes-preserve-unknown-fields")
    {
        kind.required(match level {
            Level::Root => "must not be empty at the root",
            Level::Item => "must not be empty for specified array items",
            Level::Field => "must not be empty for specified object fields",
        });
    }
    if level == Level::Root && !kind.is_empty() && kind.str() != "object" {
        kind.invalid("must be object at the root");
    }
}
