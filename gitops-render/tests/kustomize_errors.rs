//! What a build says of what is wrong: the file and line, and the chain of bases in upstream's words.

use gitops_render::{Input, Kustomize};
use gitops_source::{Tree, TreePath};

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

/// Builds the folder `o` of these files, which must fail.
fn check(files: &[(&str, &str)], expected: &str) {
    let tree = Tree::from_files(files.iter().map(|(path, text)| (*path, (*text).to_owned())));
    let tree = tree.expect("because the paths are plain");
    let path = TreePath::new("o").expect("because it is a path");
    let error = Kustomize::default().build(&Input::new(&tree, path)).expect_err("a failure");
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
        "o/kustomization.yaml:2: failed to get the patch file from path(p.yaml): evalsymlink failure on '/o/p.yaml' : lstat /o/p.yaml: no such file or directory",
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
