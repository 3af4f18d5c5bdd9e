use super::*;
use crate::kustomize::node::tests::tree;
use crate::kustomize::node::{Scalar, to_yaml};

fn applied(node: &str, patch: &str) -> String {
    let found = Operations::parse(patch).and_then(|operations| operations.apply(tree(node)));
    match found {
        Ok(node) => {
            let mut out = String::new();
            match to_yaml(&node, &mut out) {
                Ok(()) => out,
                Err(problem) => format!("error: {problem}"),
            }
        }
        Err(problem) => format!("error: {}", problem.message),
    }
}

fn check(node: &str, patch: &str, expected: &str) {
    assert_eq!(applied(node, patch), expected, "{node} <- {patch}");
}

#[test]
fn operations_change_maps_and_lists() {
    check("a: 1\n", r#"[{"op":"add","path":"/b","value":{"c":[1]}}]"#, "a: 1\nb:\n  c:\n  - 1\n");
    check("a: [1, 2]\n", r#"[{"op":"add","path":"/a/1","value":3}]"#, "a:\n- 1\n- 3\n- 2\n");
    check("a: [1, 2]\n", r#"[{"op":"add","path":"/a/-","value":3}]"#, "a:\n- 1\n- 2\n- 3\n");
    check("a: [1, 2]\n", r#"[{"op":"add","path":"/a/-1","value":3}]"#, "a:\n- 1\n- 2\n- 3\n");
    check("a: [1, 2]\n", r#"[{"op":"replace","path":"/a/-1","value":3}]"#, "a:\n- 1\n- 3\n");
    check(
        "a: [1, 2]\nb: 1\n",
        "- {op: remove, path: /a/0}\n- {op: remove, path: /b}\n",
        "a:\n- 2\n",
    );
    check("a/b: 1\nc~d: 2\n", "- {op: remove, path: /a~1b}\n- {op: remove, path: /c~0d}\n", "{}\n");
    check("a: 1\n", "- {op: move, from: /a, path: /b}\n", "b: 1\n");
    check("a: {b: 1}\n", "- {op: copy, from: /a, path: /c}\n", "a:\n  b: 1\nc:\n  b: 1\n");
    check("a: 1\n", "- {op: replace, path: '', value: {b: 1}}\n", "b: 1\n");
    check(
        "a: 1\n",
        "- {op: add, path: /b}\n- {op: add, path: /c, value: null}\n",
        "a: 1\nb: null\nc: null\n",
    );
    check("a: 1\n", "- {op: replace, path: /b, value: 2}\n", "a: 1\nb: 2\n");
    check(
        "a: {b: {c: 1}}\n",
        "- {op: add, path: x/a/b/d, value: 2}\n",
        "a:\n  b:\n    c: 1\n    d: 2\n",
    );
}

#[test]
fn what_does_not_apply_is_said_as_upstream_says_it() {
    let cases = [
        (
            "- {op: add, path: /b/c, value: 1}",
            "add operation does not apply: doc is missing path: \"/b/c\": missing value",
        ),
        ("- {op: add, value: 1}", "add operation failed to decode path: missing value"),
        (
            "- {op: add, path: /l/9, value: 1}",
            "error in add for path: '/l/9': Unable to access invalid index: 9: invalid index referenced",
        ),
        (
            "- {op: add, path: /l/x, value: 1}",
            "error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
        ),
        (
            "- {op: remove, path: /b}",
            "error in remove for path: '/b': Unable to remove nonexistent key: b: missing value",
        ),
        (
            "- {op: remove, path: /l/-3}",
            "error in remove for path: '/l/-3': Unable to access invalid index: -3: invalid index referenced",
        ),
        (
            "- {op: replace, path: /b/c, value: 1}",
            "replace operation does not apply: doc is missing path: /b/c: missing value",
        ),
        (
            "- {op: replace, path: /l/2, value: 1}",
            "replace operation does not apply: doc is missing key: /l/2: missing value",
        ),
        (
            "- {op: move, from: /b, path: /c}",
            "error in move for path: 'b': Unable to remove nonexistent key: b: missing value",
        ),
        (
            "- {op: copy, from: /b/c, path: /c}",
            "copy operation does not apply: doc is missing from path: /b/c: missing value",
        ),
        ("- {op: test, path: /a, value: 2}", "testing value /a failed: test failed"),
        (
            "- {op: test, path: /b/c, value: 2}",
            "test operation does not apply: is missing path: /b/c: missing value",
        ),
        ("- {op: test, path: ''}", "testing value  failed: test failed"),
        ("- {op: nothing, path: /a}", "Unexpected kind: nothing"),
        ("- {path: /a}", "Unexpected kind: unknown"),
        (
            "- {op: replace, path: '', value: 1}",
            "replace operation value must be object or array: %!w(<nil>)",
        ),
        (
            "- {op: replace, path: '', value: [1]}",
            "json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        ("op: add", "json: cannot unmarshal object into Go value of type jsonpatch.Patch"),
    ];
    for (patch, expected) in cases {
        check("a: 1\nl: [1, 2]\n", patch, &format!("error: {expected}"));
    }
}

#[test]
fn tests_compare_what_is_written() {
    let passes = |node: &str, patch: &str| {
        let found = applied(node, patch);
        assert!(!found.starts_with("error"), "{patch}: {found}");
    };
    passes(
        "a: {b: [1, {c: x}], d: null}\n",
        "- {op: test, path: /a, value: {d: null, b: [1, {c: x}]}}",
    );
    passes("a: 1.0\n", r#"[{"op":"test","path":"/a","value":1}]"#);
    passes("a: 1\n", "- {op: test, path: /b}");
    passes("a: null\n", "- {op: test, path: /a, value: null}");
    passes("a: 2020-01-01\n", "- {op: test, path: /a, value: '2020-01-01T00:00:00Z'}");
    passes("a: 9007199254740993\n", r#"[{"op":"test","path":"/a","value":9007199254740993}]"#);
    let failed = "error: testing value /a failed: test failed";
    check("a: 1\n", r#"[{"op":"test","path":"/a","value":1.0}]"#, failed);
    check("a: '<'\n", r#"[{"op":"test","path":"/a","value":"<"}]"#, failed);
    check("a: '1'\n", "- {op: test, path: /a, value: 1}", failed);
    check("a: {b: 1}\n", "- {op: test, path: /a, value: {b: 1, c: 2}}", failed);
    check("a: [1]\n", "- {op: test, path: /a, value: [1, 2]}", failed);
}

#[test]
fn the_rest_of_a_resource_comes_back_as_json_would_bring_it() {
    let patch = "- {op: add, path: /z, value: 1}\n";
    check(
        "a: 9007199254740993\nb: 2020-01-01\nc: 0x1F\nd: !!binary aGk=\ne: 1.50\nf: \"yes\"\n",
        patch,
        "a: 9007199254740992\nb: \"2020-01-01T00:00:00Z\"\nc: 31\nd: hi\ne: 1.5\nf: \"yes\"\nz: 1\n",
    );
    check(
        "a: {b: , c: ~}\n",
        "- {op: add, path: /a/d, value: 1}",
        "a:\n  b: \"\"\n  c: null\n  d: 1\n",
    );
    check("a: .nan\n", patch, "error: json: unsupported value: NaN");
    check("1: a\n", patch, "error: json: unsupported type: map[interface {}]interface {}");
    check("a: 1\na: 2\n", patch, "error: mapping key \"a\" already defined");
    let operations = Operations::parse(patch).expect("a patch");
    let node = operations
        .apply(tree("a: 1000000\nb: [12345]\nc: True\nd: '1'\ne: '-'\n"))
        .expect("a node");
    let texts = ["a", "c", "d"].map(|key| node.text_at(&[key]).map(str::to_owned));
    assert_eq!(texts, [Some("1e+06".into()), Some("true".into()), Some("1".into())]);
    let quoted = |key: &str| node.get(key).and_then(Node::as_scalar).map(Scalar::is_quoted);
    assert_eq!([quoted("a"), quoted("d"), quoted("e")], [Some(false), Some(true), Some(true)]);
}

#[test]
fn copies_of_copies_end() {
    let patch = format!("[{}]", vec![r#"{"op":"copy","from":"/a","path":"/a/-"}"#; 64].join(","));
    let found = applied("a: [1]\n", &patch);
    assert!(found.starts_with("error: copy operations of one patch make more than"), "{found}");
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\[{\"a-z:,/ }\\]0-9\n-]{0,60}") {
            if let Ok(operations) = Operations::parse(&text) {
                let node = tree("a: {b: [1, 2]}\n");
                let _ = operations.apply(node);
            }
        }

        #[test]
        fn what_came_back_once_comes_back_the_same(number in any::<i64>(), text in "[ -~]{0,12}") {
            let node = format!("a: {number}\nb: {text:?}\n");
            let patch = "- {op: add, path: /z, value: 1}\n";
            let once = applied(&node, patch);
            prop_assert_eq!(applied(&once, patch), once.clone());
        }
    }
}
