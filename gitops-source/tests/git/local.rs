//! Repositories on this machine, read in place.

use gitops_source::testkit::Repository;
use gitops_source::{
    Digest, ErrorClass, Fetched, GitOptions, GitSource, Limits, Links, RefSelector, Revision,
    Skipped, Source, SourceError, Tree, TreePath,
};
use tempfile::TempDir;

use crate::support::branch;

fn repository() -> (TempDir, Repository) {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init(folder.path().join("repo.git")).unwrap();
    (folder, repository)
}

async fn fetch(source: &GitSource, seen: Option<&Revision>) -> Option<(Revision, Tree)> {
    match source.fetch(seen).await.unwrap() {
        Fetched::Changed { revision, tree } => Some((revision, tree)),
        _ => None,
    }
}

async fn tree(repository: &Repository, options: GitOptions) -> Result<Tree, SourceError> {
    let source = GitSource::with_options(repository.url(), branch("main"), options)?;
    match source.fetch(None).await? {
        Fetched::Changed { tree, .. } => Ok(tree),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_commit_is_fetched_once_and_then_unchanged() {
    let (_folder, mut repository) = repository();
    let first = repository.commit("One", &[("a/x", Some("1")), ("b/y", Some("2"))]).unwrap();
    let source = GitSource::new(repository.url(), branch("main")).unwrap();
    let (revision, tree) = fetch(&source, None).await.unwrap();
    assert_eq!(revision, Revision::new("main", first));
    assert_eq!(tree.read("a/x"), Some(&b"1"[..]));
    assert!(fetch(&source, Some(&revision)).await.is_none());
    repository.commit("Two", &[("a/x", None), ("c", Some("3"))]).unwrap();
    let (_, tree) = fetch(&source, Some(&revision)).await.unwrap();
    assert_eq!(tree.files().map(|(path, _)| path.to_string()).collect::<Vec<_>>(), ["b/y", "c"]);
}

#[tokio::test]
async fn a_path_that_a_commit_does_not_touch_keeps_its_digest() {
    let (_folder, mut repository) = repository();
    repository.commit("One", &[("apps/x/a", Some("1")), ("apps/y/b", Some("2"))]).unwrap();
    let before = tree(&repository, GitOptions::default()).await.unwrap();
    repository.commit("Two", &[("apps/y/b", Some("3"))]).unwrap();
    let after = tree(&repository, GitOptions::default()).await.unwrap();
    assert_eq!(before.digest_of("apps/x"), after.digest_of("apps/x"));
    assert_ne!(before.digest_of("apps/y"), after.digest_of("apps/y"));
    assert_ne!(before.digest_of("apps"), after.digest_of("apps"));
    assert!(before.digest_of("apps/x").unwrap().to_string().starts_with("sha1:"));
}

#[tokio::test]
async fn a_revert_brings_the_digest_of_the_tree_back() {
    let (_folder, mut repository) = repository();
    repository.commit("One", &[("a", Some("1"))]).unwrap();
    let before = tree(&repository, GitOptions::default()).await.unwrap();
    repository.commit("Bad", &[("a", Some("2")), ("b", Some("3"))]).unwrap();
    repository.revert_head().unwrap();
    let after = tree(&repository, GitOptions::default()).await.unwrap();
    assert_eq!(before.digest(), after.digest());
}

#[tokio::test]
async fn every_kind_of_selector_finds_its_commit() {
    let (_folder, mut repository) = repository();
    let first = repository.commit("One", &[("a", Some("1"))]).unwrap();
    repository.tag("v1.0.0", None).unwrap();
    let second = repository.commit("Two", &[("a", Some("2"))]).unwrap();
    repository.tag("v1.1.0", Some("annotated")).unwrap();
    repository.branch("dev").unwrap();
    let third = repository.commit("Three", &[("a", Some("3"))]).unwrap();
    repository.tag("app-2.0.0", None).unwrap();
    let semver = |range: &str, prefix: &str| RefSelector::Semver {
        range: range.into(),
        prefix: prefix.into(),
    };
    for (selector, name, commit) in [
        (branch("main"), Some("main"), &second),
        (branch("dev"), Some("dev"), &third),
        (RefSelector::Tag("v1.1.0".into()), Some("v1.1.0"), &second),
        (semver("<1.1", ""), Some("v1.0.0"), &first),
        (semver("1.x", ""), Some("v1.1.0"), &second),
        (semver("*", "app-"), Some("app-2.0.0"), &third),
        (RefSelector::Name("refs/heads/dev".into()), Some("refs/heads/dev"), &third),
        (RefSelector::Name("HEAD".into()), Some("HEAD"), &second),
        (RefSelector::Commit(first.clone()), None, &first),
    ] {
        let source = GitSource::new(repository.url(), selector.clone()).unwrap();
        let (revision, _) = fetch(&source, None).await.unwrap();
        assert_eq!((revision.name(), revision.digest()), (name, commit), "{selector:?}");
        assert!(fetch(&source, Some(&revision)).await.is_none());
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (folder, mut repository) = repository();
    repository.commit("One", &[("a", Some("1"))]).unwrap();
    let nothing = Digest::from_bytes(gitops_source::Algorithm::Sha1, &[7; 20]).unwrap();
    for (url, selector) in [
        (repository.url(), branch("mian")),
        (repository.url(), RefSelector::Commit(nothing)),
        (folder.path().join("nowhere").display().to_string(), branch("main")),
    ] {
        let error = GitSource::new(url, selector.clone()).unwrap().fetch(None).await.unwrap_err();
        assert!(matches!(error, SourceError::NotFound(_)), "{selector:?}: {error}");
        assert_eq!(error.class(), ErrorClass::Fix);
    }
}

#[tokio::test]
async fn links_are_followed_inside_the_tree() {
    let (_folder, mut repository) = repository();
    repository.commit("One", &[("base/a", Some("1")), ("base/deep/b", Some("2"))]).unwrap();
    for (path, target) in [
        ("apps/a", "../base/a"),
        ("apps/all", "../base"),
        ("apps/b", "all/deep/b"),
        ("apps/gone", "../nothing"),
        ("apps/self", "../apps"),
        ("apps/one", "two"),
        ("apps/two", "one"),
    ] {
        repository.link(path, target).unwrap();
    }
    let before = tree(&repository, GitOptions::default()).await.unwrap();
    assert_eq!(before.read("apps/a"), Some(&b"1"[..]));
    assert_eq!(before.read("apps/all/deep/b"), Some(&b"2"[..]));
    assert_eq!(before.read("apps/b"), Some(&b"2"[..]));
    let skipped: Vec<_> = before.skipped().map(|(path, what)| (path.to_string(), what)).collect();
    let link = |target: &str| Skipped::Link(target.into());
    assert_eq!(
        skipped,
        [
            ("apps/gone".to_owned(), &link("../nothing")),
            ("apps/one".to_owned(), &link("two")),
            ("apps/self".to_owned(), &link("../apps")),
            ("apps/two".to_owned(), &link("one")),
        ]
    );
    repository.commit("Two", &[("base/a", Some("changed"))]).unwrap();
    let after = tree(&repository, GitOptions::default()).await.unwrap();
    assert_ne!(before.digest_of("apps"), after.digest_of("apps"), "a link leads to the change");
}

#[tokio::test]
async fn a_link_that_leaves_the_tree_is_refused_or_skipped() {
    for target in ["../..", "/etc/passwd", "../../etc/passwd", "../b/../../a", "abs/x"] {
        let (_folder, mut repository) = repository();
        repository.link("apps/abs", "/etc").unwrap();
        let skip = GitOptions { links: Links::Skip, ..GitOptions::default() };
        repository.commit("One", &[("apps/abs", None), ("b/c", Some("1"))]).unwrap();
        if target.starts_with("abs") {
            repository.link("apps/abs", "/etc").unwrap();
        }
        repository.link("apps/evil", target).unwrap();
        let error = tree(&repository, GitOptions::default()).await.unwrap_err();
        assert!(matches!(error, SourceError::Invalid(_)), "{target}: {error}");
        assert!(error.to_string().contains("leaves the tree"), "{error}");
        let tree = tree(&repository, skip).await.unwrap();
        assert!(tree.file("apps/evil").is_none());
        assert!(tree.skipped().any(|(path, _)| path.as_str() == "apps/evil"));
    }
}

#[tokio::test]
async fn folders_of_links_to_folders_end_at_a_limit() {
    let (_folder, mut repository) = repository();
    repository.commit("One", &[("f0/x", Some("1"))]).unwrap();
    for level in 1..=20 {
        for name in ["a", "b"] {
            repository.link(&format!("f{level}/{name}"), &format!("../f{}", level - 1)).unwrap();
        }
    }
    let limits = Limits { files: 2_000, ..Limits::default() };
    let options = GitOptions { limits, ..GitOptions::default() };
    let error = tree(&repository, options).await.unwrap_err();
    assert!(matches!(error, SourceError::Limit { option: "files", .. }), "{error}");
}

#[tokio::test]
async fn limits_hold_while_reading() {
    let (_folder, mut repository) = repository();
    repository.commit("One", &[("a/b/c", Some("12345")), ("d", Some("12345"))]).unwrap();
    let default = Limits::default;
    for (limits, option) in [
        (Limits { bytes: 9, ..default() }, "bytes"),
        (Limits { file_bytes: 4, ..default() }, "file_bytes"),
        (Limits { files: 3, ..default() }, "files"),
        (Limits { depth: 2, ..default() }, "depth"),
        (Limits { path_bytes: 4, ..default() }, "path_bytes"),
    ] {
        let options = GitOptions { limits, ..GitOptions::default() };
        let error = tree(&repository, options).await.unwrap_err();
        let SourceError::Limit { option: got, .. } = error else { panic!("{option}: {error}") };
        assert_eq!(got, option);
    }
}

#[tokio::test]
async fn only_what_is_included_is_read() {
    let (_folder, mut repository) = repository();
    let files = [("apps/x/a", Some("1")), ("apps/y/b", Some("2")), ("base/c", Some("3"))];
    repository.commit("One", &files).unwrap();
    repository.link("apps/x/c", "../../base/c").unwrap();
    let including = |path: &str| GitOptions {
        include: vec![TreePath::new(path).unwrap()],
        ..GitOptions::default()
    };
    let part = tree(&repository, including("apps/x")).await.unwrap();
    let paths: Vec<_> = part.files().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, ["apps/x/a", "apps/x/c"]);
    let whole = tree(&repository, GitOptions::default()).await.unwrap();
    assert_eq!(part.digest_of("apps/x"), whole.digest_of("apps/x"));
    assert_ne!(part.digest(), whole.digest());
    let error = tree(&repository, including("apps/z")).await.unwrap_err();
    assert!(matches!(error, SourceError::NotFound(_)), "{error}");
}

#[tokio::test]
async fn a_tree_built_on_an_earlier_one_is_as_one_read_alone() {
    let (_folder, mut repository) = repository();
    let source = GitSource::new(repository.url(), branch("main")).unwrap();
    let files = [("a/b/c", Some("1")), ("a/d", Some("2")), ("a-b/e", Some("3")), ("f", Some("4"))];
    repository.commit("One", &files).unwrap();
    let mut held = Vec::new();
    for change in [
        ("a/d", Some("5")),
        ("g/h/i", Some("6")),
        ("a/b/c", None),
        ("a-b/e", Some("7")),
        ("f", Some("4")),
        ("a/b/c", Some("1")),
    ] {
        repository.commit("Next", &[change]).unwrap();
        let (_, built) = fetch(&source, None).await.unwrap();
        let alone = tree(&repository, GitOptions::default()).await.unwrap();
        assert_eq!(built.digest(), alone.digest());
        assert!(built.files().eq(alone.files()), "{change:?}");
        for folder in ["a", "a/b", "a-b", "g/h"] {
            assert_eq!(built.digest_of(folder), alone.digest_of(folder), "{folder}");
        }
        held.push(built);
    }
    let [first, .., last] = &held[..] else { panic!("there are many") };
    let content = |tree: &Tree| tree.file("f").unwrap().content.as_ptr();
    assert_eq!(content(first), content(last), "what did not change is shared");
}
