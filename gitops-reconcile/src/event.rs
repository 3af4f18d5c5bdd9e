//! What a reconciler tells while it works.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gitops_apply::Outcome;
use gitops_diff::{ObjectId, Operation, Plan};
use gitops_source::Revision;
use serde::Serialize;

use crate::report::{Report, Stage, Trigger, Trouble};

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// A run starts.
    Started {
        /// Its number, from 1.
        run: u64,
        /// Why.
        trigger: Trigger,
    },
    /// A run goes on to this stage.
    Entered {
        /// Which.
        stage: Stage,
    },
    /// There is a revision that was not seen before.
    Fetched {
        /// Which.
        revision: Revision,
    },
    /// What the render needs from elsewhere was looked for.
    Gathered {
        /// How many repositories, files and answers of the target are at hand.
        remotes: usize,
    },
    /// Objects were made of the revision.
    Rendered {
        /// How many.
        objects: usize,
    },
    /// A plan was made.
    Planned {
        /// It.
        plan: Arc<Plan>,
    },
    /// A wave of the plan starts.
    Wave {
        /// Its name.
        name: String,
        /// How many changes it has.
        changes: usize,
    },
    /// A change was made.
    Changed {
        /// The object.
        id: ObjectId,
        /// What was planned.
        operation: Operation,
        /// What was done.
        outcome: Outcome,
    },
    /// Something is wrong with a single object.
    Troubled {
        /// What.
        trouble: Trouble,
    },
    /// A wave waits for an object.
    Waiting {
        /// The object.
        id: ObjectId,
        /// For what.
        reason: String,
    },
    /// The ledger was stored.
    Recorded {
        /// How many objects are in it.
        objects: usize,
    },
    /// A run ended.
    Finished {
        /// Its report.
        report: Arc<Report>,
    },
    /// The next run is scheduled.
    Scheduled {
        /// In how long.
        after: Duration,
        /// Why.
        trigger: Trigger,
    },
    /// No run starts until somebody resumes.
    Suspended,
    /// Runs start again.
    Resumed,
    /// The reconciler ends; a change under way is finished first.
    Stopping,
}

/// Takes events in, quickly: it is called between two steps of a run.
///
/// A closure is one, [`MemorySink`] keeps them for tests and [`TracingSink`] hands them to
/// `tracing`.
pub trait EventSink: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync> EventSink for F {
    fn emit(&self, event: &Event) {
        self(event);
    }
}

/// Keeps all events; clones share what they keep.
#[derive(Clone, Debug, Default)]
pub struct MemorySink(Arc<Mutex<Vec<Event>>>);

impl MemorySink {
    /// A sink without events.
    pub fn new() -> Self {
        Self::default()
    }

    /// All events so far; the sink is empty afterwards.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventSink for MemorySink {
    fn emit(&self, event: &Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }
}

/// Hands events to `tracing`: progress as `debug`, changes and reports as `info`, trouble as
/// `warn`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingSink;

impl EventSink for TracingSink {
    fn emit(&self, event: &Event) {
        match event {
            Event::Fetched { revision } => tracing::info!(%revision, "fetched"),
            Event::Changed { id, operation, outcome } => {
                tracing::info!(%id, ?operation, ?outcome, "changed");
            }
            Event::Troubled { trouble } => tracing::warn!("{trouble}"),
            Event::Finished { report } if report.is_good() => tracing::info!("{report}"),
            Event::Finished { report } => tracing::warn!("{report}"),
            Event::Suspended => tracing::info!("suspended"),
            Event::Resumed => tracing::info!("resumed"),
            Event::Stopping => tracing::info!("stopping"),
            Event::Planned { plan } => tracing::debug!(
                changes = plan.changes().count(),
                unchanged = plan.unchanged.len(),
                "planned"
            ),
            other => tracing::debug!(event = ?other),
        }
    }
}
