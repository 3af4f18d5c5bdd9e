//! What can go wrong in a render, grouped by what the caller can do.

use std::fmt;

use gitops_diff::Origin;

use crate::Requirement;

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
    /// Several things are wrong, in the order of files and lines.
    #[error("{} problems:\n{}", .0.len(), list(.0))]
    Several(Vec<RenderError>),
    /// Other inputs are needed first; fetch them and render again with them in
    /// [`Input::fetched`](crate::Input::fetched). Of objects the first is needed for certain, the
    /// others perhaps only because it was not there.
    #[error("{} remote input(s) have to be fetched first", .0.len())]
    Missing(Vec<Requirement>),
    /// The caller took it back by [`Input::stop`](crate::Input::stop).
    #[error("cancelled")]
    Cancelled,
}

impl RenderError {
    /// All of `problems` as one error, sorted by their positions; none where there are none.
    pub fn all(mut problems: Vec<RenderError>) -> Option<Self> {
        problems.sort_by(|a, b| a.position().cmp(&b.position()));
        if problems.len() > 1 {
            return Some(Self::Several(problems));
        }
        problems.pop()
    }

    /// The place that is wrong, where there is one.
    pub fn position(&self) -> Option<&Position> {
        match self {
            Self::Invalid { position, .. } | Self::Limit { position, .. } => Some(position),
            Self::Several(problems) => problems.first()?.position(),
            Self::Unsupported(_) | Self::Missing(_) | Self::Cancelled => None,
        }
    }
}

/// The first problems, one a line, and how many more there are.
fn list(problems: &[RenderError]) -> String {
    const SHOWN: usize = 20;
    let mut text: Vec<String> = problems.iter().take(SHOWN).map(|it| format!("  {it}")).collect();
    if problems.len() > SHOWN {
        text.push(format!("  and {} more", problems.len() - SHOWN));
    }
    text.join("\n")
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

impl From<&Origin> for Position {
    fn from(origin: &Origin) -> Self {
        Self { file: origin.file.as_str().to_owned(), line: origin.line, column: 0 }
    }
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
