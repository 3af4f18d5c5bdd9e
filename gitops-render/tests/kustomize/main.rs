//! Builds beside what `kustomize build` printed. Needs `GITOPS_CORPUS`.
//!
//! `GITOPS_SHOW=5` prints that many differences, `GITOPS_CASE=text` takes only the cases whose
//! name holds the text.

#![expect(clippy::print_stdout, reason = "a test says aloud what it leaves out and measures")]

mod archive;
mod compare;
mod corpus;
mod garden;
mod oracle;

use std::collections::BTreeMap;

use gitops_render::{Input, Kustomize, KustomizeOptions, LoadRestrictor, Reorder};
use gitops_source::{Tree, TreePath};
use serde_json::Value as Json;

use self::compare::{Case, Expected, Tally};

/// What a build printed, or why it did not.
fn build(tree: &Tree, path: &str, options: KustomizeOptions) -> Result<String, String> {
    let path = TreePath::new(path).map_err(|error| error.to_string())?;
    Kustomize::new(options).build(&Input::new(tree, path)).map_err(|error| error.to_string())
}

fn text<'a>(row: &'a Json, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// The tree of a case that holds its files.
fn files(row: &Json) -> Result<Tree, String> {
    let mut files = BTreeMap::new();
    for (path, content) in row["files"].as_object().into_iter().flatten() {
        files.insert(path.clone(), content.as_str().unwrap_or_default().as_bytes().to_vec());
    }
    for (path, content) in row["files_b64"].as_object().into_iter().flatten() {
        use base64::Engine;
        let engine = base64::engine::general_purpose::STANDARD;
        let content = engine.decode(content.as_str().unwrap_or_default()).expect("base64");
        files.insert(path.clone(), content);
    }
    Tree::from_files(files).map_err(|error| error.to_string())
}

/// The cases of a Go suite.
fn suite(name: &str) {
    let mut tally = Tally::new(name);
    for row in corpus::rows(&format!("{name}/cases.jsonl.gz")) {
        let confirmed = row["confirmed"].as_array().is_some_and(|it| it.contains(&"head".into()));
        if !confirmed || row["offline"] != true {
            continue;
        }
        let options = KustomizeOptions {
            load_restrictor: restrictor(text(&row["options"], "LoadRestrictions")),
            reorder: if text(&row, "order") == "fifo" { Reorder::None } else { Reorder::Legacy },
            version: "(test)".to_owned(),
            ..KustomizeOptions::default()
        };
        let expected = match (text(&row, "outcome"), row["expected"].as_str()) {
            ("ok", Some(output)) => Expected::Output(output.to_owned()),
            _ => Expected::ErrorWith(compare::wanted(&row)),
        };
        let found = files(&row).and_then(|tree| build(&tree, text(&row, "path"), options));
        tally.add(&Case { id: text(&row, "id"), expected, found });
    }
    tally.judge();
}

fn restrictor(name: &str) -> LoadRestrictor {
    if name == "none" { LoadRestrictor::None } else { LoadRestrictor::RootOnly }
}

#[test]
fn the_cases_of_the_library_are_built_as_upstream_builds_them() {
    suite("krusty");
}

#[test]
fn the_cases_of_the_plugins_are_built_as_upstream_builds_them() {
    suite("builtin");
}

#[test]
fn generated_trees_are_built_as_upstream_builds_them() {
    let mut tally = Tally::new("fuzz/trees");
    for row in corpus::rows("fuzz/trees.jsonl.gz") {
        let expected = match text(&row, "outcome") {
            "ok" => Expected::Output(text(&row, "expected").to_owned()),
            _ => Expected::Error,
        };
        let options = KustomizeOptions::default();
        let found = files(&row).and_then(|tree| build(&tree, text(&row, "path"), options));
        tally.add(&Case { id: &row["id"].to_string(), expected, found });
    }
    tally.judge();
}

