//! What went wrong in a build, on its way up through bases.

use std::fmt;

use crate::{Position, RenderError, yaml};

/// Why a build cannot go on.
///
/// The message grows on its way up as upstream's does, `accumulating resources: …`, so that what
/// users look for on the web is in it; the position is that of the innermost cause.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) position: Option<Position>,
    pub(crate) kind: ProblemKind,
}

/// What callers inside of a build do differently.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ProblemKind {
    /// Something is wrong.
    Wrong,
    /// A text is not YAML: whoever tried to read it as a file does not try it as a folder.
    Malformed,
    /// Something has to be fetched first.
    Missing,
    /// An input is over a limit; the error of the YAML core says which.
    Limit(Box<RenderError>),
    /// Nothing we do.
    Unsupported,
}

/// A result of a step of a build.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), position: None, kind: ProblemKind::Wrong }
    }

    /// That `file` is no YAML, in go-yaml's words, or over a limit.
    pub(crate) fn unreadable(error: yaml::Error, file: &str) -> Self {
        Self {
            message: error.as_go(),
            position: Some(error.mark().in_file(file)),
            kind: match error {
                yaml::Error::Limit { .. } => ProblemKind::Limit(Box::new(error.in_file(file))),
                _ => ProblemKind::Wrong,
            },
        }
    }

    /// That a build is over a limit where it enters the folder `path`.
    pub(crate) fn over(path: &str, what: &str, limit: u64, option: &'static str) -> Self {
        let position = Position { file: path.to_owned(), ..Position::default() };
        let error = RenderError::Limit { position, what: what.to_owned(), limit, option };
        Self { kind: ProblemKind::Limit(Box::new(error)), ..Self::new(what) }
    }

    /// That something has to be fetched first; the build remembers what.
    pub(crate) fn missing() -> Self {
        Self { kind: ProblemKind::Missing, ..Self::new("something has to be fetched first") }
    }

    /// Whether something has to be fetched first.
    pub(crate) fn is_missing(&self) -> bool {
        self.kind == ProblemKind::Missing
    }

    /// Puts `context: ` before the message.
    pub(crate) fn within(mut self, context: impl fmt::Display) -> Self {
        self.message = format!("{context}: {}", self.message);
        self
    }

    /// Sets the place, unless a closer one is known.
    pub(crate) fn at(mut self, position: Position) -> Self {
        self.position.get_or_insert(position);
        self
    }
}

impl From<Problem> for RenderError {
    fn from(problem: Problem) -> Self {
        match problem.kind {
            ProblemKind::Limit(error) => *error,
            ProblemKind::Unsupported => Self::Unsupported(problem.message),
            ProblemKind::Wrong | ProblemKind::Malformed | ProblemKind::Missing => Self::Invalid {
                position: problem.position.unwrap_or_default(),
                message: problem.message,
            },
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
