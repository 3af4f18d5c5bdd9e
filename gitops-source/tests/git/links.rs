//! Links in Git trees mean what the kernel takes them for.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;

use gitops_source::testkit::Repository;
use gitops_source::{DirOptions, DirSource, Fetched, GitOptions, Limits, Links, Source, Tree};
use proptest::prelude::*;

use crate::support::main_of;

/// What stands at a path.
#[derive(Clone, Debug)]
enum Node {
    File(String),
    Link(String),
}

fn nodes() -> impl Strategy<Value = BTreeMap<String, Node>> {
    let path = "[ab](/[abc]){0,2}";
    let target = r"(\.\.|\.|[abc])(/(\.\.|[abc])){0,3}";
    let node = prop_oneof![
        "[xy]{1,3}".prop_map(Node::File),
        target.prop_map(Node::Link),
        target.prop_map(Node::Link)
    ];
    proptest::collection::btree_map(path, node, 1..10)
}

/// Without those that stand below something that is no folder.
fn plausible(mut nodes: BTreeMap<String, Node>) -> BTreeMap<String, Node> {
    let names: Vec<String> = nodes.keys().cloned().collect();
    nodes.retain(|path, _| !names.iter().any(|name| path.starts_with(&format!("{name}/"))));
    nodes
}

fn write(nodes: &BTreeMap<String, Node>, folder: &Path) {
    for (path, node) in nodes {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match node {
            Node::File(content) => std::fs::write(path, content).unwrap(),
            Node::Link(target) => symlink(target, path).unwrap(),
        }
    }
}

fn commit(nodes: &BTreeMap<String, Node>, repository: &mut Repository) {
    repository.commit("Empty", &[]).unwrap();
    for (path, node) in nodes {
        match node {
            Node::File(content) => repository.commit("File", &[(path, Some(content))]),
            Node::Link(target) => repository.link(path, target),
        }
        .unwrap();
    }
}

fn read(source: &dyn Source) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tree: Tree = match runtime.block_on(source.fetch(None)) {
        Ok(Fetched::Changed { tree, .. }) => tree,
        other => return Err(format!("{other:?}")),
    };
    Ok(tree.files().map(|(path, file)| (path.to_string(), file.content.to_vec())).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_git_tree_with_links_reads_as_its_checkout_does(nodes in nodes().prop_map(plausible)) {
        let folder = tempfile::tempdir().unwrap();
        let checkout = folder.path().join("checkout");
        std::fs::create_dir(&checkout).unwrap();
        write(&nodes, &checkout);
        let mut repository = Repository::init(folder.path().join("repo.git")).unwrap();
        commit(&nodes, &mut repository);
        let limits = Limits { files: 500, ..Limits::default() };
        let links = Links::Skip;
        let options = GitOptions { limits: limits.clone(), links, ..GitOptions::default() };
        let from_git = read(&main_of(&repository.url(), options));
        let from_disk = read(&DirSource::with_options(&checkout, DirOptions { limits, links }));
        match (from_git, from_disk) {
            (Ok(git), Ok(disk)) => prop_assert_eq!(git, disk),
            (git, disk) => prop_assert_eq!(git.is_err(), disk.is_err()),
        }
    }
}