#[test]
fn bad_input_is_refused_as_upstream_refuses_it() {
    let mut tally = Tally::new("fuzz/negative");
    for row in corpus::rows("fuzz/negative.jsonl.gz") {
        let expected = match row["expected"].as_str() {
            Some(output) if text(&row, "outcome") == "ok" => Expected::Output(output.to_owned()),
            _ => Expected::Error,
        };
        let options = KustomizeOptions::default();
        let found = files(&row).and_then(|tree| build(&tree, text(&row, "path"), options));
        tally.add(&Case { id: &format!("{} {}", row["class"], row["id"]), expected, found });
    }
    tally.judge();
}

/// One resource, built as the README of the corpus says for its context.
fn scalar(row: &Json) -> Result<String, String> {
    let mut kustomization = "resources: [all.yaml]\nsortOptions: {order: fifo}\n".to_owned();
    match text(row, "ctx") {
        "json6902" => kustomization.push_str(
            "patches:\n- target: {kind: .*}\n  patch: '[{\"op\": \"add\", \"path\": \"/spec/z\", \"value\": 1}]'\n",
        ),
        "image" => kustomization.push_str("images: [{name: nginx, newTag: \"2\"}]\n"),
        _ => {}
    }
    let files = [("kustomization.yaml", kustomization), ("all.yaml", text(row, "in").to_owned())];
    let tree = Tree::from_files(files).map_err(|error| error.to_string())?;
    build(&tree, "", KustomizeOptions::default())
}

fn scalars(file: &str) {
    let mut tally = Tally::new(file);
    for (at, row) in corpus::rows(&format!("{file}.jsonl.gz")).iter().enumerate() {
        let expected = match (&row["outs"], row["out"].as_str()) {
            (Json::Array(outs), _) if row["cyclic"] == true => {
                Expected::Lines(outs.iter().filter_map(Json::as_str).map(str::to_owned).collect())
            }
            (Json::Array(outs), _) => {
                Expected::AnyOf(outs.iter().filter_map(Json::as_str).map(str::to_owned).collect())
            }
            (_, Some(output)) => Expected::Output(output.to_owned()),
            _ => Expected::Error,
        };
        let id = format!("{at} {} {} {}", row["ctx"], row["style"], row["in"]);
        tally.add(&Case { id: &id, expected, found: scalar(row) });
    }
    tally.judge();
}

#[test]
fn scalars_are_read_and_written_as_upstream_does() {
    scalars("fuzz/scalars");
}

#[test]
fn keys_are_sorted_and_written_as_upstream_does() {
    scalars("fuzz/keys");
}

#[test]
fn long_documents_of_scalars_are_written_as_upstream_does() {
    let mut tally = Tally::new("fuzz/documents");
    for row in corpus::rows("fuzz/documents.jsonl.gz") {
        let output = text(&row, "expected").to_owned();
        let cyclic = row["cyclic"] == true;
        let expected =
            if cyclic { Expected::Lines(vec![output]) } else { Expected::Output(output) };
        let options = KustomizeOptions::default();
        let found = files(&row).and_then(|tree| build(&tree, "", options));
        tally.add(&Case { id: text(&row, "id"), expected, found });
    }
    tally.judge();
}

#[test]
fn real_repositories_are_built_as_upstream_builds_them() {
    let mut tally = Tally::new("real");
    for name in corpus::repositories() {
        let tree = archive::tree(&corpus::path(&format!("real/{name}.tar.zst")));
        let outputs = archive::files(&corpus::path(&format!("real/{name}.expected.tar.zst")));
        for row in corpus::rows(&format!("real/{name}.jsonl.gz")).iter().skip(1) {
            if !row["skip"].is_null() {
                continue;
            }
            let options = KustomizeOptions {
                load_restrictor: restrictor(text(row, "load_restrictor")),
                ..KustomizeOptions::default()
            };
            let expected = match row["sha256"].as_str() {
                Some(digest) => {
                    let output = &outputs[&format!("{digest}.yaml")];
                    Expected::Output(String::from_utf8_lossy(output).into_owned())
                }
                None => Expected::Error,
            };
            let id = format!("{name} {} {}", text(row, "dir"), text(row, "error_class"));
            if tally.wants(&id) {
                tally.add(&Case {
                    id: &id,
                    expected,
                    found: build(&tree, text(row, "dir"), options),
                });
            }
        }
    }
    tally.judge();
}
