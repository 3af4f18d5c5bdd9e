//! What templates of the tables see.

use serde_json::Value as Json;

use super::standin::VALUES;
use crate::helm::go::{Map, Str, Value};

/// `.`
pub(super) fn dot(values: &Json, files: &Json) -> Value {
    let entries = [
        ("Values", Value::Map(map(values).seen_as(VALUES))),
        ("Files", chart_files(files)),
        ("Release", release()),
        ("Chart", chart()),
        ("Template", dict(VALUES, [("Name", "c/templates/t.yaml"), ("BasePath", "c/templates")])),
        ("Subcharts", Value::Map(Map::of([].into()))),
    ];
    let entries = entries.into_iter().map(|(key, value)| (Str::from(key), value));
    Value::Map(entries.collect::<Map>().seen_as(VALUES))
}

fn chart_files(files: &Json) -> Value {
    let members = files.as_object().into_iter().flatten();
    let text = |json: &Json| bytes::Bytes::from(json.as_str().unwrap_or_default().to_owned());
    crate::helm::functions::files(
        members.map(|(name, json)| (Str::from(name.as_str()), text(json))).collect(),
    )
}

fn release() -> Value {
    let entries = [
        ("Name", Value::string("rel")),
        ("Namespace", Value::string("ns")),
        ("Service", Value::string("Helm")),
        ("Revision", Value::int(1)),
        ("IsInstall", Value::Bool(true)),
        ("IsUpgrade", Value::Bool(false)),
    ];
    Value::Map(entries.into_iter().map(|(key, value)| (Str::from(key), value)).collect())
}

fn chart() -> Value {
    let entries =
        [("Name", "c"), ("Version", "0.1.0"), ("AppVersion", "1.2"), ("Description", "A chart")];
    dict(crate::helm::go::Type::DICT, entries)
}

fn dict<const N: usize>(ty: crate::helm::go::Type, entries: [(&str, &str); N]) -> Value {
    let entries = entries.into_iter().map(|(key, text)| (Str::from(key), Value::string(text)));
    Value::Map(entries.collect::<Map>().seen_as(ty))
}

fn map(json: &Json) -> Map {
    match value(json) {
        Value::Map(map) => map,
        _ => Map::of([].into()),
    }
}

/// JSON as Go decodes it: all numbers are floats.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(members) => {
            let entries = members.iter().map(|(key, json)| (Str::from(key.as_str()), value(json)));
            Value::Map(entries.collect())
        }
    }
}
