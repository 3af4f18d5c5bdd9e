//! Charts as objects: where they come from, hooks apart, and what has to be fetched.

use std::fmt::Write as _;

use gitops_render::{
    Auto, Crds, Helm, HelmOptions, HelmValues, Input, RenderError, Rendered, Renderer, Requirement,
    ValuesFile,
};
use gitops_source::{Tree, TreePath};
use insta::assert_snapshot;

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";

fn shown(rendered: &Rendered) -> String {
    let mut text = String::new();
    for object in rendered.objects.iter() {
        let origin = object.origin().expect("an origin");
        let _ = writeln!(text, "{} from {origin}", object.id());
    }
    for (id, reads) in &rendered.values {
        for read in reads {
            let _ = writeln!(text, "{id} reads {read}");
        }
    }
    for hook in &rendered.hooks {
        let origin = hook.object.origin().expect("an origin");
        let id = hook.object.id();
        let _ = writeln!(
            text,
            "hook {id} from {origin}: {:?} {} {:?} {:?}",
            hook.events, hook.weight, hook.delete_policies, hook.output_log_policies
        );
        for read in &hook.values {
            let _ = writeln!(text, "hook {id} reads {read}");
        }
    }
    for path in rendered.read.keys() {
        let _ = writeln!(text, "read {path}");
    }
    for warning in &rendered.warnings {
        let _ = writeln!(text, "warning {}", warning.message);
    }
    if let Some(notes) = &rendered.notes {
        let _ = writeln!(text, "notes {notes:?}");
    }
    text
}

fn render(renderer: &dyn Renderer, files: &[(&'static str, &'static str)], path: &str) -> String {
    let tree = Tree::from_files(files.iter().copied()).expect("a tree");
    let input = Input::new(&tree, TreePath::new(path).expect("a path"));
    let render = || match renderer.render(&input) {
        Ok(result) => shown(&result),
        Err(error) => format!("error: {error}"),
    };
    let first = render();
    for _ in 0..2 {
        assert_eq!(render(), first, "what is kept changes nothing");
    }
    first
}

