//! What can be asked of a running reconciler, and what it says of itself.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::watch;

use crate::Report;

/// Asks things of a [`Reconciler`](crate::Reconciler) that runs, and looks at it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) wishes: Arc<watch::Sender<Wishes>>,
    pub(crate) status: watch::Receiver<Status>,
}

/// What was asked for so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) triggers: u64,
    pub(crate) resumes: u64,
    pub(crate) suspended: bool,
    /// How often a stop was asked for: once ends gracefully, twice at once.
    pub(crate) stops: u32,
}

/// What a reconciler says of itself.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Status {
    /// What it does.
    pub activity: Activity,
    /// The last reports, the newest last, without their plans.
    pub history: VecDeque<Arc<Report>>,
}

/// What a reconciler does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// It has not begun.
    #[default]
    Idle,
    /// A run is under way.
    Running,
    /// It waits for the next run.
    Waiting,
    /// It was suspended.
    Suspended,
    /// It has ended.
    Ended,
}

impl Handle {
    /// Asks for a run now. Many asked for during a run are one.
    pub fn trigger(&self) {
        self.wishes.send_modify(|wishes| wishes.triggers += 1);
    }

    /// Starts no run any more; one under way goes on.
    pub fn suspend(&self) {
        self.wishes.send_modify(|wishes| wishes.suspended = true);
    }

    /// Starts runs again, the first one now. Takes the ledger back from another writer.
    pub fn resume(&self) {
        self.wishes.send_modify(|wishes| {
            wishes.suspended = false;
            wishes.resumes += 1;
            wishes.triggers += 1;
        });
    }

    /// Asks for the end: changes under way are finished and recorded, no other is started. Asked
    /// for twice, it ends at once; what is lost then is only time.
    pub fn stop(&self) {
        self.wishes.send_modify(|wishes| wishes.stops += 1);
    }

    /// What the reconciler says of itself now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Waits for the reconciler to say something new of itself; `None` once it is gone.
    pub async fn changed(&mut self) -> Option<Status> {
        self.status.changed().await.ok()?;
        Some(self.status.borrow_and_update().clone())
    }
}
