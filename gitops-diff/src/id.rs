//! What makes two objects the same one: group, kind, namespace and name, not the version.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Text;

/// An API group and a kind in it; the core group is the empty string.
///
/// Prints as `Deployment.apps`, for the core group as `ConfigMap`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// `apps`; empty for the core group.
    pub group: Text,
    /// `Deployment`.
    pub kind: Text,
}

impl GroupKind {
    /// The kind `kind` of the group `group`.
    pub fn new(group: impl Into<Text>, kind: impl Into<Text>) -> Self {
        Self { group: group.into(), kind: kind.into() }
    }

    /// Whether this is `kind` of `group`.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

/// The identity of an object in a target.
///
/// Its text form is `Kind.group/namespace/name`; without a group the dot goes, without a
/// namespace its segment. Names and namespaces hold no slash, kinds neither slash nor dot, so
/// the form reads back.
///
/// ```
/// use gitops_diff::ObjectId;
///
/// let id: ObjectId = "Deployment.apps/shop/web".parse()?;
/// assert_eq!((id.group(), id.kind()), ("apps", "Deployment"));
/// assert_eq!((id.namespace(), id.name()), (Some("shop"), "web"));
/// assert_eq!("Namespace/shop".parse::<ObjectId>()?.to_string(), "Namespace/shop");
/// # Ok::<(), gitops_diff::ParseObjectIdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    group_kind: GroupKind,
    namespace: Option<Text>,
    name: Text,
}

impl ObjectId {
    /// The object `name` of a kind; an empty namespace is none.
    pub fn new(group_kind: GroupKind, namespace: Option<&str>, name: impl Into<Text>) -> Self {
        let namespace = namespace.filter(|it| !it.is_empty()).map(Text::from);
        Self { group_kind, namespace, name: name.into() }
    }

    /// Group and kind.
    pub fn group_kind(&self) -> &GroupKind {
        &self.group_kind
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        &self.group_kind.group
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        &self.group_kind.kind
    }

    /// The namespace; `None` for cluster-scoped kinds and where the manifest names none.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same object in another namespace, or in none.
    #[must_use]
    pub fn with_namespace(&self, namespace: Option<&str>) -> Self {
        Self::new(self.group_kind.clone(), namespace, self.name.clone())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.group_kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// A text is not of the form `Kind.group/namespace/name`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no object id: expected `Kind.group/namespace/name`")]
pub struct ParseObjectIdError(String);

impl FromStr for ObjectId {
    type Err = ParseObjectIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('/').collect();
        let (type_name, namespace, name) = match parts[..] {
            [type_name, name] => (type_name, None, name),
            [type_name, namespace, name] if !namespace.is_empty() => {
                (type_name, Some(namespace), name)
            }
            _ => return Err(ParseObjectIdError(text.into())),
        };
        let (kind, group) = type_name.split_once('.').unwrap_or((type_name, ""));
        if kind.is_empty() || name.is_empty() || type_name.ends_with('.') {
            return Err(ParseObjectIdError(text.into()));
        }
        Ok(Self::new(GroupKind::new(group, kind), namespace, name))
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        for text in [
            "ConfigMap/shop/settings",
            "Namespace/shop",
            "Deployment.apps/shop/web",
            "ClusterRole.rbac.authorization.k8s.io/system:node",
        ] {
            assert_eq!(text.parse::<ObjectId>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_text_of_another_form_is_refused() {
        for text in ["", "ConfigMap", "/shop/a", "ConfigMap//a", "ConfigMap/", "a/b/c/d", "A./b"] {
            assert!(text.parse::<ObjectId>().is_err(), "{text}");
        }
    }
}
