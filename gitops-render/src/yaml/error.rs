//! What can be wrong with a YAML text.

use crate::{Position, RenderError};

/// Why a text was refused, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not YAML, or YAML that has no meaning as JSON.
    #[error("{mark}: {message}")]
    Invalid {
        /// Where.
        mark: Mark,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The text is over a limit.
    #[error("{mark}: {what} is over the limit of {limit}")]
    Limit {
        /// Where the limit was passed.
        mark: Mark,
        /// What is over it.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// The field of [`Limits`](super::Limits) that sets it; of an
        /// [`Allowance`](super::Allowance), `total_nodes` or `total_alias_bytes`.
        option: &'static str,
    },
}

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Mark {
    /// The same place, in the file `file`.
    pub fn in_file(self, file: impl Into<String>) -> Position {
        Position { file: file.into(), line: self.line, column: self.column }
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Error {
    pub(crate) fn invalid(mark: Mark, message: impl Into<String>) -> Self {
        Self::Invalid { mark, message: message.into() }
    }

    /// Where in the text it is.
    pub fn mark(&self) -> Mark {
        match self {
            Self::Invalid { mark, .. } | Self::Limit { mark, .. } => *mark,
        }
    }

    /// The same error, in the file `file`.
    pub fn in_file(self, file: impl Into<String>) -> RenderError {
        let position = self.mark().in_file(file);
        match self {
            Self::Invalid { message, .. } => RenderError::Invalid { position, message },
            Self::Limit { what, limit, option, .. } => {
                RenderError::Limit { position, what: what.to_owned(), limit, option }
            }
        }
    }
}
