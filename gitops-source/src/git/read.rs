//! Reading a tree straight from the object database, links followed, within limits.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use gix::hash::ObjectId;
use gix::objs::tree::{EntryKind, EntryMode};
use gix::objs::{Kind, TreeRefIter};

use super::links::{Found, Links};
use super::objects::{Objects, digest};
use crate::tree::Content;
use crate::{File, Limits, Links as LinkPolicy, Skipped, SourceError, Tree, TreeBuilder, TreePath};

/// What of a commit is wanted, and how.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) limits: Limits,
    pub(super) include: Vec<TreePath>,
    pub(super) links: LinkPolicy,
}

/// The tree that was read last, if someone still holds it: what did not change is taken from it.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Weak<Content>>);

/// Folders deeper than this are refused whatever the limit says, since each costs stack.
const MAX_DEPTH: u64 = 512;

/// The files of `commit`.
pub(super) fn tree_of_commit(
    objects: Objects<'_>,
    commit: ObjectId,
    wanted: &Wanted,
    memory: &Memory,
    stop: &AtomicBool,
) -> Result<Tree, SourceError> {
    let root = objects.folder_of_commit(commit)?;
    let mut limits = wanted.limits.clone();
    limits.depth = limits.depth.min(MAX_DEPTH);
    let mut reading = Reading {
        objects,
        links: Links::new(objects, root, &wanted.limits, stop),
        wanted,
        earlier: memory.recall(),
        stop,
        builder: TreeBuilder::new(limits),
        contents: HashMap::new(),
        open: Vec::new(),
    };
    reading.folder(root, &TreePath::default(), &TreePath::default())?;
    let tree = reading.builder.build();
    match wanted.include.iter().find(|path| tree.digest_of(path).is_none()) {
        Some(path) => Err(SourceError::NotFound(format!("there is no `{path}` at {commit}"))),
        None => Ok(memory.keep(tree)),
    }
}

struct Reading<'a> {
    objects: Objects<'a>,
    links: Links<'a>,
    wanted: &'a Wanted,
    earlier: Option<Arc<Content>>,
    stop: &'a AtomicBool,
    builder: TreeBuilder,
    /// What was read, since the same content often stands at many places.
    contents: HashMap<ObjectId, Bytes>,
    /// The folders that are being read, by their real paths: a link to one of them is a cycle.
    open: Vec<TreePath>,
}

/// Whether a folder's id says all about what is read from it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pure {
    Yes,
    No,
}

impl Reading<'_> {
    /// Reads the folder `id`, which really stands at `real` and is seen at `seen`.
    fn folder(
        &mut self,
        id: ObjectId,
        real: &TreePath,
        seen: &TreePath,
    ) -> Result<Pure, SourceError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(SourceError::Cancelled);
        }
        let unchanged = |it: &Arc<Content>| it.folders.get(seen) == Some(&digest(id));
        if let Some(earlier) = self.earlier.clone().filter(unchanged) {
            self.builder.adopt(&earlier, seen)?;
            return Ok(Pure::Yes);
        }
        let listing = self.listing(id, seen)?;
        self.open.push(real.clone());
        let mut pure = Pure::Yes;
        for entry in TreeRefIter::from_bytes(&listing, id.kind()) {
            let entry = entry.map_err(|error| {
                SourceError::invalid(format!("folder `{seen}` ({id}) cannot be read: {error}"))
            })?;
            let name = std::str::from_utf8(entry.filename).map_err(|_| {
                let name = entry.filename;
                SourceError::invalid(format!("folder `{seen}` has a name not in UTF-8: {name:?}"))
            })?;
            let (real, seen) = (real.entry(name)?, seen.entry(name)?);
            if self.entry(entry.oid.into(), entry.mode, &real, &seen)? == Pure::No {
                pure = Pure::No;
            }
        }
        self.open.pop();
        if pure == Pure::Yes && self.builder.holds_below(seen) {
            self.builder.folder_is(seen.clone(), digest(id));
        }
        Ok(pure)
    }

    fn listing(&self, id: ObjectId, seen: &TreePath) -> Result<Vec<u8>, SourceError> {
        let limit = (self.wanted.limits.bytes, "bytes");
        self.objects.size_within(id, limit, || format!("the listing of folder `{seen}`"))?;
        self.objects.read(id, Kind::Tree)
    }

    fn entry(
        &mut self,
        id: ObjectId,
        mode: EntryMode,
        real: &TreePath,
        seen: &TreePath,
    ) -> Result<Pure, SourceError> {
        let kind = mode.kind();
        match self.part(seen) {
            Part::None => return Ok(Pure::No),
            Part::Some if kind != EntryKind::Tree => return Ok(Pure::No),
            Part::Some => {
                self.folder(id, real, seen)?;
                return Ok(Pure::No);
            }
            Part::All => {}
        }
        match kind {
            EntryKind::Tree => {
                self.builder.enter(seen)?;
                self.folder(id, real, seen)
            }
            EntryKind::Blob | EntryKind::BlobExecutable => {
                self.file(id, seen, kind == EntryKind::BlobExecutable).map(|()| Pure::Yes)
            }
            EntryKind::Link => self.link(id, real, seen).map(|()| Pure::No),
            EntryKind::Commit => {
                self.builder.skip(seen.clone(), Skipped::Submodule(digest(id))).map(|()| Pure::Yes)
            }
        }
    }

    fn file(&mut self, id: ObjectId, seen: &TreePath, executable: bool) -> Result<(), SourceError> {
        let digest = digest(id);
        let known = self.earlier.as_ref().and_then(|it| it.files.get(seen));
        let known = known.filter(|file| file.digest == digest).map(|file| &file.content);
        let content = if let Some(content) = known.or_else(|| self.contents.get(&id)).cloned() {
            self.builder.reserve(seen, content.len() as u64)?;
            content
        } else {
            self.builder.reserve(seen, self.objects.size(id)?)?;
            Bytes::from(self.objects.read(id, Kind::Blob)?)
        };
        self.contents.insert(id, content.clone());
        self.builder.place(seen.clone(), File { content, digest, executable })
    }

    fn link(&mut self, id: ObjectId, real: &TreePath, seen: &TreePath) -> Result<(), SourceError> {
        let target = self.links.target(id, real)?;
        match self.links.follow(real, &target)? {
            Found::File { id, executable } => self.file(id, seen, executable),
            Found::Folder { id, path } if !self.open.contains(&path) => {
                self.builder.enter(seen)?;
                self.folder(id, &path, seen).map(|_| ())
            }
            Found::Outside if self.wanted.links == LinkPolicy::Refuse => {
                Err(SourceError::invalid(format!(
                    "the link `{real}` leaves the tree: it leads to `{}`",
                    target.escape_debug()
                )))
            }
            Found::Folder { .. } | Found::Nothing | Found::Outside => {
                self.builder.skip(seen.clone(), Skipped::Link(target))
            }
        }
    }

    fn part(&self, path: &TreePath) -> Part {
        let include = &self.wanted.include;
        let within = |wanted: &TreePath| path == wanted || path.below(wanted).is_some();
        if include.is_empty() || include.iter().any(within) {
            return Part::All;
        }
        if include.iter().any(|wanted| wanted.below(path).is_some()) {
            Part::Some
        } else {
            Part::None
        }
    }
}

impl Memory {
    fn recall(&self) -> Option<Arc<Content>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }

    fn keep(&self, tree: Tree) -> Tree {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tree.downgrade();
        tree
    }
}

/// How much of a path is wanted.
enum Part {
    All,
    Some,
    None,
}
