//! The plan: what will be done, why, and under which conditions. Preview and apply cannot
//! disagree, since an applier executes exactly the plan that was shown.

pub(crate) mod applied;
mod attach;
mod change;
mod class;
mod demand;
mod patch;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::change::{
    Change, FieldChange, FieldOperation, Operation, Owner, Preconditions, Reason, Shown,
};
pub use self::class::Class;

use crate::{DiffError, ObjectId, Origin, Text};

/// The version of the serialised form that this crate writes; plans of all versions before are
/// read. Since version 2 a change may demand what fields must be, make an object anew, or take
/// over fields: who does not know that must not execute it.
pub const PLAN_VERSION: u32 = 2;

/// What will be done to a target, wave by wave.
///
/// Serialises without bodies and without values of Secrets. A plan that was read back is
/// executable again after [`Plan::attach`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// [`PLAN_VERSION`] of the crate that made it.
    #[serde(deserialize_with = "known_version")]
    pub version: u32,
    /// The revision it was made for, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Text>,
    /// What to do, in this order; a wave starts when the one before it is ready.
    pub waves: Vec<Wave>,
    /// Objects that are as they should be.
    pub unchanged: Vec<ObjectId>,
    /// What a guard withheld, with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// Objects for which nothing could be planned, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// Differences that change nothing: what rules of the policy suppress, always; what others,
    /// the server and controllers set, where it is asked for ([`Extent`](crate::Extent)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
}

/// Differences of one object that change nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The object.
    pub id: ObjectId,
    /// The fields: `old` is how it lives, `new` how it is declared.
    pub fields: Vec<FieldChange>,
}

/// Changes that may run at the same time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wave {
    /// What the wave is for: `namespaces`, `definitions`, …, `prune`.
    pub name: Text,
    /// The changes, in the order they should be started.
    pub changes: Vec<Change>,
}

/// Changes that a guard withheld; what they are about stays ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The guard: `empty-render`, `prune-budget`, `protected-kind`, `still-holds`, ….
    pub guard: Text,
    /// What a person needs to know, and what to do.
    pub message: String,
    /// What was withheld.
    pub withheld: Vec<ObjectId>,
}

/// An object for which nothing could be planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The object.
    pub id: ObjectId,
    /// Why.
    pub message: String,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Plan {
    /// A plan that does nothing.
    pub fn new() -> Self {
        Self {
            version: PLAN_VERSION,
            revision: None,
            waves: Vec::new(),
            unchanged: Vec::new(),
            refusals: Vec::new(),
            failures: Vec::new(),
            observations: Vec::new(),
        }
    }

    /// All changes in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.waves.iter().flat_map(|wave| &wave.changes)
    }

    /// The changes of one operation, in order.
    pub fn changes_of(&self, operation: Operation) -> impl Iterator<Item = &Change> {
        self.changes().filter(move |it| it.operation == operation)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }
}

impl Plan {
    /// The plan as JSON, indented; bodies and values of Secrets are not in it.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where a value cannot be JSON.
    pub fn to_json(&self) -> Result<String, DiffError> {
        serde_json::to_string_pretty(self)
            .map_err(|error| DiffError::invalid(format!("the plan cannot be written: {error}")))
    }

    /// Reads what [`Plan::to_json`] wrote; fields that a later version added are passed over.
    ///
    /// What was read is to be shown; it can be executed again after [`Plan::attach`].
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where `json` is no plan, or one of a version that is not known.
    pub fn from_json(json: &str) -> Result<Self, DiffError> {
        serde_json::from_str(json)
            .map_err(|error| DiffError::invalid(format!("this is no plan to read: {error}")))
    }
}

/// Refuses plans that were written for a later version of this crate.
fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        version @ 1..=PLAN_VERSION => Ok(version),
        version => Err(serde::de::Error::custom(format_args!(
            "its version is {version}, known are versions up to {PLAN_VERSION}: \
             read it with the program that wrote it"
        ))),
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}
