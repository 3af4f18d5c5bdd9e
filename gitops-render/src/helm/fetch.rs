//! Dependencies that a chart does not hold: out of the tree, or out of what was fetched.

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_source::{Digest, Tree, TreePath};

use super::HelmCompat;
use super::chart::{Budget, Chart, Dependency, from_tree, in_range, missing, wanted_version};
use crate::{Input, Requirement};

/// Completes a chart.
pub(super) struct Fetcher<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) budget: &'a mut Budget,
    pub(super) read: &'a mut BTreeMap<TreePath, Digest>,
    pub(super) compat: HelmCompat,
}

/// What has to be fetched first, or an error.
type Stop = Result<Vec<Requirement>, String>;

impl Fetcher<'_> {
    /// Adds the dependencies that `charts/` does not hold.
    ///
    /// # Errors
    /// What has to be fetched first, all of it at once.
    pub(super) fn complete(mut self, chart: &mut Arc<Chart>) -> Result<(), Stop> {
        let mut found = Vec::new();
        let mut needed = Vec::new();
        for dependency in missing(chart) {
            let requirement = requirement(chart, dependency);
            match self.find(dependency, &requirement).map_err(Err)? {
                Some(inner) => found.push(inner),
                None => needed.push(requirement),
            }
        }
        if !needed.is_empty() {
            return Err(Ok(needed));
        }
        if !found.is_empty() {
            Arc::make_mut(chart).dependencies.extend(found);
        }
        Ok(())
    }

    fn find(
        &mut self,
        dependency: &Dependency,
        requirement: &Requirement,
    ) -> Result<Option<Chart>, String> {
        if let Some(tree) = self.input.fetched.get(requirement) {
            return self.load(tree, &at(tree)).map(Some);
        }
        let Some(path) = dependency.text("repository").strip_prefix("file://") else {
            return Ok(None);
        };
        let Some(path) = beside(&self.input.path, path) else { return Ok(None) };
        let tree = self.input.tree;
        let Some(digest) = tree.digest_of(path.as_str()) else { return Ok(None) };
        let inner = self.load(tree, &path)?;
        self.read.insert(path, digest);
        let fits = in_range(dependency.text("version"), inner.metadata.version());
        Ok((fits && inner.metadata.name() == dependency.name()).then_some(inner))
    }

    fn load(&mut self, tree: &Tree, path: &TreePath) -> Result<Chart, String> {
        let files = from_tree(tree, path, self.budget)?;
        Chart::load(files, self.budget, self.compat)
    }
}

/// What a dependency asks for, to be fetched.
fn requirement(chart: &Chart, dependency: &Dependency) -> Requirement {
    Requirement::Chart {
        repository: dependency.text("repository").to_owned(),
        name: dependency.name().to_owned(),
        version: wanted_version(chart, dependency).to_owned(),
        lock: chart.lock.as_ref().map(|lock| lock.digest.clone()).filter(|it| !it.is_empty()),
    }
}

/// Where the chart lies in a tree that was fetched: in its root, or in its only file.
fn at(tree: &Tree) -> TreePath {
    let mut files = tree.files();
    match (files.next(), files.next()) {
        (Some((only, _)), None) if only.as_str().ends_with(".tgz") => only,
        _ => TreePath::default(),
    }
}

/// `path` seen from the folder `from`; none where it leaves the tree.
fn beside(from: &TreePath, path: &str) -> Option<TreePath> {
    let mut segments: Vec<&str> = from.segments().collect();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            other => segments.push(other),
        }
    }
    TreePath::new(&segments.join("/")).ok()
}
