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
    /// The text is not YAML; go-yaml has words of its own for it.
    #[error("{mark}: {message}")]
    Syntax {
        /// Where.
        mark: Mark,
        /// What is wrong, and what was being read.
        message: String,
        /// What [`Error::as_go`] says behind `yaml: `. The line there often is the one before.
        go: String,
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

    /// An error of go-yaml, which names `line` if it is not 0.
    pub(crate) fn syntax(mark: Mark, context: &str, problem: &str, line: u32) -> Self {
        let space = if context.is_empty() { "" } else { " " };
        let line = if line == 0 { String::new() } else { format!("line {line}: ") };
        let message = format!("{problem}{space}{context}");
        Self::Syntax { mark, message, go: format!("{line}{problem}") }
    }

    /// Where in the text it is.
    pub fn mark(&self) -> Mark {
        match self {
            Self::Invalid { mark, .. } | Self::Syntax { mark, .. } | Self::Limit { mark, .. } => {
                *mark
            }
        }
    }

    /// The error as Go's tools print it: `yaml: line 3: did not find expected key`. What go-yaml
    /// has no words for comes in ours.
    ///
    /// ```
    /// use gitops_render::yaml::{self, Options};
    ///
    /// let error = yaml::parse(b"a: 1\nb: [1\nc: 2\n", &Options::default()).unwrap_err();
    /// assert_eq!(error.as_go(), "yaml: line 2: did not find expected ',' or ']'");
    /// ```
    pub fn as_go(&self) -> String {
        match self {
            Self::Syntax { go, .. } => format!("yaml: {go}"),
            Self::Invalid { mark, message } => format!("yaml: line {}: {message}", mark.line),
            Self::Limit { what, limit, .. } => format!("yaml: {what} is over the limit of {limit}"),
        }
    }

    /// The same error, in the file `file`.
    pub fn in_file(self, file: impl Into<String>) -> RenderError {
        let position = self.mark().in_file(file);
        match self {
            Self::Invalid { message, .. } | Self::Syntax { message, .. } => {
                RenderError::Invalid { position, message }
            }
            Self::Limit { what, limit, option, .. } => {
                RenderError::Limit { position, what: what.to_owned(), limit, option }
            }
        }
    }
}
