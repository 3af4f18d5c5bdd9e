//! What can go wrong with a target, grouped by what the caller can do.

use std::time::Duration;

use gitops_diff::ObjectId;

/// Why a target was not looked at or changed.
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
    #[error("{id}: {message}")]
    Conflict {
        /// The object.
        id: ObjectId,
        /// What differs, and who owns it.
        message: String,
    },
    /// The kind of an object is not known to the target (yet).
    #[error("{id}: its kind is not served; is its definition missing?")]
    Unserved {
        /// The object.
        id: ObjectId,
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
