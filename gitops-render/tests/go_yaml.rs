//! The YAML core beside Go's: what `sigs.k8s.io/yaml` 1.6.0 and `go.yaml.in/yaml/v3` 3.0.6 read
//! and write. `data/go_yaml.jsonl` holds their answers, `data/go_yaml_differences.json` the texts
//! on which we differ, by reason.

use std::collections::{BTreeMap, BTreeSet};

use gitops_diff::Value;
use gitops_render::yaml::{self, Dialect, Documents, Duplicates, Options};
use serde_json::Value as Json;

/// The texts on which `differs` says we differ are exactly those that are listed under `table`.
fn check(table: &str, differs: impl Fn(&Json, &str) -> bool) {
    let facts = include_str!("data/go_yaml.jsonl").lines();
    let facts = facts.map(|line| serde_json::from_str::<Json>(line).expect("a row of JSON"));
    let listed: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> =
        serde_json::from_str(include_str!("data/go_yaml_differences.json")).expect("a table");
    let listed: BTreeSet<&String> = listed[table].values().flatten().collect();
    let mut found = BTreeSet::new();
    for fact in facts {
        let text = fact["yaml"].as_str().expect("a text");
        if differs(&fact, text) {
            found.insert(text.to_owned());
        }
    }
    let news: Vec<_> = found.iter().filter(|text| !listed.contains(text)).collect();
    let gone: Vec<_> = listed.iter().filter(|text| !found.contains(**text)).collect();
    assert!(news.is_empty() && gone.is_empty(), "{table}: new {news:#?}, no longer {gone:#?}");
}

/// The first document as Go's `Unmarshal` reads it: no document is `null`.
fn first(text: &str, dialect: Dialect, duplicates: Duplicates) -> Result<Value, yaml::Error> {
    let options = Options { dialect, duplicates, ..Options::default() };
    let document = Documents::new(text.as_bytes(), &options)?.next().transpose()?;
    Ok(document.map(|it| it.value).unwrap_or_default())
}

/// Go's answer; `-0` is read as an integer where it is used.
fn expected(json: &Json) -> Value {
    match Value::from(json.clone()) {
        Value::Float(0.0) => Value::Int(0),
        Value::List(_) | Value::Map(_) if json.to_string().contains("-0.0") => expected_parts(json),
        other => other,
    }
}

fn expected_parts(json: &Json) -> Value {
    match json {
        Json::Array(items) => Value::List(items.iter().map(expected).collect()),
        Json::Object(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.as_str(), expected(value))).collect())
        }
        other => expected(other),
    }
}

fn read_differs(fact: &Json, answer: &str, ours: &Result<Value, yaml::Error>) -> bool {
    match (fact.get(answer), ours) {
        (Some(json), Ok(value)) => expected(json) != *value,
        (None, Err(_)) => false,
        _ => true,
    }
}

#[test]
fn texts_are_read_as_sigs_yaml_reads_them() {
    check("v2", |fact, text| {
        read_differs(fact, "v2", &first(text, Dialect::GoV2, Duplicates::LastWins))
    });
}

#[test]
fn texts_are_read_as_yaml_v3_reads_them() {
    check("v3", |fact, text| {
        read_differs(fact, "v3", &first(text, Dialect::GoV3, Duplicates::Refuse))
    });
}

#[test]
fn values_are_written_as_sigs_yaml_writes_them() {
    check("out", |fact, _| {
        let (Some(json), Some(out)) = (fact.get("v2"), fact["out"].as_str()) else { return false };
        yaml::to_string(&Value::from(json.clone())) != out
    });
}
