//! What is written beside go-yaml v3. `go_texts.jsonl` holds what its encoder printed: a value, and
//! its text for each setting. More rows can be named by `GO_TEXTS`.

use gitops_diff::Value;
use serde_json::Value as Json;

use super::{Layout, Lists, write};
use crate::yaml::Dialect;

/// What the encoder printed with these settings.
fn differs(fact: &Json, answer: &str, layout: &Layout) -> Option<String> {
    let expected = fact[answer].as_str()?;
    let value = value(&fact["value"]);
    let ours = write(&value, layout);
    (ours != expected)
        .then(|| format!("{answer} {}\n  go {expected:?}\n  us {ours:?}", fact["value"]))
}

/// Whole floats stay floats: Go prints them as such.
fn value(json: &Json) -> Value {
    match json {
        Json::Number(number) if number.is_f64() => Value::Float(number.as_f64().unwrap()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(map) => {
            Value::Map(map.iter().map(|(key, it)| (key.as_str(), value(it))).collect())
        }
        other => Value::from(other.clone()),
    }
}

#[test]
fn values_are_written_as_yaml_v3_writes_them() {
    let more = std::env::var("GO_TEXTS").map(|file| std::fs::read_to_string(file).unwrap());
    let facts = include_str!("../../../tests/data/go_texts.jsonl").to_owned();
    let facts = facts + &more.unwrap_or_default();
    let layout = |indent, lists| Layout { dialect: Dialect::GoV3, indent, lists };
    let mut wrong = Vec::new();
    for line in facts.lines() {
        let fact: Json = serde_json::from_str(line).unwrap();
        wrong.extend(differs(&fact, "two", &layout(2, Lists::Indented)));
        wrong.extend(differs(&fact, "four", &layout(4, Lists::Indented)));
        wrong.extend(differs(&fact, "compact", &layout(2, Lists::Compact)));
        wrong.extend(differs(&fact, "compact4", &layout(4, Lists::Compact)));
    }
    let first: Vec<String> = wrong.iter().take(30).cloned().collect();
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), first.join("\n"));
}
