//! Where symbolic links in a Git tree lead.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::hash::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{Kind, TreeRefIter};

use super::objects::Objects;
use crate::{Limits, SourceError, TreePath};

/// How many links one path may pass, as Linux allows.
const MAX_HOPS: usize = 40;

/// How many bytes of an object are read for the price of a step.
const STEP_BYTES: u64 = 32;

/// How many bytes of listings are kept parsed; past them, all are forgotten.
const KEPT_BYTES: u64 = 8 << 20;

/// Follows links inside the tree `root`, all together within a number of steps.
pub(super) struct Links<'a> {
    objects: Objects<'a>,
    root: ObjectId,
    limits: &'a Limits,
    stop: &'a AtomicBool,
    steps: u64,
    folders: HashMap<ObjectId, Folder>,
    kept_bytes: u64,
}

/// What stands in a folder, by name.
type Folder = HashMap<Vec<u8>, (ObjectId, EntryKind)>;

/// What a link leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    File {
        id: ObjectId,
        executable: bool,
    },
    Folder {
        id: ObjectId,
        path: TreePath,
    },
    /// Nothing, a submodule, or too many links.
    Nothing,
    /// Something that is not in the tree.
    Outside,
}

impl<'a> Links<'a> {
    pub(super) fn new(
        objects: Objects<'a>,
        root: ObjectId,
        limits: &'a Limits,
        stop: &'a AtomicBool,
    ) -> Self {
        let folders = HashMap::new();
        Self { objects, root, limits, stop, steps: 0, folders, kept_bytes: 0 }
    }

    /// What the link `id` at `path` says.
    pub(super) fn target(&mut self, id: ObjectId, path: &TreePath) -> Result<String, SourceError> {
        let limit = (self.limits.path_bytes, "path_bytes");
        let what = || format!("the target of the link `{path}`");
        let size = self.objects.size_within(id, limit, what)?;
        self.pay(size / STEP_BYTES)?;
        String::from_utf8(self.objects.read(id, Kind::Blob)?).map_err(|_| {
            SourceError::invalid(format!("the target of the link `{path}` is not UTF-8"))
        })
    }

    /// What a link at `path` that says `target` leads to.
    pub(super) fn follow(&mut self, path: &TreePath, target: &str) -> Result<Found, SourceError> {
        let mut walk = Walk { folders: Vec::new(), rest: Vec::new() };
        if target.starts_with('/') {
            return Ok(Found::Outside);
        }
        self.pay(walk.take(target))?;
        self.pay(walk.take(path.ancestors().next().unwrap_or_default()))?;
        let mut hops = 1;
        while let Some(name) = walk.rest.pop() {
            if name == ".." {
                if walk.folders.pop().is_none() {
                    return Ok(Found::Outside);
                }
                continue;
            }
            let Some((id, kind)) = self.lookup(walk.folder(self.root), &name, path)? else {
                return Ok(Found::Nothing);
            };
            let executable = kind == EntryKind::BlobExecutable;
            match kind {
                EntryKind::Tree => walk.folders.push((id, name)),
                EntryKind::Blob | EntryKind::BlobExecutable if walk.rest.is_empty() => {
                    return Ok(Found::File { id, executable });
                }
                EntryKind::Link if hops < MAX_HOPS => {
                    hops += 1;
                    let target = self.target(id, path)?;
                    if target.starts_with('/') {
                        return Ok(Found::Outside);
                    }
                    self.pay(walk.take(&target))?;
                }
                _ => return Ok(Found::Nothing),
            }
        }
        let names: Vec<&str> = walk.folders.iter().map(|(_, name)| name.as_str()).collect();
        Ok(Found::Folder { id: walk.folder(self.root), path: TreePath::new(&names.join("/"))? })
    }

    /// What stands under `name` in `folder`, which the link at `path` passes.
    fn lookup(
        &mut self,
        folder: ObjectId,
        name: &str,
        path: &TreePath,
    ) -> Result<Option<(ObjectId, EntryKind)>, SourceError> {
        if let Some(known) = self.folders.get(&folder) {
            return Ok(known.get(name.as_bytes()).copied());
        }
        let limit = (self.limits.bytes, "bytes");
        let what = || format!("the listing of a folder that the link `{path}` passes");
        let size = self.objects.size_within(folder, limit, what)?;
        self.pay(size / STEP_BYTES)?;
        let listing = self.objects.read(folder, Kind::Tree)?;
        let mut entries = TreeRefIter::from_bytes(&listing, folder.kind())
            .filter_map(Result::ok)
            .map(|entry| (entry.filename.to_vec(), (entry.oid.into(), entry.mode.kind())));
        if size > KEPT_BYTES {
            let found = entries.find(|(found, _)| found == name.as_bytes());
            return Ok(found.map(|(_, entry)| entry));
        }
        let mut parsed = Folder::new();
        for (found, entry) in entries {
            parsed.entry(found).or_insert(entry);
        }
        let found = parsed.get(name.as_bytes()).copied();
        self.keep(folder, size, parsed);
        Ok(found)
    }

    fn keep(&mut self, id: ObjectId, size: u64, folder: Folder) {
        if self.kept_bytes + size > KEPT_BYTES {
            self.folders.clear();
            self.kept_bytes = 0;
        }
        self.kept_bytes += size;
        self.folders.insert(id, folder);
    }

    /// Counts steps that are about to be taken.
    fn pay(&mut self, steps: u64) -> Result<(), SourceError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(SourceError::Cancelled);
        }
        self.steps = self.steps.saturating_add(steps);
        let limit = self.limits.link_steps;
        if self.steps <= limit {
            return Ok(());
        }
        let what = "the number of steps along links".to_owned();
        Err(SourceError::Limit { what, limit, option: "link_steps" })
    }
}

/// A path that is being walked: the folders passed, and the segments to go, the next on top.
struct Walk {
    folders: Vec<(ObjectId, String)>,
    rest: Vec<String>,
}

impl Walk {
    /// The folder it stands in.
    fn folder(&self, root: ObjectId) -> ObjectId {
        self.folders.last().map_or(root, |(id, _)| *id)
    }

    /// Goes on along `path` first; says how many steps that adds.
    fn take(&mut self, path: &str) -> u64 {
        let before = self.rest.len();
        let segments = path.split('/').filter(|segment| !matches!(*segment, "" | "."));
        self.rest.extend(segments.rev().map(str::to_owned));
        (self.rest.len() - before) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::Repository;

    #[test]
    fn a_walk_along_links_can_be_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let mut repository = Repository::init(folder.path().join("repo.git")).unwrap();
        repository.commit("One", &[("a/b", Some("1"))]).unwrap();
        let git = gix::open(repository.path()).unwrap();
        let root = git.head_tree_id().unwrap().detach();
        let (limits, stop) = (Limits::default(), AtomicBool::new(false));
        let mut links = Links::new(Objects(&git.objects), root, &limits, &stop);
        let path = TreePath::new("link").unwrap();
        assert!(matches!(links.follow(&path, "a/b").unwrap(), Found::File { .. }));
        stop.store(true, Ordering::Relaxed);
        let error = links.follow(&path, "a/b").unwrap_err();
        assert!(matches!(error, SourceError::Cancelled), "{error}");
    }
}
