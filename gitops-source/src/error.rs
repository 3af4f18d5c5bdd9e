//! What can go wrong with a source, grouped by what the caller can do.

use std::time::Duration;

/// Why there is no tree.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The other side could not be reached, failed or was too slow; try again later.
    #[error("{message}")]
    Unavailable {
        /// What happened.
        message: String,
        /// When to try again, where the other side said so.
        retry_after: Option<Duration>,
    },
    /// Credentials are missing, wrong or not enough; fix them.
    #[error("{0}")]
    Denied(String),
    /// There is no such repository, ref or path.
    #[error("{0}")]
    NotFound(String),
    /// What came cannot be used, or what was asked for cannot be; fix it.
    #[error("{0}")]
    Invalid(String),
    /// What came is damaged; it was thrown away, and another try fetches it again.
    #[error("{0}")]
    Corrupt(String),
    /// Something is over a limit.
    #[error("{what} is over the limit of {limit}; raise `{option}` if that is meant")]
    Limit {
        /// What is over it.
        what: String,
        /// The limit.
        limit: u64,
        /// The option that sets it.
        option: &'static str,
    },
    /// The caller took it back.
    #[error("cancelled")]
    Cancelled,
}

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Try again, not before this long if it is given.
    Retry(Option<Duration>),
    /// Someone has to change something first.
    Fix,
    /// Stop: it was asked for.
    Stop,
}

impl SourceError {
    /// An [`Invalid`](SourceError::Invalid) with this message.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }

    /// An [`Unavailable`](SourceError::Unavailable) with this message.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), retry_after: None }
    }

    /// The same, with where it happened in front, unless it says that already.
    #[cfg(feature = "git")]
    pub(crate) fn at(self, place: &str) -> Self {
        let said = |message: String| {
            if message.contains(place) { message } else { format!("{place}: {message}") }
        };
        match self {
            Self::Unavailable { message, retry_after } => {
                Self::Unavailable { message: said(message), retry_after }
            }
            Self::Denied(message) => Self::Denied(said(message)),
            Self::NotFound(message) => Self::NotFound(said(message)),
            Self::Invalid(message) => Self::Invalid(said(message)),
            Self::Corrupt(message) => Self::Corrupt(said(message)),
            Self::Limit { what, limit, option } => Self::Limit { what: said(what), limit, option },
            Self::Cancelled => Self::Cancelled,
        }
    }

    /// What can be done about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Unavailable { retry_after, .. } => ErrorClass::Retry(*retry_after),
            Self::Corrupt(_) => ErrorClass::Retry(None),
            Self::Denied(_) | Self::NotFound(_) | Self::Invalid(_) | Self::Limit { .. } => {
                ErrorClass::Fix
            }
            Self::Cancelled => ErrorClass::Stop,
        }
    }
}

/// An error and its causes, as one text.
#[cfg(feature = "http")]
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = all.map(ToString::to_string).collect();
    texts.join(": ")
}
