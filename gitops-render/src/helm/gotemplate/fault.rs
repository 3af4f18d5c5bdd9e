//! Why a function or template stopped.

use crate::helm::go::Str;

/// An error as Go's functions return it, or a limit that the render reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// An error, or a panic that `text/template` turns into one: its text.
    Error(Str),
    /// More than the render may use; nothing catches it.
    Limit {
        /// What is over the limit.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// The option that sets it.
        option: &'static str,
    },
}

impl Fault {
    /// An error with `text`.
    pub(crate) fn new(text: impl Into<Str>) -> Self {
        Self::Error(text.into())
    }
}
