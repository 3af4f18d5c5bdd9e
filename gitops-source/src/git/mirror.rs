//! A bare mirror on disk: packs come into a quarantine and are promoted when they are whole.
//!
//! What is on disk is valid at every instant. A pack is moved in before the boundary of the
//! history that it brings, and that before the private ref that names its commit, each by an
//! atomic rename that is on disk before the next. The lock is the kernel's (flock), so that a killed process leaves none; what it
//! leaves in a quarantine is removed by the next that opens the mirror.

mod durable;
mod found;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gix::hash::{Kind, ObjectId};
use gix_pack::cache::lru::StaticLinkedList;
use tempfile::TempDir;

use self::durable::{move_in, remove, sync_folder};
use self::found::{Found, QUARANTINE, config, mark};
use super::objects::Objects;
use crate::SourceError;

/// Where the refs are that keep what was fetched.
const KEPT: &str = "refs/gitops";
const POLL: Duration = Duration::from_millis(20);

/// An open mirror; no one else has it open.
#[derive(Debug)]
pub(super) struct Mirror {
    path: PathBuf,
    hash: Kind,
    lock: File,
}

/// A place beside the mirror's objects that sees them, and is gone if it is not promoted.
#[derive(Debug)]
pub(super) struct Quarantine {
    folder: TempDir,
}

impl Mirror {
    /// Opens the mirror at `path`, once no one else has it open, and makes it if it is not there.
    ///
    /// A mirror of another hash function is emptied; what is no mirror of ours is left as it is.
    pub(super) fn open(path: &Path, hash: Kind, stop: &AtomicBool) -> Result<Self, SourceError> {
        fs::create_dir_all(path).map_err(|error| broken(path, &error))?;
        // Not even a lock may come into a folder of someone else.
        ours(path)?;
        let lock = lock(&path.join(found::LOCK), stop)?;
        let mirror = Self { path: path.to_owned(), hash, lock };
        let earlier = ours(path)?.filter(|earlier| *earlier != hash);
        let opened = mirror.sweep().and_then(|()| match earlier {
            Some(_) => mirror.empty(),
            None => mirror.lay_out(),
        });
        opened.map_err(|error| broken(path, &error))?;
        Ok(mirror)
    }

    /// Its objects.
    pub(super) fn objects(&self) -> Result<gix::odb::Handle, SourceError> {
        open_objects(&self.path.join("objects"), self.hash)
    }

