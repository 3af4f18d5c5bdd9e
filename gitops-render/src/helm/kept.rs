//! What a renderer keeps from one render to the next: charts, and templates that were read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;
use gitops_source::{Digest, TreePath};

use super::HelmCompat;
use super::chart::Chart;
use super::go::Str;
use super::gotemplate::{Fault, Tree};

/// How many charts are kept.
const CHARTS: usize = 8;

/// How many files of templates are kept.
const FILES: usize = 20_000;

/// Shared by all clones of a renderer.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The latest last.
    charts: Vec<(ChartKey, Arc<Chart>)>,
    /// By the paths that Helm has for them, with the text that was read.
    files: HashMap<String, (HelmCompat, Str, Trees)>,
}

/// Where a chart lies, its digest, and by whose rules it was read.
type ChartKey = (TreePath, Digest, HelmCompat);

/// What a file defines.
pub(super) type Trees = Vec<Arc<Tree>>;

impl Kept {
    /// The chart at a path, of a digest, read by `read` if it was not before.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn chart(
        &self,
        key: ChartKey,
        read: impl FnOnce() -> Result<Chart, String>,
    ) -> Result<Arc<Chart>, String> {
        let known = self.with(|state| {
            let at = state.charts.iter().position(|(known, _)| *known == key)?;
            let entry = state.charts.remove(at);
            let chart = Arc::clone(&entry.1);
            state.charts.push(entry);
            Some(chart)
        });
        if let Some(chart) = known {
            return Ok(chart);
        }
        let chart = Arc::new(read()?);
        self.with(|state| {
            if state.charts.len() == CHARTS {
                state.charts.remove(0);
            }
            state.charts.push((key, Arc::clone(&chart)));
        });
        Ok(chart)
    }

    /// What the file `name` with this text defines, read by `read` if it was not before.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn file(
        &self,
        (name, compat): (&str, HelmCompat),
        text: &Str,
        read: impl FnOnce() -> Result<Trees, Fault>,
    ) -> Result<Trees, Fault> {
        let known = self.with(|state| {
            let (by, known, trees) = state.files.get(name)?;
            (*by == compat && known == text).then(|| trees.clone())
        });
        if let Some(trees) = known {
            return Ok(trees);
        }
        let trees = read()?;
        self.with(|state| {
            if state.files.len() >= FILES {
                state.files.clear();
            }
            state.files.insert(name.to_owned(), (compat, text.clone(), trees.clone()));
        });
        Ok(trees)
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // Whoever panicked left whole entries.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is kept says nothing of how a chart is rendered.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}
