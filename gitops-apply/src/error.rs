//! What can go wrong with a target, grouped by what the caller can do.

use std::fmt;
use std::time::Duration;

use gitops_diff::{ObjectId, Owner, Text};

/// Why a target was not looked at or changed.
///
/// Messages never hold values of Secrets, though what a target says may quote them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The target could not be reached, failed, was too slow or is busy; try again later. A write
    /// may have happened.
    #[error("{message}")]
    Unavailable {
        /// What happened.
        message: String,
        /// When to try again, where the target said so.
        retry_after: Option<Duration>,
    },
    /// The target is not as the change expects; look again and plan anew.
    #[error("{id}: {message}{}", Listed(fields))]
    Conflict {
        /// The object.
        id: Box<ObjectId>,
        /// What differs.
        message: String,
        /// The fields that belong to others; empty where the conflict is about something else.
        fields: Vec<FieldConflict>,
    },
    /// The kind of an object is not known to the target (yet).
    #[error("{id}: its kind is not served; is its definition missing?")]
    Unserved {
        /// The object.
        id: Box<ObjectId>,
    },
    /// The target refuses the object; fix the object.
    #[error("{0}")]
    Invalid(String),
    /// Credentials are missing or not enough; fix them.
    #[error("{0}")]
    Denied(String),
    /// Another writer owns the ledger now; stop.
    #[error("{0}")]
    Fenced(String),
}

/// A field that another manager owns and that an apply without force would have to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldConflict {
    /// The field as the target names it: `.spec.replicas`.
    pub path: Text,
    /// Who owns it.
    pub owner: Owner,
}

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Try again, not before this long if it is given.
    Retry(Option<Duration>),
    /// Someone has to change something first.
    Fix,
    /// Stop: somebody else is at work.
    Stop,
}

impl ApplyError {
    /// An [`Unavailable`](Self::Unavailable) that does not say when to try again.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), retry_after: None }
    }

    /// A [`Conflict`](Self::Conflict) that is not about fields of others.
    pub fn conflict(id: &ObjectId, message: impl Into<String>) -> Self {
        Self::Conflict { id: Box::new(id.clone()), message: message.into(), fields: Vec::new() }
    }

    /// An [`Unserved`](Self::Unserved).
    pub fn unserved(id: &ObjectId) -> Self {
        Self::Unserved { id: Box::new(id.clone()) }
    }

    /// What can be done about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Unavailable { retry_after, .. } => ErrorClass::Retry(*retry_after),
            Self::Conflict { .. } | Self::Unserved { .. } => ErrorClass::Retry(None),
            Self::Invalid(_) | Self::Denied(_) => ErrorClass::Fix,
            Self::Fenced(_) => ErrorClass::Stop,
        }
    }
}

impl fmt::Display for FieldConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is owned by \"{}\" ({})", self.path, self.owner.manager, self.owner.operation)
    }
}

/// The conflicting fields, one a line.
struct Listed<'a>(&'a [FieldConflict]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|field| write!(f, "\n  {field}"))
    }
}
