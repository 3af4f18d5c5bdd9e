//! Building trees within limits.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use bytes::Bytes;

use crate::merkle::folder_digests;
use crate::tree::Content;
#[cfg(feature = "git")]
use crate::tree::below;
use crate::{Digest, File, Limits, Skipped, SourceError, Tree, TreePath};

/// Builds a [`Tree`] within [`Limits`].
///
/// ```
/// use gitops_source::{Limits, SourceError, TreeBuilder};
///
/// let mut builder = TreeBuilder::new(Limits { file_bytes: 3, ..Limits::default() });
/// builder.insert("a.txt", "abc")?;
/// let error = builder.insert("b.txt", "abcd").unwrap_err();
/// assert!(matches!(error, SourceError::Limit { option: "file_bytes", .. }));
/// # Ok::<(), SourceError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TreeBuilder {
    limits: Limits,
    bytes: u64,
    entries: u64,
    files: BTreeMap<TreePath, File>,
    known: BTreeMap<TreePath, Digest>,
    skipped: BTreeMap<TreePath, Skipped>,
}

impl TreeBuilder {
    /// A builder without files.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes a file in.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where the path could leave the tree, is taken, or is a folder;
    /// [`SourceError::Limit`] where the tree would be over a limit.
    pub fn insert(&mut self, path: &str, content: impl Into<Bytes>) -> Result<(), SourceError> {
        let (path, content) = (TreePath::new(path)?, content.into());
        self.reserve(&path, content.len() as u64)?;
        let digest = Digest::sha256(&content);
        self.place(path, File { content, digest, executable: false })
    }

    /// Counts a file that is about to be read.
    pub(crate) fn reserve(&mut self, path: &TreePath, size: u64) -> Result<(), SourceError> {
        self.enter(path)?;
        within(size, self.limits.file_bytes, "file_bytes", || format!("the size of `{path}`"))?;
        self.bytes = self.bytes.saturating_add(size);
        within(self.bytes, self.limits.bytes, "bytes", || "the size of all files".to_owned())
    }

    /// Counts a file or folder.
    pub(crate) fn enter(&mut self, path: &TreePath) -> Result<(), SourceError> {
        let Limits { files, depth, path_bytes, .. } = self.limits;
        let length = path.len() as u64;
        within(length, path_bytes, "path_bytes", || format!("the length of `{:.60}…`", &**path))?;
        let deep = path.segments().count() as u64;
        within(deep, depth, "depth", || format!("the depth of `{path:.200}`"))?;
        self.entries += 1;
        within(self.entries, files, "files", || "the number of files and folders".to_owned())
    }

    /// Takes in a file that was counted.
    pub(crate) fn place(&mut self, path: TreePath, file: File) -> Result<(), SourceError> {
        if path.is_root() {
            return Err(SourceError::invalid("a file needs a name; its path is empty"));
        }
        if let Some(file) = path.ancestors().find(|folder| self.files.contains_key(*folder)) {
            return Err(SourceError::invalid(format!("`{file}` is both a file and a folder")));
        }
        if self.holds_below(&path) {
            return Err(SourceError::invalid(format!("`{path}` is both a file and a folder")));
        }
        match self.files.entry(path) {
            Entry::Vacant(place) => {
                place.insert(file);
                Ok(())
            }
            Entry::Occupied(place) => {
                Err(SourceError::invalid(format!("`{}` is in the tree twice", place.key())))
            }
        }
    }

    /// States the digest of a folder instead of having it computed.
    #[cfg(feature = "git")]
    pub(crate) fn folder_is(&mut self, path: TreePath, digest: Digest) {
        self.known.insert(path, digest);
    }

    /// Takes a folder over from an earlier tree, and all that stands in it.
    #[cfg(feature = "git")]
    pub(crate) fn adopt(&mut self, from: &Content, folder: &TreePath) -> Result<(), SourceError> {
        let inside = |path: &TreePath| path.below(folder).is_some();
        for (path, digest) in below(&from.folders, folder) {
            if path == folder || inside(path) {
                self.known.insert(path.clone(), digest.clone());
            }
            if inside(path) && !path.is_root() {
                self.enter(path)?;
            }
        }
        for (path, file) in below(&from.files, folder).filter(|(path, _)| inside(path)) {
            self.reserve(path, file.content.len() as u64)?;
            self.place(path.clone(), file.clone())?;
        }
        for (path, what) in below(&from.skipped, folder).filter(|(path, _)| inside(path)) {
            self.skip(path.clone(), what.clone())?;
        }
        Ok(())
    }

