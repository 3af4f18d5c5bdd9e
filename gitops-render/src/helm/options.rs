//! How a chart is rendered.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use gitops_source::TreePath;

use super::chart::ChartLimits;
use super::compat::HelmCompat;
use super::gotemplate::HelmLimits;
use super::world::{Clock, Entropy, Lookup, NoLookup, SystemClock, SystemEntropy};

/// Options of a render. The defaults are those of `helm template`.
///
/// ```
/// use gitops_render::{HelmOptions, HelmValues};
///
/// let options = HelmOptions {
///     release: "shop".to_owned(),
///     values: HelmValues { set: vec!["replicas=2".to_owned()], ..HelmValues::default() },
///     ..HelmOptions::default()
/// };
/// assert_eq!(options.namespace, "default");
/// ```
#[derive(Clone, Debug)]
pub struct HelmOptions {
    /// The name of the release; `release-name` by default.
    pub release: String,
    /// A template that makes the name of the release; it goes before `release`.
    pub name_template: Option<String>,
    /// The namespace of the release; `default` by default.
    pub namespace: String,
    /// The values that go over those of the chart.
    pub values: HelmValues,
    /// The version of Kubernetes that templates see, such as `1.33` or `v1.33.4-gke.1`; the one
    /// that the version of Helm was made for by default.
    pub kube_version: Option<String>,
    /// Versions of APIs that templates see beside those of Kubernetes itself, such as
    /// `monitoring.coreos.com/v1` or `monitoring.coreos.com/v1/ServiceMonitor`.
    pub api_versions: Vec<String>,
    /// Whether the files of `crds/` are part of the result.
    pub crds: Crds,
    /// Which hooks are part of what is printed.
    pub hooks: Hooks,
    /// Patterns of the templates that are printed alone, below their chart, such as
    /// `templates/*.yaml`; all where there are none.
    pub show_only: Vec<String>,
    /// What templates are told the render is for.
    pub operation: Operation,
    /// Whether values are checked.
    pub schema: SchemaCheck,
    /// Which version of Helm the result is equal to.
    pub compat: HelmCompat,
    /// What a render may use up.
    pub limits: HelmLimits,
    /// What a chart may hold.
    pub chart_limits: ChartLimits,
    /// The time that templates see; that of the machine by default, as in Helm. With a
    /// [`FixedClock`](crate::FixedClock) a render stays the same.
    pub clock: Arc<dyn Clock>,
    /// The random bytes that templates see; those of the machine by default, as in Helm, so that a
    /// chart that makes passwords makes others in each render. With a
    /// [`SeededEntropy`](crate::SeededEntropy) and a seed that nobody knows they stay the same.
    pub entropy: Arc<dyn Entropy>,
    /// The objects that templates find by `lookup`; none by default, as in `helm template`. A
    /// [`LiveLookup`](crate::LiveLookup) leaves it to a cluster.
    pub lookup: Arc<dyn Lookup>,
    /// What changes the text that templates print before it is cut into documents.
    pub post_render: Option<Arc<dyn PostRender>>,
}

impl Default for HelmOptions {
    fn default() -> Self {
        Self {
            release: "release-name".to_owned(),
            name_template: None,
            namespace: "default".to_owned(),
            values: HelmValues::default(),
            kube_version: None,
            api_versions: Vec::new(),
            crds: Crds::default(),
            hooks: Hooks::default(),
            show_only: Vec::new(),
            operation: Operation::default(),
            schema: SchemaCheck::default(),
            compat: HelmCompat::default(),
            limits: HelmLimits::default(),
            chart_limits: ChartLimits::default(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            lookup: Arc::new(NoLookup),
            post_render: None,
        }
    }
}

/// Values that go over those of the chart; later ones over earlier ones, and the kinds in the
/// order of the fields, as in Helm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HelmValues {
    /// Files of values.
    pub files: Vec<ValuesFile>,
    /// `--set-json`: `a.b=[1,2]`, or one object.
    pub set_json: Vec<String>,
    /// `--set`: `a.b=1,c={x,y}`.
    pub set: Vec<String>,
    /// `--set-string`: the same where all values are strings.
    pub set_string: Vec<String>,
    /// `--set-file`: `a.b=path`, where the value is what the file at the path holds: one of
    /// `contents`, else one of the tree.
    pub set_file: Vec<String>,
    /// `--set-literal`: `a.b=` and everything behind it.
    pub set_literal: Vec<String>,
    /// Files for `set_file` that do not lie in the tree, by the paths that name them there.
    pub contents: BTreeMap<String, Bytes>,
}

/// A file of values: YAML, one document or several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValuesFile {
    /// A file of the tree, by its path from the root.
    Tree(TreePath),
    /// A file of the tree that need not be there.
    Optional(TreePath),
    /// A text.
    Text {
        /// What errors call it.
        name: String,
        /// The YAML.
        text: String,
    },
}

impl ValuesFile {
    /// What errors call it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Tree(path) | Self::Optional(path) => path.as_str(),
            Self::Text { name, .. } => name,
        }
    }
}

/// Whether the files of `crds/` are part of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Crds {
    /// They are not, as `helm template` has it.
    #[default]
    Skip,
    /// They are, as `--include-crds` has it.
    Include,
}

/// Which hooks are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hooks {
    /// All.
    #[default]
    All,
    /// All but tests (`--skip-tests`).
    WithoutTests,
    /// None (`--no-hooks`).
    None,
}

/// What templates are told the render is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// `.Release.IsInstall` holds.
    #[default]
    Install,
    /// `.Release.IsUpgrade` holds (`--is-upgrade`).
    Upgrade,
}

/// Whether values are checked by `values.schema.json`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaCheck {
    /// They are.
    #[default]
    Check,
    /// They are not (`--skip-schema-validation`).
    Skip,
}

/// Changes what templates print, such as a kustomization over a chart.
pub trait PostRender: fmt::Debug + Send + Sync {
    /// What takes the place of `files`: texts by template, as `CHART/templates/FILE`.
    ///
    /// # Errors
    /// What went wrong, in words for a person.
    fn post_render(
        &self,
        files: BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, String>;
}
