//! What is known of kinds: their scope, and how their lists are merged.

use super::id::Gvk;

/// The schema of one build; no two builds share one.
#[derive(Debug, Default)]
pub(crate) struct Schema {}

impl Schema {
    /// The kind of these names, with its scope.
    pub(crate) fn gvk(&self, api_version: &str, kind: &str) -> Gvk {
        let cluster_scoped = self.is_cluster_scoped(api_version, kind);
        Gvk { cluster_scoped, ..Gvk::unscoped(api_version, kind) }
    }

    /// Whether objects of the kind certainly belong to no namespace.
    pub(crate) fn is_cluster_scoped(&self, _api_version: &str, kind: &str) -> bool {
        kind == "Namespace"
    }
}
