//! Folders that are no mirror of ours stay as they are; what is promoted outlasts a power loss.

use std::collections::BTreeMap;
use std::path::Path;

use super::durable::journal::{self, Step};
use super::*;
use crate::testkit::Repository;

/// Its name, and what is done to the folder.
type Case<'a> = (&'a str, &'a dyn Fn(&Path));

fn open(path: &Path, hash: Kind) -> Result<Mirror, SourceError> {
    Mirror::open(path, hash, &AtomicBool::new(false))
}

/// Every entry below a folder, and what the files hold.
fn entries(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(entries(&path));
        }
        all.insert(path.clone(), fs::read(&path).ok());
    }
    all
}

fn write(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Puts a commit that was fetched, as far as a mirror looks, into a mirror.
fn fill(mirror: &Mirror) {
    write(&mirror.path.join("objects/pack/pack-1.idx"), "index");
    write(&mirror.path.join("shallow"), "boundary");
    write(&mirror.path.join(KEPT).join("main"), "commit");
}

#[test]
fn a_folder_that_is_no_mirror_of_ours_is_refused_and_left_as_it_is() {
    let bare = |path: &Path| {
        let mut repository = Repository::init(path).unwrap();
        repository.commit("One", &[("a", Some("1"))]).unwrap();
    };
    let bare_with_a_lock = |path: &Path| {
        bare(path);
        write(&path.join("in-use"), "");
        write(&path.join("quarantine-x/a"), "theirs");
    };
    let checkout = |path: &Path| bare(&path.join(".git"));
    let files = |path: &Path| write(&path.join("notes/a"), "1");
    let hidden = |path: &Path| write(&path.join(".profile"), "1");
    let cases: [Case; 5] = [
        ("HEAD", &bare),
        ("HEAD", &bare_with_a_lock),
        (".git", &checkout),
        ("notes", &files),
        (".profile", &hidden),
    ];
    for (name, make) in cases {
        for hash in [Kind::Sha1, Kind::Sha256] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("theirs");
            make(&path);
            let before = entries(&path);
            let error = open(&path, hash).unwrap_err();
            assert!(matches!(error, SourceError::Invalid(_)), "{name}: {error:?}");
            let said = format!("it holds `{name}` that is no mirror of ours; name another folder");
            assert!(error.to_string().ends_with(&said), "{error}");
            assert_eq!(entries(&path), before, "{name}");
        }
    }
}

#[test]
fn what_stands_in_a_new_volume_or_was_left_by_a_killed_process_is_in_no_ones_way() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lost+found")).unwrap();
    write(&folder.path().join("quarantine-x/shallow.lock"), "left");
    write(&folder.path().join("in-use"), "");
    drop(open(folder.path(), Kind::Sha1).unwrap());
    assert!(!folder.path().join("quarantine-x").exists());
    assert!(folder.path().join("lost+found").exists());
}

#[test]
fn a_mirror_of_ours_is_kept_unless_its_hash_function_is_another() {
    let nothing = |_: &Path| {};
    let edited = |path: &Path| write(&path.join("config"), "[core]\n\tbare = true\n[gc]\n");
    let unmarked = |path: &Path| fs::remove_file(path.join("in-use")).unwrap();
    let cases: [Case; 3] =
        [("whole", &nothing), ("config edited", &edited), ("no mark", &unmarked)];
    for (what, change) in cases {
        for (first, second) in [(Kind::Sha1, Kind::Sha256), (Kind::Sha256, Kind::Sha1)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a/mirror");
            fill(&open(&path, first).unwrap());
            let before = entries(&path);
            change(&path);
            drop(open(&path, first).unwrap());
            assert_eq!(entries(&path), before, "{what}");
            change(&path);
            drop(open(&path, second).unwrap());
            let after = entries(&path);
            assert!(!after.contains_key(&path.join("shallow")), "{what}");
            assert!(!after.contains_key(&path.join(KEPT)), "{what}");
            assert!(!after.contains_key(&path.join("objects/pack/pack-1.idx")), "{what}");
            assert_eq!(Found::at(&path).unwrap(), Found::Mirror(second));
        }
    }
}

#[test]
fn what_a_ref_claims_is_on_disk_before_the_ref() {
    for shallow in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let mirror = open(path, Kind::Sha1).unwrap();
        let made = journal::take();
        for folder in ["objects", "refs", "."] {
            assert!(made.contains(&Step::Synced(path.join(folder))), "{folder}: {made:?}");
        }
        write(&path.join("shallow"), "earlier boundary");
        let quarantine = mirror.quarantine().unwrap();
        for name in ["pack-1.pack", "pack-1.idx"] {
            write(&quarantine.pack_folder().join(name), name);
        }
        if !shallow {
            remove(&quarantine.shallow_file()).unwrap();
        }
        mirror.promote(&quarantine, "main", ObjectId::null(Kind::Sha1)).unwrap();
        let packs = path.join("objects/pack");
        let mut expected = vec![
            Step::Moved(packs.join("pack-1.pack")),
            Step::Moved(packs.join("pack-1.idx")),
            Step::Synced(packs),
            Step::Moved(path.join("shallow")),
            Step::Synced(path.to_owned()),
            Step::Synced(path.join("refs")),
            Step::Moved(path.join(KEPT).join("main")),
            Step::Synced(path.join(KEPT)),
        ];
        expected.retain(|step| shallow || *step != Step::Moved(path.join("shallow")));
        assert_eq!(journal::take(), expected);
        assert_eq!(path.join("shallow").exists(), shallow);
    }
}
