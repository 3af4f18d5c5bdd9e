//! A folder of a build, and the files that it may read.

use gitops_source::Tree;

use super::build::Build;
use super::problem::{Problem, Result};

/// A folder with a kustomization.
#[derive(Clone)]
pub(crate) struct Folder<'a> {
    pub(crate) build: &'a Build<'a>,
    /// The tree that holds it: the input's, or one that was fetched for it.
    pub(crate) tree: &'a Tree,
    /// Its path from the root of the tree, without a slash at either end.
    pub(crate) path: String,
}

impl<'a> Folder<'a> {
    /// The content of a file, by its path from this folder.
    ///
    /// # Errors
    /// Where there is none, or it lies outside of the folder and that is not allowed.
    pub(crate) fn load(&self, path: &str) -> Result<&'a [u8]> {
        let full = self.resolve(path);
        self.tree.read(&full).ok_or_else(|| Problem::new(format!("'{path}' doesn't exist")))
    }

    /// The path from the root of the tree of what is called `path` here.
    pub(crate) fn resolve(&self, path: &str) -> String {
        format!("{}/{path}", self.path)
    }
}
