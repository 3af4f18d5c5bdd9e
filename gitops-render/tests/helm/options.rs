//! What the options of a render do, on charts of our own.

use std::time::Duration;

use gitops_render::{
    Crds, Helm, HelmCompat, HelmLimits, HelmOptions, HelmValues, Hooks, Input, Operation,
    RenderError, ValuesFile,
};
use gitops_source::{Tree, TreePath};
use insta::assert_snapshot;

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

const FILES: [(&str, &str); 7] = [
    ("shop/Chart.yaml", CHART),
    ("shop/values.yaml", "replicas: 1\nlabels: {a: x, b: y}\nfile: \"\"\n"),
    ("shop/values-prod.yaml", "replicas: 3\nlabels: {b: null}\n"),
    ("shop/crds/web.yaml", "kind: CustomResourceDefinition\nmetadata: {name: webs}\n"),
    (
        "shop/templates/web.yaml",
        "kind: Web\nreplicas: {{ .Values.replicas }}\nlabels: {{ .Values.labels | toJson }}\n\
         file: {{ .Values.file | quote }}\n---\nkind: Namespace\nkube: {{ .Capabilities.KubeVersion }}\n\
         crd: {{ .Capabilities.APIVersions.Has \"web/v1\" }}\nupgrade: {{ .Release.IsUpgrade }}\n",
    ),
    (
        "shop/templates/hook.yaml",
        "kind: Job\nmetadata:\n  name: before\n  annotations: {helm.sh/hook: pre-install}\n",
    ),
    (
        "shop/templates/tests/test.yaml",
        "kind: Pod\nmetadata:\n  name: test\n  annotations: {helm.sh/hook: test-success}\n",
    ),
];

fn template(options: HelmOptions) -> String {
    let tree = Tree::from_files(FILES).expect("a tree");
    let input = Input::new(&tree, TreePath::new("shop").expect("a path"));
    Helm::new(options).template(&input).unwrap_or_else(|error| format!("error: {error}"))
}

#[test]
fn a_render_ends_when_its_time_is_over_or_nobody_wants_it_any_more() {
    let limits = HelmLimits { time: Some(Duration::ZERO), ..HelmLimits::default() };
    let options = HelmOptions { limits, ..HelmOptions::default() };
    assert_snapshot!(
        template(options),
        @"error: shop: the time of a render, in milliseconds, is over the limit of 0; raise `HelmLimits::time` if that is meant"
    );

    let files = [("c/Chart.yaml", CHART), ("c/templates/a.yaml", "{{ include (lookup) }}")];
    let tree = Tree::from_files(files).expect("a tree");
    let input = Input::new(&tree, TreePath::new("c").expect("a path"));
    assert!(matches!(Helm::default().template(&input), Err(RenderError::Invalid { .. })));
    input.stop.stop();
    assert_eq!(Helm::default().template(&input), Err(RenderError::Cancelled));
}

