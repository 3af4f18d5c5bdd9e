//! What a build says of what is wrong: the file and line, and the chain of bases in upstream's words.

use gitops_render::{Input, Kustomize, RenderError};
use gitops_source::{Tree, TreePath};

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn build<P: AsRef<str>, C: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (P, C)>,
) -> Result<String, RenderError> {
    let tree = Tree::from_files(files.into_iter().map(|(path, text)| (path, text.into())));
    let tree = tree.expect("because the paths are plain");
    let path = TreePath::new("o").expect("because it is a path");
    Kustomize::default().build(&Input::new(&tree, path))
}

/// Builds the folder `o` of these files, which must fail.
fn check(files: &[(&str, &str)], expected: &str) {
    let error = build(files.iter().copied()).expect_err("a failure");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_error_names_the_file_and_line_and_how_the_build_came_there() {
    check(
        &[("a.yaml", CONFIG)],
        "o: must build at directory: not a valid directory: '/o' doesn't exist",
    );
    check(
        &[("o/kustomization.yaml", "\nresources: [b.yaml]\n")],
        "o/kustomization.yaml:2: accumulating resources: accumulation err='accumulating resources from 'b.yaml': evalsymlink failure on '/o/b.yaml' : lstat /o/b.yaml: no such file or directory': must build at directory: not a valid directory: evalsymlink failure on '/o/b.yaml' : lstat /o/b.yaml: no such file or directory",
    );
    check(
        &[("o/kustomization.yaml", "resources: [a.yaml]\nname: x\n"), ("o/a.yaml", CONFIG)],
        "o/kustomization.yaml: invalid Kustomization: json: unknown field \"name\"",
    );
    let base = ("base/kustomization.yaml", "resources:\n- a.yaml\n- a.yaml\n");
    check(
        &[("o/kustomization.yaml", "resources: [../base]\n"), base, ("base/a.yaml", CONFIG)],
        "base/kustomization.yaml:1: accumulating resources: accumulation err='accumulating resources from '../base': '../base' must resolve to a file': recursed accumulation of path '/base': accumulating resources: accumulation err='accumulating resources from 'a.yaml': merging resources from 'a.yaml': may not add resource with an already registered id: ConfigMap.v1.[noGrp]/a.[noNs] (the first is at base/a.yaml:1)': must build at directory: '/base/a.yaml': file is not directory",
    );
    let patch = "resources: [a.yaml]\npatches:\n- path: p.yaml\n";
    check(
        &[("o/kustomization.yaml", patch), ("o/a.yaml", CONFIG)],
        "o/kustomization.yaml:2: trouble configuring builtin PatchTransformer with config: failed to get the patch file from path(p.yaml): evalsymlink failure on '/o/p.yaml' : lstat /o/p.yaml: no such file or directory",
    );
    let broken = "kind: ConfigMap\nmetadata:\n  name: [\n";
    check(
        &[("o/kustomization.yaml", "resources: [a.yaml]\n"), ("o/a.yaml", broken)],
        "o/a.yaml:4:1: accumulating resources: accumulating resources from 'a.yaml': MalformedYAMLError: yaml: line 3: did not find expected node content in File: o/a.yaml",
    );
}

#[test]
fn what_is_remote_is_asked_for_all_at_once() {
    let remote = "resources:\n- https://github.com/a/b//base?ref=v1\n- https://x.io/crd.yaml\n";
    check(&[("o/kustomization.yaml", remote)], "2 remote input(s) have to be fetched first");
}

#[test]
fn bytes_that_are_no_text_are_refused_and_utf_16_is_read() {
    let kustomization = ("o/kustomization.yaml", b"resources: [a.yaml]\n".to_vec());
    let bad = b"kind: ConfigMap\nmetadata: {name: a}\ndata: {a: \"\xff\"}\n".to_vec();
    let error = build([kustomization.clone(), ("o/a.yaml", bad)]).expect_err("a failure");
    assert_eq!(
        error.to_string(),
        "o/a.yaml:3:12: accumulating resources: accumulating resources from 'a.yaml': MalformedYAMLError: yaml: invalid leading UTF-8 octet in File: o/a.yaml"
    );
    for patch in [
        "patches: [{path: p.json, target: {name: a}}]",
        "patchesJson6902: [{path: p.json, target: {version: v1, kind: ConfigMap, name: a}}]",
    ] {
        let kustomization = format!("resources: [a.yaml]\n{patch}\n").into_bytes();
        let operations =
            b"[{\"op\": \"add\", \"path\": \"/data\", \"value\": {\"a\": \"\xff\"}}]".to_vec();
        let files = [
            ("o/kustomization.yaml", kustomization),
            ("o/a.yaml", CONFIG.into()),
            ("o/p.json", operations),
        ];
        let error = build(files).expect_err("a failure").to_string();
        assert!(error.starts_with("o/p.json:1:49: "), "{error}");
        assert!(error.contains("invalid leading UTF-8 octet"), "{error}");
    }
    let wide = CONFIG.encode_utf16().flat_map(u16::to_le_bytes);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide).collect();
    let output = build([kustomization, ("o/a.yaml", wide)]).expect("a build");
    assert_eq!(output, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n");
}

/// Folders that each name the next one, `times` times under another name each.
fn chain(length: usize, times: &[&str]) -> Vec<(String, String)> {
    let mut files = vec![("o/kustomization.yaml".to_owned(), "resources: [../f0]\n".to_owned())];
    for at in 0..length {
        let next = at + 1;
        files.push((
            format!("f{at}/kustomization.yaml"),
            format!("resources: [{}]\n", times.join(", ")),
        ));
        for name in times {
            let text = format!("namePrefix: {name}\nresources: [../../f{next}]\n");
            files.push((format!("f{at}/{name}/kustomization.yaml"), text));
        }
    }
    files.push((format!("f{length}/kustomization.yaml"), "resources: [a.yaml]\n".to_owned()));
    files.push((format!("f{length}/a.yaml"), CONFIG.to_owned()));
    files
}

#[test]
fn chains_of_folders_end_at_a_limit() {
    assert!(build(chain(20, &["x"])).is_ok());
    let long = build(chain(500, &["x"])).expect_err("a failure");
    assert_eq!(
        long.to_string(),
        "f32: the chain of folders is over the limit of 64; raise `depth` if that is meant"
    );
    let wide = build(chain(24, &["x", "z"])).expect_err("a failure");
    assert_eq!(
        wide.to_string(),
        "f23: the number of folders is over the limit of 10000; raise `folders` if that is meant"
    );
}

#[test]
fn values_are_nested_as_deep_as_the_limit_allows_and_no_deeper() {
    let nested = |levels: usize| {
        let spec = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let text = format!("kind: A\nmetadata: {{name: a}}\nspec: {spec}\n");
        let patch = "resources: [a.yaml]\npatches:\n- target: {kind: A}\n  patch: '[{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}]'\n";
        build([("o/kustomization.yaml", patch), ("o/a.yaml", text.as_str())])
    };
    assert!(nested(510).is_ok());
    assert_eq!(
        nested(600).expect_err("a failure").to_string(),
        "o/a.yaml:3:518: the depth of nesting is over the limit of 512; raise `depth` if that is meant"
    );
    assert!(nested(100_000).is_err());
}

#[test]
fn a_build_that_is_taken_back_ends_as_that_whatever_else_is_wrong() {
    for text in ["resources: [a.yaml]\n", "resources: [missing.yaml]\n", "not a map\n"] {
        let files = [("kustomization.yaml", text), ("a.yaml", CONFIG)];
        let tree = Tree::from_files(files).expect("because the paths are plain");
        let input = Input::new(&tree, TreePath::default());
        input.stop.stop();
        let error = Kustomize::default().build(&input).expect_err("a failure");
        assert_eq!(error, RenderError::Cancelled, "{text}");
    }
}

#[test]
fn labels_that_are_a_list_stay_until_they_are_changed() {
    let built = |kustomization: &str| {
        let text = "kind: A\nmetadata:\n  name: a\n  labels: [x]\n";
        build([("o/kustomization.yaml", kustomization), ("o/a.yaml", text)])
    };
    let kept = "kind: A\nmetadata:\n  labels:\n  - x\n  name: b-a\n";
    assert_eq!(built("resources: [a.yaml]\nnamePrefix: b-\n"), Ok(kept.to_owned()));
    let changed = built("resources: [a.yaml]\nlabels: [{pairs: {c: d}}]\n").expect_err("a failure");
    let expected = "wrong node kind: expected MappingNode but got SequenceNode";
    assert!(changed.to_string().contains(expected), "{changed}");
}
