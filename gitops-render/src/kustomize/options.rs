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
    /// The version that `buildMetadata: [managedByLabel]` writes; `(devel)` where it is empty.
    pub version: String,
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

impl KustomizeOptions {
    pub(crate) fn load_anywhere(&self) -> bool {
        self.load_restrictor == LoadRestrictor::None
    }
}
