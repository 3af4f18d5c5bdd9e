//! Schemas as far as they need not be structural
//! (`ValidateCustomResourceDefinitionOpenAPISchema`).

mod lists;
mod rules;

pub(super) use self::lists::{has_loose_keys, has_set_of_composites};
use super::demands::{Demand, Demands};
use super::{Field, at, paths, structural};
use crate::{Map, Value};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

pub(super) fn check(schema: &Field<'_>, demands: &Demands) {
    walk(schema, &Place { demands, root: true, defaults: true, meta: false });
}

/// Where a schema stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    demands: &'a Demands,
    root: bool,
    /// Whether defaults are legal.
    defaults: bool,
    /// Whether it is a part of the metadata of an object.
    meta: bool,
}

impl Place<'_> {
    fn inner(self) -> Self {
        Self { root: false, ..self }
    }
}

fn walk(schema: &Field<'_>, place: &Place<'_>) {
    standard(schema, place);
    let unique = schema.field("uniqueItems");
    if unique.is_true() {
        unique.forbidden(
            "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
        );
    }
    children(schema, place);
    let preserving = schema.field("x-kubernetes-preserve-unknown-fields");
    if preserving.value == &Value::Bool(false) {
        preserving.invalid("must be true or undefined");
    }
    lists::check(schema, place.demands);
    rules::check(schema);
}

/// `specStandardValidatorV3.validate`.
fn standard(schema: &Field<'_>, place: &Place<'_>) {
    let (kind, items) = (schema.field("type"), schema.field("items"));
    if place.demands.makes(Demand::Types) && !kind.is_empty() {
        kind.one_of(&TYPES);
    }
    if schema.has("default") && !place.defaults {
        schema.field("default").forbidden("must not be set");
    }
    for name in ["id", "patternProperties", "definitions"] {
        let member = schema.field(name);
        if !member.is_empty() {
            member.forbidden(&format!("{name} is not supported"));
        }
    }
    for name in ["additionalItems", "dependencies", "$ref"] {
        let member = schema.field(name);
        if member.is_set() {
            member.forbidden(&format!("{name} is not supported"));
        }
    }
    if kind.str() == "null" {
        kind.forbidden("type cannot be set to null, use nullable as an alternative");
    }
    if !items.list().is_empty() {
        items.forbidden("items must be a schema object and not an array");
    }
    let embedded = schema.field("x-kubernetes-embedded-resource");
    if place.meta && embedded.is_true() {
        embedded.forbidden("must not be used inside of resource meta");
    }
}

fn children(schema: &Field<'_>, place: &Place<'_>) {
    let (additional, properties) =
        (schema.field("additionalProperties"), schema.field("properties"));
    if additional.is_set() && !properties.is_empty() && !additional.is_true() {
        additional.forbidden("additionalProperties and properties are mutual exclusive");
    }
    if additional.map().is_some() {
        let defaults = place.defaults && !place.meta;
        walk(&additional, &Place { defaults, ..place.inner() });
    }
    let embedded = schema.field("x-kubernetes-embedded-resource").is_true();
    for (name, property) in properties.members() {
        let meta = matches!(name, "metadata" | "kind" | "apiVersion");
        let inside = meta && (place.root || embedded);
        let defaults = place.defaults && !(inside && place.root);
        walk(&property, &Place { defaults, meta: place.meta || inside, ..place.inner() });
    }
    for name in ["definitions", "dependencies"] {
        for (_, inner) in schema.field(name).members().filter(|(_, it)| it.map().is_some()) {
            walk(&inner, &place.inner());
        }
    }
    for name in ["items", "not"] {
        let inner = schema.field(name);
        if inner.map().is_some() {
            walk(&inner, &place.inner());
        }
    }
    for name in ["allOf", "oneOf", "anyOf", "items"] {
        schema.field(name).items().for_each(|it| walk(&it, &place.inner()));
    }
}

/// Whether a rule holds somewhere in a schema (`SchemaHas`).
pub(super) fn any_schema(schema: &Value, rule: fn(&Value) -> bool) -> bool {
    let maps = ["properties", "patternProperties", "definitions", "dependencies"];
    let of_map = |name: &str| schema.get(name).and_then(Value::as_map).into_iter();
    let of_list = |name: &str| schema.get(name).and_then(Value::as_list).into_iter().flatten();
    let single = ["items", "not", "additionalProperties", "additionalItems"];
    let mut inner = maps
        .into_iter()
        .flat_map(of_map)
        .flat_map(Map::values)
        .chain(["allOf", "anyOf", "oneOf", "items"].into_iter().flat_map(of_list))
        .chain(single.into_iter().filter_map(|it| schema.get(it)));
    schema.as_map().is_some() && (rule(schema) || inner.any(|it| any_schema(it, rule)))
}

/// Whether a type is none of `OpenAPI`.
pub(super) fn has_unknown_type(schema: &Value) -> bool {
    at(schema, "/type").as_str().is_some_and(|it| !it.is_empty() && !TYPES.contains(&it))
}
