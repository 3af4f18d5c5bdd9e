//! One change of one object: what, why, which fields, under which conditions.

use serde::{Deserialize, Serialize};

use crate::{Class, Fingerprint, Object, ObjectId, Origin, Text, Value};

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
    /// The managers whose fields become ours before the object is applied, so that what of them is
    /// not declared goes: of [`TakeOver`](Operation::TakeOver) and
    /// [`RepairOwnership`](Operation::RepairOwnership).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbs: Vec<Owner>,
    /// The resourceVersion of the object that was compared. Nothing is demanded of it: where the
    /// target keeps it, the change did nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_version: Option<Text>,
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
    /// It is deleted and made anew, since fields that cannot be changed are to be; only after the
    /// target has found the new object valid.
    Recreate,
    /// Fields of other managers become ours, and what of them is not declared goes.
    TakeOver,
    /// What clients left behind who no longer write (client-side apply, a former way of ours)
    /// becomes ours, and what of it is not declared goes.
    RepairOwnership,
    /// It is deleted.
    Delete,
    /// It is no longer ours and is left as it is; only the ledger forgets it.
    Release,
}

impl Operation {
    /// Whether it makes or changes the object as it is declared.
    pub fn is_apply(self) -> bool {
        match self {
            Self::Create
            | Self::Update
            | Self::Recreate
            | Self::TakeOver
            | Self::RepairOwnership => true,
            Self::Delete | Self::Release => false,
        }
    }
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
    /// It lives with other values than declared in fields that cannot be changed.
    Immutable,
    /// Others, or clients that no longer write, hold fields of it that are not declared.
    Held,
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
    /// What the fields that the change touches must be: of all others the target may make what it
    /// likes meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Fingerprint>,
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
    /// Whose doing the difference is.
    #[serde(default, skip_serializing_if = "Class::is_ours")]
    pub class: Class,
}

impl FieldChange {
    /// A change of the field at `path` from `old` to `new`, where one of both may be missing.
    pub fn new(path: impl Into<Text>, old: Option<Shown>, new: Option<Shown>) -> Self {
        let operation = match (&old, &new) {
            (None, _) => FieldOperation::Add,
            (Some(_), None) => FieldOperation::Remove,
            (Some(_), Some(_)) => FieldOperation::Replace,
        };
        Self { path: path.into(), operation, old, new, owner: None, class: Class::default() }
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
            absorbs: Vec::new(),
            seen_version: None,
            fingerprint: None,
            desired: None,
        }
    }

    /// The fields that the change takes from other managers, with these.
    ///
    /// ```
    /// use gitops_diff::{Differ, Drift, Inventory, Object, ObjectSet, Observed};
    ///
    /// let live: Object = serde_json::from_str(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[{
    ///         "manager":"kubectl-edit","operation":"Update","apiVersion":"v1",
    ///         "fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{}}}}]},"data":{"k":"theirs"}}"#,
    /// )?;
    /// let desired: Object = serde_json::from_str(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"ours"}}"#,
    /// )?;
    /// let (desired, live) = ([desired].into_iter().collect(), [live].into_iter().collect());
    /// let plan = Drift::default().diff(&desired, &live, &Inventory::new())?;
    /// let lost: Vec<_> = plan.changes().flat_map(|it| it.losses()).collect();
    /// assert_eq!((&*lost[0].0.manager, &*lost[0].1.path), ("kubectl-edit", "data.k"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn losses(&self) -> impl Iterator<Item = (&Owner, &FieldChange)> {
        let taken = self.fields.iter().filter(|it| it.class == Class::Taken);
        taken.filter_map(|it| Some((it.owner.as_ref()?, it)))
    }
}
