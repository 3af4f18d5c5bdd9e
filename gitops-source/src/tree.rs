//! An immutable, content-addressed tree of files in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;
#[cfg(feature = "git")]
use std::sync::Weak;

use bytes::Bytes;

use crate::{Digest, SourceError, TreeBuilder, TreePath};

/// Files by path, with a digest for the whole and for each folder and file in it.
///
/// Cloning and [`subtree`](Tree::subtree) share everything. A tree cannot hold `..`, absolute
/// paths, or links that leave it: links are followed when it is built, and what a link points
/// to stands in its place.
///
/// Digests of a tree that was read from Git are the ids that Git gave (`sha1:…`), so they are
/// the same at every commit that does not touch the path. Folders that hold a link, or of
/// which only a part was wanted, have a digest of our own (`sha256:…`), since what they hold can
/// change while Git's id does not.
///
/// ```
/// use gitops_source::Tree;
///
/// let tree = Tree::from_files([("apps/web.yaml", "a: 1"), ("README.md", "hi")])?;
/// let apps = tree.subtree("apps").expect("because it holds a file");
/// assert_eq!(apps.read("web.yaml"), Some(&b"a: 1"[..]));
/// assert_eq!(tree.digest_of("apps").as_ref(), Some(apps.digest()));
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tree {
    content: Arc<Content>,
    root: TreePath,
    digest: Digest,
}

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What it holds.
    pub content: Bytes,
    /// The digest of that: of a Git source the id of the blob.
    pub digest: Digest,
    /// Whether it may be run.
    pub executable: bool,
}

/// What a source holds at a path, and a [`Tree`] cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skipped {
    /// A submodule: a commit of another repository.
    Submodule(Digest),
    /// A link to nothing, or to a folder that holds the link; with its target.
    Link(String),
    /// Neither file, folder nor link, such as a socket.
    Special,
}

/// What trees of one root share.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) files: BTreeMap<TreePath, File>,
    pub(crate) folders: BTreeMap<TreePath, Digest>,
    pub(crate) skipped: BTreeMap<TreePath, Skipped>,
}

impl Tree {
    /// A tree of these files, within the default [`Limits`](crate::Limits).
    ///
    /// # Errors
    /// As [`TreeBuilder::insert`].
    pub fn from_files<P: AsRef<str>, C: Into<Bytes>>(
        files: impl IntoIterator<Item = (P, C)>,
    ) -> Result<Self, SourceError> {
        let mut builder = TreeBuilder::default();
        for (path, content) in files {
            builder.insert(path.as_ref(), content)?;
        }
        Ok(builder.build())
    }

    pub(crate) fn new(content: Content, digest: Digest) -> Self {
        Self { content: Arc::new(content), root: TreePath::default(), digest }
    }

    /// What it shares with its sub-trees, as long as someone holds one of them.
    #[cfg(feature = "git")]
    pub(crate) fn downgrade(&self) -> Weak<Content> {
        Arc::downgrade(&self.content)
    }

    /// The digest of everything in it.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The digest of a folder or file; the same digest means the same content.
    pub fn digest_of(&self, path: &str) -> Option<Digest> {
        let path = self.absolute(path)?;
        let file = || self.content.files.get(&path).map(|file| file.digest.clone());
        self.content.folders.get(&path).cloned().or_else(file)
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.content.files.get(&self.absolute(path)?)
    }

    /// The content of the file at `path`.
    pub fn read(&self, path: &str) -> Option<&[u8]> {
        self.file(path).map(|file| &*file.content)
    }

    /// Whether there is a folder at `path`; the root is one.
    pub fn is_folder(&self, path: &str) -> bool {
        self.absolute(path).is_some_and(|path| self.content.folders.contains_key(&path))
    }

    /// The files in the order of their paths, which are relative to this tree.
    pub fn files(&self) -> impl Iterator<Item = (TreePath, &File)> {
        self.below(&self.content.files)
    }

    /// What the source holds and this tree cannot, by path.
    pub fn skipped(&self) -> impl Iterator<Item = (TreePath, &Skipped)> {
        self.below(&self.content.skipped)
    }

    /// The tree of the folder `path`.
    pub fn subtree(&self, path: &str) -> Option<Tree> {
        let root = self.absolute(path)?;
        let digest = self.content.folders.get(&root)?.clone();
        Some(Self { content: Arc::clone(&self.content), root, digest })
    }

    fn below<'a, T>(
        &'a self,
        all: &'a BTreeMap<TreePath, T>,
    ) -> impl Iterator<Item = (TreePath, &'a T)> {
        below(all, &self.root).filter_map(|(path, value)| Some((path.below(&self.root)?, value)))
    }

    fn absolute(&self, path: &str) -> Option<TreePath> {
        let path = TreePath::new(path).ok()?;
        Some(self.root.join(&path))
    }
}

/// The entries at `folder` and below it, and perhaps some that only start like it.
pub(crate) fn below<'a, T>(
    all: &'a BTreeMap<TreePath, T>,
    folder: &'a TreePath,
) -> impl Iterator<Item = (&'a TreePath, &'a T)> {
    all.range::<str, _>((Bound::Included(folder.as_str()), Bound::Unbounded))
        .take_while(|(path, _)| path.starts_with(folder.as_str()))
}
