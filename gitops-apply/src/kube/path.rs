//! The paths of the Kubernetes API.

use std::fmt::Write as _;

use gitops_diff::{ObjectId, Text};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ApplyError;

/// Where objects of a kind are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) group: Text,
    pub(crate) version: Text,
    pub(crate) kind: Text,
    pub(crate) plural: Text,
    pub(crate) scope: Scope,
}

/// All but what a segment holds as it is.
const OTHER: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// Whether objects of a kind live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Namespaced,
    Cluster,
}

impl Resource {
    /// `/apis/apps/v1/namespaces/shop/deployments`; without a namespace those of all namespaces.
    pub(crate) fn collection(&self, namespace: Option<&str>) -> Result<String, ApplyError> {
        let mut path = group_version(&self.group, &self.version)?;
        if let Some(namespace) = namespace {
            let _ = write!(path, "/namespaces/{}", segment(namespace)?);
        }
        let _ = write!(path, "/{}", segment(&self.plural)?);
        Ok(path)
    }

    /// `/apis/apps/v1/namespaces/shop/deployments/web`.
    pub(crate) fn object(&self, id: &ObjectId) -> Result<String, ApplyError> {
        self.fits(id)?;
        Ok(format!("{}/{}", self.collection(id.namespace())?, segment(id.name())?))
    }

    /// Refuses an identity that nothing in the cluster can have.
    pub(crate) fn fits(&self, id: &ObjectId) -> Result<(), ApplyError> {
        for part in id.namespace().into_iter().chain([id.name()]) {
            segment(part)?;
        }
        match (self.scope, id.namespace()) {
            (Scope::Namespaced, None) => Err(ApplyError::Invalid(format!(
                "{id}: its kind lives in namespaces and it names none; resolve it first"
            ))),
            (Scope::Cluster, Some(_)) => Err(ApplyError::Invalid(format!(
                "{id}: its kind lives in no namespace and it names one; resolve it first"
            ))),
            _ => Ok(()),
        }
    }
}

/// `/apis/apps/v1`, `/api/v1`.
pub(crate) fn group_version(group: &str, version: &str) -> Result<String, ApplyError> {
    match group {
        "" => Ok(format!("/api/{}", segment(version)?)),
        group => Ok(format!("/apis/{}/{}", segment(group)?, segment(version)?)),
    }
}

/// One segment of a path, percent-encoded; dots alone would be steps of the path.
pub(crate) fn segment(text: &str) -> Result<String, ApplyError> {
    if matches!(text, "" | "." | "..") {
        return Err(ApplyError::Invalid(format!("`{text}` is no name")));
    }
    Ok(utf8_percent_encode(text, OTHER).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(api_version: &str, plural: &str, scope: Scope) -> Resource {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let (group, version) = (group.into(), version.into());
        Resource { group, version, kind: "Kind".into(), plural: plural.into(), scope }
    }

    #[test]
    fn objects_are_found_where_the_api_serves_them() {
        use Scope::{Cluster, Namespaced};
        let cases = [
            ("v1", "pods", Namespaced, "Pod/shop/a", "/api/v1/namespaces/shop/pods/a"),
            (
                "apps/v1",
                "deployments",
                Namespaced,
                "Deployment.apps/shop/a",
                "/apis/apps/v1/namespaces/shop/deployments/a",
            ),
            ("v1", "namespaces", Cluster, "Namespace/shop", "/api/v1/namespaces/shop"),
            ("r/v1", "roles", Cluster, "R.r/system:node", "/apis/r/v1/roles/system:node"),
            ("v1", "nodes", Cluster, "Node/a?b%2f#é", "/api/v1/nodes/a%3Fb%252f%23%C3%A9"),
        ];
        for (api_version, plural, scope, id, path) in cases {
            let found = resource(api_version, plural, scope).object(&id.parse().unwrap());
            assert_eq!(found.unwrap(), path);
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        let pods = resource("v1", "pods", Scope::Namespaced);
        for id in ["Pod/shop/..", "Pod/../a", "Pod/a"] {
            assert!(pods.object(&id.parse().unwrap()).is_err(), "{id}");
        }
        let nodes = resource("v1", "nodes", Scope::Cluster);
        assert!(nodes.object(&"Node/shop/a".parse().unwrap()).is_err());
    }
}
