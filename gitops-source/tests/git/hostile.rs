//! Repositories whose objects were written by hand to do harm.

use gitops_source::{GitOptions, Limits, SourceError, TreePath};
use gix::hash::ObjectId;
use gix::objs::{Kind, Write};

use crate::support::{Backend, Fixture, changed, failed, git_is_here, main_of};

const FILE: &str = "100644";
const FOLDER: &str = "40000";
const LINK: &str = "120000";

/// A repository that is written object by object.
struct Forge {
    fixture: Fixture,
    git: gix::Repository,
}

impl Forge {
    fn new() -> Self {
        let fixture = Fixture::with_noise(1);
        let git = gix::open(fixture.repository.path()).unwrap();
        Self { fixture, git }
    }

    fn object(&self, kind: Kind, content: &[u8]) -> ObjectId {
        self.git.objects.write_buf(kind, content).unwrap()
    }

    fn blob(&self, content: &[u8]) -> ObjectId {
        self.object(Kind::Blob, content)
    }

    fn folder(&self, entries: &[(&str, &[u8], ObjectId)]) -> ObjectId {
        let mut content = Vec::new();
        for (mode, name, id) in entries {
            content.extend_from_slice(mode.as_bytes());
            content.push(b' ');
            content.extend_from_slice(name);
            content.push(0);
            content.extend_from_slice(id.as_bytes());
        }
        self.object(Kind::Tree, &content)
    }

    /// Points the branch to a commit of `folder`.
    fn commit(&self, folder: ObjectId) {
        let who = "Ada <ada@example.com> 1700000000 +0000";
        let text = format!("tree {folder}\nauthor {who}\ncommitter {who}\n\nHostile\n");
        self.point(self.object(Kind::Commit, text.as_bytes()));
    }

    fn point(&self, id: ObjectId) {
        let path = self.fixture.repository.path().join("refs/heads/main");
        std::fs::write(path, format!("{id}\n")).unwrap();
    }

    async fn refused(&self, limits: Limits) -> SourceError {
        let options = GitOptions { limits, ..GitOptions::default() };
        failed(&main_of(&self.fixture.repository.url(), options)).await
    }
}

#[tokio::test]
async fn names_that_no_tree_can_hold_are_refused() {
    let names: [&[u8]; 11] = [
        b"..",
        b".",
        b"",
        b"a/b",
        b"../../etc/passwd",
        b".git",
        b".GiT",
        b"a\\b",
        b"\xff\xfe",
        b"/",
        b"C:",
    ];
    for name in names {
        for mode in [FILE, FOLDER, LINK] {
            let forge = Forge::new();
            let blob = forge.blob(b"x");
            let id = if mode == FOLDER { forge.folder(&[(FILE, b"x", blob)]) } else { blob };
            forge.commit(forge.folder(&[(FILE, b"a", blob), (mode, name, id)]));
            let error = forge.refused(Limits::default()).await;
            assert!(matches!(error, SourceError::Invalid(_)), "{mode} {name:?}: {error:?}");
        }
    }
}

#[tokio::test]
async fn an_entry_that_is_there_twice_is_refused() {
    let forge = Forge::new();
    let (one, two) = (forge.blob(b"1"), forge.blob(b"2"));
    let folder = forge.folder(&[(FILE, b"x", one)]);
    let twice: [[(&str, &[u8], ObjectId); 2]; 3] = [
        [(FILE, b"a", one), (FILE, b"a", two)],
        [(FILE, b"a", one), (FOLDER, b"a", folder)],
        [(FOLDER, b"a", folder), (FOLDER, b"a", folder)],
    ];
    for entries in twice {
        forge.commit(forge.folder(&entries));
        let error = forge.refused(Limits::default()).await;
        assert!(matches!(error, SourceError::Invalid(_)), "{error:?}");
    }
}

