use super::super::node::tests::tree;
use super::super::node::to_yaml;
use super::super::schema::Schema;
use super::*;

fn merged(node: &str, patch: &str, options: MergeOptions) -> Result<Option<Node>> {
    let view = Schema::default().view().expect("a schema");
    merge(tree(node), tree(patch), view, options)
}

fn printed(result: Result<Option<Node>>) -> String {
    match result {
        Ok(Some(node)) => {
            let mut out = String::new();
            to_yaml(&node, &mut out).map_or_else(|problem| format!("error: {problem}"), |()| out)
        }
        Ok(None) => "nothing".to_owned(),
        Err(problem) => format!("error: {}", problem.message),
    }
}

fn check(node: &str, patch: &str, expected: &str) {
    assert_eq!(
        printed(merged(node, patch, MergeOptions::default())),
        expected,
        "{node} <- {patch}"
    );
}

const POD: &str = "apiVersion: v1\nkind: Pod\n";

fn pod(node: &str, patch: &str, expected: &str) {
    let expected = format!("{POD}{expected}");
    check(&format!("{POD}{node}"), &format!("{POD}{patch}"), &expected);
}

#[test]
fn maps_are_merged_and_null_deletes() {
    check("a: 1\nb: {c: 1, d: 2}\n", "b: {d: 3, e: 4}\n", "a: 1\nb:\n  c: 1\n  d: 3\n  e: 4\n");
    check("a: 1\nb: 2\n", "a: null\nc: null\n", "b: 2\n");
    check("a: {b: 1}\n", "a: null\n", "{}\n");
    check("a: [1, 2]\n", "a: [3]\n", "a:\n- 3\n");
    check(
        "a: {}\n",
        "c: {d: null, e: {f: null}, g: [null]}\n",
        "a: {}\nc:\n  e: {}\n  g:\n  - null\n",
    );
}

#[test]
fn fields_that_say_nothing_vanish_and_those_that_say_null_stay() {
    check("a:\nb: null\nc: ~\nd: {e: , f: 1}\n", "g: 1\n", "b: null\nc: null\nd:\n  f: 1\ng: 1\n");
}

#[test]
fn a_value_keeps_the_quotes_of_the_one_before() {
    check("a: \"1\"\nb: x\n", "a: 2\nb: \"3\"\n", "a: \"2\"\nb: \"3\"\n");
    check("a: {b: , c: x}\n", "a: {b: 1}\n", "a:\n  b: 1\n  c: x\n");
}

#[test]
fn values_of_different_kinds_do_not_merge() {
    let wrong =
        "error: wrong node kind: expected MappingNode but got ScalarNode: node contents:\n1\n";
    check("a: {b: 1}\n", "a: 1\n", wrong);
    let wrong = "error: wrong node kind: expected SequenceNode but got MappingNode: node \
                 contents:\nb: 1\n";
    check("a: [1]\n", "a: {b: 1}\n", wrong);
}

#[test]
fn directives_delete_and_replace() {
    check("a: {b: 1}\nc: 1\n", "a: {$patch: delete}\n", "c: 1\n");
    check("a: {b: 1}\n", "a: {$patch: replace, d: 1}\n", "a:\n  d: 1\n");
    check("a: {b: 1}\n", "a: {$patch: merge, d: 1}\n", "a:\n  b: 1\n  d: 1\n");
    check("a: {b: 1}\n", "$patch: delete\n", "nothing");
    check("a: 1\n", "b: {$patch: delete}\nc: {d: {$patch: delete}, e: 1}\n", "a: 1\nc:\n  e: 1\n");
    check("a: {b: 1}\n", "a: {$patch: no}\n", "error: unknown patch strategy 'no'");
    check("a: 1\n", "b: {$patch: no}\n", "a: 1\nb:\n  $patch: \"no\"\n");
}

#[test]
fn items_of_lists_with_keys_are_merged_and_those_of_the_patch_come_first() {
    pod(
        "spec: {containers: [{name: a, image: a}, {name: b, image: b}]}",
        "spec: {containers: [{name: c, image: c}, {name: b, tty: true}]}",
        "spec:\n  containers:\n  - image: c\n    name: c\n  - image: b\n    name: b\n    tty: true\n  \
         - image: a\n    name: a\n",
    );
    pod(
        "metadata: {finalizers: [a, b]}",
        "metadata: {finalizers: [c, b]}",
        "metadata:\n  finalizers:\n  - c\n  - b\n  - a\n",
    );
    pod(
        "spec: {containers: [{name: a}, {name: b}]}",
        "spec: {containers: [{name: a, $patch: delete}]}",
        "spec:\n  containers:\n  - name: b\n",
    );
    pod(
        "spec: {containers: [{name: a}]}",
        "spec: {containers: [{$patch: replace}, {name: b}]}",
        "spec:\n  containers:\n  - name: b\n",
    );
    pod("spec: {containers: [{name: a}]}", "spec: {containers: [{$patch: delete}]}", "spec: {}\n");
}

#[test]
fn with_several_keys_new_items_come_first_and_old_ones_keep_their_order() {
    let ports = |list: &str| format!("spec: {{containers: [{{name: a, ports: [{list}]}}]}}");
    let (p80, p81, p82) = (
        "{containerPort: 80, protocol: TCP}",
        "{containerPort: 81, protocol: TCP}",
        "{containerPort: 82, protocol: TCP}",
    );
    pod(
        &ports(&format!("{p80}, {p81}")),
        &ports(&format!("{{containerPort: 81, protocol: TCP, name: x}}, {p82}")),
        "spec:\n  containers:\n  - name: a\n    ports:\n    - containerPort: 82\n      protocol: \
         TCP\n    - containerPort: 80\n      protocol: TCP\n    - containerPort: 81\n      name: x\n      \
         protocol: TCP\n",
    );
}

