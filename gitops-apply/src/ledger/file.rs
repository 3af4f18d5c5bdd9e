//! A ledger in a file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use gitops_diff::{Fingerprint, Inventory};
use serde::{Deserialize, Serialize};

use super::{Ledger, Stamped};
use crate::{ApplyError, disk};

/// How often a lock that is held is tried: a process that this one starts holds it too from its
/// fork until its exec, which is a moment.
const LOCK_ATTEMPTS: u32 = 20;

/// The time between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// Keeps the inventory in a JSON file.
///
/// The file is replaced in one step and synced to the disk: whenever the process dies or the
/// power goes, it holds the last inventory or the one before. Processes exclude each other by a
/// lock on a second file, `PATH.lock`, which the system releases with the process. A file that
/// cannot be read is an error and never an empty inventory.
///
/// ```
/// use gitops_apply::{FileLedger, Ledger};
/// use gitops_diff::{Entry, Inventory};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("shop.json");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let ledger = FileLedger::new(&path);
/// let before = ledger.load().await?;
/// let mut inventory = before.inventory;
/// let entry = Entry { version: "v1".into(), ..Entry::default() };
/// inventory.entries.insert("Namespace/shop".parse()?, entry);
/// ledger.store(&inventory, before.stamp.as_deref()).await?;
/// assert_eq!(FileLedger::new(&path).load().await?.inventory, inventory);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileLedger {
    path: PathBuf,
}

/// What is in the file.
#[derive(Serialize, Deserialize)]
struct Record {
    /// The version of the form.
    version: u32,
    /// Counts the stores.
    generation: u64,
    inventory: Inventory,
}

const VERSION: u32 = 1;

impl FileLedger {
    /// The ledger in the file `path`, which need not exist; its folder is made with it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn read(&self) -> Result<Option<Record>, ApplyError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("be read", &error)),
        };
        let record: Record = serde_json::from_slice(&bytes)
            .map_err(|error| self.damaged(&format!("it holds no ledger: {error}")))?;
        match record.version {
            VERSION => Ok(Some(record)),
            other => Err(self.damaged(&format!(
                "its form is version {other}, and this program knows version {VERSION}"
            ))),
        }
    }

    fn swap(&self, next: &Inventory, expected: Option<&str>) -> Result<Stamped, ApplyError> {
        fs::create_dir_all(disk::folder_of(&self.path))
            .map_err(|error| self.failed("get its folder", &error))?;
        let _lock = self.lock()?;
        let stored = self.read()?;
        if stored.as_ref().map(Record::stamp).as_deref() != expected {
            return Err(ApplyError::Fenced(format!(
                "{}: the ledger was changed by another writer; load it again",
                self.path.display()
            )));
        }
        let generation = stored.map_or(0, |it| it.generation) + 1;
        let record = Record { version: VERSION, generation, inventory: next.clone() };
        let mut bytes = serde_json::to_vec_pretty(&record)
            .map_err(|error| ApplyError::Invalid(error.to_string()))?;
        bytes.push(b'\n');
        disk::replace(&self.path, &bytes).map_err(|error| self.failed("be written", &error))?;
        Ok(Stamped { stamp: Some(record.stamp()), inventory: record.inventory })
    }

    fn lock(&self) -> Result<File, ApplyError> {
        let mut name = self.path.clone().into_os_string();
        name.push(".lock");
        let open =
            OpenOptions::new().create(true).truncate(false).write(true).open(Path::new(&name));
        let file = open.map_err(|error| self.failed("be locked", &error))?;
        for _ in 0..LOCK_ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
                Err(TryLockError::Error(error)) => return Err(self.failed("be locked", &error)),
            }
        }
        let path = self.path.display();
        Err(ApplyError::unavailable(format!("{path}: another process is writing the ledger")))
    }

    fn failed(&self, what: &str, error: &io::Error) -> ApplyError {
        let message = format!("{}: the ledger cannot {what}: {error}", self.path.display());
        match error.kind() {
            io::ErrorKind::PermissionDenied => ApplyError::Denied(message),
            _ => ApplyError::unavailable(message),
        }
    }

    fn damaged(&self, why: &str) -> ApplyError {
        ApplyError::Invalid(format!(
            "{}: {why}; restore the file from a backup, or remove it: what it listed is then no \
             longer pruned, and becomes ours again where it is declared",
            self.path.display()
        ))
    }
}

impl Record {
    /// The generation tells stores apart, the digest tells files that were put back.
    fn stamp(&self) -> String {
        let digest = Fingerprint::of(&self.inventory);
        format!("{}-{}", self.generation, &digest.as_str()[..16])
    }
}

#[async_trait]
impl Ledger for FileLedger {
    async fn load(&self) -> Result<Stamped, ApplyError> {
        Ok(self.read()?.map_or_else(Stamped::default, |record| Stamped {
            stamp: Some(record.stamp()),
            inventory: record.inventory,
        }))
    }

    async fn store(&self, next: &Inventory, expected: Option<&str>) -> Result<Stamped, ApplyError> {
        self.swap(next, expected)
    }
}