    /// The commits that were kept and are whole enough to build on.
    pub(super) fn kept(&self) -> Result<Vec<ObjectId>, SourceError> {
        let objects = self.objects()?;
        let objects = Objects(&objects);
        let Ok(entries) = fs::read_dir(self.path.join(KEPT)) else { return Ok(Vec::new()) };
        let texts = entries.flatten().filter_map(|entry| fs::read(entry.path()).ok());
        let ids = texts.filter_map(|text| ObjectId::from_hex(text.trim_ascii()).ok());
        let whole =
            |id: &ObjectId| objects.folder_of_commit(*id).is_ok_and(|folder| objects.has(folder));
        let mut ids: Vec<ObjectId> = ids.filter(whole).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// How many packs there are.
    pub(super) fn packs(&self) -> usize {
        pack_files(&self.path.join("objects")).map_or(0, |packs| packs.len())
    }

    /// Throws everything away.
    pub(super) fn clear(&self) -> Result<(), SourceError> {
        self.empty().map_err(|error| broken(&self.path, &error))
    }

    /// A new quarantine that builds on the mirror.
    pub(super) fn quarantine(&self) -> Result<Quarantine, SourceError> {
        let made = (|| {
            let folder = tempfile::Builder::new().prefix(QUARANTINE).tempdir_in(&self.path)?;
            let objects = folder.path().join("objects");
            fs::create_dir_all(objects.join("pack"))?;
            fs::create_dir_all(objects.join("info"))?;
            // Relative to the folder of objects, as git reads it.
            fs::write(objects.join("info/alternates"), "../../objects\n")?;
            match fs::copy(self.path.join("shallow"), folder.path().join("shallow")) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            Ok(Quarantine { folder })
        })();
        made.map_err(|error| broken(&self.path, &error))
    }

    /// Moves in what the quarantine holds, and keeps `commit` under `name`.
    pub(super) fn promote(
        &self,
        quarantine: &Quarantine,
        name: &str,
        commit: ObjectId,
    ) -> Result<(), SourceError> {
        let promoted = (|| {
            let packs = self.path.join("objects/pack");
            for pack in pack_files(&quarantine.objects_path())? {
                for extension in ["pack", "idx"] {
                    let from = pack.with_extension(extension);
                    move_in(&from, &packs.join(from.file_name().unwrap_or_default()))?;
                }
            }
            sync_folder(&packs)?;
            let shallow = quarantine.shallow_file();
            let own = self.path.join("shallow");
            if shallow.exists() {
                move_in(&shallow, &own)?;
            } else {
                remove(&own)?;
            }
            sync_folder(&self.path)?;
            self.keep(quarantine, name, commit)
        })();
        promoted.map_err(|error| broken(&self.path, &error))
    }

    /// Keeps no commit any more, so that nothing is built on what is there.
    pub(super) fn forget(&self) -> Result<(), SourceError> {
        remove(&self.path.join(KEPT)).map_err(|error| broken(&self.path, &error))
    }

    /// Removes every other pack after one that needs none was promoted.
    pub(super) fn keep_only(&self, pack: &Path) -> Result<(), SourceError> {
        let cleaned = (|| {
            for other in pack_files(&self.path.join("objects"))? {
                if other.file_stem() != pack.file_stem() {
                    remove(&other.with_extension("idx"))?;
                    remove(&other)?;
                }
            }
            Ok(())
        })();
        cleaned.map_err(|error| broken(&self.path, &error))
    }

    fn keep(&self, quarantine: &Quarantine, name: &str, commit: ObjectId) -> io::Result<()> {
        let written = quarantine.folder.path().join("ref");
        let mut file = File::create(&written)?;
        writeln!(file, "{commit}")?;
        let kept = self.path.join(KEPT);
        fs::create_dir_all(&kept)?;
        sync_folder(&self.path.join("refs"))?;
        move_in(&written, &kept.join(name))?;
        sync_folder(&kept)
    }

    /// Removes what killed processes left.
    fn sweep(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(QUARANTINE) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    fn empty(&self) -> io::Result<()> {
        // The refs go first: without them nothing claims that objects are there.
        remove(&self.path.join("refs"))?;
        sync_folder(&self.path)?;
        for name in ["objects", "shallow", "packed-refs"] {
            remove(&self.path.join(name))?;
        }
        self.lay_out()
    }

    /// Makes what of a bare repository is not there, so that `git` can look at it too.
    fn lay_out(&self) -> io::Result<()> {
        // The mark comes first: from then on the folder is known to be ours.
        self.sign()?;
        let folders = ["objects/pack", "objects/info", "refs/heads"];
        let missing = folders.iter().any(|folder| !self.path.join(folder).is_dir());
        for folder in folders {
            fs::create_dir_all(self.path.join(folder))?;
        }
        fs::write(self.path.join("config"), config(self.hash))?;
        fs::write(self.path.join("HEAD"), "ref: refs/heads/main\n")?;
        if missing {
            for folder in ["objects", "refs", "."] {
                sync_folder(&self.path.join(folder))?;
            }
        }
        Ok(())
    }

    /// Says in the lock that the folder is a mirror of ours.
    fn sign(&self) -> io::Result<()> {
        let (mut lock, mark) = (&self.lock, mark(self.hash));
        let mut said = String::new();
        lock.rewind()?;
        if lock.read_to_string(&mut said).is_ok() && said == mark {
            return Ok(());
        }
        lock.rewind()?;
        lock.set_len(0)?;
        lock.write_all(mark.as_bytes())?;
        lock.sync_all()?;
        sync_folder(&self.path)
    }
}

impl Quarantine {
    pub(super) fn objects(&self, hash: Kind) -> Result<gix::odb::Handle, SourceError> {
        open_objects(&self.objects_path(), hash)
    }

    pub(super) fn pack_folder(&self) -> PathBuf {
        self.objects_path().join("pack")
    }

    pub(super) fn shallow_file(&self) -> PathBuf {
        self.folder.path().join("shallow")
    }

    /// Forgets the mirror, so that a pack has to bring all that it needs.
    pub(super) fn stand_alone(&self) -> Result<(), SourceError> {
        let cut = remove(&self.objects_path().join("info/alternates"))
            .and_then(|()| remove(&self.shallow_file()));
        cut.map_err(|error| broken(self.folder.path(), &error))
    }

    fn objects_path(&self) -> PathBuf {
        self.folder.path().join("objects")
    }
}

fn open_objects(path: &Path, hash: Kind) -> Result<gix::odb::Handle, SourceError> {
    let mut objects = gix::odb::at(path, hash).map_err(|error| broken(path, &error))?;
    objects.set_pack_cache(|| Box::new(StaticLinkedList::<64>::default()));
    Ok(objects)
}

/// The packs that have an index.
fn pack_files(objects: &Path) -> io::Result<Vec<PathBuf>> {
    let mut packs = Vec::new();
    for entry in fs::read_dir(objects.join("pack"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "idx") {
            packs.push(path.with_extension("pack"));
        }
    }
    Ok(packs)
}

/// The hash function of the mirror at `path`, none if there is nothing yet.
fn ours(path: &Path) -> Result<Option<Kind>, SourceError> {
    match Found::at(path).map_err(|error| broken(path, &error))? {
        Found::Nothing => Ok(None),
        Found::Mirror(hash) => Ok(Some(hash)),
        Found::Foreign(name) => Err(SourceError::invalid(format!(
            "the folder `{}` cannot be the mirror: it holds `{name}` that is no mirror of ours; \
             name another folder",
            path.display()
        ))),
    }
}

/// Takes the lock, waiting for whoever has it.
fn lock(path: &Path, stop: &AtomicBool) -> Result<File, SourceError> {
    let file = File::options().create(true).truncate(false).read(true).write(true).open(path);
    let file = file.map_err(|error| broken(path, &error))?;
    while !stop.load(Ordering::Relaxed) {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(POLL),
            Err(TryLockError::Error(error)) => return Err(broken(path, &error)),
        }
    }
    Err(SourceError::unavailable(format!(
        "another process has the mirror `{}` open",
        path.display()
    )))
}

fn broken(path: &Path, error: &io::Error) -> SourceError {
    SourceError::unavailable(format!("the mirror `{}` cannot be used: {error}", path.display()))
}

#[cfg(test)]
mod tests;
