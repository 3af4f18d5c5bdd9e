//! What can go wrong in a render, grouped by what the caller can do.

use std::fmt;

/// Why there are no objects.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A file is wrong; fix it.
    #[error("{position}: {message}")]
    Invalid {
        /// Where.
        position: Position,
        /// What is wrong, and what to do.
        message: String,
    },
    /// What is asked for is not in the tree, or cannot be rendered.
    #[error("{0}")]
    Unsupported(String),
    /// An input is over a limit.
    #[error("{position}: {what} is over the limit of {limit}; raise `{option}` if that is meant")]
    Limit {
        /// Where.
        position: Position,
        /// What is over it.
        what: String,
        /// The limit.
        limit: u64,
        /// The option that sets it.
        option: &'static str,
    },
    /// Other trees are needed first; fetch them and render again with them in
    /// [`Input::fetched`](crate::Input::fetched).
    #[error("{} remote input(s) have to be fetched first", .0.len())]
    Missing(Vec<Requirement>),
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The path from the root of the tree.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1; 0 where the whole line is meant.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => f.write_str(&self.file),
            (line, 0) => write!(f, "{}:{line}", self.file),
            (line, column) => write!(f, "{}:{line}:{column}", self.file),
        }
    }
}

/// A tree that a render needs and does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// A folder of a Git repository, as a Kustomize base names it.
    Git {
        /// The repository.
        url: String,
        /// The ref, if one is named.
        reference: Option<String>,
    },
    /// A file served over HTTP.
    Http {
        /// Its address.
        url: String,
    },
    /// A Helm chart.
    Chart {
        /// The chart repository.
        repository: String,
        /// The chart's name.
        name: String,
        /// The range of versions.
        version: String,
    },
}
