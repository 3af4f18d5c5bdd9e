//! What a renderer keeps from one render to the next: none of it shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_render::{Helm, HelmOptions, HelmValues, Input, PostRender, SchemaCheck, ValuesFile};
use gitops_source::{Tree, TreePath};
use insta::assert_snapshot;

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

fn tree(files: &[(&'static str, &'static str)]) -> Tree {
    Tree::from_files(files.iter().copied()).expect("a tree")
}

/// What `helm` prints with other options, or why it does not.
fn printed(helm: &Helm, tree: &Tree, options: HelmOptions) -> Result<String, String> {
    let mut helm = helm.clone();
    helm.options = options;
    let path = TreePath::new("shop").expect("a path");
    helm.template(&Input::new(tree, path)).map_err(|error| error.to_string())
}

/// Options with values.
fn with(values: HelmValues) -> HelmOptions {
    HelmOptions { values, ..HelmOptions::default() }
}

#[test]
fn a_map_that_two_charts_share_is_theirs_in_every_render() {
    let files = [
        ("shop/Chart.yaml", CHART),
        ("shop/values.yaml", "global: {a: {b: {c: 1}}, list: [{d: 1}]}\n"),
        (
            "shop/templates/web.yaml",
            "kind: Web\na: {{ toJson .Values.global }}\nb: {{ toJson .Values.part.global }}\n",
        ),
        ("shop/charts/part/Chart.yaml", "apiVersion: v2\nname: part\nversion: 1.0.0\n"),
        (
            "shop/charts/part/templates/set.yaml",
            "{{- $_ := set .Values.global.a \"own\" true }}\n\
             {{- $_ := set .Values.global.a.b \"both\" true }}\n\
             {{- range .Values.global.list }}{{ $_ := set . \"both\" true }}{{ end }}\n",
        ),
    ];
    let (helm, tree) = (Helm::default(), tree(&files));
    let all = [(); 4].map(|()| printed(&helm, &tree, HelmOptions::default()).expect("a render"));
    assert!(all.iter().all(|again| *again == all[0]), "{all:?}");
    assert_snapshot!(all[0], @r#"
    ---
    # Source: shop/templates/web.yaml
    kind: Web
    a: {"a":{"b":{"both":true,"c":1}},"list":[{"both":true,"d":1}]}
    b: {"a":{"b":{"both":true,"c":1},"own":true},"list":[{"both":true,"d":1}]}
    "#);
}

const SHOWS_ITS_VALUES: &[(&str, &str)] = &[
    ("shop/Chart.yaml", CHART),
    ("shop/values.yaml", "a: {b: 1, c: [1, {d: 2}]}\n"),
    (
        "shop/templates/web.yaml",
        "{{- $_ := set .Values.a \"seen\" (len .Values.a) }}kind: Web\nvalues: {{ toJson .Values }}\n",
    ),
];

#[test]
fn each_render_has_its_own_values_however_many_there_are() {
    let (helm, tree) = (Helm::default(), tree(SHOWS_ITS_VALUES));
    let sets = ["-0", "0", "0.0", "\"0\"", "null", "{\"c\": 1}", "[0]", "[-0]", "false"];
    let sets: Vec<HelmOptions> = sets
        .iter()
        .map(|value| HelmValues { set_json: vec![format!("a.x={value}")], ..HelmValues::default() })
        .chain((0..20).map(|number| {
            let text = format!("a: {{b: {number}}}\n");
            let file = ValuesFile::Text { name: "values.yaml".into(), text };
            HelmValues { files: vec![file], ..HelmValues::default() }
        }))
        .map(with)
        .collect();
    let alone = |options: &HelmOptions| printed(&Helm::default(), &tree, options.clone());
    let wanted: Vec<_> = sets.iter().map(alone).collect();
    for few in [sets.len(), 5, 5, 5, sets.len()] {
        for (options, wanted) in sets.iter().zip(&wanted).take(few) {
            for _ in 0..3 {
                assert_eq!(printed(&helm, &tree, options.clone()), *wanted);
            }
        }
    }
}

#[test]
fn values_that_were_not_checked_are_checked_when_they_have_to_be() {
    let mut files = SHOWS_ITS_VALUES.to_vec();
    files.push(("shop/values.schema.json", r#"{"properties": {"a": {"type": "string"}}}"#));
    let (helm, tree) = (Helm::default(), tree(&files));
    let skip = HelmOptions { schema: SchemaCheck::Skip, ..HelmOptions::default() };
    for _ in 0..3 {
        printed(&helm, &tree, skip.clone()).expect("nobody looks");
        let error = printed(&helm, &tree, HelmOptions::default()).expect_err("no string");
        assert!(error.contains("'/a'"), "{error}");
    }
}

#[test]
fn what_comes_after_the_templates_is_not_taken_for_what_they_printed() {
    #[derive(Debug)]
    struct Loud;

    impl PostRender for Loud {
        fn post_render(
            &self,
            files: BTreeMap<String, String>,
        ) -> Result<BTreeMap<String, String>, String> {
            Ok(files.into_iter().map(|(path, text)| (path, text.to_uppercase())).collect())
        }
    }

    let (helm, tree) = (Helm::default(), tree(SHOWS_ITS_VALUES));
    let loud = HelmOptions { post_render: Some(Arc::new(Loud)), ..HelmOptions::default() };
    for _ in 0..3 {
        let [quiet, loud] = [HelmOptions::default(), loud.clone()]
            .map(|options| printed(&helm, &tree, options).expect("a render"));
        assert!(quiet.contains("kind: Web") && loud.contains("KIND: WEB"), "{quiet}{loud}");
    }
}