#[test]
fn all_that_the_chart_holds_is_printed_in_its_order() {
    let options = HelmOptions { crds: Crds::Include, ..HelmOptions::default() };
    assert_snapshot!(template(options), @r#"
    ---
    # Source: shop/crds/web.yaml
    kind: CustomResourceDefinition
    metadata: {name: webs}

    ---
    # Source: shop/templates/web.yaml
    kind: Namespace
    kube: v1.36.0
    crd: false
    upgrade: false

    ---
    # Source: shop/templates/web.yaml
    kind: Web
    replicas: 1
    labels: {"a":"x","b":true}
    file: ""
    ---
    # Source: shop/templates/tests/test.yaml
    kind: Pod
    metadata:
      name: test
      annotations: {helm.sh/hook: test-success}

    ---
    # Source: shop/templates/hook.yaml
    kind: Job
    metadata:
      name: before
      annotations: {helm.sh/hook: pre-install}
    "#);
}

#[test]
fn values_go_over_one_another_kind_by_kind() {
    let values = HelmValues {
        files: vec![
            ValuesFile::Tree(TreePath::new("shop/values-prod.yaml").expect("a path")),
            ValuesFile::Optional(TreePath::new("nowhere.yaml").expect("a path")),
            ValuesFile::Text { name: "more".into(), text: "labels: {c: z}\n".into() },
        ],
        set_json: vec![r#"{"labels":{"d":[1,null]}}"#.into(), "labels.e=true".into()],
        set: vec!["replicas=4,labels.f=5".into()],
        set_string: vec!["labels.g=6".into()],
        set_file: vec!["file=notes.txt".into()],
        set_literal: vec!["labels.h={a,b}".into()],
        contents: [("notes.txt".to_owned(), "line\n".into())].into(),
    };
    let show_only = vec!["templates/web.yaml".to_owned()];
    assert_snapshot!(template(HelmOptions { values, show_only, ..HelmOptions::default() }), @r#"
    ---
    # Source: shop/templates/web.yaml
    kind: Namespace
    kube: v1.36.0
    crd: false
    upgrade: false


    ---
    # Source: shop/templates/web.yaml
    kind: Web
    replicas: 4
    labels: {"a":"x","c":"z","d":[1,null],"e":true,"f":5,"g":"6","h":"{a,b}"}
    file: "line\n"
    "#);
}

#[test]
fn templates_are_told_what_the_options_say() {
    let options = HelmOptions {
        kube_version: Some("1.29.4-gke.100".into()),
        api_versions: vec!["web/v1".into()],
        operation: Operation::Upgrade,
        hooks: Hooks::WithoutTests,
        compat: HelmCompat::V4_2_3,
        ..HelmOptions::default()
    };
    assert_snapshot!(template(options), @r#"
    ---
    # Source: shop/templates/web.yaml
    kind: Namespace
    kube: v1.29.4
    crd: true
    upgrade: true

    ---
    # Source: shop/templates/web.yaml
    kind: Web
    replicas: 1
    labels: {"a":"x","b":true}
    file: ""
    ---
    # Source: shop/templates/hook.yaml
    kind: Job
    metadata:
      name: before
      annotations: {helm.sh/hook: pre-install}
    "#);
}

#[test]
fn hooks_can_be_left_out() {
    let printed = template(HelmOptions { hooks: Hooks::None, ..HelmOptions::default() });
    assert!(!printed.contains("hook.yaml") && !printed.contains("test.yaml"), "{printed}");
}

#[test]
fn what_is_asked_for_in_vain_is_said() {
    let with = |change: fn(&mut HelmOptions)| {
        let mut options = HelmOptions::default();
        change(&mut options);
        template(options)
    };
    let errors = [
        with(|options| options.show_only = vec!["templates/none.yaml".into()]),
        with(|options| options.release = "Shop".into()),
        with(|options| options.kube_version = Some("latest".into())),
        with(|options| options.values.set = vec!["a[".into(), "a".into()]),
        with(|options| {
            let path = TreePath::new("none.yaml").expect("a path");
            options.values.files = vec![ValuesFile::Tree(path)];
        }),
    ];
    assert_snapshot!(errors.join("\n"), @r#"
    error: shop: could not find template templates/none.yaml in chart
    error: shop: release name check failed: release name "Shop": invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53
    error: shop: invalid kube version 'latest': could not parse "latest" as version
    error: shop: failed parsing --set data: key "a" has no value
    error: shop: open none.yaml: no such file or directory
    "#);
}

#[test]
fn the_template_of_a_name_has_the_functions_of_sprig_alone() {
    let named = |template: &str| {
        let release = template.to_owned();
        let printed =
            self::template(HelmOptions { name_template: Some(release), ..HelmOptions::default() });
        printed.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(named("{{ toJson 1 }}-{{ list 1 2 | join \"-\" }}"), "---");
    let errors = [
        "{{ include \"a\" . }}",
        "{{ toYaml 1 }}",
        "{{ fromJsonArray \"[]\" }}",
        "{{ lookup \"v1\" \"Pod\" \"\" \"\" }}",
        "{{ required \"x\" \"y\" }}",
        "{{ fail \"bad\" }}",
        "{{ .a }}",
    ];
    assert_snapshot!(errors.map(named).join("\n"), @r#"
    error: shop: template: name-template:1: function "include" not defined
    error: shop: template: name-template:1: function "toYaml" not defined
    error: shop: template: name-template:1: function "fromJsonArray" not defined
    error: shop: template: name-template:1: function "lookup" not defined
    error: shop: template: name-template:1: function "required" not defined
    error: shop: template: name-template:1:3: executing "name-template" at <fail "bad">: error calling fail: bad
    error: shop: release name check failed: release name "<no value>": invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53
    "#);
}
