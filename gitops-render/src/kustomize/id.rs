//! What a resource is called: group, version, kind, namespace and name.

use std::fmt;

use gitops_diff::Text;

/// A namespace that no object can have: that of whatever belongs to none.
pub(crate) const NOT_A_NAMESPACE: &str = "_non_namespaceable_";

/// A kind as a resource names it; a group, version or kind that is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Gvk {
    pub(crate) group: Text,
    pub(crate) version: Text,
    pub(crate) kind: Text,
    /// Whether the schema in use says for certain that its objects belong to no namespace.
    pub(crate) cluster_scoped: bool,
}

/// A resource's name under its kind and namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ResId {
    pub(crate) gvk: Gvk,
    pub(crate) name: Text,
    /// As it is written; empty where it is not.
    pub(crate) namespace: Text,
}

impl Gvk {
    /// `apps/v1` as group and version; what has no slash is a version.
    pub(crate) fn split(api_version: &str) -> (&str, &str) {
        api_version.split_once('/').unwrap_or(("", api_version))
    }

    /// The kind of these names, of which nobody asks the scope.
    pub(crate) fn unscoped(api_version: &str, kind: &str) -> Self {
        let (group, version) = Self::split(api_version);
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
            cluster_scoped: false,
        }
    }

    /// `apps/v1`, or only the version where there is no group.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            return self.version.to_string();
        }
        format!("{}/{}", self.group, self.version)
    }

    /// Whether group, version and kind are the same.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        (&self.group, &self.version, &self.kind) == (&other.group, &other.version, &other.kind)
    }

    /// Whether it is one that `selector` means, where empty parts mean any.
    pub(crate) fn is_selected(&self, selector: &Self) -> bool {
        let means = |wanted: &Text, have: &Text| wanted.is_empty() || wanted == have;
        means(&selector.group, &self.group)
            && means(&selector.version, &self.version)
            && means(&selector.kind, &self.kind)
    }
}

impl ResId {
    /// The namespace that decides whether two resources are the same: `default` where none is
    /// written, [`NOT_A_NAMESPACE`] where there cannot be one.
    pub(crate) fn effective_namespace(&self) -> &str {
        if self.gvk.cluster_scoped {
            NOT_A_NAMESPACE
        } else if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    /// Whether kind and name are the same, in whichever namespace.
    pub(crate) fn gvkn_equals(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk.equals(&other.gvk)
    }

    /// Whether it is the same resource.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace() && self.gvkn_equals(other)
    }
}

/// As upstream prints it in errors: `Deployment.v1.apps`.
impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &Text, none: &'static str| {
            if text.is_empty() { none.into() } else { text.clone() }
        };
        write!(
            f,
            "{}.{}.{}",
            or(&self.kind, "[noKind]"),
            or(&self.version, "[noVer]"),
            or(&self.group, "[noGrp]")
        )
    }
}

/// As upstream prints it in errors: `Deployment.v1.apps/web.[noNs]`.
impl fmt::Display for ResId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "[noName]" } else { &self.name };
        let namespace = if self.namespace.is_empty() { "[noNs]" } else { &self.namespace };
        write!(f, "{}/{name}.{namespace}", self.gvk)
    }
}
