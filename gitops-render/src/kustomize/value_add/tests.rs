use super::*;
use crate::kustomize::build::tests::in_folder;
use crate::kustomize::node::tests::tree;
use crate::kustomize::tables;

#[test]
fn a_part_goes_where_it_is_wanted_in_a_path() {
    let cases = [
        ("", 0, "PEACH"),
        ("/", 3, "/PEACH"),
        ("pie", 0, "PEACH/pie"),
        ("/pie", 0, "/PEACH/pie"),
        ("raw", 1, "raw/PEACH"),
        ("/raw", 9, "/raw/PEACH"),
        ("a/nice/warm/pie", 3, "a/nice/warm/PEACH/pie"),
        ("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie"),
        ("a//b/", 2, "a/PEACH/b"),
    ];
    for (path, position, expected) in cases {
        assert_eq!(insert(path, position, "PEACH"), expected, "{path} {position}");
    }
}

fn set(input: &str, field: &str, position: i64) -> String {
    let args = TargetArgs { field: field.into(), position, ..TargetArgs::default() };
    let mut node = tree(input);
    match Target::new(&args).and_then(|target| target.set(&mut node, "v")) {
        Ok(()) => node.yaml().expect("YAML"),
        Err(problem) => problem.message,
    }
}

#[test]
fn a_field_is_made_or_set() {
    let cases = [
        ("a: {}", "a/b/c", "a:\n  b:\n    c: v\n"),
        ("a: {b: '1'}", "a/b", "a:\n  b: v\n"),
        ("a: {}", "a/x\\/y", "a:\n  x/y: v\n"),
        ("a: [{n: x, i: 1}]", "a/[n=x]/i", "a:\n- i: v\n  \"n\": x\n"),
        ("a: []", "a/[n=x]/i", "a:\n- i: v\n  \"n\": x\n"),
        ("{}", "a/[n=x]/i", "a:\n- i: v\n  \"n\": x\n"),
        ("a: []", "a/0", "a: []\n"),
        ("a: ~", "a/b", "a: null\n"),
        ("a: ~", "a", "a: v\n"),
    ];
    for (input, field, expected) in cases {
        assert_eq!(set(input, field, 0), expected, "{input} {field}");
    }
    assert_eq!(set("a: /x/y", "a", 2), "a: /x/v/y\n");
    assert!(set("a: {}", "a", 0).starts_with("wrong node kind: expected ScalarNode"));
    assert_eq!(set("a: 1", "", 0), "fieldPath cannot be empty");
    assert_eq!(set("a: 1", "a", -1), "value of FilePathPosition (-1) cannot be negative");
}

#[test]
fn upstreams_table_of_added_values_passes() {
    for row in tables::rows("api/filters/valueadd") {
        let text = |field: &str| row[field].as_str().unwrap_or_default();
        let filter = &row["filter"];
        let args = TargetArgs {
            field: filter["FieldPath"].as_str().unwrap_or_default().into(),
            position: filter["FilePathPosition"].as_i64().unwrap_or_default(),
            ..TargetArgs::default()
        };
        let mut node = tree(text("input"));
        let value = filter["Value"].as_str().unwrap_or_default();
        Target::new(&args).and_then(|it| it.set(&mut node, value)).expect("a value");
        assert_eq!(node.yaml(), tree(text("expectedOutput")).yaml(), "{}", text("name"));
    }
}

#[test]
fn targets_can_stand_in_a_file() {
    let new = |files: &[(&str, &[u8])], args| {
        in_folder(files, |folder| {
            ValueAddTransformer::new(args, folder)
                .map(|it| it.targets.len())
                .map_err(|it| it.message)
        })
    };
    let args = ValueAddArgs { target_file: "t.yaml".into(), ..ValueAddArgs::default() };
    let file: &[u8] = b"targets:\n- fieldPath: a\n- {fieldPath: b, unknown: 1}\n";
    assert_eq!(new(&[("t.yaml", file)], args), Ok(2));
    assert_eq!(
        new(&[], ValueAddArgs::default()),
        Err("must specify at least one target".to_owned())
    );
}
