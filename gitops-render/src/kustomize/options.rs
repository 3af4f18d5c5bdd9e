//! How a kustomization is built.

/// Options of a build.
///
/// ```
/// use gitops_render::{KustomizeOptions, Reorder};
///
/// let options = KustomizeOptions { reorder: Reorder::None, ..KustomizeOptions::default() };
/// assert_ne!(options, KustomizeOptions::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KustomizeOptions {
    /// Which files may be read.
    pub load_restrictor: LoadRestrictor,
    /// How the output is sorted where the kustomization itself does not say.
    pub reorder: Reorder,
    /// Whether upstream's bugs are kept.
    pub compat: Compat,
    /// What a build may cost.
    pub limits: KustomizeLimits,
    /// Whether charts are rendered.
    pub helm_charts: HelmCharts,
    /// The version that `buildMetadata: [managedByLabel]` writes; `(devel)` where it is empty.
    pub version: String,
}

/// Limits on one build; what is over one is a [`RenderError::Limit`](crate::RenderError::Limit)
/// that names the field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KustomizeLimits {
    /// How many folders may lead to one another, from the one that is built; 64 by default.
    pub depth: u64,
    /// How many bases and components are read, each time anew; 10,000 by default.
    pub folders: u64,
    /// Values and keys of all files, those that aliases stand for too; 20,000,000 by default.
    pub total_nodes: u64,
    /// Bytes of text that anchors and aliases of all files stand for; 64 MiB by default.
    pub total_alias_bytes: u64,
}

impl Default for KustomizeLimits {
    fn default() -> Self {
        Self { depth: 64, folders: 10_000, total_nodes: 20_000_000, total_alias_bytes: 64 << 20 }
    }
}

/// Which files a kustomization may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoadRestrictor {
    /// Files in or below the folder of the kustomization that names them. Bases may lie anywhere.
    #[default]
    RootOnly,
    /// Any file of the tree.
    None,
}

/// How the output is sorted where the kustomization itself does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reorder {
    /// As the command line sorts: namespaces and definitions first, webhooks last.
    #[default]
    Legacy,
    /// In the order of the kustomization, as the Go library leaves it.
    None,
}

/// Whether upstream's bugs are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compat {
    /// Every byte as `kustomize build` prints it, its bugs included.
    #[default]
    Exact,
    /// Without these of them: `$patch: replace` in an item of a list that is merged by key, or in a
    /// whole resource, does nothing upstream, and replaces here.
    Fixed,
}

/// Whether the charts of a kustomization are rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HelmCharts {
    /// A kustomization with charts is refused, as upstream does without `--enable-helm`.
    #[default]
    Refuse,
    /// They are rendered. Charts that do not lie in the tree are asked for by
    /// [`RenderError::Missing`](crate::RenderError::Missing).
    Render(HelmFlags),
}

/// What goes over the fields of all charts of a kustomization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelmFlags {
    /// The version of Kubernetes that templates see; that of the chart's entry where it is empty.
    pub kube_version: String,
    /// Versions of APIs that templates see; those of the chart's entry where there are none.
    pub api_versions: Vec<String>,
    /// Which version of Helm the result is equal to.
    pub compat: crate::HelmCompat,
}

impl KustomizeOptions {
    pub(crate) fn load_anywhere(&self) -> bool {
        self.load_restrictor == LoadRestrictor::None
    }
}
