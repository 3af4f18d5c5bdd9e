//! What can end a run, and what can be done about it.

use std::time::Duration;

use gitops_apply::ApplyError;
use gitops_diff::DiffError;
use gitops_render::RenderError;
use gitops_source::SourceError;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub use gitops_apply::ErrorClass;

/// Why a run, or a reconciler, could not do its work. What is wrong with a single object is no
/// error but a [`Trouble`](crate::Trouble) in the [`Report`](crate::Report).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// There is no tree.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The tree could not be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// No plan could be made.
    #[error(transparent)]
    Diff(#[from] DiffError),
    /// The target or the ledger could not be looked at or changed.
    #[error(transparent)]
    Target(#[from] ApplyError),
    /// A plug-in panicked; the run ended, the reconciler goes on.
    #[error("the {stage} panicked: {message}")]
    Panicked {
        /// Which plug-in: `renderer`, `differ`, `source`, ….
        stage: &'static str,
        /// What it said.
        message: String,
    },
    /// A plug-in that computes did not end in time; make it faster, or raise
    /// [`Timeouts::compute`](crate::Timeouts::compute).
    #[error(
        "the {stage} did not end within {} s; see `Options::timeouts.compute`",
        limit.as_secs_f64()
    )]
    Slow {
        /// Which plug-in: `renderer` or `differ`.
        stage: &'static str,
        /// How long it was given.
        limit: Duration,
    },
    /// An option or argument cannot be used; fix it.
    #[error("{0}")]
    Invalid(String),
}

impl ReconcileError {
    /// What can be done about it.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Source(error) => match error.class() {
                gitops_source::ErrorClass::Retry(after) => ErrorClass::Retry(after),
                gitops_source::ErrorClass::Stop => ErrorClass::Stop,
                _ => ErrorClass::Fix,
            },
            Self::Target(error) => error.class(),
            Self::Render(RenderError::Cancelled) => ErrorClass::Stop,
            Self::Render(_)
            | Self::Diff(_)
            | Self::Panicked { .. }
            | Self::Slow { .. }
            | Self::Invalid(_) => ErrorClass::Fix,
        }
    }
}

impl Serialize for ReconcileError {
    /// `{"class": …, "message": …}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ReconcileError", 2)?;
        fields.serialize_field("class", class_name(self.class()))?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}

/// `retry`, `fix` or `stop`.
pub(crate) fn class_name(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Retry(_) => "retry",
        ErrorClass::Stop => "stop",
        _ => "fix",
    }
}
