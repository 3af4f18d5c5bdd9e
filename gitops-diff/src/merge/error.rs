//! Why an apply was refused.

use std::fmt::{self, Write};

use crate::managed::ManagerOperation;
use crate::{FieldPath, FieldsError, ManagedEntry, Text};

/// Why an apply was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Other managers own fields that would get another value; take them with
    /// [`Force::Yes`](super::Force), or leave them out.
    #[error("{}", conflict_message(.0))]
    Conflicts(Vec<Conflict>),
    /// The declared or the live object is none that the API server would accept; fix it.
    #[error("{0}")]
    Invalid(String),
}

/// A field that another manager owns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The field.
    pub path: FieldPath,
    /// The name of its owner.
    pub manager: Text,
    /// By which kind of write it owns the field.
    pub operation: ManagerOperation,
    /// In which version of the kind.
    pub api_version: Text,
    /// Through which subresource.
    pub subresource: Option<Text>,
}

impl Conflict {
    pub(super) fn new(path: FieldPath, owner: &ManagedEntry) -> Self {
        Self {
            path,
            manager: owner.manager.clone(),
            operation: owner.operation,
            api_version: owner.api_version.clone(),
            subresource: owner.subresource.clone(),
        }
    }

    /// The owner as the API server prints it: `"other" using apps/v1`.
    pub fn owner(&self) -> String {
        let mut owner = format!("{:?}", self.manager);
        if let Some(subresource) = &self.subresource {
            let _infallible = write!(owner, " with subresource {subresource:?}");
        }
        if self.operation == ManagerOperation::Update {
            let _infallible = write!(owner, " using {}", self.api_version);
        }
        owner
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conflict with {}: {}", self.owner(), self.path.server_form())
    }
}

/// The message that the API server gives (`getConflictMessage`).
fn conflict_message(conflicts: &[Conflict]) -> String {
    if let [only] = conflicts {
        return format!("Apply failed with 1 conflict: {only}");
    }
    let mut lines = Vec::new();
    let mut last = None;
    for conflict in conflicts {
        let owner = conflict.owner();
        if last.as_ref() != Some(&owner) {
            lines.push(format!("conflicts with {owner}:"));
            last = Some(owner);
        }
        lines.push(format!("- {}", conflict.path.server_form()));
    }
    format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
}

impl From<FieldsError> for MergeError {
    fn from(error: FieldsError) -> Self {
        Self::Invalid(error.to_string())
    }
}
