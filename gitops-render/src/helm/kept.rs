//! What a renderer keeps from one render to the next: charts, what became of them with values,
//! templates that were read, and what they printed.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::HashMap;
use gitops_source::{Digest, TreePath};

use super::HelmCompat;
use super::chart::{Chart, Ready};
use super::go::{Map, Snapshot, Str};
use super::gotemplate::{Fault, Tree};
use super::options::SchemaCheck;
use super::release::{PrintedFile, Text};

/// How many charts are kept.
const CHARTS: usize = 8;

/// With how many values what became of a chart is kept.
const VALUES: usize = 16;

/// How many files of templates are kept.
const FILES: usize = 20_000;

/// How many bytes are kept of all values and what became of them.
const VALUES_BYTES: usize = 64 << 20;

/// How many bytes are kept of what templates printed.
const PRINTED: usize = 64 << 20;

/// Shared by all clones of a renderer.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The latest last.
    charts: Vec<KeptChart>,
    /// By the paths that Helm has for them, with the text that was read.
    files: HashMap<String, (HelmCompat, Str, Trees)>,
    /// By the same paths, what the templates printed last, cut into documents.
    printed: HashMap<String, (HelmCompat, Arc<PrintedFile>)>,
    /// How many bytes that is.
    bytes_printed: usize,
}

struct KeptChart {
    key: ChartKey,
    chart: Arc<Chart>,
    /// The values that it met, the oldest first.
    values: Met,
}

/// Values, and what they made of the chart, once they met it twice.
type Met = Vec<(Arc<ValuesKey>, Option<Arc<Ready>>)>;

/// The values that are given, and whether they are checked by schemas.
pub(super) type ValuesKey = (Snapshot, SchemaCheck);

/// What is known of a chart and the values that are given.
pub(super) enum Known {
    /// They did not meet, or they are nothing to keep.
    Nothing,
    /// They met before: it is worth keeping what they make.
    Met(Arc<ValuesKey>),
    Ready(Arc<Ready>),
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
            let at = state.charts.iter().position(|known| known.key == key)?;
            let entry = state.charts.remove(at);
            let chart = Arc::clone(&entry.chart);
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
            state.charts.push(KeptChart { key, chart: Arc::clone(&chart), values: Vec::new() });
        });
        Ok(chart)
    }

    /// What is known of a chart with the values `given`, which have met from now on.
    pub(super) fn ready(&self, chart: &Arc<Chart>, given: &Map, schema: SchemaCheck) -> Known {
        let Some(met) = self.with(|state| state.values_of(chart).cloned()) else {
            return Known::Nothing; // Not a chart that is kept.
        };
        let Some(given) = Snapshot::of(given) else { return Known::Nothing };
        let key = (given, schema);
        // Values may be large: others need not wait until they are compared.
        match met.into_iter().find(|(known, _)| **known == key) {
            Some((_, Some(ready))) => Known::Ready(ready),
            Some((key, None)) => Known::Met(key),
            None => {
                self.keep(chart, Arc::new(key), None);
                Known::Nothing
            }
        }
    }

    /// Keeps what became of a chart with values.
    pub(super) fn keep_ready(&self, chart: &Arc<Chart>, key: &Arc<ValuesKey>, ready: Ready) {
        self.keep(chart, Arc::clone(key), Some(Arc::new(ready)));
    }

    fn keep(&self, chart: &Arc<Chart>, key: Arc<ValuesKey>, ready: Option<Arc<Ready>>) {
        let gone = self.with(|state| state.keep_values(chart, key, ready));
        drop(gone); // Not while others wait.
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

    /// What the file `name` printed, known if it is what it printed last.
    pub(super) fn printed(
        &self,
        (name, compat): (&str, HelmCompat),
        printed: Cow<'_, [u8]>,
    ) -> Text {
        match self.with(|state| state.printed.get(name).cloned()) {
            Some((by, known)) if by == compat && known.text().as_bytes() == &*printed => {
                Text::Known(known)
            }
            _ => Text::New(printed.into_owned()),
        }
    }

    /// The documents of what the file `name` printed.
    ///
    /// # Errors
    /// Those of [`PrintedFile::cut`].
    pub(super) fn cut(
        &self,
        (name, compat): (&str, HelmCompat),
        text: Text,
    ) -> Result<Arc<PrintedFile>, String> {
        match text {
            Text::Known(file) => Ok(file),
            Text::New(printed) => {
                let file = Arc::new(PrintedFile::cut(printed, compat)?);
                self.with(|state| state.keep_printed(name, compat, &file));
                Ok(file)
            }
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        // Whoever panicked left whole entries.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn values_of(&mut self, chart: &Arc<Chart>) -> Option<&mut Met> {
        let mut charts = self.charts.iter_mut();
        charts.find(|known| Arc::ptr_eq(&known.chart, chart)).map(|known| &mut known.values)
    }

    /// Keeps values as the latest of a chart, and gives what goes for them.
    fn keep_values(
        &mut self,
        chart: &Arc<Chart>,
        key: Arc<ValuesKey>,
        ready: Option<Arc<Ready>>,
    ) -> Met {
        let mut gone = Met::new();
        let Some(values) = self.values_of(chart) else { return gone };
        if let Some(at) = values.iter().position(|(known, _)| Arc::ptr_eq(known, &key)) {
            gone.push(values.remove(at));
        } else if values.len() == VALUES {
            gone.push(values.remove(0));
        }
        values.push((key, ready));
        let all = self.charts.iter().flat_map(|chart| &chart.values);
        let weight = all
            .map(|(key, ready)| key.0.weight() + ready.as_ref().map_or(0, |ready| ready.weight()));
        if weight.sum::<usize>() > VALUES_BYTES {
            gone.extend(self.charts.iter_mut().flat_map(|chart| chart.values.drain(..)));
        }
        gone
    }

    fn keep_printed(&mut self, name: &str, compat: HelmCompat, file: &Arc<PrintedFile>) {
        let size = file.weight();
        if size > PRINTED {
            return;
        }
        if self.printed.len() >= FILES || self.bytes_printed + size > PRINTED {
            self.printed.clear();
            self.bytes_printed = 0;
        }
        self.bytes_printed += size;
        if let Some((_, old)) = self.printed.insert(name.to_owned(), (compat, Arc::clone(file))) {
            self.bytes_printed -= old.weight();
        }
    }
}

/// What is kept says nothing of how a chart is rendered.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}
