//! A folder of a build, and the files that it may read.

use std::collections::VecDeque;

use gitops_source::{Tree, TreePath};

use super::build::Build;
use super::problem::{Problem, Result};

/// A folder with a kustomization, and those that led to it.
#[derive(Clone)]
pub(crate) struct Folder<'a> {
    pub(crate) build: &'a Build<'a>,
    /// The tree that holds it: the input's, or one that was fetched for it.
    pub(crate) tree: &'a Tree,
    /// Its path from the root of the tree, without a slash at either end; empty for the root.
    pub(crate) path: String,
    /// The folders that were left for it, the first one first: none of them may come again.
    visited: VecDeque<String>,
    /// Whether files may lie outside of the folder that names them.
    anywhere: bool,
}

impl<'a> Folder<'a> {
    /// The folder that is built.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn root(build: &'a Build<'a>) -> Result<Self> {
        let (tree, path) = (build.input.tree, build.input.path.as_str().to_owned());
        if !tree.is_folder(&path) {
            return Err(Problem::new(format!(
                "must build at directory: not a valid directory: '{path}' doesn't exist"
            )));
        }
        let anywhere = build.options.load_anywhere();
        Ok(Self { build, tree, path, visited: VecDeque::new(), anywhere })
    }

    /// The folder that is called `path` here.
    ///
    /// # Errors
    /// Where there is none, or it holds one that led here.
    pub(crate) fn enter(&self, path: &str) -> Result<Self> {
        if path.is_empty() {
            return Err(Problem::new("new root cannot be empty"));
        }
        if path.starts_with('/') {
            return Err(Problem::new(format!("new root '{path}' cannot be absolute")));
        }
        let joined = clean(&self.path, path);
        if path.split('/').any(is_ambiguous) {
            return Err(Problem::new(format!(
                "path {path:?} is ambiguous: resolves to {:?} after normalization, which is likely \
                 not the intended target; check for YAML indentation errors in your kustomization \
                 file",
                joined.unwrap_or_default()
            )));
        }
        let full =
            joined.filter(|it| self.tree.is_folder(it)).ok_or_else(|| self.no_folder(path))?;
        let mut visited = self.visited.clone();
        visited.push_back(self.path.clone());
        if let Some(seen) = visited.iter().rev().find(|it| is_in(it, &full)) {
            return Err(Problem::new(format!(
                "cycle detected: candidate root '{}' contains visited root '{}'",
                shown(&full),
                shown(seen)
            )));
        }
        Ok(Self { path: full, visited, ..self.clone() })
    }

    /// The content of a file, by its path from this folder.
    ///
    /// # Errors
    /// Where there is none, or it lies outside of the folder and that is not allowed.
    pub(crate) fn load(&self, path: &str) -> Result<&'a [u8]> {
        let full = self.resolve(path).ok_or_else(|| self.outside(path))?;
        let Some(file) = self.tree.file(&full) else {
            return Err(Problem::new(if self.tree.is_folder(&full) {
                format!("'{path}' must resolve to a file")
            } else {
                format!(
                    "evalsymlink failure on '{}' : lstat {0}: no such file or directory",
                    shown(&full)
                )
            }));
        };
        if !self.anywhere && !is_in(&full, &self.path) {
            return Err(self.outside(path));
        }
        if let Ok(path) = TreePath::new(&full) {
            self.build.read.borrow_mut().insert(path, file.digest.clone());
        }
        Ok(&file.content)
    }

    /// The path from the root of the tree of what is called `path` here; none where it leaves the
    /// tree.
    pub(crate) fn resolve(&self, path: &str) -> Option<String> {
        if path.starts_with('/') { None } else { clean(&self.path, path) }
    }

    fn outside(&self, path: &str) -> Problem {
        let full = self.resolve(path).map_or_else(|| path.to_owned(), |it| shown(&it).to_owned());
        Problem::new(format!("security; file '{full}' is not in or below '{}'", shown(&self.path)))
    }

    fn no_folder(&self, path: &str) -> Problem {
        let full = self.resolve(path).unwrap_or_else(|| path.to_owned());
        if self.tree.file(&full).is_some() {
            return Problem::new(format!(
                "must build at directory: '{full}': file is not directory"
            ));
        }
        Problem::new(format!(
            "must build at directory: not a valid directory: evalsymlink failure on '{full}' : lstat \
             {full}: no such file or directory"
        ))
    }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// A name that has two dots in it beside others is likely a slip of indentation.
fn is_ambiguous(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..") && segment.contains("..")
}

/// Whether `path` is `folder` or lies below it.
fn is_in(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `path` from `base` without `.` and `..`; none where it leaves the tree.
fn clean(base: &str, path: &str) -> Option<String> {
    let mut segments: Vec<&str> = base.split('/').filter(|it| !it.is_empty()).collect();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}
