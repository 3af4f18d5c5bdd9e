//! The seam of everything that makes objects out of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use gitops_diff::{Object, ObjectId, ObjectSet, Origin, Query, Text};
use gitops_source::{Digest, Tree, TreePath};

use crate::{HookDeletePolicy, HookEvent, HookOutputLogPolicy, RenderError, Stop};

/// Makes objects out of the files of a tree. Sync and pure: the same input and options give the
/// same objects, byte for byte; no disk or network is touched. Charts ask for the time and for
/// random bytes, which are options of [`Helm`](crate::Helm).
pub trait Renderer: Send + Sync {
    /// Renders the folder that `input` names.
    ///
    /// # Errors
    /// [`RenderError::Missing`] names what has to be fetched before it can be rendered; every
    /// other error names the file and line that is wrong.
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError>;

    /// The digest of the renderer's kind, version and options. Together with the digests of the
    /// files that were read it is a key for the result.
    fn fingerprint(&self) -> Digest;
}

/// What is rendered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Input<'a> {
    /// The whole tree; a renderer may read outside of `path` where its rules allow it.
    pub tree: &'a Tree,
    /// The folder to render, from the root of the tree.
    pub path: TreePath,
    /// What earlier renders asked for by [`RenderError::Missing`], by requirement.
    pub fetched: BTreeMap<crate::Requirement, Tree>,
    /// Ends the render early once it is stopped.
    pub stop: Stop,
}

impl<'a> Input<'a> {
    /// The folder `path` of `tree`.
    pub fn new(tree: &'a Tree, path: TreePath) -> Self {
        Self { tree, path, fetched: BTreeMap::new(), stop: Stop::default() }
    }
}

/// What came out of a render.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Rendered {
    /// The objects, each with the file, line and document it comes from.
    pub objects: ObjectSet,
    /// The files that were read, with their digests, and the folders whose list of files mattered:
    /// as long as all of these stay the same, so does the result.
    pub read: BTreeMap<TreePath, Digest>,
    /// What a person should know, though it is no error.
    pub warnings: Vec<Warning>,
    /// The values that objects of a chart were made with: what the template read to print the
    /// object, to decide whether to, or into variables that it could see there. Of very many it
    /// tells less: after 262,144 reads of a file, or a million of all documents together.
    pub values: BTreeMap<ObjectId, Vec<ValueRead>>,
    /// Objects that are applied at some moments only, in the order in which they are printed; of
    /// charts.
    pub hooks: Vec<Hook>,
    /// What a chart tells the person who installs it.
    pub notes: Option<String>,
    /// What was looked up in [`Input::fetched`]; other answers there had no effect.
    pub lookups: BTreeSet<Query>,
}

/// An object of a chart that is applied at some moments of a release's life, not kept with it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hook {
    /// The object.
    pub object: Object,
    /// The values that it was made with.
    pub values: Vec<ValueRead>,
    /// When it is applied.
    pub events: Vec<HookEvent>,
    /// Hooks of one moment are applied in the order of their weights, the lowest first.
    pub weight: i64,
    /// When the object is deleted.
    pub delete_policies: Vec<HookDeletePolicy>,
    /// When the logs of its pods are shown.
    pub output_log_policies: Vec<HookOutputLogPolicy>,
}

impl Rendered {
    /// These objects, read from nowhere.
    pub fn new(objects: ObjectSet) -> Self {
        Self { objects, ..Self::default() }
    }
}

/// A key of the values that a template read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueRead {
    /// The key from the top of the values of the whole chart, as `--set` takes it, such as
    /// `image.tag`; of a chart inside it, below its name. Where it is a map or a list, all of it may
    /// have been read.
    pub key: String,
    /// What sets it.
    pub source: ValueSource,
}

/// What sets a value: the strongest of those that do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueSource {
    /// A file with values, as the options name it; or the `values.yaml` of a chart, by its path
    /// from the root of the tree.
    File(Text),
    /// A setting, such as `--set` makes one.
    Setting,
    /// Nothing: the template looks for a value that is not there, or that Helm adds.
    Nothing,
}

impl ValueRead {
    /// This key, set there.
    pub fn new(key: impl Into<String>, source: ValueSource) -> Self {
        Self { key: key.into(), source }
    }
}

/// As a person reads it: `image.tag (production.yaml)`.
impl fmt::Display for ValueRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            ValueSource::File(file) => write!(f, "{} ({file})", self.key),
            ValueSource::Setting => write!(f, "{} (set)", self.key),
            ValueSource::Nothing => write!(f, "{} (not set)", self.key),
        }
    }
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What.
    pub message: String,
    /// Where.
    pub origin: Option<Origin>,
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: Renderer + ?Sized> Renderer for $pointer {
            fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
                (**self).render(input)
            }

            fn fingerprint(&self) -> Digest {
                (**self).fingerprint()
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);