#[test]
fn objects_know_the_template_they_come_from_and_hooks_their_terms() {
    let files = [
        ("apps/shop/Chart.yaml", CHART),
        ("apps/shop/crds/webs.yaml", "# webs\napiVersion: v1\nkind: Crd\nmetadata: {name: webs}\n"),
        (
            "apps/shop/templates/web.yaml",
            "{{- $a := 1 }}\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\n\
             apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n\
             - {apiVersion: v1, kind: Pod, metadata: {name: b}}\n",
        ),
        (
            "apps/shop/templates/hook.yaml",
            "apiVersion: v1\nkind: Job\nmetadata:\n  name: before\n  annotations:\n    \
             helm.sh/hook: pre-install, POST-UPGRADE\n    helm.sh/hook-weight: \"-5\"\n    \
             helm.sh/hook-delete-policy: before-hook-creation,other\n    \
             helm.sh/hook-output-log-policy: hook-failed\n",
        ),
        (
            "apps/shop/templates/odd.yaml",
            "apiVersion: v1\nkind: Job\nmetadata:\n  name: odd\n  annotations: {helm.sh/hook: never}\n",
        ),
        ("apps/shop/templates/NOTES.txt", "Hello {{ .Release.Name }}\n"),
    ];
    assert_snapshot!(render(&Auto::default(), &files, "apps/shop"), @r#"
    Crd/webs from apps/shop/crds/webs.yaml:2
    Pod/a from apps/shop/templates/web.yaml:6 (document 2)
    Pod/b from apps/shop/templates/web.yaml:6 (document 2)
    Service/web from apps/shop/templates/web.yaml:2
    hook Job/before from apps/shop/templates/hook.yaml:1: [PreInstall, PostUpgrade] -5 [BeforeCreation, Other("other")] [Failed]
    read apps/shop
    warning shop/templates/odd.yaml: a hook for a moment that Helm does not know is left out
    notes "Hello release-name\n"
    "#);
    let without = Helm::new(HelmOptions { crds: Crds::Skip, ..HelmOptions::default() });
    assert!(!render(&without, &files, "apps/shop").contains("Crd"));
}

/// Prints an object whose name is what `name` gives.
fn pod(name: &str, rest: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\n{rest}")
}

/// What the objects of a template were made with, whose chart has some values and whose options
/// set others.
fn reads(template: &str) -> String {
    let inner =
        pod("inner", "a: {{ .Values.port }}{{ .Values.global.zone }}{{ .Values.global.own }}\n");
    let files = [
        ("c/Chart.yaml", CHART),
        ("c/values.yaml", "image: {tag: 1, name: web}\nenabled: true\nglobal: {zone: a}\nl: [1]\n"),
        ("c/templates/_all.tpl", "{{ define \"tag\" }}{{ .Values.image.tag }}{{ end }}"),
        ("c/templates/a.yaml", template),
        ("c/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n"),
        ("c/charts/db/values.yaml", "port: 1\nglobal: {own: 1}\n"),
        ("c/charts/db/templates/b.yaml", inner.as_str()),
        ("prod.yaml", "image: {tag: 2}\ndb: {port: 2}\n\"a.b\": 1\n"),
    ];
    let files = files.map(|(path, text)| (path, text.as_bytes().to_vec()));
    let tree = Tree::from_files(files).expect("a tree");
    let values = HelmValues {
        files: vec![ValuesFile::Tree(TreePath::new("prod.yaml").expect("a path"))],
        set: vec!["set.by=option".to_owned()],
        ..HelmValues::default()
    };
    let helm = Helm::new(HelmOptions { values, ..HelmOptions::default() });
    let input = Input::new(&tree, TreePath::new("c").expect("a path"));
    match helm.render(&input) {
        Ok(rendered) => shown(&rendered).replace("read c\nread prod.yaml\n", ""),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn objects_know_the_keys_that_they_were_made_with_and_what_sets_them() {
    let one = pod("a", "b: {{ .Values.image.tag }}{{ .Values.set.by }}{{ .Values.none }}\n");
    assert_snapshot!(reads(&one), @"
    Pod/a from c/templates/a.yaml:1
    Pod/inner from c/charts/db/templates/b.yaml:1
    Pod/a reads image.tag (prod.yaml)
    Pod/a reads none (not set)
    Pod/a reads set.by (set)
    Pod/inner reads db.global.own (c/charts/db/values.yaml)
    Pod/inner reads db.global.zone (c/values.yaml)
    Pod/inner reads db.port (prod.yaml)
    ");
    let through = pod(
        "a",
        "b: {{ include \"tag\" . }}{{ index .Values \"a.b\" }}{{ get .Values \"enabled\" }}\n",
    );
    assert_snapshot!(reads(&through), @r"
    Pod/a from c/templates/a.yaml:1
    Pod/inner from c/charts/db/templates/b.yaml:1
    Pod/a reads a\.b (prod.yaml)
    Pod/a reads enabled (c/values.yaml)
    Pod/a reads image.tag (prod.yaml)
    Pod/inner reads db.global.own (c/charts/db/values.yaml)
    Pod/inner reads db.global.zone (c/values.yaml)
    Pod/inner reads db.port (prod.yaml)
    ");
}

#[test]
fn what_decides_over_an_object_counts_and_what_only_others_read_does_not() {
    let [a, b] = [pod("a", "x: {{ .Values.image.name }}\n"), pod("b", "y: {{ $tag }}\n")];
    let guarded = format!(
        "{{{{ if .Values.enabled }}}}\n{a}---\n{{{{- $tag := .Values.image.tag }}}}\n{b}\
         {{{{ if .Values.none }}}}z: 1{{{{ end }}}}\n{{{{ end }}}}\n---\n{}",
        pod("c", "{{ range .Values.l }}{{ . }}: {{ $.Values.image.tag }}\n{{ end }}")
    );
    assert_snapshot!(reads(&guarded), @"
    Pod/a from c/templates/a.yaml:2
    Pod/b from c/templates/a.yaml:8 (document 2)
    Pod/c from c/templates/a.yaml:15 (document 3)
    Pod/inner from c/charts/db/templates/b.yaml:1
    Pod/a reads enabled (c/values.yaml)
    Pod/a reads image.name (c/values.yaml)
    Pod/b reads enabled (c/values.yaml)
    Pod/b reads image.tag (prod.yaml)
    Pod/b reads none (not set)
    Pod/c reads image.tag (prod.yaml)
    Pod/c reads l (c/values.yaml)
    Pod/inner reads db.global.own (c/charts/db/values.yaml)
    Pod/inner reads db.global.zone (c/values.yaml)
    Pod/inner reads db.port (prod.yaml)
    ");
}

#[test]
fn many_documents_that_read_much_are_told_less() {
    let mut declared = String::new();
    for n in 0..2000 {
        let _ = writeln!(declared, "{{{{- $v{n} := .Values.k{n} }}}}");
    }
    let document = pod("p{{ . }}", "---\n");
    let text = reads(&format!("{declared}{{{{ range until 2000 }}}}{document}{{{{ end }}}}"));
    let reads = text.lines().filter(|line| line.contains(" reads k")).count();
    assert!((1..=1 << 20).contains(&reads), "{reads}");
    assert!(text.contains("Pod/p1999 from c/templates/a.yaml:2001"), "{}", text.len());
}

#[test]
fn objects_know_the_line_on_which_they_start_however_they_are_printed() {
    let [a, b] = [pod("a", ""), pod("b", "")];
    let template = format!(
        "{{{{- range $n := list 1 2 }}}}\n{{{{- if eq $n 1 }}}}\n{a}---\n{{{{- else }}}}\n# two\n{b}\
         {{{{- end }}}}\n{{{{- end }}}}\n---\n{{{{ .Values.none }}}}\n{{{{ toYaml (dict \"apiVersion\" \"v1\" \
         \"kind\" \"Pod\" \"metadata\" (dict \"name\" \"c\")) }}}}\n"
    );
    assert_snapshot!(reads(&template), @"
    Pod/a from c/templates/a.yaml:3
    Pod/b from c/templates/a.yaml:8 (document 2)
    Pod/c from c/templates/a.yaml:16 (document 3)
    Pod/inner from c/charts/db/templates/b.yaml:1
    Pod/c reads none (not set)
    Pod/inner reads db.global.own (c/charts/db/values.yaml)
    Pod/inner reads db.global.zone (c/values.yaml)
    Pod/inner reads db.port (prod.yaml)
    ");
}

#[test]
fn errors_name_the_file_and_line_of_the_tree() {
    let broken = |template| {
        let files = [("c/Chart.yaml", CHART), ("c/templates/a.yaml", template)];
        render(&Helm::default(), &files, "c")
    };
    let errors = [
        broken("a: 1\nb: {{ .Values.a.b }}\n"),
        broken("a: {{ nosuch }}\n"),
        broken("a: 1\nb: {{ fail \"no\" }}\n"),
        broken("a: b: c\n"),
        broken(
            "a: {{ range until 100000 }}{{ range until 100000 }}{{ repeat 1000000 \"x\" }}{{ end }}{{ end }}\n",
        ),
        broken("{{ define \"x\" }}{{ template \"x\" }}{{ end }}{{ template \"x\" }}\n"),
        broken("apiVersion: v1\nkind: Pod\n"),
    ];
    assert_snapshot!(errors.join("\n"), @r#"
    error: c/templates/a.yaml:2:13: shop/templates/a.yaml:2:13
      executing "shop/templates/a.yaml" at <.Values.a.b>:
        nil pointer evaluating interface {}.b
    error: c/templates/a.yaml:1: parse error at (shop/templates/a.yaml:1): function "nosuch" not defined
    error: c/templates/a.yaml:2:6: execution error at (shop/templates/a.yaml:2:6): no
    error: c/templates/a.yaml: YAML parse error on shop/templates/a.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context
    error: c/templates/a.yaml:1:54: what templates and functions make, in bytes, is over the limit of 268435456; raise `HelmLimits::bytes` if that is meant
    error: c/templates/a.yaml:1:28: the depth of templates inside one another is over the limit of 10000; raise `HelmLimits::depth` if that is meant
    error: c/templates/a.yaml:1: `metadata.name` is missing
    "#);
}

#[test]
fn of_a_value_of_the_wrong_type_nothing_else_is_said() {
    let schema = r#"{"properties": {
        "policy": {"type": "string", "enum": ["sync"], "minLength": 1},
        "other": {"allOf": [{"type": "string"}, {"minimum": 7}]}}}"#;
    let files = [
        ("c/Chart.yaml", CHART),
        ("c/values.schema.json", schema),
        ("c/values.yaml", "policy: [1]\nother: 1\n"),
    ];
    let rendered = render(&Helm::default(), &files, "c");
    assert_snapshot!(rendered, @"
    error: c: values don't meet the specifications of the schema(s) in the following chart(s):
    shop:
    - at '/other': got number, want string
    - at '/other': minimum: got 1, want 7
    - at '/policy': got array, want string
    ");
}

#[test]
fn dependencies_that_are_not_there_are_asked_for_all_at_once() {
    let files = [
        (
            "c/Chart.yaml",
            "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n\
             - {name: a, version: ^1.0.0, repository: https://example.com/charts}\n\
             - {name: b, version: '2', repository: 'oci://example.com/charts'}\n\
             - {name: lib, version: 1.x, repository: file://../lib}\n",
        ),
        (
            "c/Chart.lock",
            "digest: sha256:1234\ndependencies:\n\
             - {name: a, version: 1.2.3, repository: https://example.com/charts}\n",
        ),
        ("c/templates/a.yaml", "a: {{ include \"lib.a\" . }}\n"),
        ("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n"),
        ("lib/templates/_a.tpl", "{{ define \"lib.a\" }}of a library{{ end }}\n"),
    ];
    let tree = Tree::from_files(files).expect("a tree");
    let mut input = Input::new(&tree, TreePath::new("c").expect("a path"));
    let Err(RenderError::Missing(missing)) = Helm::default().template(&input) else {
        panic!("two charts are missing");
    };
    assert_eq!(
        missing,
        [
            chart("https://example.com/charts", "a", "1.2.3"),
            chart("oci://example.com/charts", "b", "2"),
        ]
    );
    for (requirement, name) in missing.into_iter().zip(["a", "b"]) {
        let about = format!("apiVersion: v2\nname: {name}\nversion: 2.0.0\n");
        let tree = Tree::from_files([
            ("Chart.yaml", about),
            ("templates/x.yaml", "name: {{ .Chart.Name }}\n".to_owned()),
        ]);
        input.fetched.insert(requirement, tree.expect("a tree"));
    }
    assert_snapshot!(Helm::default().template(&input).expect("all is there"), @r#"
    ---
    # Source: c/charts/a/templates/x.yaml
    name: a

    ---
    # Source: c/charts/b/templates/x.yaml
    name: b

    ---
    # Source: c/templates/a.yaml
    a: of a library
    "#);
}

fn chart(repository: &str, name: &str, version: &str) -> Requirement {
    Requirement::Chart {
        repository: repository.to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
        lock: Some("sha256:1234".to_owned()),
    }
}
