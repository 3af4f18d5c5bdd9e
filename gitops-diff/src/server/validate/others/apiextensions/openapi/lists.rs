//! Topologies: `x-kubernetes-map-type`, `x-kubernetes-list-type` and the keys of lists.

use super::{Demand, Demands, Field, at};
use crate::Value;

pub(super) fn check(schema: &Field<'_>, demands: &Demands) {
    typed(schema, "x-kubernetes-map-type", "object");
    let map = schema.field("x-kubernetes-map-type");
    map.one_of_where_set(&["atomic", "granular"]);
    let list = schema.field("x-kubernetes-list-type");
    typed(schema, "x-kubernetes-list-type", "array");
    let is_list = schema.text("type") == "array";
    if is_list && demands.makes(Demand::AtomicSets) && has_set_of_composites(schema.value) {
        set_of_composites(schema);
    }
    list.one_of_where_set(&["atomic", "set", "map"]);
    let keys = schema.field("x-kubernetes-list-map-keys");
    if !keys.is_empty() && list.str() != "map" {
        const WHY: &str = "must be map if x-kubernetes-list-map-keys is non-empty";
        if list.is_set() {
            list.invalid(WHY);
        } else {
            list.required(WHY);
        }
    }
    if list.str() == "map" {
        map_list(schema, &keys);
    }
    if demands.makes(Demand::ListKeys) {
        loose_keys(schema);
    }
}

fn typed(schema: &Field<'_>, extension: &str, expected: &str) {
    let kind = schema.field("type");
    if !schema.has(extension) || kind.str() == expected {
        return;
    }
    let why = format!("must be {expected} if {extension} is specified");
    if kind.is_empty() {
        kind.required(&why);
    } else {
        kind.invalid(&why);
    }
}

/// Whether it is a set whose items are not compared whole.
pub(in super::super) fn has_set_of_composites(schema: &Value) -> bool {
    if at(schema, "/x-kubernetes-list-type").as_str() != Some("set") {
        return false;
    }
    let items = at(schema, "/items");
    let topology = |name: &str| items.get(name).and_then(Value::as_str);
    match topology("type") {
        Some("array") => topology("x-kubernetes-list-type").is_some_and(|it| it != "atomic"),
        Some("object") => topology("x-kubernetes-map-type") != Some("atomic"),
        _ => false,
    }
}

fn set_of_composites(schema: &Field<'_>) {
    let items = schema.field("items");
    let name = match items.text("type") {
        "array" => "x-kubernetes-list-type",
        _ => "x-kubernetes-map-type",
    };
    items.field(name).invalid("must be atomic as item of a list with x-kubernetes-list-type=set");
}

fn map_list(schema: &Field<'_>, keys: &Field<'_>) {
    let items = schema.field("items");
    if keys.is_empty() {
        keys.required("must not be empty if x-kubernetes-list-type is map");
    }
    if !items.is_set() {
        return items.required("must have a schema if x-kubernetes-list-type is map");
    }
    if items.map().is_none() {
        return items.invalid("must only have a single schema if x-kubernetes-list-type is map");
    }
    if items.text("type") != "object" {
        let why = "must be object if parent array's x-kubernetes-list-type is map";
        return items.field("type").invalid_value(items.text("type"), why);
    }
    let mut seen: Vec<&Value> = Vec::new();
    let properties = items.field("properties");
    for key in keys.list() {
        let property = properties.key(key.as_str().unwrap_or_default());
        if !property.is_set() {
            keys.invalid("entries must all be names of item properties");
        } else if matches!(property.text("type"), "array" | "object") {
            property
                .field("type")
                .invalid("must be a scalar type if parent array's x-kubernetes-list-type is map");
        }
        if seen.contains(&key) {
            keys.invalid("must not contain duplicate entries");
        }
        seen.push(key);
    }
}

/// Whether keys of a list may be missing or null, or items of a set or list null.
pub(in super::super) fn has_loose_keys(schema: &Value) -> bool {
    super::super::super::count_faults(schema, loose_keys) > 0
}

/// `validateMapListKeysMapSet`.
fn loose_keys(schema: &Field<'_>) {
    let (kind, items) = (schema.text("x-kubernetes-list-type"), schema.field("items"));
    if items.map().is_none() || !matches!(kind, "set" | "map") {
        return;
    }
    if items.field("nullable").is_true() {
        items
            .field("nullable")
            .forbidden(&format!("cannot be nullable when x-kubernetes-list-type is {kind}"));
    }
    if kind == "set" {
        return;
    }
    let (required, properties) = (items.field("required"), items.field("properties"));
    for key in schema.field("x-kubernetes-list-map-keys").list() {
        let property = properties.key(key.as_str().unwrap_or_default());
        if !property.is_set() {
            continue;
        }
        if !required.list().contains(key) && !property.has("default") {
            property.field("default").required(
                "this property is in x-kubernetes-list-map-keys, so it must have a default or \
                 be a required property",
            );
        }
        if property.field("nullable").is_true() {
            property.field("nullable").forbidden(
                "this property is in x-kubernetes-list-map-keys, so it cannot be nullable",
            );
        }
    }
}
