//! An immutable, content-addressed tree of files in memory.

use std::collections::BTreeMap;
use std::fmt;
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
#[derive(Clone)]
pub struct Tree {
    content: Arc<Content>,
    root: TreePath,
    digest: Digest,
}

/// One file of a tree; its `Debug` leaves the content out, which may be secret.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree")
            .field("digest", &self.digest)
            .field("files", &self.files().count())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("digest", &self.digest)
            .field("bytes", &self.content.len())
            .field("executable", &self.executable)
            .finish()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subtree_holds_what_is_below_its_folder_and_nothing_beside_it() {
        let files = [("a", "0"), ("b/c", "1"), ("b/d/e", "2"), ("b-c/f", "3"), ("b.g", "4")];
        let tree = Tree::from_files(files).unwrap();
        let below = tree.subtree("b").unwrap();
        let paths: Vec<_> = below.files().map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["c", "d/e"]);
        assert_eq!(below.read("d/e"), Some(&b"2"[..]));
        assert_eq!((below.read("../a"), below.read("/a"), below.read("a")), (None, None, None));
        assert!(below.is_folder("d") && below.is_folder("") && !below.is_folder("c"));
        assert_eq!(below.subtree("d").unwrap().digest_of(""), tree.digest_of("b/d"));
        assert!(tree.subtree("a").is_none() && tree.subtree("nothing").is_none());
    }

    #[test]
    fn debug_shows_no_content() {
        let tree = Tree::from_files([("secret", "s3cret")]).unwrap();
        insta::assert_snapshot!(
            format!("{tree:?} {:?}", tree.file("secret").unwrap()),
            @"Tree { digest: sha256:bce2bfa5342660d977c4600e4b33015194eab8597083db3869bc88e9ae912eec, files: 1, .. } File { digest: sha256:1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0, bytes: 6, executable: false }"
        );
    }
}
