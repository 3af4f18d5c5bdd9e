//! Laws of the YAML core and of rendering, on arbitrary input.

use gitops_diff::{Map, Value};
use gitops_render::yaml::{self, Dialect, Duplicates, Layout, Limits, Lists, Options};
use gitops_render::{Input, Kustomize, Plain, RenderError, Renderer};
use gitops_source::{Tree, TreePath};
use proptest::prelude::*;

/// Texts that trip emitters: words of YAML, indicators, spaces, line ends, other scripts.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        "[ \t\r\n]{1,3}",
        "[-?:,\\[\\]{}#&*!|>'\"%@`<=~.]{1,3}",
        "(yes|no|on|y|null|true|0x1F|017|1e3|1_000|1:20|2020-01-01|---|<<)",
        "[a-zA-Z0-9_.-]{1,12}",
        "(é|日本|\u{a0}|\u{feff}|😀|\u{85}|\u{2028}|\u{2029}|\u{7f}|\u{1})",
        "[a-z ]{60,120}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        fraction().prop_map(Value::Float),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|members| Value::Map(members.into_iter().collect::<Map>())),
        ]
    })
}

/// A key; `<<` is written without quotes by Go, and is a merge when it is read again.
fn key() -> impl Strategy<Value = String> {
    text().prop_filter("a merge", |it| it != "<<")
}

/// A float that does not come back as an integer.
fn fraction() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("as JSON holds them", |it| {
        it.is_finite() && (it.fract() != 0.0 || it.abs() >= 1e21)
    })
}

/// Whether a block starts with a tab, which go-yaml v3 writes and does not read.
fn starts_block_with_tab(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.windows(2).any(|pair| {
        let header = ["|", "|-", "|+"].iter().any(|end| pair[0].ends_with(end));
        header && pair[1].trim_start_matches(' ').starts_with('\t')
    })
}

fn options() -> impl Strategy<Value = Options> {
    let dialect = prop_oneof![Just(Dialect::GoV2), Just(Dialect::GoV3)];
    let duplicates = prop_oneof![Just(Duplicates::Refuse), Just(Duplicates::LastWins)];
    let limits = Limits { bytes: 4096, nodes: 500, depth: 16, ..Limits::default() };
    (dialect, duplicates).prop_map(move |(dialect, duplicates)| Options {
        dialect,
        duplicates,
        limits: limits.clone(),
        ..Options::default()
    })
}

/// Bytes that are often nearly YAML.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let near = prop::collection::vec(text(), 0..12)
        .prop_map(|texts| texts.join("\n\u{2028}").into_bytes());
    prop_oneof![prop::collection::vec(any::<u8>(), 0..200), near]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_under_both_dialects(value in value()) {
        for (written, lists) in [
            (Dialect::GoV2, Lists::Indented),
            (Dialect::GoV3, Lists::Indented),
            (Dialect::GoV3, Lists::Compact),
        ] {
            let layout = Layout { dialect: written, lists, ..Layout::default() };
            let text = yaml::write(&value, &layout);
            if starts_block_with_tab(&text) {
                continue;
            }
            for dialect in [Dialect::GoV2, Dialect::GoV3] {
                let options = Options { dialect, ..Options::default() };
                let documents = yaml::parse(text.as_bytes(), &options)
                    .map_err(|error| TestCaseError::fail(format!("{error} in\n{text}")))?;
                prop_assert_eq!(documents.len(), 1, "{}", text);
                prop_assert_eq!(&documents[0].value, &value, "{}", text);
            }
        }
    }

    #[test]
    fn json_reads_as_the_same_value(value in value()) {
        let json = serde_json::to_string(&value).expect("because every float is finite");
        let lost = ['\u{85}', '\u{2028}', '\u{2029}', '\u{7f}', '\u{feff}'];
        if json.contains(lost) {
            return Ok(());
        }
        let documents = yaml::parse(json.as_bytes(), &Options::default())
            .map_err(|error| TestCaseError::fail(format!("{error} in\n{json}")))?;
        prop_assert_eq!(&documents[0].value, &value, "{}", json);
    }

    #[test]
    fn each_part_of_a_value_has_a_place(value in value()) {
        let text = yaml::to_string(&value);
        let documents = yaml::parse(text.as_bytes(), &Options::default())
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        for pointer in pointers(&documents[0].value) {
            let mark = documents[0].mark(&pointer);
            prop_assert!(mark.is_some_and(|it| it.line > 0 && it.column > 0), "{}", pointer);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in bytes(), options in options()) {
        if let Ok(documents) = yaml::parse(&bytes, &options) {
            for document in documents {
                prop_assert!(!yaml::to_string(&document.value).is_empty());
            }
        }
    }

    #[test]
    fn a_render_is_the_same_each_time(files in prop::collection::btree_map("[a-z]{1,3}\\.(yaml|json|txt)", bytes(), 0..4)) {
        let tree = Tree::from_files(files).expect("because the paths are plain");
        let input = Input::new(&tree, TreePath::default());
        let plain = Plain::default();
        prop_assert_eq!(plain.render(&input), plain.render(&input));
    }
}

