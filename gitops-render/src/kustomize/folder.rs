//! A folder of a build, and the files that it may read.

use gitops_source::{Tree, TreePath};

use super::build::Build;
use super::problem::{Problem, Result};
use super::remote::{Repository, web_file};

/// A folder that was left for another one.
#[derive(Clone)]
struct Visited<'a> {
    tree: &'a Tree,
    path: String,
    /// What it was called, if it was fetched.
    address: Option<String>,
}

/// A folder with a kustomization, and those that led to it.
#[derive(Clone)]
pub(crate) struct Folder<'a> {
    pub(crate) build: &'a Build<'a>,
    /// The tree that holds it: the input's, or one that was fetched for it.
    pub(crate) tree: &'a Tree,
    /// Its path from the root of the tree, without a slash at either end; empty for the root.
    pub(crate) path: String,
    /// The folders that were left for it, the first one first: none of them may come again.
    visited: Vec<Visited<'a>>,
    /// What it is called, if it was fetched.
    address: Option<String>,
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
                "must build at directory: not a valid directory: '{}' doesn't exist",
                shown(&path)
            )));
        }
        let anywhere = build.options.load_anywhere();
        Ok(Self { build, tree, path, visited: Vec::new(), address: None, anywhere })
    }

    /// The folder that is called `path` here.
    ///
    /// # Errors
    /// Where there is none, or it holds one that led here.
    pub(crate) fn enter(&self, path: &str) -> Result<Self> {
        if path.is_empty() {
            return Err(Problem::new("new root cannot be empty"));
        }
        if let Ok(repository) = Repository::parse(path) {
            return self.enter_fetched(path, &repository);
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
        let seen = |it: &&Visited<'_>| std::ptr::eq(it.tree, self.tree) && is_in(&it.path, &full);
        let visited = self.left();
        self.build.enter(&full, visited.len())?;
        if let Some(seen) = visited.iter().rev().find(seen) {
            return Err(Problem::new(format!(
                "cycle detected: candidate root '{}' contains visited root '{}'",
                shown(&full),
                shown(&seen.path)
            )));
        }
        Ok(Self { path: full, visited, address: None, ..self.clone() })
    }

    /// A folder of another repository, whose files stay in it.
    fn enter_fetched(&self, address: &str, repository: &Repository) -> Result<Self> {
        let visited = self.left();
        let mut called = visited.iter().rev().filter_map(|it| it.address.as_deref());
        if let Some(seen) = called.find(|it| it.starts_with(address)) {
            return Err(Problem::new(format!(
                "cycle detected: URI '{address}' referenced by previous URI '{seen}'"
            )));
        }
        let tree = self.build.fetched(repository.requirement())?;
        let path = repository.folder.trim_matches('/').to_owned();
        self.build.enter(&path, visited.len())?;
        if !tree.is_folder(&path) {
            return Err(Problem::new(format!("'{path}' is no folder of '{}'", repository.url())));
        }
        let (build, address) = (self.build, Some(address.to_owned()));
        Ok(Self { build, tree, path, visited, address, anywhere: false })
    }

    /// The folders that lie behind whoever leaves this one.
    fn left(&self) -> Vec<Visited<'a>> {
        let Self { tree, path, address, .. } = self.clone();
        let mut visited = self.visited.clone();
        visited.push(Visited { tree, path, address });
        visited
    }

    /// Notes that the build depends on the folder as it is: another kustomization file in it would
    /// be an error.
    pub(crate) fn note(&self) {
        let input = self.build.input;
        if let (true, Ok(path)) = (std::ptr::eq(self.tree, input.tree), TreePath::new(&self.path))
            && let Some(digest) = self.tree.digest_of(&self.path)
        {
            self.build.read.borrow_mut().insert(path, digest);
        }
    }

    /// The content of a file, by its path from this folder.
    ///
    /// # Errors
    /// Where there is none, or it lies outside of the folder and that is not allowed.
    pub(crate) fn load(&self, path: &str) -> Result<&'a [u8]> {
        if let Some(file) = web_file(path) {
            let tree = self.build.fetched(file)?;
            let mut files = tree.files();
            let first = files.next().and_then(|(path, _)| tree.file(path.as_str()));
            return first.map(|file| &*file.content).ok_or_else(|| Problem::new("HTTP Error"));
        }
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
        if let (true, Ok(path)) =
            (std::ptr::eq(self.tree, self.build.input.tree), TreePath::new(&full))
        {
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
        let full = self.resolve(path).map_or_else(|| path.to_owned(), |it| shown(&it));
        Problem::new(format!("security; file '{full}' is not in or below '{}'", shown(&self.path)))
    }

    fn no_folder(&self, path: &str) -> Problem {
        let full = self.resolve(path).unwrap_or_else(|| path.to_owned());
        if self.tree.file(&full).is_some() {
            return Problem::new(format!(
                "must build at directory: '/{full}': file is not directory"
            ));
        }
        Problem::new(format!(
            "must build at directory: not a valid directory: evalsymlink failure on '/{full}' : lstat \
             /{full}: no such file or directory"
        ))
    }
}

/// A path as errors show it: from the root of the tree.
pub(crate) fn shown(path: &str) -> String {
    format!("/{path}")
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
