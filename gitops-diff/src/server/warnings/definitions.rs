//! Definitions of custom kinds: formats that the server does not know.

use super::{Warnings, Write};
use crate::{Map, Value};

const TEXT_FORMATS: [&str; 26] = [
    "bsonobjectid",
    "byte",
    "cidr",
    "creditcard",
    "date",
    "datetime",
    "duration",
    "email",
    "hexcolor",
    "hostname",
    "ipv4",
    "ipv6",
    "isbn",
    "isbn10",
    "isbn13",
    "k8slongname",
    "k8sshortname",
    "mac",
    "password",
    "rgbcolor",
    "ssn",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
];

pub(super) fn warn(write: &Write<'_>, definition: &Value, warnings: &mut Warnings) {
    if write.subresource.is_some() {
        return;
    }
    let known = write.live.map(unknown_formats).unwrap_or_default();
    for format in unknown_formats(definition) {
        if !known.contains(&format) {
            warnings.say(format!("unrecognized format {format:?}"));
        }
    }
}

fn unknown_formats(definition: &Value) -> Vec<&str> {
    let versions = definition.pointer("/spec/versions").and_then(Value::as_list);
    let schemas: Vec<&Value> = versions
        .into_iter()
        .flatten()
        .filter_map(|it| it.pointer("/schema/openAPIV3Schema"))
        .collect();
    let mut found = Vec::new();
    // Where all versions share a schema, the server looks at it once.
    let shared = schemas.windows(2).all(|it| it[0] == it[1]);
    for schema in schemas.iter().take(if shared { 1 } else { schemas.len() }) {
        collect(schema, &mut found);
    }
    found
}

fn collect<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    let text = |name| schema.get(name).and_then(Value::as_str).unwrap_or_default();
    let format = text("format");
    if !format.is_empty() && !is_known(format, text("type")) {
        found.push(format);
    }
    for name in ["items", "not", "additionalProperties", "additionalItems"] {
        schema.get(name).into_iter().for_each(|it| collect(it, found));
    }
    for name in ["allOf", "anyOf", "oneOf", "items"] {
        let list = schema.get(name).and_then(Value::as_list).into_iter().flatten();
        list.for_each(|it| collect(it, found));
    }
    for name in ["properties", "patternProperties", "definitions", "dependencies"] {
        let map = schema.get(name).and_then(Value::as_map).into_iter();
        map.flat_map(Map::values).for_each(|it| collect(it, found));
    }
}

/// `GetUnrecognizedFormats`: dashes do not matter.
fn is_known(format: &str, kind: &str) -> bool {
    match kind {
        "" | "string" => TEXT_FORMATS.contains(&&*format.replace('-', "")),
        "integer" => matches!(format, "int32" | "int64"),
        "number" => matches!(format, "float" | "double"),
        _ => false,
    }
}