/// A kustomization: what changes names, labels and lists, and perhaps a schema of its own.
fn kustomization() -> impl Strategy<Value = Tree> {
    let fields = prop::sample::subsequence(
        vec![
            "namePrefix: p-",
            "namespace: shop",
            "nameSuffix: -s",
            "labels: [{pairs: {l: m}, includeSelectors: true}]",
            "commonAnnotations: {a: b}",
            "images: [{name: nginx, newTag: v2}]",
            "configMapGenerator: [{name: c, literals: [k=v]}]",
            "patches: [{path: patch.yaml}]",
            "openapi: {path: schema.json}",
            "buildMetadata: [originAnnotations]",
            "sortOptions: {order: legacy}",
        ],
        0..=11,
    );
    let names = prop::collection::btree_set("[a-z]{1,4}", 1..4);
    let key = "(name|image)";
    (fields, names, key).prop_map(|(fields, names, key)| {
        let files = names.iter().map(|name| (format!("{name}.yaml"), thing(name, "a: 1")));
        let listed: Vec<String> = names.iter().map(|name| format!("{name}.yaml")).collect();
        let first = names.first().expect("because there is one");
        let own = [
            (
                "kustomization.yaml".to_owned(),
                format!("resources: [{}]\n{}\n", listed.join(", "), fields.join("\n")),
            ),
            ("patch.yaml".to_owned(), thing(first, "b: 2")),
            ("schema.json".to_owned(), schema(&key)),
        ];
        Tree::from_files(files.chain(own)).expect("because the paths are plain")
    })
}

/// A resource of a kind that only a schema knows to merge its list.
fn thing(name: &str, extra: &str) -> String {
    format!(
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {{name: \"{name}\"}}\nspec:\n  \
         parts:\n  - {{name: a, image: nginx, {extra}}}\n"
    )
}

fn schema(key: &str) -> String {
    serde_json::json!({"definitions": {"Thing": {
        "properties": {"spec": {"properties": {"parts": {
            "type": "array",
            "items": {"type": "object"},
            "x-kubernetes-patch-merge-key": key,
            "x-kubernetes-patch-strategy": "merge",
        }}}},
        "x-kubernetes-group-version-kind": [
            {"group": "example.com", "version": "v1", "kind": "Thing"}
        ],
    }}})
    .to_string()
}

fn build(tree: &Tree) -> Result<String, RenderError> {
    Kustomize::default().build(&Input::new(tree, TreePath::default()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn builds_side_by_side_never_meet(trees in prop::collection::vec(kustomization(), 2..6)) {
        let alone: Vec<_> = trees.iter().map(build).collect();
        prop_assert!(alone.iter().all(Result::is_ok), "{:?}", alone);
        let together: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = trees.iter().map(|tree| scope.spawn(|| build(tree))).collect();
            threads.into_iter().map(|it| it.join().expect("because nothing panics")).collect()
        });
        prop_assert_eq!(alone, together);
    }
}

/// The pointers to all parts of `value`.
fn pointers(value: &Value) -> Vec<String> {
    let below = |token: String, part: &Value| -> Vec<String> {
        pointers(part).into_iter().map(|rest| format!("/{token}{rest}")).collect()
    };
    let mut all = vec![String::new()];
    match value {
        Value::List(items) => {
            all.extend(items.iter().enumerate().flat_map(|(at, item)| below(at.to_string(), item)));
        }
        Value::Map(map) => all.extend(
            map.iter()
                .flat_map(|(key, part)| below(key.replace('~', "~0").replace('/', "~1"), part)),
        ),
        _ => {}
    }
    all
}