    /// Whether the folder `path` holds a file; the root counts as if it did.
    pub(crate) fn holds_below(&self, path: &TreePath) -> bool {
        let inside = format!("{}/", path.as_str());
        let from = (Bound::Included(inside.as_str()), Bound::Unbounded);
        let next = || self.files.range::<str, _>(from).next();
        path.is_root() || next().is_some_and(|(file, _)| file.starts_with(&inside))
    }

    /// Notes what a tree cannot hold.
    pub(crate) fn skip(&mut self, path: TreePath, what: Skipped) -> Result<(), SourceError> {
        self.enter(&path)?;
        self.skipped.insert(path, what);
        Ok(())
    }

    /// The tree.
    pub fn build(self) -> Tree {
        let Self { files, known, skipped, .. } = self;
        let folders = folder_digests(&files, known);
        let digest = folders.get("").cloned().unwrap_or_else(|| Digest::sha256(""));
        Tree::new(Content { files, folders, skipped }, digest)
    }
}

fn within(
    value: u64,
    limit: u64,
    option: &'static str,
    what: impl FnOnce() -> String,
) -> Result<(), SourceError> {
    if value <= limit {
        return Ok(());
    }
    Err(SourceError::Limit { what: what(), limit, option })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_depends_on_names_contents_and_modes_below_it_only() {
        let tree = |files: &[(&str, &str)]| {
            Tree::from_files(files.iter().map(|it| (it.0, it.1.to_owned()))).unwrap()
        };
        let base = tree(&[("a/x", "1"), ("b/y/z", "2")]);
        for (changed, same_a, same_b) in [
            (tree(&[("a/x", "1"), ("b/y/z", "3")]), true, false),
            (tree(&[("a/x", "1"), ("b/y/w", "2")]), true, false),
            (tree(&[("a/x", "0"), ("b/y/z", "2")]), false, true),
            (tree(&[("b/y/z", "2"), ("a/x", "1"), ("c", "")]), true, true),
        ] {
            assert_ne!(base.digest(), changed.digest());
            assert_eq!(base.digest_of("a") == changed.digest_of("a"), same_a);
            assert_eq!(base.digest_of("b") == changed.digest_of("b"), same_b);
        }
        assert_eq!(base.digest(), tree(&[("b/y/z", "2"), ("a/x", "1")]).digest());
    }

    #[test]
    fn an_executable_file_is_another_folder() {
        let build = |executable| {
            let mut builder = TreeBuilder::default();
            let digest = Digest::sha256("");
            let file = File { content: Bytes::new(), digest, executable };
            builder.place(TreePath::new("a").unwrap(), file).unwrap();
            builder.build().digest().clone()
        };
        assert_ne!(build(true), build(false));
    }

    #[test]
    fn a_path_is_a_file_or_a_folder_once() {
        for (first, second, message) in [
            ("a", "a", "`a` is in the tree twice"),
            ("a", "a/b/c", "`a` is both a file and a folder"),
            ("a/b/c", "a/b", "`a/b` is both a file and a folder"),
            ("a", "", "a file needs a name; its path is empty"),
        ] {
            let mut builder = TreeBuilder::default();
            builder.insert(first, "").unwrap();
            assert_eq!(builder.insert(second, "").unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn what_is_over_a_limit_says_which() {
        let limits = Limits {
            bytes: 5,
            file_bytes: 4,
            files: 3,
            depth: 2,
            path_bytes: 9,
            ..Limits::default()
        };
        for (files, option) in [
            (&[("a", "12345")][..], "file_bytes"),
            (&[("a", "123"), ("b", "123")], "bytes"),
            (&[("a", ""), ("b", ""), ("c", ""), ("d", "")], "files"),
            (&[("a/b/c", "")], "depth"),
            (&[("0123456789", "")], "path_bytes"),
        ] {
            let mut builder = TreeBuilder::new(limits.clone());
            let failed =
                files.iter().find_map(|(path, content)| builder.insert(path, *content).err());
            let Some(SourceError::Limit { option: got, .. }) = failed else { panic!("{failed:?}") };
            assert_eq!(got, option);
        }
    }
}
