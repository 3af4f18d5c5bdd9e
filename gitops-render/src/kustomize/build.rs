//! One build: what all of its folders share.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_source::{Digest, Tree, TreePath};

use super::options::KustomizeOptions;
use super::problem::{Problem, Result};
use super::resource::Resource;
use super::schema::Schema;
use crate::yaml::{Allowance, Dialect, Duplicates, Limits, Options};
use crate::{Input, Requirement, Warning};

/// What all folders of one build share.
pub(crate) struct Build<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) options: &'a KustomizeOptions,
    pub(crate) schema: Arc<Schema>,
    /// What the texts of all files may still cost.
    pub(crate) allowance: RefCell<Allowance>,
    /// The files that were read.
    pub(crate) read: RefCell<BTreeMap<TreePath, Digest>>,
    pub(crate) warnings: RefCell<Vec<Warning>>,
    /// What has to be fetched before the build can end.
    pub(crate) missing: RefCell<BTreeSet<Requirement>>,
    /// How many folders were entered.
    pub(crate) entered: Cell<u64>,
}

impl<'a> Build<'a> {
    /// What was fetched; what was not yet is asked for.
    ///
    /// # Errors
    /// Where it was not fetched yet.
    pub(crate) fn fetched(&self, requirement: Requirement) -> Result<&'a Tree> {
        let found = self.input.fetched.get(&requirement);
        found.ok_or_else(|| {
            self.missing.borrow_mut().insert(requirement);
            Problem::missing()
        })
    }

    /// Goes on, unless the caller took it back.
    ///
    /// # Errors
    /// Where it did.
    pub(crate) fn go_on(&self) -> Result<()> {
        if self.input.stop.is_stopped() { Err(Problem::new("cancelled")) } else { Ok(()) }
    }

    /// Counts one more folder, which `depth` others led to.
    ///
    /// # Errors
    /// Where that is over a limit.
    pub(crate) fn enter(&self, path: &str, depth: usize) -> Result<()> {
        let limits = &self.options.limits;
        self.entered.set(self.entered.get() + 1);
        let within = |count: u64, limit, what: &str, option| {
            if count <= limit { Ok(()) } else { Err(Problem::over(path, what, limit, option)) }
        };
        within(depth as u64, limits.depth, "the chain of folders", "depth")?;
        within(self.entered.get(), limits.folders, "the number of folders", "folders")
    }

    /// The resources in a text, which stands in `file`: a resource file or a patch.
    pub(crate) fn resources(&self, text: &[u8], file: &str) -> Result<Vec<Resource>> {
        self.go_on()?;
        super::documents::resources(self, text, file)
    }

    /// How the texts of a build are read.
    pub(crate) fn yaml() -> Options {
        Options {
            dialect: Dialect::GoV3,
            duplicates: Duplicates::LastWins,
            limits: Limits { depth: 512, ..Limits::default() },
            ..Options::default()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::kustomize::folder::Folder;

    /// What `run` does in the root of a tree of these files, for tests.
    pub(crate) fn in_folder<T>(files: &[(&str, &[u8])], run: impl FnOnce(&Folder<'_>) -> T) -> T {
        let tree = Tree::from_files(files.iter().map(|(path, text)| (*path, text.to_vec())))
            .expect("files");
        let input = Input::new(&tree, TreePath::default());
        let build = Build {
            input: &input,
            options: &KustomizeOptions::default(),
            schema: Arc::default(),
            allowance: RefCell::new(Allowance::new(1_000_000, 1_000_000)),
            read: RefCell::default(),
            warnings: RefCell::default(),
            missing: RefCell::default(),
            entered: Cell::default(),
        };
        run(&Folder::root(&build).expect("the root"))
    }
}
