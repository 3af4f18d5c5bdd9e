//! Files of values: documents that are merged, each a map.

use std::sync::Arc;

use gitops_diff::{Map, Value};

use super::decode;
use crate::helm::HelmCompat;
use crate::helm::go::{self, Frozen, FrozenMap};

/// The values of a file: its documents, later ones over earlier ones. Helm 3 takes the first.
///
/// # Errors
/// Helm's `LoadValues`.
pub(in crate::helm) fn read(text: &[u8], compat: HelmCompat) -> Result<Map, String> {
    if compat == HelmCompat::V3_21 {
        return map(text);
    }
    let mut values = Map::new();
    for document in documents(text)? {
        let value =
            map(&document).map_err(|error| format!("cannot unmarshal yaml document: {error}"))?;
        merge(&mut values, value);
    }
    Ok(values)
}

/// The first document of a text, which is a map.
fn map(text: &[u8]) -> Result<Map, String> {
    match decode::document(text)? {
        Value::Null => Ok(Map::new()),
        Value::Map(map) => Ok(map),
        other => Err(decode::not_a_map(&other)),
    }
}

/// Puts `over` over `values`, map by map. A `null` stays, to take a default out later.
pub(in crate::helm) fn merge(values: &mut Map, over: Map) {
    for (key, value) in over {
        match (values.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(over)) => merge(below, over),
            (_, value) => {
                values.insert(key, value);
            }
        }
    }
}

/// The documents of a text, cut where a line starts with `---`: the rules of apimachinery's
/// `YAMLReader`, which cuts before YAML is read.
fn documents(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut documents = Vec::new();
    let mut document = Vec::new();
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(rest) = line.strip_prefix(b"---") {
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(format!(
                    "error reading yaml document: invalid Yaml document separator: {rest}"
                ));
            }
            if !document.is_empty() {
                documents.push(std::mem::take(&mut document));
                continue;
            }
        }
        document.extend_from_slice(line);
        document.push(b'\n');
    }
    documents.push(document);
    Ok(documents)
}

/// A value as templates see it: every number is a `float64`.
pub(in crate::helm) fn to_go(value: &Value) -> go::Value {
    freeze(value).thaw()
}

/// A map as templates see it.
pub(in crate::helm) fn freeze_map(map: &Map) -> Arc<FrozenMap> {
    let entries = map.iter().map(|(key, value)| (go::Str::from(key.as_str()), freeze(value)));
    Arc::new(FrozenMap::from_sorted(entries.collect()))
}

fn freeze(value: &Value) -> Frozen {
    match value {
        Value::Null => Frozen::Nil,
        Value::Bool(value) => Frozen::Bool(*value),
        #[expect(clippy::cast_precision_loss, reason = "as Go reads numbers of JSON")]
        Value::Int(value) => Frozen::Float(*value as f64),
        Value::Float(value) => Frozen::Float(*value),
        Value::Str(text) => Frozen::Str(text.as_str().into()),
        Value::List(items) => Frozen::List(items.iter().map(freeze).collect()),
        Value::Map(map) => Frozen::Map(freeze_map(map)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        check_as(HelmCompat::V4_2_4, text, expected);
    }

    fn check_as(compat: HelmCompat, text: &str, expected: &str) {
        let found = match read(text.as_bytes(), compat) {
            Ok(map) => serde_json::to_string(&Value::Map(map)).unwrap(),
            Err(error) => error,
        };
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn documents_are_merged_map_by_map() {
        check("", "{}");
        check("---\n", "{}");
        check(
            "a: {b: 1, c: 2}\n--- # next\na: {b: null, d: [3]}\n",
            r#"{"a":{"b":null,"c":2,"d":[3]}}"#,
        );
        check("---\r\na: 1\r\n---\r\n---\r\nb: x\r\n", r#"{"a":1,"b":"x"}"#);
        check("a: 1\n---\na: {}", r#"{"a":{}}"#);
    }

    #[test]
    fn helm_3_takes_the_first_document() {
        check_as(HelmCompat::V3_21, "a: 1\n---\na: 2\n", r#"{"a":1}"#);
        check_as(HelmCompat::V3_21, "--- {a: 1}\n", r#"{"a":1}"#);
        check_as(
            HelmCompat::V3_21,
            "a: [1\nb: 2\n",
            "error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'",
        );
    }

    #[test]
    fn what_is_no_map_is_refused_in_helms_words() {
        check(
            "- a",
            "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: \
             cannot unmarshal array into Go value of type map[string]interface {}",
        );
        check("--- a", "error reading yaml document: invalid Yaml document separator: a");
        check(
            "a: [1\nb: 2\n",
            "cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 1: did not \
             find expected ',' or ']'",
        );
    }
}
