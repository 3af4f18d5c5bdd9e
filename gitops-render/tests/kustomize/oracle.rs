//! Generated trees beside `kustomize` or `kubectl kustomize`, where one of them is in `PATH`.
//!
//! `GITOPS_KUSTOMIZE` names another program, `GITOPS_TREES` how many trees, `GITOPS_SEED` the first.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use gitops_render::KustomizeOptions;
use gitops_source::Tree;

use super::build;
use super::compare::{Case, Expected, Tally};
use super::garden;

/// The command that builds a folder; none is said aloud.
fn oracle() -> Option<Vec<String>> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if let Ok(program) = std::env::var("GITOPS_KUSTOMIZE") {
        return Some(words(&program));
    }
    for (probe, command) in [
        ("kustomize version", "kustomize build"),
        ("kubectl version --client", "kubectl kustomize"),
    ] {
        let probe = words(probe);
        if Command::new(&probe[0]).args(&probe[1..]).output().is_ok_and(|it| it.status.success()) {
            return Some(words(command));
        }
    }
    let _ = writeln!(std::io::stderr(), "left out: generated trees (no kustomize in PATH)");
    None
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

fn ask(oracle: &[String], root: &Path) -> Expected {
    let output = Command::new(&oracle[0])
        .args(&oracle[1..])
        .arg("overlay")
        .current_dir(root)
        .output()
        .expect("because it ran before");
    if output.status.success() {
        Expected::Output(String::from_utf8(output.stdout).expect("because it prints YAML"))
    } else {
        Expected::Error
    }
}

#[test]
fn grown_trees_are_built_as_the_oracle_builds_them() {
    let Some(oracle) = oracle() else { return };
    let mut tally = Tally::new("grown");
    let first = number("GITOPS_SEED", 1);
    for seed in first..first + number("GITOPS_TREES", 60) {
        let files = garden::tree(seed);
        let root = tempfile::tempdir().expect("a folder");
        for (path, content) in &files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("to be made");
            std::fs::write(path, content).expect("to be written");
        }
        let tree = Tree::from_files(files).expect("because its paths are plain");
        let found = build(&tree, "overlay", KustomizeOptions::default());
        tally.add(&Case { id: &seed.to_string(), expected: ask(&oracle, root.path()), found });
    }
    tally.judge();
}