#[test]
fn items_without_keys_take_others_with_them() {
    let ports = |list: &str| format!("spec: {{containers: [{{name: a, ports: [{list}]}}]}}");
    let left = |ports: &str| format!("spec:\n  containers:\n  - name: a\n    ports:{ports}\n");
    pod(&ports("{containerPort: 80}, null"), "", &left(" []"));
    pod(&ports("{containerPort: 80}, {tty: x}"), "", &left("\n    - tty: x"));
}

#[test]
fn replacing_an_item_does_nothing_unless_the_bug_is_fixed() {
    let node = format!("{POD}spec: {{containers: [{{name: a, image: a}}]}}");
    let patch = format!("{POD}spec: {{containers: [{{name: a, $patch: replace, tty: true}}]}}");
    let container = |field: &str| format!("{POD}spec:\n  containers:\n  - {field}");
    check(&node, &patch, &container("image: a\n    name: a\n"));
    let fixed = MergeOptions { compat: Compat::Fixed, ..MergeOptions::default() };
    assert_eq!(printed(merged(&node, &patch, fixed)), container("name: a\n    tty: true\n"));
}

#[test]
fn comments_can_name_the_type_of_a_list() {
    let comment = r#"# {"type":"array","x-kubernetes-patch-merge-key":"id","x-kubernetes-patch-strategy":"merge"}"#;
    check(
        &format!("a: [{{id: 1, b: 1}}] {comment}\n"),
        "a: [{id: 1, c: 2}]\n",
        "a:\n- b: 1\n  c: 2\n  id: 1\n",
    );
    pod(
        "spec: {containers: [{name: a}]}",
        "spec:\n  containers: [{name: b}] # {\"$openapi\":\"x\"}\n",
        "spec:\n  containers:\n  - name: b\n",
    );
}

#[test]
fn a_list_that_is_too_long_for_the_long_way_is_refused() {
    let items = "{image: a}, ".repeat(5000);
    let node = format!("{POD}spec: {{containers: [{items}]}}");
    let found = printed(merged(&node, POD, MergeOptions::default()));
    assert!(found.starts_with("error: a list of 5000 items that lack merge keys"), "{found}");
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    /// Texts of trees of a Pod: only values that a merge keeps as they are.
    fn containers() -> impl Strategy<Value = String> {
        let item = (0..6_u8, proptest::option::of(0..3_u8), proptest::option::of(0..3_u8));
        proptest::collection::vec(item, 0..6).prop_map(|items| {
            let text = |(name, port, env): (u8, Option<u8>, Option<u8>)| {
                let ports =
                    port.map_or(String::new(), |it| format!(", ports: [{{containerPort: {it}}}]"));
                let env =
                    env.map_or(String::new(), |it| format!(", env: [{{name: e{it}, value: v}}]"));
                format!("{{name: c{name}{ports}{env}}}")
            };
            let all: Vec<String> = items.into_iter().map(text).collect();
            format!("{POD}spec: {{containers: [{}]}}\n", all.join(", "))
        })
    }

    /// The same list by the short way and by upstream's steps.
    fn by_steps(node: &str, patch: &str, options: MergeOptions) -> Result<Vec<Node>> {
        let view = Schema::default().view().expect("a schema");
        let spot = ["spec", "containers"]
            .into_iter()
            .try_fold(view.kind("v1", "Pod").expect("known"), |spot, key| view.field(spot, key));
        let inner = spot.and_then(|spot| view.items(spot));
        let mut merger = Merger { view, options, path: Vec::new() };
        let items = |text: &str| match tree(text).at(&["spec", "containers"]) {
            Some(Node::List(items)) => items.clone(),
            _ => Vec::new(),
        };
        let lists = list::Lists::Two(items(node), Some(items(patch)));
        slow::merge(&mut merger, lists, &["name".into()], inner)
    }

    proptest! {
        #[test]
        fn an_empty_patch_changes_nothing_of_what_has_its_keys(node in containers()) {
            let once = printed(merged(&node, POD, MergeOptions::default()));
            let twice = printed(merged(&once, POD, MergeOptions::default()));
            prop_assert_eq!(once, twice);
        }

        #[test]
        fn the_same_merge_ends_the_same(node in containers(), patch in containers()) {
            let once = printed(merged(&node, &patch, MergeOptions::default()));
            prop_assert_eq!(&once, &printed(merged(&node, &patch, MergeOptions::default())));
        }

        #[test]
        fn the_short_way_ends_where_upstream_steps_end(
            node in containers(),
            patch in containers(),
            last in any::<bool>(),
        ) {
            let new_items = if last { NewItems::Last } else { NewItems::First };
            let options = MergeOptions { new_items, ..MergeOptions::default() };
            let short = merged(&node, &patch, options).expect("a merge").expect("a node");
            let short = short.at(&["spec", "containers"]).cloned();
            let steps = by_steps(&node, &patch, options).expect("a merge");
            prop_assert_eq!(short, Some(Node::List(steps)));
        }
    }
}
