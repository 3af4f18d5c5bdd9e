use super::*;
use crate::kustomize::decode::Decode;
use crate::kustomize::node::tests::tree;
use crate::kustomize::tables::{rows, trees};
use crate::yaml;

fn specs(text: &str) -> Vec<FieldSpec> {
    let documents = yaml::parse(text.as_bytes(), &yaml::Options::default()).expect("YAML");
    match documents.first().map(|it| &it.value) {
        None => Vec::new(),
        Some(list @ gitops_diff::Value::List(_)) => Decode::decode(list, "specs").expect("specs"),
        Some(one) => vec![FieldSpec::decode(one, "spec").expect("a spec")],
    }
}

/// Sets the text `text` at the fields; the tree afterwards, or the error.
fn set(
    root: &mut Node,
    specs: &[FieldSpec],
    make: &Make,
    text: &str,
) -> std::result::Result<String, String> {
    let kind = named(root).gvk;
    let fields = Field::all(specs);
    let mut change = |node: &mut Node| node.set_text(text, Tag::Unknown);
    Field::of_kind(&fields, &kind)
        .try_for_each(|field| field.visit(root, make, &mut change))
        .and_then(|()| root.yaml())
        .map_err(|problem| problem.message)
}

#[test]
fn fields_are_found_and_made_as_upstream_does() {
    let rows = rows("api/filters/fieldspec").into_iter().chain(rows("api/filters/fsslice"));
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_default();
        let Some(value) = row["filter"]["SetValue"].as_str() else { continue };
        let value = value.trim_start_matches("SetScalar(\"").trim_end_matches("\")");
        let make = match row["filter"]["CreateKind"].as_str() {
            Some("scalar") => Make::Scalar(Tag::Unknown),
            Some("map") => Make::Map,
            Some("seq") => continue,
            _ => Make::Nothing,
        };
        let mut root = trees(text("input")).remove(0);
        let specs = specs(&format!("{}{}", text("fieldSpec"), text("fsSlice")));
        let found = set(&mut root, &specs, &make, value);
        let expected = match text("error") {
            "" => Ok(trees(text("expected")).remove(0).yaml().expect("YAML")),
            error => Err(error.to_owned()),
        };
        assert_eq!(found, expected, "{row}");
    }
}

fn check(text: &str, path: &str, make: &Make, expected: std::result::Result<&str, &str>) {
    let spec = FieldSpec { path: path.into(), create: true, ..FieldSpec::default() };
    let found = set(&mut tree(text), &[spec], make, "x");
    assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text} {path}");
}

#[test]
fn null_becomes_what_the_path_wants() {
    let scalar = Make::Scalar(Tag::Str);
    check("a: null", "a/b", &scalar, Ok("a:\n  b: x\n"));
    check("a: null", "a[]/b", &scalar, Ok("a: []\n"));
    check("a: null", "a[]/b", &Make::Nothing, Ok("a: []\n"));
    check("a: null", "a/b", &Make::Nothing, Ok("a: null\n"));
    check("a: [null, {b: null}]", "a/b", &Make::Nothing, Ok("a:\n- null\n- b: x\n"));
    check("a: '1'", "a", &scalar, Ok("a: \"x\"\n".replace('"', "").as_str()));
}

#[test]
fn keys_that_look_like_positions_are_not_found_in_maps() {
    let wrong =
        "wrong node kind: expected SequenceNode but got MappingNode: node contents:\na: 1\n";
    let context = |path: &str| {
        format!("considering field '{path}' of object [noKind].[noVer].[noGrp]/[noName].[noNs]: ")
    };
    for (path, expected) in [
        ("0", format!("fieldName: 0: {wrong}")),
        ("-", format!("fieldName: -: {wrong}")),
        ("[a=b]", format!("fieldName: [a=b]: {wrong}")),
        ("-1", "fieldName: -1: array index -1 cannot be negative".to_owned()),
        ("*", "fieldName: *: wildcard is not supported in PathGetter".to_owned()),
        ("", "cannot set or create an empty field name".to_owned()),
        ("a/b", "expected sequence or mapping node".to_owned()),
    ] {
        let expected = format!("{}{expected}", context(path));
        check("a: 1", path, &Make::Scalar(Tag::Str), Err(&expected));
    }
}

#[test]
fn slashes_with_a_backslash_separate_nothing() {
    assert_eq!(split(r"a/b\/c/d", '/'), ["a", "b/c", "d"]);
    assert_eq!(split("/a/b", '/'), ["a", "b"]);
    assert_eq!(split("", '/'), [""]);
    assert_eq!(split("a/", '/'), ["a", ""]);
}
