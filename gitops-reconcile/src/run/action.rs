//! What a run asks for, and what it is told.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use gitops_apply::{ApplyError, Outcome, Readiness, Stamped};
use gitops_diff::{Change, Inventory, ObjectSet, Observed, Plan};
use gitops_render::{Rendered, Requirement};
use gitops_source::{Fetched, Revision, Tree};

use crate::{Event, ReconcileError, Remote, Report};

/// What a run asks its driver to do. Several may be under way at once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Ask the source; answered by [`Signal::Fetched`].
    Fetch {
        /// The revision whose tree is known.
        seen: Option<Revision>,
    },
    /// Fetch what a render lacks, or look it up in the target ([`Remote::looked_up`]); answered by
    /// [`Signal::Gathered`].
    Gather {
        /// What.
        wanted: Vec<Requirement>,
    },
    /// Render the folder of this tree; answered by [`Signal::Rendered`].
    Render {
        /// The tree.
        tree: Tree,
        /// What was fetched for it from elsewhere.
        fetched: BTreeMap<Requirement, Tree>,
    },
    /// Identify the objects as the target does; answered by [`Signal::Resolved`].
    Resolve(ObjectSet),
    /// Read the ledger; answered by [`Signal::Loaded`].
    Load,
    /// Look at the target; answered by [`Signal::Observed`].
    Observe {
        /// What is declared.
        desired: Arc<ObjectSet>,
        /// What is ours.
        owned: Arc<Inventory>,
    },
    /// Make a plan; answered by [`Signal::Planned`].
    Diff {
        /// What is declared.
        desired: Arc<ObjectSet>,
        /// What lives.
        observed: Arc<Observed>,
        /// What is ours.
        owned: Arc<Inventory>,
    },
    /// Store the ledger; answered by [`Signal::Stored`].
    Store {
        /// What to store.
        next: Inventory,
        /// The stamp that the ledger must have.
        expected: Option<String>,
    },
    /// Make this change; answered by [`Signal::Applied`].
    Apply(Planned),
    /// Look whether what was changed is ready; answered by [`Signal::Looked`].
    Look(Planned),
    /// Wait; answered by [`Signal::Woke`].
    Sleep(Duration),
    /// Tell this; not answered.
    Tell(Event),
    /// The run is over; whatever is still under way is of no interest.
    Done(Box<Report>),
}

/// What a run is told.
#[derive(Debug)]
#[non_exhaustive]
pub enum Signal {
    /// Begin.
    Start,
    /// Finish what is under way, record it, and end.
    Stop,
    /// The answer to [`Action::Fetch`].
    Fetched(Result<Fetched, ReconcileError>),
    /// The answer to [`Action::Gather`], for each that was wanted, in that order; for fewer where
    /// those are over a limit already.
    Gathered(Vec<(Requirement, Result<Remote, ReconcileError>)>),
    /// The answer to [`Action::Render`].
    Rendered(Result<Rendered, ReconcileError>),
    /// The answer to [`Action::Resolve`].
    Resolved(Result<ObjectSet, ReconcileError>),
    /// The answer to [`Action::Load`].
    Loaded(Result<Stamped, ReconcileError>),
    /// The answer to [`Action::Observe`].
    Observed(Result<Observed, ReconcileError>),
    /// The answer to [`Action::Diff`].
    Planned(Result<Plan, ReconcileError>),
    /// The answer to [`Action::Store`].
    Stored(Result<Stamped, ReconcileError>),
    /// The answer to [`Action::Apply`].
    Applied(Planned, Result<Outcome, ApplyError>),
    /// The answer to [`Action::Look`].
    Looked(Planned, Result<Readiness, ApplyError>),
    /// The answer to [`Action::Sleep`].
    Woke,
}

/// One change of a plan, shared with it.
#[derive(Clone, Debug)]
pub struct Planned {
    plan: Arc<Plan>,
    wave: usize,
    index: usize,
}

impl Planned {
    /// The changes of a wave; none where there is no such wave.
    pub(super) fn of_wave(plan: &Arc<Plan>, wave: usize) -> impl Iterator<Item = Self> {
        let count = plan.waves.get(wave).map_or(0, |wave| wave.changes.len());
        (0..count).map(move |index| Self { plan: Arc::clone(plan), wave, index })
    }
}

impl Deref for Planned {
    type Target = Change;

    fn deref(&self) -> &Change {
        &self.plan.waves[self.wave].changes[self.index]
    }
}
