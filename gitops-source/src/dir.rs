//! A folder on this machine.

use std::fs::{self, DirEntry, File as Disk, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;

use crate::stop::{StopOnDrop, broken_off};
use crate::{
    Digest, Fetched, File, Limits, Links, Revision, Skipped, Source, SourceError, Tree,
    TreeBuilder, TreePath,
};

/// The state of a folder; its revisions are digests of what it holds.
///
/// Each fetch reads every file, so that no change is missed. What changes while it is read is
/// read again. `.git` is left out, and so is a link into it. Links are followed inside the folder; whoever can write to
/// the folder while it is read has to be trusted not to swap them.
///
/// ```
/// use gitops_source::{DirSource, Fetched, Source};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path();
/// std::fs::write(path.join("app.yaml"), "kind: ConfigMap")?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let source = DirSource::new(path);
/// let Fetched::Changed { revision, tree } = source.fetch(None).await? else { unreachable!() };
/// assert_eq!(tree.read("app.yaml"), Some(&b"kind: ConfigMap"[..]));
/// assert!(matches!(source.fetch(Some(&revision)).await?, Fetched::Unchanged));
/// # Ok::<(), gitops_source::SourceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct DirSource {
    path: PathBuf,
    options: DirOptions,
}

/// How a [`DirSource`] behaves.
#[derive(Clone, Debug, Default)]
pub struct DirOptions {
    /// What a tree may cost.
    pub limits: Limits,
    /// What becomes of a link that leaves the folder.
    pub links: Links,
}

/// The name of all revisions of a folder.
const NAME: &str = "local";

/// How often a folder that changes while it is read is read again.
const ATTEMPTS: usize = 3;

impl DirSource {
    /// A source of the folder at `path`, with default options.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::with_options(path, DirOptions::default())
    }

    /// A source of the folder at `path`.
    pub fn with_options(path: impl Into<PathBuf>, options: DirOptions) -> Self {
        Self { path: path.into(), options }
    }
}

#[async_trait]
impl Source for DirSource {
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        let stop = StopOnDrop::default();
        let (own, flag) = (self.clone(), Arc::clone(&stop.0));
        let work = tokio::task::spawn_blocking(move || read(&own.path, &own.options, &flag));
        let tree = work.await.unwrap_or_else(|error| Err(broken_off(&error)))?;
        let revision = Revision::new(NAME, tree.digest().clone());
        if seen.is_some_and(|seen| seen.digest() == revision.digest()) {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::Changed { revision, tree })
    }
}

fn read(path: &Path, options: &DirOptions, stop: &AtomicBool) -> Result<Tree, SourceError> {
    let root = fs::canonicalize(path).map_err(|error| failed(path, &error))?;
    for _ in 0..ATTEMPTS {
        let builder = TreeBuilder::new(options.limits.clone());
        let mut reading =
            Reading { root: &root, options, stop, builder, open: Vec::new(), stamps: Vec::new() };
        reading.folder(&root, &TreePath::default())?;
        if reading.stamps.iter().all(|(path, stamp)| Stamp::of(path).ok() == Some(*stamp)) {
            return Ok(reading.builder.build());
        }
    }
    Err(SourceError::unavailable(format!("`{}` keeps changing while it is read", path.display())))
}

struct Reading<'a> {
    root: &'a Path,
    options: &'a DirOptions,
    stop: &'a AtomicBool,
    builder: TreeBuilder,
    /// The folders that are being read: a link to one of them is a cycle.
    open: Vec<PathBuf>,
    stamps: Vec<(PathBuf, Stamp)>,
}

/// What changes when a file or folder does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Reading<'_> {
    /// Reads the folder that really stands at `real` and is seen at `seen`.
    fn folder(&mut self, real: &Path, seen: &TreePath) -> Result<(), SourceError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(SourceError::Cancelled);
        }
        self.stamp(real)?;
        self.open.push(real.to_owned());
        for entry in entries(real)? {
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| {
                SourceError::invalid(format!(
                    "folder `{seen}` has a name not in UTF-8: {}",
                    name.display()
                ))
            })?;
            if !name.eq_ignore_ascii_case(".git") {
                self.entry(&entry.path(), &seen.entry(name)?)?;
            }
        }
        self.open.pop();
        Ok(())
    }

    fn entry(&mut self, real: &Path, seen: &TreePath) -> Result<(), SourceError> {
        let metadata = fs::symlink_metadata(real).map_err(|error| failed(real, &error))?;
        if metadata.is_symlink() {
            return self.link(real, seen);
        }
        self.plain(real, seen, &metadata)
    }

    fn plain(
        &mut self,
        real: &Path,
        seen: &TreePath,
        metadata: &Metadata,
    ) -> Result<(), SourceError> {
        if metadata.is_dir() {
            self.builder.enter(seen)?;
            return self.folder(real, seen);
        }
        if metadata.is_file() {
            return self.file(real, seen, metadata);
        }
        self.builder.skip(seen.clone(), Skipped::Special)
    }

    fn file(
        &mut self,
        real: &Path,
        seen: &TreePath,
        metadata: &Metadata,
    ) -> Result<(), SourceError> {
        self.stamp(real)?;
        self.builder.reserve(seen, metadata.len())?;
        let mut content = Vec::new();
        let length = metadata.len();
        let done =
            Disk::open(real).and_then(|file| file.take(length + 1).read_to_end(&mut content));
        done.map_err(|error| failed(real, &error))?;
        let digest = Digest::sha256(&content);
        let executable = is_executable(metadata);
        self.builder.place(seen.clone(), File { content: Bytes::from(content), digest, executable })
    }

    fn link(&mut self, real: &Path, seen: &TreePath) -> Result<(), SourceError> {
        let target = fs::read_link(real).map_err(|error| failed(real, &error))?;
        let skipped = Skipped::Link(target.to_string_lossy().into_owned());
        let Ok(end) = fs::canonicalize(real) else {
            return self.builder.skip(seen.clone(), skipped);
        };
        if !end.starts_with(self.root) {
            return match self.options.links {
                Links::Skip => self.builder.skip(seen.clone(), skipped),
                Links::Refuse => Err(SourceError::invalid(format!(
                    "the link `{seen}` leaves the folder: it leads to `{}`",
                    target.display()
                ))),
            };
        }
        if self.open.contains(&end) || self.is_gits_own(&end) {
            return self.builder.skip(seen.clone(), skipped);
        }
        let metadata = fs::metadata(&end).map_err(|error| failed(&end, &error))?;
        self.plain(&end, seen, &metadata)
    }

    /// Whether the path, which has no links in it, leads into a `.git` below the root.
    fn is_gits_own(&self, path: &Path) -> bool {
        let below = path.strip_prefix(self.root).unwrap_or(path);
        below.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
    }

    fn stamp(&mut self, path: &Path) -> Result<(), SourceError> {
        let stamp = Stamp::of(path).map_err(|error| failed(path, &error))?;
        self.stamps.push((path.to_owned(), stamp));
        Ok(())
    }
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// The entries of a folder in the order of their names.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, SourceError> {
    let read = || fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>();
    let mut entries = read().map_err(|error| failed(folder, &error))?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_metadata: &Metadata) -> bool {
    false
}

fn failed(path: &Path, error: &io::Error) -> SourceError {
    let message = format!("`{}` cannot be read: {error}", path.display());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => SourceError::NotFound(message),
        io::ErrorKind::PermissionDenied => SourceError::Denied(message),
        _ => SourceError::unavailable(message),
    }
}