#[tokio::test]
async fn bombs_end_at_a_limit() {
    let forge = Forge::new();
    let blob = forge.blob(b"x");
    let nest = |mut folder: ObjectId, levels: usize, width: usize| {
        for _ in 0..levels {
            let names: Vec<String> = (0..width).map(|index| format!("{index:02}")).collect();
            let entries: Vec<_> =
                names.iter().map(|name| (FOLDER, name.as_bytes(), folder)).collect();
            folder = forge.folder(&entries);
        }
        folder
    };
    let file = forge.folder(&[(FILE, b"x", blob)]);
    let names: Vec<String> = (0..100_001).map(|index| format!("{index:06}")).collect();
    let flat: Vec<_> = names.iter().map(|name| (FILE, name.as_bytes(), blob)).collect();
    let long = "n".repeat(5000);
    for (what, root, limits, option) in [
        ("deep", nest(file, 600, 1), Limits::default(), "depth"),
        (
            "deep by option",
            nest(file, 600, 1),
            Limits { depth: u64::MAX, ..Limits::default() },
            "depth",
        ),
        ("wide and deep", nest(file, 10, 30), Limits { files: 5000, ..Limits::default() }, "files"),
        (
            "empty",
            nest(forge.folder(&[]), 20, 20),
            Limits { files: 5000, ..Limits::default() },
            "files",
        ),
        ("flat", forge.folder(&flat), Limits::default(), "files"),
        ("long", forge.folder(&[(FILE, long.as_bytes(), blob)]), Limits::default(), "path_bytes"),
        (
            "link",
            forge.folder(&[(LINK, b"l", forge.blob(long.as_bytes()))]),
            Limits::default(),
            "path_bytes",
        ),
        (
            "large",
            forge.folder(&[(FILE, b"l", forge.blob(&[0; 2000]))]),
            Limits { file_bytes: 1000, ..Limits::default() },
            "file_bytes",
        ),
        ("listing", forge.folder(&flat), Limits { bytes: 1 << 20, ..Limits::default() }, "bytes"),
    ] {
        forge.commit(root);
        let error = forge.refused(limits).await;
        let SourceError::Limit { option: got, .. } = error else { panic!("{what}: {error:?}") };
        assert_eq!(got, option, "{what}");
    }
}

#[tokio::test]
async fn links_that_go_far_end_at_a_limit() {
    let forge = Forge::new();
    let leaf = forge.folder(&[(FILE, b"x", forge.blob(b"x"))]);
    let names: Vec<String> = (0..50_000).map(|index| format!("{index:05}")).collect();
    let many = |target: &str, extra: &[(&'static str, &'static [u8], ObjectId)]| {
        let link = forge.blob(target.as_bytes());
        let mut entries: Vec<_> = names.iter().map(|name| (LINK, name.as_bytes(), link)).collect();
        entries.extend_from_slice(extra);
        forge.folder(&entries)
    };
    let there_and_back = "zz/../".repeat(60);
    let large: Vec<_> = names.iter().map(|name| (FILE, name.as_bytes(), leaf)).collect();
    let large = forge.folder(&large);
    let small = Limits { bytes: 1 << 20, ..Limits::default() };
    let beside = forge.folder(&[(LINK, b"l", forge.blob(b"../b/x"))]);
    for (what, root, limits, option, include) in [
        (
            "back and forth",
            many(&there_and_back, &[(FOLDER, b"zz", leaf)]),
            Limits::default(),
            "link_steps",
            "",
        ),
        (
            "long",
            many(&format!("zz/{}", "n".repeat(4000)), &[]),
            Limits::default(),
            "link_steps",
            "",
        ),
        (
            "large folder",
            forge.folder(&[(FOLDER, b"a", beside), (FOLDER, b"b", large)]),
            Limits { link_steps: 1000, ..Limits::default() },
            "link_steps",
            "a",
        ),
        (
            "large listing",
            forge.folder(&[(FOLDER, b"a", beside), (FOLDER, b"b", large)]),
            small,
            "bytes",
            "a",
        ),
    ] {
        forge.commit(root);
        let include =
            if include.is_empty() { vec![] } else { vec![TreePath::new(include).unwrap()] };
        let options = GitOptions { limits, include, ..GitOptions::default() };
        let error = failed(&main_of(&forge.fixture.repository.url(), options)).await;
        let SourceError::Limit { option: got, .. } = error else { panic!("{what}: {error:?}") };
        assert_eq!(got, option, "{what}");
    }
}

