use super::*;
use crate::kustomize::build::tests::in_folder;
use crate::kustomize::tables;

/// The resources in `input` after the replacements, or what is wrong.
fn replaced(input: &str, replacements: &str) -> std::result::Result<String, String> {
    let files = [("in.yaml", input.as_bytes()), ("r.yaml", replacements.as_bytes())];
    in_folder(&files, |folder| {
        let mut resources = Resources::default();
        for document in tables::trees(input) {
            resources.append(Resource::new(document, &folder.build.schema))?;
        }
        let value = folder.settings("r.yaml")?;
        let list = value.get("replacements").cloned().unwrap_or_default();
        let fields = Vec::decode_with(&list, "replacements", Manner::Lenient)?;
        ReplacementTransformer::new(&fields, folder)?.transform(&mut resources)?;
        let documents = resources.iter().map(|it| Ok(format!("---\n{}", it.node().yaml()?)));
        documents.collect::<Result<String>>()
    })
    .map_err(|problem| problem.message)
}

/// A text of a row; empty where it has none.
fn text<'r>(row: &'r serde_json::Value, field: &str) -> &'r str {
    row[field].as_str().unwrap_or_default()
}

/// The documents of a text as they are printed.
fn printed(text: &str) -> String {
    replaced(text, "replacements: []").expect("resources")
}

#[test]
fn upstreams_table_of_replacements_passes() {
    let mut failed = Vec::new();
    for row in tables::rows("api/filters/replacement") {
        let (name, error) = (text(&row, "name"), text(&row, "expectedErr"));
        let found = replaced(text(&row, "input"), text(&row, "replacements"));
        let passed = match &found {
            Ok(found) => error.is_empty() && *found == printed(text(&row, "expected")),
            Err(message) => !error.is_empty() && message.contains(error),
        };
        if !passed {
            let expected = if error.is_empty() { text(&row, "expected") } else { error };
            failed.push(format!("{name}:\n{found:?}\nexpected {expected:?}"));
        }
    }
    assert!(failed.is_empty(), "{} rows differ:\n{}", failed.len(), failed.join("\n\n"));
}

const SOURCE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: source\ndata:\n  a: x-y-z\n  \
    number: '8080'\n  list: [1, 2]\n";

/// What becomes of `target` where the field `from` of the source is put to its fields.
fn put(from: &str, target: &str, fields: &str) -> String {
    let input = format!("{SOURCE}---\nkind: Target\nmetadata: {{name: target}}\nspec: {target}\n");
    let replacements = format!(
        "replacements:\n- source: {{kind: ConfigMap, name: source, fieldPath: {from}}}\n  targets:\n  \
         - {{select: {{kind: Target}}, {fields}}}\n"
    );
    match replaced(&input, &replacements) {
        Ok(text) => text
            .rsplit("spec:")
            .next()
            .unwrap_or_default()
            .trim_end()
            .trim_start_matches(' ')
            .to_owned(),
        Err(problem) => problem,
    }
}

#[test]
fn a_scalar_stays_what_it_was_and_takes_only_the_text() {
    let check = |target: &str, expected: &str| {
        assert_eq!(put("data.number", target, "fieldPaths: [spec.f]"), expected, "{target}");
    };
    check("{f: 1}", "\n  f: 8080");
    check("{f: 'x'}", "\n  f: \"8080\"");
    check("{f: x}", "\n  f: \"8080\"");
    check("{f: [1]}", "\n  f: \"8080\"");
}

