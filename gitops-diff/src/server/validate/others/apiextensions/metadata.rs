//! What a schema may say of the parts that each object has anyway.

use super::structural::Level;
use super::{Field, at};
use crate::{Map, Value};

pub(super) fn check(schema: &Field<'_>, level: Level) {
    let properties = schema.field("properties");
    let embedded = schema.field("x-kubernetes-embedded-resource").is_true();
    let is_resource = level == Level::Root || embedded;
    if is_resource {
        for name in ["kind", "apiVersion"] {
            let property = properties.key(name);
            if property.is_set() && property.text("type") != "string" {
                property.field("type").invalid_value(property.text("type"), "must be string");
            }
        }
    }
    let metadata = properties.key("metadata");
    if !metadata.is_set() {
        return;
    }
    if is_resource && metadata.text("type") != "object" {
        metadata.field("type").invalid_value(metadata.text("type"), "must be object");
    }
    if level == Level::Root && says_more(metadata.value) {
        metadata.forbidden(
            "must not specify anything other than name and generateName, but metadata is \
             implicitly specified",
        );
    }
}

/// Whether a schema of metadata says more than what names may be.
fn says_more(metadata: &Value) -> bool {
    let names = at(metadata, "/properties").as_map().into_iter().flat_map(Map::keys);
    let others = metadata.as_map().into_iter().flat_map(Map::iter).filter(|(key, value)| {
        let free = matches!(&***key, "type" | "default" | "properties");
        !free && !is_nothing(value)
    });
    names.filter(|it| !matches!(&***it, "name" | "generateName")).count() + others.count() > 0
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Str(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}
