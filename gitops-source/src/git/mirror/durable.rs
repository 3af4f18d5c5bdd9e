//! Changes of a folder that outlast a loss of power.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Renames a file whose content is on disk by then; its new folder has to be synced after.
pub(super) fn move_in(from: &Path, to: &Path) -> io::Result<()> {
    File::open(from)?.sync_all()?;
    #[cfg(test)]
    journal::note(journal::Step::Moved(to.to_owned()));
    fs::rename(from, to)
}

/// Puts on disk which entries a folder has.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(test)]
    journal::note(journal::Step::Synced(path.to_owned()));
    // Only Unix can open a folder; elsewhere a rename is as durable as it gets.
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// Removes a file or folder if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What was done on this thread, since no test can cut the power.
#[cfg(test)]
pub(super) mod journal {
    use std::cell::RefCell;
    use std::path::PathBuf;

    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(in super::super) enum Step {
        /// A file was synced and moved here.
        Moved(PathBuf),
        /// The entries of this folder were synced.
        Synced(PathBuf),
    }

    thread_local! {
        static STEPS: RefCell<Vec<Step>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn note(step: Step) {
        STEPS.with_borrow_mut(|steps| steps.push(step));
    }

    /// The steps since it was last asked.
    pub(in super::super) fn take() -> Vec<Step> {
        STEPS.take()
    }
}