#[test]
fn a_path_leads_through_lists_and_wildcards() {
    let check = |target: &str, path: &str, expected: &str| {
        assert_eq!(put("data.a", target, &format!("fieldPaths: ['{path}']")), expected, "{path}");
    };
    check(
        "{l: [{n: a, v: q}, {n: ab, v: q}]}",
        "spec.l.[n=^a$].v",
        "\n  l:\n  - \"n\": a\n    v: x-y-z\n  - \"n\": ab\n    v: q",
    );
    check("{l: [{v: q}, {v: q}]}", "spec.l.*.v", "\n  l:\n  - v: x-y-z\n  - v: x-y-z");
    check("{l: [p, q]}", "spec.l.1", "\n  l:\n  - p\n  - x-y-z");
    check("{l: [p, q]}", "spec.l.[=p]", "\n  l:\n  - x-y-z\n  - q");
    check(
        "{l: [p]}",
        "spec.l.1",
        "unable to find field \"spec.l.1\" in replacement target: index 1 specified but only 1 elements found",
    );
    check("{'a.b': q}", "spec.a\\.b", "\n  a.b: x-y-z");
    check("{'a.b': q}", "spec.[a.b]", "\n  a.b: x-y-z");
    check("{a: {}}", "spec.a.b", "unable to find field \"spec.a.b\" in replacement target");
    check(
        "{a: []}",
        "spec.a.b",
        "unable to find field \"spec.a.b\" in replacement target: wrong node kind: expected \
         MappingNode but got SequenceNode: node contents:\n[]\n",
    );
}

#[test]
fn parts_of_a_text_are_replaced_added_before_and_behind() {
    let check = |target: &str, options: &str, expected: &str| {
        let fields = format!("fieldPaths: [spec.f], options: {{{options}}}");
        assert_eq!(put("data.number", target, &fields), expected, "{options}");
    };
    check("{f: a:b}", "delimiter: ':', index: 1", "\n  f: a:8080");
    check("{f: a:b}", "delimiter: ':', index: -1", "\n  f: 8080:a:b");
    check("{f: a:b}", "delimiter: ':', index: 2", "\n  f: a:b:8080");
    check("{f: []}", "delimiter: ':'", "delimiter option can only be used with scalar nodes");
}

#[test]
fn what_is_not_there_is_made_as_the_source_is() {
    let check = |from: &str, target: &str, path: &str, expected: &str| {
        let fields = format!("fieldPaths: ['{path}'], options: {{create: true}}");
        assert_eq!(put(from, target, &fields), expected, "{path}");
    };
    check("data.number", "{}", "spec.a.b", "\n  a:\n    b: 8080");
    check("data.list", "{}", "spec.a.[n=x].b", "\n  a:\n  - b:\n    - 1\n    - 2\n    \"n\": x");
    check("data.number", "{l: []}", "spec.l.0", "\n  l:\n  - 8080");
    check(
        "data.number",
        "{l: [{}]}",
        "spec.l.[n=^x$].b",
        "unable to find or create field \"spec.l.[n=^x$].b\" in replacement target: failed to create \
         element for \"[n=^x$]\": the expression does not match itself",
    );
    // As upstream has it, the tag stays, and the text is not what it says.
    check("data.number", "{a: ~}", "spec.a", "the value cannot be read as a !!null (line 3)");
}

#[test]
fn data_in_a_text_is_changed_in_its_manner() {
    let check = |text: &str, path: &str, expected: &str| {
        let target = format!("{{f: {}}}", serde_json::Value::from(text));
        let found = put("data.a", &target, &format!("fieldPaths: ['spec.f.{path}']"));
        let value: serde_json::Value = serde_json::from_str(expected).expect("JSON");
        let expected =
            crate::yaml::to_string(&gitops_diff::Value::from(value.as_str().unwrap_or("")));
        assert_eq!(found.trim_start().replacen("f: ", "", 1), expected.trim_end(), "{text}");
    };
    check(
        "{\"b\": \"\", \"a\": \"<\"}",
        "b",
        "\"{\\\"a\\\":\\\"\\\\u003c\\\",\\\"b\\\":\\\"x-y-z\\\"}\"",
    );
}

#[test]
fn a_value_that_a_target_changes_is_changed_for_the_next() {
    let replacements = "replacements:\n- source: {kind: ConfigMap, fieldPath: data.a}\n  targets:\n  - \
        select: {kind: ConfigMap}\n    fieldPaths: [data.a, data.number]\n    options: {delimiter: \
        '-', index: 9}\n";
    let found = replaced(SOURCE, replacements).expect("replaced");
    assert!(found.contains("a: x-y-z-x-y-z\n"), "{found}");
    assert!(found.contains("number: 8080-x-y-z-x-y-z\n"), "{found}");
}

