//! Rows of upstream's own tables of cases, for the tests of what they are about.

use std::io::{Read, Write};

use serde_json::Value;

use super::node::{Node, read};
use crate::yaml::{Allowance, Dialect, Duplicates, Options};

/// The rows of a table; none, and a word about it, where the corpus is not there.
pub(crate) fn rows(table: &str) -> Vec<Value> {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        let _ = writeln!(std::io::stderr(), "left out: {table}, for GITOPS_CORPUS is not set");
        return Vec::new();
    };
    let path = std::path::Path::new(&corpus).join("kustomize/tables/tables.jsonl.gz");
    let file = std::fs::File::open(path).expect("the tables of the corpus");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("packed text");
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a row"))
        .filter(|row| row["table"] == table)
        .collect();
    assert!(!rows.is_empty(), "no rows in {table}");
    rows
}

/// The trees of the documents in a text.
pub(crate) fn trees(text: &str) -> Vec<Node> {
    let options =
        Options { dialect: Dialect::GoV3, duplicates: Duplicates::LastWins, ..Options::default() };
    let mut allowance = Allowance::new(1_000_000, 1_000_000);
    let documents = text.split("\n---\n");
    documents
        .filter_map(|text| read(text.as_bytes(), &options, &mut allowance).expect("YAML"))
        .filter(|node| !node.is_null())
        .collect()
}
