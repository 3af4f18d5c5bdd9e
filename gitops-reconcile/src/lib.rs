//! GitOps reconciler: composes a source, a renderer, a differ and an applier into a loop that
//! converges.

mod reconciler;

mod control;
mod options;

mod event;
mod report;

pub mod run;

mod driver;
mod schedule;

mod error;

pub use crate::control::{Activity, Handle, Status};
pub use crate::error::{ErrorClass, ReconcileError};
pub use crate::event::{Event, EventSink, MemorySink, TracingSink};
pub use crate::options::{Backoff, Compute, Mode, Options, RewriteLimit, Timeouts};
pub use crate::reconciler::Reconciler;
pub use crate::report::{
    Changed, Conclusion, Counters, REPORT_VERSION, Report, Stage, Trigger, Trouble, TroubleKind,
};