#[test]
fn a_value_that_is_put_into_itself_holds_what_was_made_for_it() {
    let replacements = "replacements:\n- source: {kind: ConfigMap, fieldPath: metadata}\n  targets:\n  \
                        - select: {kind: ConfigMap}\n    fieldPaths: [metadata.labels]\n    \
                        options: {create: true}\n";
    let found = replaced("kind: ConfigMap\nmetadata: {name: a}\n", replacements);
    let expected =
        "---\nkind: ConfigMap\nmetadata:\n  labels:\n    labels: {}\n    name: a\n  name: a\n";
    assert_eq!(found.as_deref(), Ok(expected));
}

#[test]
fn copies_of_copies_end_in_an_error() {
    let paths = vec!["data.a"; 64].join(", ");
    let replacements = format!(
        "replacements:\n- source: {{kind: ConfigMap, fieldPath: data.a}}\n  targets:\n  - select: \
         {{kind: ConfigMap}}\n    fieldPaths: [{paths}]\n    options: {{delimiter: ' ', index: 1}}\n"
    );
    let problem = replaced(SOURCE, &replacements).expect_err("too much");
    assert!(problem.contains("the replacements copy more than"), "{problem}");
}

#[test]
fn a_tree_that_is_put_into_itself_gets_no_deeper_than_a_tree_can_be() {
    let paths = vec!["data.list.0"; 600].join(", ");
    let replacements = format!(
        "replacements:\n- source: {{kind: ConfigMap, fieldPath: data}}\n  targets:\n  - select: \
         {{kind: ConfigMap}}\n    fieldPaths: [{paths}]\n"
    );
    let input = "kind: ConfigMap\nmetadata: {name: a}\ndata: {list: [{}]}\n";
    let problem = replaced(input, &replacements).expect_err("too deep");
    assert_eq!(problem, "the replacement makes a tree deeper than 512");
}

#[test]
fn a_target_that_is_nowhere_is_warned_of() {
    let file = b"replacements: [{sourceValue: a, targets: [{select: {kind: Job, name: x.*}}]}]";
    let warnings = in_folder(&[("r.yaml", file)], |folder| {
        let value = folder.settings("r.yaml").expect("YAML");
        let list = value.get("replacements").cloned().unwrap_or_default();
        let fields = Vec::decode_with(&list, "replacements", Manner::Lenient).expect("fields");
        let transformer = ReplacementTransformer::new(&fields, folder).expect("replacements");
        transformer.transform(&mut Resources::default()).expect("nothing to do");
        folder.build.warnings.take()
    });
    let messages: Vec<&str> = warnings.iter().map(|it| &*it.message).collect();
    assert_eq!(messages, ["a replacement changes nothing: no resource is {kind: Job, name: x.*}"]);
}

#[test]
fn replacements_come_from_files_too() {
    let load = |text: &str| {
        let files = [("r.yaml", text.as_bytes())];
        let field = ReplacementField { path: "r.yaml".into(), ..ReplacementField::default() };
        in_folder(&files, |folder| {
            ReplacementTransformer::new(&[field], folder)
                .map(|it| it.replacements.len())
                .map_err(|it| it.message)
        })
    };
    assert_eq!(load("[{sourceValue: a, unknown: 1}, {}]"), Ok(2));
    assert_eq!(load("{sourceValue: 1}"), Ok(1));
    for (text, kind) in [("", "invalid"), ("x", "string"), ("1", "float64"), ("true", "bool")] {
        assert_eq!(
            load(text),
            Err(format!(
                "unsupported replacement type encountered within replacement path: {kind}"
            ))
        );
    }
    let both = ReplacementField {
        path: "r.yaml".into(),
        replacement: Replacement {
            source: Some(SourceSelector::default()),
            ..Replacement::default()
        },
    };
    let problem = in_folder(&[], |folder| ReplacementTransformer::new(&[both], folder).map(|_| ()));
    assert_eq!(
        problem.expect_err("both").message,
        "cannot specify both path and inline replacement"
    );
}
