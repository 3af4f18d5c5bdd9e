//! Charts that mean harm end in errors that say what is too much.

use std::fmt::Write as _;

use gitops_render::{Helm, HelmLimits, HelmOptions, Input};
use gitops_source::{Tree, TreePath};

type Files = Vec<(String, String)>;

fn file(path: &str, text: impl Into<String>) -> (String, String) {
    (path.to_owned(), text.into())
}

#[track_caller]
fn refused(name: &str, mut files: Files, wanted: &str) {
    files.push(file("templates/a.yaml", "kind: A"));
    let tree = Tree::from_files(files).expect("the paths are plain");
    let input = Input::new(&tree, TreePath::new("").expect("it is plain"));
    let error = Helm::default().template(&input).expect_err(name).to_string();
    assert!(error.contains(wanted), "{name}: wanted {wanted:?}, got {error:?}");
}

/// A chart that declares `dependencies`, all of one chart inside it.
fn with_dependencies(dependencies: &str, inner: Files) -> Files {
    let about =
        format!("{{apiVersion: v2, name: c, version: 1.0.0, dependencies: [{dependencies}]}}");
    let mut files = vec![
        file("Chart.yaml", about),
        file("charts/d/Chart.yaml", "{apiVersion: v2, name: d, version: 1.0.0}"),
    ];
    files.extend(inner);
    files
}

#[test]
fn values_and_files_are_not_copied_without_end() {
    const WANTED: &str = "have more than 5000000 values and files copied";
    let many = |count: usize, each: fn(usize) -> String| -> String {
        (0..count).map(|at| each(at) + ",").collect()
    };

    let imports = many(300, |at| format!("{{child: big, parent: p{at}}}"));
    let big = format!("big: {{{}}}", many(20_000, |at| format!("a{at}: {{b: 1}}")));
    let imported = with_dependencies(
        &format!("{{name: d, version: 1.x, import-values: [{imports}]}}"),
        vec![file("charts/d/values.yaml", big)],
    );
    refused("imports", imported, WANTED);

    let aliases = many(6_000, |at| format!("{{name: d, version: 1.x, alias: a{at}}}"));
    let templates = (0..900).map(|at| file(&format!("charts/d/templates/{at}.yaml"), "a: b"));
    refused("aliases", with_dependencies(&aliases, templates.collect()), WANTED);

    let globals = format!("global: {{{}}}", many(20_000, |at| format!("a{at}: 1")));
    let aliases = many(300, |at| format!("{{name: d, version: 1.x, alias: a{at}}}"));
    let values = vec![file("values.yaml", globals)];
    refused("globals", with_dependencies(&aliases, values), WANTED);
}

#[test]
fn schemas_do_not_look_at_values_without_end() {
    let chart = |values: String, schema: String| {
        vec![
            file("Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}"),
            file("values.yaml", values),
            file("values.schema.json", schema),
        ]
    };
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let mut definitions = String::new();
        for at in 0..40 {
            let next = format!("{{\"$ref\": \"#/definitions/a{}\"}}", at + 1);
            let _ = write!(definitions, "\"a{at}\": {{\"{keyword}\": [{next}, {next}]}}, ");
        }
        let schema = format!(
            "{{\"definitions\": {{{definitions} \"a40\": {{\"required\": [\"b\"]}}}}, \
             \"$ref\": \"#/definitions/a0\"}}"
        );
        refused(keyword, chart("a: 1".to_owned(), schema), "has values looked at too often");
    }
    let many = (0..3_000).map(|at| format!("a{at}: 1\n")).collect::<Vec<_>>().concat();
    let schema =
        format!("{{\"additionalProperties\": {{\"allOf\": [{}]}}}}", vec!["true"; 3_000].join(","));
    refused("many", chart(many, schema), "has values looked at too often");
}

#[test]
fn templates_that_take_much_once_they_are_read_are_refused_however_often() {
    let words = format!("{{{{ list {} }}}}", "1 ".repeat(20_000));
    let files = (0..9).map(|at| file(&format!("templates/_{at}.tpl"), &*words));
    let about = file("Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}");
    let tree = Tree::from_files(files.chain([about])).expect("the paths are plain");
    let input = Input::new(&tree, TreePath::new("").expect("it is plain"));
    let within = |bytes| {
        let limits = HelmLimits { bytes, ..HelmLimits::default() };
        Helm::new(HelmOptions { limits, ..HelmOptions::default() })
    };
    let helm = within(2 << 20);
    for _ in 0..2 {
        let error = helm.template(&input).expect_err("too much").to_string();
        let place = "templates/_";
        let what = "what templates take once they are read, in bytes, is over the limit of 2097152";
        assert!(error.starts_with(place) && error.contains(what), "{error}");
    }
    within(64 << 20).template(&input).expect("room enough");
}

#[test]
fn documents_without_end_are_refused() {
    let files = vec![
        file("Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}"),
        file("templates/many.yaml", "{{ repeat 500001 \"---a:\\n\" }}"),
    ];
    refused("documents", files, "templates/many.yaml: the templates print more than 500000");
}
