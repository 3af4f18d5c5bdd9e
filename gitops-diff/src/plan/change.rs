//! One change of one object: what, why, which fields, under which conditions.

use serde::{Deserialize, Serialize};

use crate::{Fingerprint, Object, ObjectId, Origin, Text, Value};

/// One change of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The object.
    pub id: ObjectId,
    /// The API version to use: `v1`.
    pub version: Text,
    /// What is done.
    pub operation: Operation,
    /// Why.
    pub reason: Reason,
    /// The fields that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// Where the desired object was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What must hold in the target, else the change fails and does nothing.
    #[serde(default)]
    pub preconditions: Preconditions,
    /// The digest of the desired object; of a Secret without its values, which a digest of a weak
    /// value would give away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The desired object; never serialised.
    #[serde(skip)]
    pub desired: Option<Object>,
}

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Operation {
    /// It is made.
    Create,
    /// Fields of it are changed.
    Update,
    /// It is deleted.
    Delete,
    /// It is no longer ours and is left as it is; only the ledger forgets it.
    Release,
}

/// Why an object is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// It is declared and does not live.
    Missing,
    /// It lives with other values than declared.
    Drifted,
    /// It is ours and no longer declared.
    Undeclared,
    /// It was ours, and another object of its name lives now.
    NotOurs,
    /// It was ours and is gone already.
    Gone,
    /// It lives as declared, and none of its fields is ours: applying makes them ours, so that
    /// a field that is no longer declared later can go.
    Unowned,
    /// It was ours, and an annotation on it says that it is to be kept.
    Kept,
    /// It is ours under another identity that is declared, since its kind is served in several
    /// API groups; only the former identity is forgotten.
    Moved,
}

/// What must hold in the target before a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Preconditions {
    /// The uid the object must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text>,
    /// The resourceVersion the object must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<Text>,
}

/// One field that changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FieldChange {
    /// The path with list keys: `spec.template.spec.containers[name=app].image`.
    pub path: Text,
    /// What happens to it.
    pub operation: FieldOperation,
    /// What it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Shown>,
    /// What it will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Shown>,
    /// Who set what it is now, where managedFields say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

impl FieldChange {
    /// A change of the field at `path` from `old` to `new`, where one of both may be missing.
    pub fn new(path: impl Into<Text>, old: Option<Shown>, new: Option<Shown>) -> Self {
        let operation = match (&old, &new) {
            (None, _) => FieldOperation::Add,
            (Some(_), None) => FieldOperation::Remove,
            (Some(_), Some(_)) => FieldOperation::Replace,
        };
        Self { path: path.into(), operation, old, new, owner: None }
    }
}

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldOperation {
    /// It was not there.
    Add,
    /// It has another value.
    Replace,
    /// It goes.
    Remove,
}

/// A value that may be shown, or the sign that one is hidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// The value.
    Value(Value),
    /// A value of a Secret; only that it is there is said.
    Hidden,
}

/// Who owns a field, by managedFields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The field manager.
    pub manager: Text,
    /// `Apply` or `Update`.
    pub operation: Text,
    /// When it wrote last, as RFC 3339 text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Text>,
}

impl Change {
    /// A change of an object, without fields and preconditions yet.
    pub fn new(
        id: ObjectId,
        version: impl Into<Text>,
        operation: Operation,
        reason: Reason,
    ) -> Self {
        Self {
            id,
            version: version.into(),
            operation,
            reason,
            fields: Vec::new(),
            origin: None,
            preconditions: Preconditions::default(),
            fingerprint: None,
            desired: None,
        }
    }
}
