//! What is injected: time, entropy, admission, and how fast controllers are.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::admission::Admission;

/// How a cluster behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// What its controllers do, and when.
    pub lifecycle: Lifecycle,
    /// Where time stamps come from.
    pub clock: Clock,
    /// What uids and generated names are made of: the same seed, the same names.
    pub seed: u64,
    /// What may change or refuse objects that are written, in this order.
    pub admission: Vec<Arc<dyn Admission>>,
    /// How many events are kept for watches and old pages of lists. Default: 10,000.
    pub history: usize,
    /// How many calls [`Calls`](super::Calls) remembers one by one. Default: 10,000.
    pub calls: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lifecycle: Lifecycle::default(),
            clock: Clock::default(),
            seed: 0,
            admission: Vec::new(),
            history: 10_000,
            calls: 10_000,
        }
    }
}

/// What controllers do, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// When a namespace that is deleted is emptied and removed. Default: at once.
    pub finalise_namespaces: After,
    /// When a definition becomes established and served. Default: at once.
    pub establish_definitions: After,
    /// Whether what lost its owners is deleted. Default: it is.
    pub garbage: Garbage,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            finalise_namespaces: After::Calls(0),
            establish_definitions: After::Calls(0),
            garbage: Garbage::Collected,
        }
    }
}

/// When a controller acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// After so many further calls to the cluster.
    Calls(u64),
    /// Never, as on an API server without a controller manager.
    Never,
}

/// What becomes of dependents whose owners are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garbage {
    /// They are deleted.
    Collected,
    /// They stay, as on an API server without a controller manager.
    Kept,
}

/// Where time stamps come from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// A clock that `now` reads.
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that starts at `start` and moves on by one second for each request.
    pub fn stepping(start: SystemTime) -> Self {
        let seconds = AtomicU64::new(0);
        Self::new(move || start + Duration::from_secs(seconds.fetch_add(1, Ordering::Relaxed)))
    }

    /// The time as the API server prints it: RFC 3339 in UTC to the second.
    pub(super) fn now(&self) -> String {
        let now = jiff::Timestamp::try_from((self.0)()).unwrap_or_default();
        now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl Default for Clock {
    /// Steps from 2026-01-01, so that two runs are equal.
    fn default() -> Self {
        const NEW_YEAR_2026: u64 = 1_767_225_600;
        Self::stepping(SystemTime::UNIX_EPOCH + Duration::from_secs(NEW_YEAR_2026))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