#[tokio::test]
async fn a_folder_that_many_links_pass_is_paid_for_once() {
    let forge = Forge::new();
    let blob = forge.blob(b"x");
    let names: Vec<String> = (0..2000).map(|index| format!("{index:05}")).collect();
    let folder = |mode, id| {
        let entries: Vec<_> = names.iter().map(|name| (mode, name.as_bytes(), id)).collect();
        forge.folder(&entries)
    };
    let links = folder(LINK, forge.blob(b"../b/01999"));
    forge.commit(forge.folder(&[(FOLDER, b"a", links), (FOLDER, b"b", folder(FILE, blob))]));
    let limits = Limits { link_steps: 20_000, ..Limits::default() };
    let options = GitOptions { limits, ..GitOptions::default() };
    let url = forge.fixture.repository.url();
    let (_, tree) = changed(&main_of(&url, options), None).await;
    assert_eq!(tree.files().count(), 4000);
}

#[tokio::test]
async fn broken_objects_are_refused() {
    let forge = Forge::new();
    let blob = forge.blob(b"x");
    let absent = ObjectId::from_hex(b"1234567890123456789012345678901234567890").unwrap();
    let garbage = forge.object(Kind::Tree, b"\x01\x02 not a tree");
    for folder in [
        absent,
        blob,
        garbage,
        forge.folder(&[(FILE, b"a", absent)]),
        forge.folder(&[(FOLDER, b"a", absent)]),
        forge.folder(&[(FOLDER, b"a", garbage)]),
        forge.folder(&[(FOLDER, b"a", blob)]),
        forge.folder(&[(FILE, b"a", forge.folder(&[]))]),
        forge.folder(&[("777777777777777", b"a", blob)]),
    ] {
        forge.commit(folder);
        let error = forge.refused(Limits::default()).await;
        assert!(matches!(error, SourceError::Invalid(_) | SourceError::Corrupt(_)), "{error:?}");
    }
    for target in [blob, garbage, forge.object(Kind::Commit, b"tree\n")] {
        forge.point(target);
        let error = forge.refused(Limits::default()).await;
        assert!(matches!(error, SourceError::Invalid(_)), "{error:?}");
    }
}

#[tokio::test]
async fn an_object_that_is_not_what_its_id_says_is_refused() {
    let forge = Forge::new();
    let (real, other) = (forge.blob(b"real"), forge.blob(b"evil"));
    forge.commit(forge.folder(&[(FILE, b"a", real)]));
    let file = |id: ObjectId| {
        let digits = id.to_string();
        forge.fixture.repository.path().join("objects").join(&digits[..2]).join(&digits[2..])
    };
    std::fs::remove_file(file(real)).unwrap();
    std::fs::copy(file(other), file(real)).unwrap();
    let error = forge.refused(Limits::default()).await;
    assert!(matches!(error, SourceError::Corrupt(_)), "{error:?}");
}

#[tokio::test]
async fn what_is_refused_is_not_fetched_again() {
    if !git_is_here("what_is_refused_is_not_fetched_again") {
        return;
    }
    let forge = Forge::new();
    forge.commit(forge.folder(&[(LINK, b"evil", forge.blob(b"../../etc/passwd"))]));
    let backend = Backend::start(forge.fixture.root());
    let source = main_of(&backend.url(), GitOptions::default());
    for requests in [3, 1, 1] {
        let error = failed(&source).await;
        assert!(matches!(error, SourceError::Invalid(_)), "{error:?}");
        assert!(backend.requests().len() <= requests + 1);
    }
}
