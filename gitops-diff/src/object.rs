//! A Kubernetes object, or anything that has its shape.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{DiffError, Fingerprint, GroupKind, Map, ObjectId, Origin, Text, Value};

/// An object with its identity read once, its body shared and the place it comes from.
///
/// Cloning is cheap: bodies are shared until [`edit`](Object::edit)ed.
///
/// ```
/// use gitops_diff::Object;
///
/// let object: Object = serde_json::from_str(
///     r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}}"#,
/// )?;
/// assert_eq!(object.id().to_string(), "Deployment.apps/shop/web");
/// assert_eq!(object.version(), "v1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Object {
    id: ObjectId,
    version: Text,
    body: Arc<Body>,
    origin: Option<Origin>,
}

/// A tree, and its digest once somebody asked for it.
#[derive(Default)]
struct Body {
    tree: Value,
    digest: OnceLock<u128>,
}

impl From<Value> for Body {
    fn from(tree: Value) -> Self {
        Self { tree, digest: OnceLock::new() }
    }
}

impl Clone for Body {
    /// Copies are made to be changed.
    fn clone(&self) -> Self {
        self.tree.clone().into()
    }
}

impl Object {
    /// An object with the body `body`.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where `apiVersion`, `kind` or `metadata.name` is missing or no
    /// string, or where one of them cannot be part of an identity.
    pub fn new(body: Value) -> Result<Self, DiffError> {
        let api_version = text(&body, "/apiVersion")?;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let kind = text(&body, "/kind")?;
        let name = text(&body, "/metadata/name")?;
        let namespace = match body.pointer("/metadata/namespace") {
            None | Some(Value::Null) => None,
            Some(_) => Some(text(&body, "/metadata/namespace")?),
        };
        if kind.contains(['/', '.']) || name.contains('/') {
            return Err(DiffError::invalid(format!("`{kind}/{name}` is no kind and name")));
        }
        let id = ObjectId::new(GroupKind::new(group, kind), namespace, name);
        Ok(Self { id, version: version.into(), body: Arc::new(body.into()), origin: None })
    }

    /// The same object, known to come from `origin`.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// The same object in another namespace, or in none.
    #[must_use]
    pub fn with_namespace(mut self, namespace: Option<&str>) -> Self {
        self.id = self.id.with_namespace(namespace);
        let mut body = std::mem::take(Arc::make_mut(&mut self.body)).tree;
        if let Some(body) = body.as_map_mut() {
            let metadata = body.map_at("metadata");
            match self.id.namespace() {
                Some(namespace) => metadata.insert("namespace", namespace.into()),
                None => metadata.remove("namespace"),
            };
        }
        self.body = Arc::new(body.into());
        self
    }

    /// The object with its body changed by `change`; the origin stays.
    ///
    /// # Errors
    /// As [`Object::new`], of the changed body.
    pub fn edit(mut self, change: impl FnOnce(&mut Map)) -> Result<Self, DiffError> {
        let mut body = std::mem::take(Arc::make_mut(&mut self.body)).tree;
        if let Some(body) = body.as_map_mut() {
            change(body);
        }
        let origin = self.origin;
        Self::new(body).map(|object| Self { origin, ..object })
    }

    /// Who it is.
    pub fn id(&self) -> &ObjectId {
        &self.id
    }

    /// The version of its API group: `v1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Group and version as manifests write them: `apps/v1`, `v1`.
    pub fn api_version(&self) -> String {
        match self.id.group() {
            "" => self.version.to_string(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// The whole body.
    pub fn body(&self) -> &Value {
        &self.body.tree
    }

    /// The body for itself; copied where it is still shared.
    pub fn into_body(self) -> Value {
        Arc::unwrap_or_clone(self.body).tree
    }

    /// The value at a JSON Pointer.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        self.body().pointer(pointer)
    }

    /// `metadata.uid`.
    pub fn uid(&self) -> Option<&str> {
        self.pointer("/metadata/uid").and_then(Value::as_str)
    }

    /// `metadata.resourceVersion`.
    pub fn resource_version(&self) -> Option<&str> {
        self.pointer("/metadata/resourceVersion").and_then(Value::as_str)
    }

    /// Whether the object waits for its finalizers to be removed.
    pub fn is_deleting(&self) -> bool {
        self.pointer("/metadata/deletionTimestamp").is_some_and(|it| !it.is_null())
    }

    /// The annotation `key`.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.pointer("/metadata/annotations")?.get(key)?.as_str()
    }

    /// The label `key`.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.pointer("/metadata/labels")?.get(key)?.as_str()
    }

    /// The place it was written, if it comes from a tree.
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The digest of the body.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.body())
    }

    /// A digest of the body that means nothing outside of this process.
    pub(crate) fn digest(&self) -> u128 {
        *self.body.digest.get_or_init(|| crate::packed::digest(self.body()))
    }

    /// The object as it is applied: a Secret with its `stringData` as `data`, as the API server
    /// stores it, all others as they are.
    #[must_use]
    pub fn folded(&self) -> Self {
        crate::secret::folded(self)
    }

    /// Whether this is a core `Secret`, whose values must never be shown.
    ///
    /// Debug output, plans and reports also hide those of an object that is only meant as one:
    /// of the kind `secret` in any case, in any API group.
    pub fn is_secret(&self) -> bool {
        self.id.group_kind().is("", "Secret")
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        let same_body = || Arc::ptr_eq(&self.body, &other.body) || self.body() == other.body();
        self.origin == other.origin && self.id == other.id && same_body()
    }
}

impl fmt::Debug for Object {
    /// Values of Secrets are masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("body", &*crate::secret::masked(self))
            .field("origin", &self.origin)
            .finish()
    }
}

fn text<'a>(body: &'a Value, pointer: &str) -> Result<&'a str, DiffError> {
    let path = || pointer[1..].replace('/', ".");
    match body.pointer(pointer) {
        Some(Value::Str(text)) if !text.is_empty() => Ok(text),
        None | Some(Value::Null | Value::Str(_)) => {
            Err(DiffError::invalid(format!("`{}` is missing", path())))
        }
        Some(other) => Err(DiffError::invalid(format!(
            "`{}` must be a string, not a {}",
            path(),
            other.type_name()
        ))),
    }
}

impl TryFrom<Value> for Object {
    type Error = DiffError;

    fn try_from(body: Value) -> Result<Self, DiffError> {
        Self::new(body)
    }
}

impl Serialize for Object {
    /// The body alone.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.body().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Value::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Result<Object, DiffError> {
        Object::new(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn what_has_no_identity_is_refused_with_the_field() {
        let cases = [
            ("[]", "`apiVersion` is missing"),
            (r#"{"apiVersion":"v1"}"#, "`kind` is missing"),
            (r#"{"apiVersion":"v1","kind":7}"#, "`kind` must be a string, not a number"),
            (r#"{"apiVersion":"v1","kind":"Pod"}"#, "`metadata.name` is missing"),
            (
                r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":[]}}"#,
                "`metadata.namespace` must be a string, not a list",
            ),
            (
                r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a/b"}}"#,
                "`Pod/a/b` is no kind and name",
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(object(json).unwrap_err().to_string(), expected, "{json}");
        }
    }

    #[test]
    fn another_namespace_changes_identity_and_body() {
        let pod = object(r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}"#).unwrap();
        let moved = pod.clone().with_namespace(Some("shop"));
        assert_eq!(moved.id().to_string(), "Pod/shop/a");
        assert_eq!(moved.pointer("/metadata/namespace"), Some(&Value::from("shop")));
        assert_eq!(moved.with_namespace(None), pod);
    }
}
