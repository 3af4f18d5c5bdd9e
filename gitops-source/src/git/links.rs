//! Where symbolic links in a Git tree lead.

use gix::hash::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{Kind, TreeRefIter};

use super::objects::Objects;
use crate::{SourceError, TreePath};

/// How many links one path may pass, as Linux allows.
const MAX_HOPS: usize = 40;

/// Follows links inside the tree `root`.
pub(super) struct Links<'a> {
    objects: Objects<'a>,
    root: ObjectId,
    target_bytes: u64,
}

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
    pub(super) fn new(objects: Objects<'a>, root: ObjectId, target_bytes: u64) -> Self {
        Self { objects, root, target_bytes }
    }

    /// What the link `id` at `path` says.
    pub(super) fn target(&self, id: ObjectId, path: &TreePath) -> Result<String, SourceError> {
        let limit = self.target_bytes;
        if self.objects.size(id)? > limit {
            let what = format!("the target of the link `{path}`");
            return Err(SourceError::Limit { what, limit, option: "path_bytes" });
        }
        String::from_utf8(self.objects.read(id, Kind::Blob)?).map_err(|_| {
            SourceError::invalid(format!("the target of the link `{path}` is not UTF-8"))
        })
    }

    /// What a link at `path` that says `target` leads to.
    pub(super) fn follow(&self, path: &TreePath, target: &str) -> Result<Found, SourceError> {
        let mut walk = Walk { folders: Vec::new(), rest: Vec::new() };
        if !walk.take(target) {
            return Ok(Found::Outside);
        }
        walk.take(path.ancestors().next().unwrap_or_default());
        let mut hops = 1;
        while let Some(name) = walk.rest.pop() {
            if name == ".." {
                if walk.folders.pop().is_none() {
                    return Ok(Found::Outside);
                }
                continue;
            }
            let Some((id, kind)) = self.lookup(walk.folder(self.root), &name)? else {
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
                    if !walk.take(&self.target(id, path)?) {
                        return Ok(Found::Outside);
                    }
                }
                _ => return Ok(Found::Nothing),
            }
        }
        let names: Vec<&str> = walk.folders.iter().map(|(_, name)| name.as_str()).collect();
        Ok(Found::Folder { id: walk.folder(self.root), path: TreePath::new(&names.join("/"))? })
    }

    fn lookup(
        &self,
        folder: ObjectId,
        name: &str,
    ) -> Result<Option<(ObjectId, EntryKind)>, SourceError> {
        let listing = self.objects.read(folder, Kind::Tree)?;
        let mut entries = TreeRefIter::from_bytes(&listing, folder.kind()).filter_map(Result::ok);
        let found = entries.find(|entry| entry.filename == name.as_bytes());
        Ok(found.map(|entry| (entry.oid.into(), entry.mode.kind())))
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

    /// Goes on along `path` first; false where that is absolute.
    fn take(&mut self, path: &str) -> bool {
        let segments = path.split('/').filter(|segment| !matches!(*segment, "" | "."));
        self.rest.extend(segments.rev().map(str::to_owned));
        !path.starts_with('/')
    }
}
