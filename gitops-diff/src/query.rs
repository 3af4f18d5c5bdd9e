//! Questions for objects by kind and name.

use std::fmt;

use crate::{GroupKind, Text};

/// A question to a target for what it holds: one object by its name, or all of a kind.
///
/// It is kept as it was asked, in the words of `lookup` in charts: the target decides whether there
/// is such a version, kind or scope.
///
/// ```
/// use gitops_diff::Query;
///
/// let secret = Query::new("v1", "Secret", "shop", "db");
/// assert_eq!(secret.to_string(), "v1 Secret shop/db");
/// let deployments = Query::new("apps/v1", "Deployment", "", "");
/// assert_eq!((deployments.group(), deployments.version()), ("apps", "v1"));
/// assert_eq!(deployments.to_string(), "apps/v1 Deployment in all namespaces");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Query {
    /// Group and version: `apps/v1`, or `v1` of the core group.
    pub api_version: Text,
    /// The kind: `Deployment`.
    pub kind: Text,
    /// The namespace; empty for those of all namespaces, and for what lives in none.
    pub namespace: Text,
    /// The name; empty for all, as one list.
    pub name: Text,
}

impl Query {
    /// The question for the object `name`, or for all where that is empty.
    pub fn new(
        api_version: impl Into<Text>,
        kind: impl Into<Text>,
        namespace: impl Into<Text>,
        name: impl Into<Text>,
    ) -> Self {
        let (api_version, kind) = (api_version.into(), kind.into());
        Self { api_version, kind, namespace: namespace.into(), name: name.into() }
    }

    /// Whether all are asked for.
    pub fn is_list(&self) -> bool {
        self.name.is_empty()
    }

    /// The group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The version in the group.
    pub fn version(&self) -> &str {
        self.api_version.split_once('/').map_or(&*self.api_version, |(_, version)| version)
    }

    /// The kind with its group.
    pub fn group_kind(&self) -> GroupKind {
        GroupKind::new(self.group(), self.kind.clone())
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_version, kind, namespace, name } = self;
        write!(f, "{api_version} {kind} ")?;
        match (&**namespace, &**name) {
            ("", "") => f.write_str("in all namespaces"),
            (namespace, "") => write!(f, "in {namespace}"),
            ("", name) => f.write_str(name),
            (namespace, name) => write!(f, "{namespace}/{name}"),
        }
    }
}
