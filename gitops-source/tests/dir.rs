//! Folders on this machine.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use gitops_source::{
    DirOptions, DirSource, ErrorClass, Fetched, Limits, Links, Revision, Skipped, Source,
    SourceError, Tree,
};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

async fn read(path: &Path, options: DirOptions) -> Result<(Revision, Tree), SourceError> {
    match DirSource::with_options(path, options).fetch(None).await? {
        Fetched::Changed { revision, tree } => Ok((revision, tree)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_folder_is_unchanged_until_its_content_is() {
    let folder = folder(&[("a/x", "1"), ("b", "2"), (".git/config", "secret")]);
    let source = DirSource::new(folder.path());
    let (revision, tree) = read(folder.path(), DirOptions::default()).await.unwrap();
    assert_eq!(tree.files().map(|(path, _)| path.to_string()).collect::<Vec<_>>(), ["a/x", "b"]);
    assert_eq!(tree.digest(), Tree::from_files([("a/x", "1"), ("b", "2")]).unwrap().digest());
    fs::write(folder.path().join("b"), "2").unwrap();
    assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
    fs::write(folder.path().join("b"), "3").unwrap();
    assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Changed { .. }));
}

#[tokio::test]
async fn a_file_that_becomes_executable_is_a_change() {
    let folder = folder(&[("run", "1")]);
    let (before, _) = read(folder.path(), DirOptions::default()).await.unwrap();
    fs::set_permissions(folder.path().join("run"), fs::Permissions::from_mode(0o755)).unwrap();
    let (after, tree) = read(folder.path(), DirOptions::default()).await.unwrap();
    assert!(tree.file("run").unwrap().executable);
    assert_ne!(before, after);
}

#[tokio::test]
async fn links_are_followed_inside_the_folder_only() {
    let folder = folder(&[("base/x", "1")]);
    let outside = self::folder(&[("secret", "s")]);
    let link = |target: &Path, name: &str| symlink(target, folder.path().join(name)).unwrap();
    link(Path::new("base"), "linked");
    link(Path::new("base/x"), "file");
    link(Path::new("nothing"), "gone");
    link(Path::new("../base"), "base/again");
    let (_, tree) = read(folder.path(), DirOptions::default()).await.unwrap();
    let paths: Vec<_> = tree.files().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, ["base/x", "file", "linked/x"]);
    let skipped: Vec<_> = tree.skipped().map(|(path, _)| path.to_string()).collect();
    assert_eq!(skipped, ["base/again", "gone", "linked/again"]);
    link(&outside.path().join("secret"), "evil");
    let error = read(folder.path(), DirOptions::default()).await.unwrap_err();
    assert!(matches!(&error, SourceError::Invalid(text) if text.contains("`evil` leaves")));
    let skip = DirOptions { links: Links::Skip, ..DirOptions::default() };
    let (_, tree) = read(folder.path(), skip).await.unwrap();
    assert!(tree.file("evil").is_none());
}

#[tokio::test]
async fn no_link_leads_into_git() {
    let folder = folder(&[
        ("a", "1"),
        (".git/config", "secret"),
        (".git/refs/heads/main", "secret"),
        ("sub/.GIT/config", "secret"),
        ("not.git/x", "2"),
    ]);
    let links = [
        ("values.yaml", ".git/config"),
        ("all", ".git"),
        ("refs", ".git/refs"),
        ("through", "all/refs/heads/main"),
        ("other", "sub/.GIT/config"),
        ("sub/up", "../.git/config"),
    ];
    for (name, target) in links {
        symlink(target, folder.path().join(name)).unwrap();
    }
    symlink("not.git", folder.path().join("fine")).unwrap();
    let (_, tree) = read(folder.path(), DirOptions::default()).await.unwrap();
    let paths: Vec<_> = tree.files().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, ["a", "fine/x", "not.git/x"]);
    let skipped: Vec<_> = tree.skipped().map(|(path, _)| path.to_string()).collect();
    let mut names = links.map(|(name, _)| name);
    names.sort_unstable();
    assert_eq!(skipped, names);
    // A folder that itself stands below a `.git` is read as any other.
    let (_, inside) = read(&folder.path().join(".git/refs"), DirOptions::default()).await.unwrap();
    assert_eq!(inside.read("heads/main"), Some(&b"secret"[..]));
    symlink("heads/main", folder.path().join(".git/refs/again")).unwrap();
    let (_, inside) = read(&folder.path().join(".git/refs"), DirOptions::default()).await.unwrap();
    assert_eq!(inside.read("again"), Some(&b"secret"[..]));
}

#[tokio::test]
async fn what_is_neither_file_nor_folder_is_skipped() {
    let folder = folder(&[("a", "1")]);
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let (_, tree) = read(folder.path(), DirOptions::default()).await.unwrap();
    let skipped: Vec<_> = tree.skipped().map(|(path, what)| (path.to_string(), what)).collect();
    assert_eq!(skipped, [("socket".to_owned(), &Skipped::Special)]);
}

#[tokio::test]
async fn limits_and_absence_are_typed() {
    let folder = folder(&[("a/b/c", "12345"), ("d", "12345")]);
    let default = Limits::default;
    for (limits, option) in [
        (Limits { bytes: 9, ..default() }, "bytes"),
        (Limits { file_bytes: 4, ..default() }, "file_bytes"),
        (Limits { files: 3, ..default() }, "files"),
        (Limits { depth: 2, ..default() }, "depth"),
        (Limits { path_bytes: 4, ..default() }, "path_bytes"),
    ] {
        let options = DirOptions { limits, ..DirOptions::default() };
        let error = read(folder.path(), options).await.unwrap_err();
        let SourceError::Limit { option: got, .. } = error else { panic!("{option}: {error}") };
        assert_eq!(got, option);
    }
    let error = read(&folder.path().join("none"), DirOptions::default()).await.unwrap_err();
    assert!(matches!(error, SourceError::NotFound(_)), "{error}");
    assert_eq!(error.class(), ErrorClass::Fix);
}
