//! Upstream's own tables of merges and JSON patches, where the corpus is there.

use serde_json::Value;

use super::super::json6902::Operations;
use super::super::node::tests::tree;
use super::super::node::{Node, to_yaml};
use super::super::schema::Schema;
use super::super::tables::rows;
use super::directive::Directive;
use super::{MergeOptions, NewItems, UnknownLists, merge};

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// The YAML of a tree as the build prints it, so that spelling does not matter.
fn printed(node: Option<Node>) -> String {
    let mut out = String::new();
    match node.map(|node| to_yaml(&node, &mut out)) {
        None => String::new(),
        Some(Ok(())) => out,
        Some(Err(problem)) => problem.message,
    }
}

fn read(text: &str) -> Option<Node> {
    (!text.trim().is_empty()).then(|| tree(text))
}

fn merged(row: &Value, node: &str, patch: &str, new_items: NewItems) -> String {
    let infer = row["infer"].as_bool() == Some(true);
    let unknown_lists = if infer { UnknownLists::MergedByName } else { UnknownLists::Replaced };
    let options = MergeOptions { new_items, unknown_lists, ..MergeOptions::default() };
    let view = Schema::default().view().expect("a schema");
    let nothing = || Node::map();
    let merged = merge(
        read(text(row, node)).unwrap_or_else(nothing),
        read(text(row, patch)).unwrap_or_else(nothing),
        view,
        options,
    );
    merged.map_or_else(|problem| problem.message, printed)
}

/// What a row gives, and what it should give.
fn outcome(row: &Value) -> (String, String) {
    match (text(row, "table"), row.get("elided").is_some()) {
        ("kyaml/yaml/merge2", true) => directive(row),
        ("kyaml/yaml/merge2", false) => {
            let last = row["mergeOptions"]["ListIncreaseDirection"] == "append";
            let new_items = if last { NewItems::Last } else { NewItems::First };
            let found = merged(row, "dest", "source", new_items);
            (found, printed(read(text(row, "expected"))))
        }
        ("api/filters/patchstrategicmerge", _) => {
            let found = merged(row, "input", "patch", NewItems::First);
            (found, printed(read(text(row, "expected"))))
        }
        _ => {
            let found = Operations::parse(row["filter"]["Patch"].as_str().unwrap_or_default())
                .and_then(|operations| operations.apply(tree(text(row, "input"))));
            let found = found.map_or_else(|problem| problem.message, |it| printed(Some(it)));
            (found, printed(read(text(row, "expectedOutput"))))
        }
    }
}

/// The directive of a patch, and the patch without it.
fn directive(row: &Value) -> (String, String) {
    let (name, left) = match tree(text(row, "patch")) {
        Node::Map(mut members) => {
            (Directive::take(&mut members), printed(Some(Node::Map(members))))
        }
        Node::List(mut items) => {
            (Directive::take_of_list(&mut items), printed(Some(Node::List(items))))
        }
        // A scalar has none: where one meets a map, the merge says so before it asks.
        Node::Scalar(_) => (Ok(Directive::Merge), String::new()),
    };
    let name = name.map_or_else(|problem| problem.message, |it| format!("{it:?}").to_lowercase());
    let expected = printed(read(text(row, "elided")));
    (format!("{name}\n{left}"), format!("{}\n{expected}", text(row, "expected")))
}

#[test]
fn the_tables_of_upstream_hold() {
    let tables =
        ["kyaml/yaml/merge2", "api/filters/patchstrategicmerge", "api/filters/patchjson6902"];
    for row in tables.into_iter().flat_map(rows) {
        let (found, expected) = outcome(&row);
        let (file, number, name) = (text(&row, "go_file"), &row["row"], text(&row, "name"));
        assert_eq!(found, expected, "{file} {number}: {name}");
    }
}
