//! The tables of functions that were recorded with Helm: each row a template with its output or
//! its error.
//!
//! The rows are read from `GITOPS_CORPUS`. A row that differs has to be listed, with the reason,
//! in `tests/data/helm_differences.json`.

mod chart;
mod fuzz;
mod grammar;
mod oracle;
mod own;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use serde_json::Value as Json;

use super::gotemplate::HelmLimits;
use super::{HelmCompat, HelmOptions};

/// One test for each table.
macro_rules! tables {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*
    };
}

tables! {
    arity binary cast_scalars dates dicts_url files fromjson fromyaml fromyaml_scalars language
    lists_math_types literals numbers printf quote_scalars regex semver strings strings2
    structures ternary tojson_scalars toml toml_scalars toyaml_scalars toyamlpretty_scalars unary
}

/// The template `templates/t.yaml` of a chart `c`, released as `rel` in `ns`: its output, or its
/// error as Helm words it.
pub(super) fn evaluate(template: &str, values: &Json, files: &Json) -> Result<Vec<u8>, String> {
    evaluate_as(template, values, files, HelmOptions { compat: RECORDED, ..HelmOptions::default() })
}

/// The same within other limits.
pub(super) fn evaluate_within(
    template: &str,
    values: &Json,
    files: &Json,
    limits: HelmLimits,
) -> Result<Vec<u8>, String> {
    evaluate_as(template, values, files, HelmOptions { limits, ..HelmOptions::default() })
}

/// The version of Helm that the tables were recorded with.
const RECORDED: HelmCompat = HelmCompat::V4_2_3;

/// The same with other options.
pub(super) fn evaluate_as(
    template: &str,
    values: &Json,
    files: &Json,
    options: HelmOptions,
) -> Result<Vec<u8>, String> {
    chart::render(template, values, files, options)
}

/// A text that the rule `rule` of the grammar of templates gives.
pub(super) fn sentence(rule: &str, seed: u64) -> String {
    grammar::Grammar::new(fuzz::GRAMMAR).text(rule, &mut grammar::Random(seed))
}

/// The rows of the file `GITOPS_HELM_ROWS`, such as a program beside Helm wrote them.
#[test]
fn rows_of_a_file() {
    match std::env::var_os("GITOPS_HELM_ROWS") {
        Some(path) => compare("rows", &std::fs::read_to_string(path).expect("the file is there")),
        None => left_out("rows of a file (GITOPS_HELM_ROWS is not set)"),
    }
}

/// Rows that gave something else here once, most of them found by [`fuzz`].
#[test]
fn what_was_found_once_stays_right() {
    compare("found", include_str!("../../tests/data/helm_found.jsonl"));
}

fn left_out(what: &str) {
    let _ = writeln!(std::io::stderr(), "left out: {what}");
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// Compares all rows of a table with what they give here.
fn check(table: &str) {
    match corpus(&format!("{table}.jsonl")) {
        Some(text) => compare(table, &text),
        None => left_out(&format!("table {table} (GITOPS_CORPUS is not set)")),
    }
}

/// A file of the folder of tables.
fn corpus(name: &str) -> Option<String> {
    let folder = PathBuf::from(std::env::var_os("GITOPS_CORPUS")?).join("helm/functions");
    Some(std::fs::read_to_string(folder.join(name)).expect("the corpus is whole"))
}

fn compare(table: &str, text: &str) {
    let default = |name| {
        let text = corpus(name).unwrap_or_else(|| "{}".to_owned());
        serde_json::from_str::<Json>(&text).expect("defaults are JSON")
    };
    let (values, files) = (default("values.json"), default("files.json"));
    let known = known_differences(table);
    let differences: Vec<Difference> = text
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).expect("a row is JSON"))
        .filter_map(|row| difference(&row, &values, &files))
        .collect();
    let unknown: Vec<&Difference> =
        differences.iter().filter(|found| !known.contains_key(&found.template)).collect();
    let rows = text.lines().count();
    assert!(unknown.is_empty(), "{} of {rows} rows differ\n{}", unknown.len(), report(&unknown));
    for template in known.keys() {
        let differs = differences.iter().any(|found| &found.template == template);
        assert!(differs, "no longer different, so take it out of the list: {template}");
    }
}

/// The reasons why rows of a table differ, by their templates.
fn known_differences(table: &str) -> BTreeMap<String, String> {
    const TEXT: &str = include_str!("../../tests/data/helm_differences.json");
    let mut all: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(TEXT).expect("the list of differences is JSON");
    all.remove(table).unwrap_or_default()
}

/// A row that gives something else here.
struct Difference {
    template: String,
    wanted: Result<String, String>,
    got: Result<String, String>,
}

fn difference(row: &Json, values: &Json, files: &Json) -> Option<Difference> {
    let text = |key: &str| row.get(key).and_then(Json::as_str).map(str::to_owned);
    let template = text("t").expect("a row has a template");
    let values = row.get("values").unwrap_or(values);
    let none = Json::Object(serde_json::Map::new());
    let files = match row.get("files") {
        Some(own) if own.is_object() => own,
        Some(_) => files,
        None => &none,
    };
    let wanted = match (text("out"), text("err")) {
        (Some(out), _) => Ok(out),
        (None, err) => Err(err.expect("a row has an output or an error")),
    };
    let got = evaluate(&template, values, files).map(|out| lossy(&out));
    (wanted != got).then_some(Difference { template, wanted, got })
}

/// The differences, first those that are more than a function that is not there.
fn report(differences: &[&Difference]) -> String {
    const MOST: usize = 40;
    let missing = |found: &Difference| match &found.got {
        Err(error) => error
            .split_once("function \"")?
            .1
            .split_once("\" not defined")
            .map(|(name, _)| name.to_owned()),
        Ok(_) => None,
    };
    let mut absent: BTreeMap<String, usize> = BTreeMap::new();
    for name in differences.iter().filter_map(|found| missing(found)) {
        *absent.entry(name).or_default() += 1;
    }
    let mut text = format!("functions that are not there: {absent:?}\n");
    for found in differences.iter().filter(|found| missing(found).is_none()).take(MOST) {
        let Difference { template, wanted, got } = found;
        let _ = writeln!(text, "{template:?}\n  wanted {wanted:?}\n  got    {got:?}");
    }
    text
}
