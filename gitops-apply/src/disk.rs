//! Files that are either what they were or what they shall be, whatever happens in between.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A step of [`replace`]; the process may die before or after each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The new file is made beside the old one.
    Create,
    /// The content is written into it.
    Write,
    /// The content reaches the disk.
    Sync,
    /// It takes the name of the old one.
    Rename,
    /// The name reaches the disk.
    SyncFolder,
}

/// Gives the file `path` the content `bytes`, in one step for everyone who reads it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace_stepwise(path, bytes, &mut |_| Ok(()))
}

/// As [`replace`]; `before` is asked before each step, and what it answers is what the step met.
pub(crate) fn replace_stepwise(
    path: &Path,
    bytes: &[u8],
    before: &mut dyn FnMut(Step) -> io::Result<()>,
) -> io::Result<()> {
    let draft = draft_of(path);
    let replaced = write_and_rename(path, &draft, bytes, before);
    if replaced.is_err() {
        // The disk may be full or gone; what matters is the error that led here.
        let _ = fs::remove_file(&draft);
    }
    replaced?;
    before(Step::SyncFolder)?;
    sync_folder(path)
}

fn write_and_rename(
    path: &Path,
    draft: &Path,
    bytes: &[u8],
    before: &mut dyn FnMut(Step) -> io::Result<()>,
) -> io::Result<()> {
    before(Step::Create)?;
    remove(draft)?;
    // Never through a link that somebody laid here.
    let mut file = OpenOptions::new().write(true).create_new(true).open(draft)?;
    before(Step::Write)?;
    file.write_all(bytes)?;
    before(Step::Sync)?;
    file.sync_all()?;
    before(Step::Rename)?;
    fs::rename(draft, path)
}

/// Removes a file, if it is there; whether it was.
pub(crate) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes the names in the folder of `path` survive a loss of power, where folders can be synced.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    match folder_of(path) {
        folder if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// The folder a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The file that becomes `path`: `.NAME.draft` beside it.
fn draft_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".draft");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 5] =
        [Step::Create, Step::Write, Step::Sync, Step::Rename, Step::SyncFolder];

    #[test]
    fn a_replacement_that_fails_at_any_step_leaves_a_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for step in STEPS {
            replace(&path, b"old").unwrap();
            let failed = replace_stepwise(&path, b"new", &mut |at| {
                if at == step { Err(io::Error::other("disk full")) } else { Ok(()) }
            });
            assert!(failed.is_err(), "{step:?}");
            let expected: &[u8] = if step == Step::SyncFolder { b"new" } else { b"old" };
            assert_eq!(fs::read(&path).unwrap(), expected, "{step:?}");
            let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
            assert_eq!(names.len(), 1, "{step:?} left something behind: {names:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_a_dead_process_or_an_enemy_left_in_the_way_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, bystander) = (folder.path().join("file"), folder.path().join("bystander"));
        fs::write(&bystander, b"untouched").unwrap();
        fs::write(draft_of(&path), b"half of a rec").unwrap();
        replace(&path, b"one").unwrap();
        std::os::unix::fs::symlink(&bystander, draft_of(&path)).unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read(&bystander).unwrap(), b"untouched");
    }
}
