//! Rows of our own beside the recorded tables: what programs with Helm and sprig in them gave.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{evaluate_as, lossy};
use crate::helm::{FixedClock, HelmCompat, HelmOptions};

/// A template's output or error.
type Outcome = Result<String, String>;

/// When the rows were made, in nanoseconds since 1970: some show the day of it.
const RECORDED: i128 = 1_795_262_400_000_000_000;

fn run(template: &str, values: &Json, compat: HelmCompat) -> Outcome {
    let clock = Arc::new(FixedClock(RECORDED));
    let options = HelmOptions { compat, clock, ..HelmOptions::default() };
    evaluate_as(template, values, &json!({}), options).map(|out| lossy(&out))
}

/// Runs all rows; `head` stands before each of their templates.
fn check(rows: &str, head: &str, values: &Json, compat: HelmCompat) {
    let mut differences = Vec::new();
    for row in rows.lines() {
        let row: Json = serde_json::from_str(row).expect("a row is JSON");
        let cell = |name: &str| row[name].as_str().map(str::to_owned);
        let template = cell("t").expect("a row has a template");
        let wanted: Outcome = cell("out").ok_or_else(|| cell("err").unwrap_or_default());
        let got = run(&format!("{head}{template}"), values, compat);
        if got != wanted {
            differences.push(format!("{template}\n  wanted {wanted:?}\n  got    {got:?}"));
        }
    }
    let count = differences.len();
    differences.truncate(60);
    assert!(differences.is_empty(), "{count} rows differ\n{}", differences.join("\n"));
}

#[test]
fn templates_see_what_helm_3_shows_them() {
    let rows = include_str!("../../../tests/data/helm_3_21.jsonl");
    check(rows, "", &json!({}), HelmCompat::V3_21);
}

#[test]
fn times_and_versions_have_the_methods_they_have_in_go() {
    let all = include_str!("../../../tests/data/helm_methods.jsonl");
    let (first, rows) = all.split_once('\n').expect("a row with what stands before the others");
    let first: Json = serde_json::from_str(first).expect("a row is JSON");
    let head = first["head"].as_str().expect("what stands before the others");
    check(rows, head, &json!({}), HelmCompat::V4_2_4);
}

#[test]
fn keys_certificates_and_passwords_are_taken_as_sprig_takes_them() {
    let values = serde_json::from_str(include_str!("../../../tests/data/helm_keys.json"));
    let values: Json = values.expect("the keys are JSON");
    let rows = include_str!("../../../tests/data/helm_crypto.jsonl");
    check(rows, "", &values, HelmCompat::V4_2_4);
}
