//! The plain renderer: what it takes, and what it says where something is wrong.

use gitops_render::{Auto, Folders, Input, Plain, PlainLimits, PlainOptions, Rendered, Renderer};
use gitops_source::{Tree, TreePath};
use insta::assert_snapshot;

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::from_files(files.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())))
        .expect("because the paths are plain")
}

/// What comes out of the folder `path`, one thing a line.
fn render(with: &dyn Renderer, files: &[(&str, &str)], path: &str) -> String {
    let path = TreePath::new(path).expect("because the path is plain");
    match with.render(&Input::new(&tree(files), path)) {
        Ok(rendered) => lines(&rendered).join("\n"),
        Err(error) => error.to_string(),
    }
}

fn lines(rendered: &Rendered) -> Vec<String> {
    let objects = rendered.objects.iter().map(|object| {
        let origin = object.origin().expect("because every object is read from a file");
        format!("{} from {origin}", object.id())
    });
    let warnings = rendered.warnings.iter().map(|warning| format!("warning: {}", warning.message));
    let read = rendered.read.keys().map(|path| format!("read {path}"));
    objects.chain(warnings).chain(read).collect()
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n";

#[test]
fn documents_lists_and_json_become_objects_with_their_lines() {
    let many = "# a comment\n---\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n\
                # only a comment\n---\n\n\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n...\n";
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  \
                metadata: {name: a}\n- apiVersion: apps/v1\n  kind: DeploymentList\n  items:\n  \
                - metadata: {name: web}\n";
    let json = "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Service\",\n\t\"metadata\": {\"name\": \"json\"}\n}\n";
    let files = [
        ("apps/many.yaml", many),
        ("apps/deep/er/list.yml", list),
        ("apps/service.json", json),
        ("apps/empty.yaml", ""),
        ("other/service.yaml", SERVICE),
    ];
    assert_snapshot!(render(&Plain::default(), &files, "apps"), @"
    ConfigMap/a from apps/many.yaml:4 (document 2)
    ConfigMap/b from apps/many.yaml:12 (document 4)
    Secret/a from apps/deep/er/list.yml:4
    Service/json from apps/service.json:1
    Deployment.apps/web from apps/deep/er/list.yml:10
    read apps
    read apps/deep/er/list.yml
    read apps/empty.yaml
    read apps/many.yaml
    read apps/service.json
    ");
}

#[test]
fn a_path_may_name_one_file_and_must_name_something() {
    let files = [("apps/web.yaml", SERVICE), ("apps/other.yaml", "wrong")];
    assert_snapshot!(render(&Plain::default(), &files, "apps/web.yaml"), @"
    Service/web from apps/web.yaml:1
    read apps/web.yaml
    ");
    assert_snapshot!(render(&Plain::default(), &files, "nowhere"), @"there is no folder `nowhere` in the tree; check the path");
}

#[test]
fn what_is_wrong_is_reported_at_once_with_file_and_line() {
    let files = [
        ("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"),
        ("b.yaml", "# twice\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"),
        (
            "c.yaml",
            "kind: ConfigMap\n---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n",
        ),
        ("d.yaml", "replicas: {{ .Values.replicas }}\n"),
        ("e.yaml", "a: 1\nb: 2\na: 3\n"),
        ("f.yaml", "a: [1\nb: 2\n"),
        ("g.yaml", "just text\n"),
        ("values.yaml", "image: web\n"),
    ];
    assert_snapshot!(render(&Plain::default(), &files, "."), @"
    8 problems:
      b.yaml:2: Service/web is already defined at a.yaml:1; remove one of the two
      c.yaml:1: `apiVersion` is missing; complete the object, or exclude the file if it is none
      c.yaml:3: document 2: `metadata.generateName` would make another object at each apply; set `metadata.name`
      d.yaml:1:12: a list or a map cannot be a key; the file has template expressions (`{{`): render it as part of its Helm chart, or exclude it
      e.yaml:3:1: the key `a` is already set on line 1; remove one of the two
      f.yaml:2:2: did not find expected ',' or ']' while parsing a flow sequence
      g.yaml:1: an object must be a map, not a string
      values.yaml:1: `apiVersion` is missing; complete the object, or exclude the file if it is none
    ");
}

#[test]
fn what_could_have_been_meant_is_a_warning() {
    let files = [
        ("web.yaml", SERVICE),
        ("web.yaml.bak", SERVICE),
        ("README.md", "# hi"),
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("component.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"),
    ];
    assert_snapshot!(render(&Plain::default(), &files, "."), @"
    Service/web from web.yaml:1
    warning: `base/kustomization.yaml` is not applied: the files beside it are taken as they stand
    warning: a Component configures Kustomize and is no object; left out
    warning: `web.yaml.bak` looks like a manifest, but does not end in .yaml, .yml or .json
    read .
    read component.yaml
    read web.yaml
    ");
}

#[test]
fn options_choose_files_and_limits() {
    let files = [("web.yaml", SERVICE), ("sub/a.yaml", "wrong"), ("sub/b.yaml", "wrong")];
    let flat = PlainOptions { folders: Folders::Skip, ..PlainOptions::default() };
    assert_snapshot!(render(&Plain::new(flat).unwrap(), &files, "."), @"
    Service/web from web.yaml:1
    read .
    read web.yaml
    ");
    let limits = PlainLimits { files: 1, ..PlainLimits::default() };
    let few = PlainOptions { limits, ..PlainOptions::default() };
    assert_snapshot!(render(&Plain::new(few).unwrap(), &files, "."), @"sub/b.yaml: the number of files is over the limit of 1; raise `files` if that is meant");
    let limits = PlainLimits { objects: 0, ..PlainLimits::default() };
    let none = PlainOptions { limits, exclude: vec!["sub/**".into()], ..PlainOptions::default() };
    assert_snapshot!(render(&Plain::new(none).unwrap(), &files, "."), @"web.yaml: the number of objects is over the limit of 0; raise `objects` if that is meant");
}

/// Files that are small, and within every limit of a single text.
fn bombs(count: usize, text: &str) -> Vec<(String, String)> {
    (0..count).map(|at| (format!("{at:04}.yaml"), format!("{SERVICE}{text}"))).collect()
}

#[test]
fn what_aliases_stand_for_is_limited_over_all_files() {
    let items = |of: &str| format!("[{}]", vec![of; 100].join(","));
    let nodes = format!("a: &a {}\nb: {}\n", items("x"), items("*a"));
    let bytes = format!("a: &a \"{}\"\nb: {}\n", "x".repeat(1_000), items("*a"));
    // Each has ten thousand values, or a hundred kilobytes behind aliases.
    let limits =
        PlainLimits { total_nodes: 70_000, total_alias_bytes: 700_000, ..PlainLimits::default() };
    let plain = Plain::new(PlainOptions { limits, ..PlainOptions::default() }).unwrap();
    let refused = |count: usize, text: &str| {
        let files = bombs(count, text);
        let files: Vec<_> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        render(&plain, &files, ".")
    };
    // The error ends the render, and is the only one.
    assert_snapshot!(refused(2_000, &nodes), @"0006.yaml:6:260: the number of values of all files is over the limit of 70000; raise `total_nodes` if that is meant");
    assert_snapshot!(refused(2_000, &bytes), @"0006.yaml:6:284: the text that anchors and aliases of all files stand for is over the limit of 700000; raise `total_alias_bytes` if that is meant");
    assert!(refused(6, &nodes).starts_with("5 problems:\n  0001.yaml:1: Service/web is already"));
}

#[test]
fn a_folder_is_rendered_as_what_it_is() {
    let files = [
        ("plain/web.yaml", SERVICE),
        ("chart/Chart.yaml", "name: web\n"),
        ("overlay/kustomization.yml", "resources: [../base]\nnamePrefix: my-\n"),
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", SERVICE),
    ];
    assert_snapshot!(render(&Auto::default(), &files, "plain"), @"
    Service/web from plain/web.yaml:1
    read plain
    read plain/web.yaml
    ");
    assert_snapshot!(render(&Auto::default(), &files, "chart"), @"chart: validation: chart.metadata.version is required");
    assert_snapshot!(render(&Auto::default(), &files, "overlay"), @"
    Service/my-web from base/web.yaml:1
    read base
    read base/kustomization.yaml
    read base/web.yaml
    read overlay
    read overlay/kustomization.yml
    ");
}

#[test]
fn the_fingerprint_is_that_of_the_options() {
    let flat = PlainOptions { folders: Folders::Skip, ..PlainOptions::default() };
    let plain = Plain::default().fingerprint();
    assert_eq!(plain, Plain::new(PlainOptions::default()).unwrap().fingerprint());
    assert_ne!(plain, Plain::new(flat.clone()).unwrap().fingerprint());
    let auto = Auto::default().with_plain(Plain::new(flat).unwrap());
    assert_ne!(auto.fingerprint(), Auto::default().fingerprint());
    assert_ne!(plain, Auto::default().fingerprint());
}
