//! What an outline tells is what the reader of YAML would say.

use proptest::prelude::*;
use proptest::sample::select;

use super::read;
use crate::helm::release::head::Head;

/// The text is plainly written, and its outline is right.
fn plain(text: &str, kind: &str, annotations: &[(&str, &str)]) {
    let outline = read(text).unwrap_or_else(|| panic!("not taken for plain:\n{text}"));
    assert_eq!(outline.kind.unwrap_or_default(), kind, "{text}");
    assert_eq!(outline.annotations, annotations, "{text}");
    agrees(text);
}

/// Where there is an outline, the reader of YAML finds no fault and the same head.
fn agrees(text: &str) {
    if let Some(outline) = read(text) {
        let said = Head::of_text(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
        assert_eq!(Head::from(outline), said, "{text}");
    }
}

#[test]
fn what_charts_print_is_plain() {
    let deployment = r#"# a comment
apiVersion: apps/v1
kind: Deployment # of sorts
metadata:
  name: web
  labels: {}
  annotations:
    "helm.sh/hook": pre-install,post-upgrade
    helm.sh/hook-weight: "-5"
    checksum/config: 0123
    note: 'it''s'
spec:
  replicas: 2
  template:
    spec:
      containers:
      - name: web
        args: ["--port", 80, -v, {a: b, "c": [1]}]
        command:
          - sh
          - -c
          - |
            # no comment
            if true; then

              echo	tab
            fi
        url: http://example.org:80/#top
      -
        name: other
        text: goes on
          here and

          there
        quoted: "a \"b\" \
          c"
      - - nested
        - list
      nothing:
      folded: >-
        text
"#;
    plain(
        deployment,
        "Deployment",
        &[("helm.sh/hook", "pre-install,post-upgrade"), ("helm.sh/hook-weight", "-5")],
    );
    plain("  kind: A\n  a:\n    b: 1", "A", &[]);
    plain("metadata:\n  annotations: {}\nkind: 'B'", "B", &[]);
    plain("kind:\nmetadata: {}", "", &[]);
    plain("a: |\n\n  text\n# comment\nkind: C", "C", &[]);
}

#[test]
fn what_is_in_doubt_is_not_plain() {
    let texts = [
        "",
        "# nothing",
        "text",
        "- item",
        "a: &x 1",
        "a: *x",
        "a: !!str 1",
        "a: .inf",
        "a: -.NaN",
        "<<: {a: b}",
        "~: 1",
        "null: 1",
        "? a\n: b",
        "a: b: c",
        "a:\n  b: 1\n c: 2",
        "a: b\n  c: d",
        "a: b\n- c",
        "a: b # over\n  c",
        "a: [b",
        "a: [b, c: d]",
        "a: {b: c, d}",
        "a: \"b",
        "a: \"\\q\"",
        "a: 'b' c",
        "a: b\n\tc: d",
        "a: |2\n  b",
        "a: |\n     \n  b",
        "a: %b",
        "a: - b",
        "---\na: b",
        "a: b\n...\nc",
        "a: 1\r\nb: 2",
        "a: \u{2028}b",
        "Kind: A",
        "kind: A\nkind: B",
        "kind: true",
        "kind: 1",
        "kind: A\n  B",
        "kind:\n  A",
        "kind: [A]",
        "apiVersion: {a: b}",
        "metadata: text",
        "metadata:\n- a",
        "metadata:\n  name:\n    a: b",
        "metadata:\n  annotations:\n    a:\n    - b",
        "metadata:\n  annotations:\n    helm.sh/hook:",
        "metadata:\n  annotations:\n    helm.sh/hook: \"a\\nb\"",
        "metadata:\n  annotations:\n    helm.sh/hook: |\n      a",
    ];
    for text in texts {
        assert_eq!(read(text), None, "{text}");
    }
}

/// Pieces of lines; a text is made of a few of them with some indentation.
const PIECES: [&str; 62] = [
    "kind: A",
    "kind: \"B\"",
    "kind:",
    "apiVersion: v1",
    "metadata:",
    "annotations:",
    "name: x",
    "helm.sh/hook: test",
    "helm.sh/hook-weight: \"1\"",
    "a: b",
    "a:",
    "- a",
    "-",
    "- a: b",
    "- - b",
    "a: |",
    "a: >-",
    "- |",
    "a: \"b",
    "c\"",
    "a: 'b",
    "c'",
    "a: [b, c]",
    "a: {b: c}",
    "a: []",
    "# comment",
    "a: b # c",
    "text",
    "text: ",
    "a: b: c",
    "'a': b",
    "\"a\" : b",
    "a : b",
    "a:b",
    "- 'a': b",
    "a: \"b\\\"c\"",
    "a: \"b\\",
    "a: b#c",
    "#",
    "a: #b",
    "1: 2",
    "1.5: x",
    "y: n",
    "a: -b",
    "a: - b",
    "a: --- b",
    "---",
    "...",
    "a: .5",
    "a: 1e3",
    "a: ~",
    "a: 'b''c'",
    "[a]",
    "{a: b}",
    "\ta",
    "a\tb: c",
    "a: é",
    "a: 1:2",
    "? a",
    "a: &b c",
    "x y: z",
    "a: \"b\" c",
];

proptest! {
    #[test]
    fn an_outline_says_what_the_reader_of_yaml_says(
        lines in prop::collection::vec((0usize..9, select(&PIECES[..]), 0usize..3), 1..12),
    ) {
        let mut text = String::new();
        for (indent, piece, end) in lines {
            text.extend([&" ".repeat(indent), piece, &" ".repeat(end / 2), "\n"]);
        }
        agrees(&text);
    }

    #[test]
    fn an_outline_says_so_of_what_is_nearly_an_object_too(
        lines in prop::collection::vec((0usize..3, select(&PIECES[..])), 1..12),
    ) {
        let mut indent = 0;
        let mut text = String::new();
        for (step, piece) in lines {
            // Mostly deeper, where something is open, and out again.
            text.push_str(&" ".repeat(indent));
            text.push_str(piece);
            text.push('\n');
            indent = match (step, piece.ends_with([':', '|', '-'])) {
                (0, _) => indent.saturating_sub(2),
                (_, true) => indent + 2,
                _ => indent,
            };
        }
        agrees(&text);
    }
}
