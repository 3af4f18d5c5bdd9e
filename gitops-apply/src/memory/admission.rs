//! The hook for what changes or refuses objects on their way in.

use std::fmt;

use gitops_diff::Value;

use super::resource::Resource;
use super::status::Status;

/// A mutating or validating admission plug-in: defaults, sidecars, quota, policies.
///
/// What it changes, nobody owns, as with the API server. It runs inside the call: it must not
/// call the cluster itself. Closures are plug-ins too:
///
/// ```
/// use std::sync::Arc;
/// use gitops_apply::memory::{Attributes, Cluster, Method, Options, Request, Status};
/// use gitops_diff::Value;
///
/// let no_secrets = |on: &Attributes<'_>, _: &mut Value| match on.resource.kind.as_str() {
///     "Secret" => Err(Status::forbidden(on.resource, on.name, "exceeded quota: no secrets")),
///     _ => Ok(()),
/// };
/// let options = Options { admission: vec![Arc::new(no_secrets)], ..Options::default() };
/// let cluster = Cluster::new(options);
/// let secret = serde_json::from_str(r#"{"metadata":{"name":"s"}}"#)?;
/// let path = "/api/v1/namespaces/default/secrets";
/// assert_eq!(cluster.call(&Request::new(Method::Post, path).json(&secret)).code, 403);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub trait Admission: Send + Sync {
    /// Changes `object` or refuses it.
    ///
    /// # Errors
    /// What the client is answered.
    fn admit(&self, on: &Attributes<'_>, object: &mut Value) -> Result<(), Status>;
}

/// What is written, by whom.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attributes<'a> {
    /// Whether it is made or changed.
    pub verb: Verb,
    /// Its resource.
    pub resource: &'a Resource,
    /// Its namespace.
    pub namespace: Option<&'a str>,
    /// Its name.
    pub name: &'a str,
    /// Through which subresource; `None` is the object itself.
    pub subresource: Option<&'a str>,
    /// Who writes.
    pub manager: &'a str,
    /// The object before the write.
    pub old: Option<&'a Value>,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// Reads one object or document.
    Get,
    /// Reads many.
    List,
    /// Follows.
    Watch,
    /// Makes one.
    Create,
    /// Replaces one.
    Update,
    /// Changes one by a patch.
    Patch,
    /// Changes or makes one by a server-side apply.
    Apply,
    /// Deletes one.
    Delete,
    /// Deletes many.
    DeleteCollection,
}

impl Verb {
    /// Whether it can change what is stored.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::List | Self::Watch)
    }
}

impl<F> Admission for F
where
    F: Fn(&Attributes<'_>, &mut Value) -> Result<(), Status> + Send + Sync,
{
    fn admit(&self, on: &Attributes<'_>, object: &mut Value) -> Result<(), Status> {
        self(on, object)
    }
}

impl fmt::Debug for dyn Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Admission")
    }
}
