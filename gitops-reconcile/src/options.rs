//! What can be set, with defaults that are safe.

use std::time::Duration;

use serde::Serialize;

use crate::ReconcileError;

/// How a reconciler works. Every limit has a default, and none is "unlimited".
///
/// ```
/// use std::time::Duration;
///
/// use gitops_reconcile::{Mode, Options};
///
/// let options = Options {
///     mode: Mode::Report,
///     interval: Duration::from_secs(300),
///     ..Options::default()
/// };
/// assert_eq!(options.concurrency, 8);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Whether differences are healed or only reported.
    pub mode: Mode,
    /// The time from the end of a run to the next one where nothing is wrong; 60 s.
    pub interval: Duration,
    /// How far the interval and every backoff may differ from what is set, in percent, so that
    /// many agents do not ask at once; 10.
    pub jitter_percent: u8,
    /// How soon a failed run is tried again.
    pub backoff: Backoff,
    /// How many changes of one wave, or looks at readiness, are under way at once; 8.
    pub concurrency: usize,
    /// How often a run may look again and plan anew after a conflict; 3.
    pub replans: u32,
    /// The longest time between having seen that the ledger is still ours and the start of a
    /// write; 10 s. Zero looks before each write.
    pub confirm: Duration,
    /// How much a render may have fetched from elsewhere.
    pub remotes: RemoteLimits,
    /// How much a render may look up in the target, where charts may.
    pub lookups: LookupLimits,
    /// When a field that somebody keeps setting back is left alone for a while.
    pub rewrites: RewriteLimit,
    /// How long each part of a run may take.
    pub timeouts: Timeouts,
    /// Where rendering and diffing are computed.
    pub compute: Compute,
    /// How many past reports [`Status`](crate::Status) keeps; 20.
    pub history: usize,
}

/// Whether differences are healed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Mode {
    /// New revisions are applied, and drift is healed.
    #[default]
    Heal,
    /// The plan is reported; nothing is written, neither to the target nor to the ledger.
    Report,
}

/// How soon a failed run is tried again: doubled with each failure in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure; 2 s.
    pub first: Duration,
    /// At most; 5 min.
    pub most: Duration,
    /// The longest `Retry-After` that is obeyed; 15 min.
    pub most_asked: Duration,
}

/// When a field that somebody keeps setting back is left alone for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewriteLimit {
    /// How often the same field is rewritten before it is held back; 5.
    pub times: u32,
    /// How long it is held back first; doubled with each further rewrite; 1 min.
    pub hold: Duration,
    /// The longest it is held back; 1 h. After twice this time without a rewrite the count
    /// starts anew.
    pub hold_most: Duration,
}

/// How much a render may have fetched from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteLimits {
    /// How many repositories and files; 64.
    pub most: usize,
    /// How long the chain of bases may be that name others elsewhere: how often a render may ask
    /// for more; 8.
    pub rounds: u32,
}

/// How much a render may look up in the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupLimits {
    /// How many objects and lists; 256.
    pub most: usize,
    /// How many bytes of JSON all answers may have together; 64 MiB.
    pub bytes: u64,
    /// How long the chain of lookups may be of which each needs the answer to the one before: how
    /// often a render may ask for more; 32.
    pub rounds: u32,
}

/// How long each part of a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Fetching a revision, and each remote input of a render; 5 min.
    pub fetch: Duration,
    /// Rendering, and diffing, on another thread ([`Compute::Blocking`]); 5 min. A thread cannot
    /// be ended: the run fails, and no other one asks the same plug-in before it has answered.
    pub compute: Duration,
    /// Looking at the whole target, and looking up what a render asks for; 5 min.
    pub observe: Duration,
    /// One call to the ledger, one change, one look at readiness; 1 min.
    pub call: Duration,
    /// Waiting for one wave to be ready; 5 min.
    pub ready: Duration,
    /// Between two looks at readiness; 1 s.
    pub poll: Duration,
}

/// Where rendering and diffing are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compute {
    /// On the runtime's threads for blocking work.
    #[default]
    Blocking,
    /// In the task that polls the reconciler, without a time limit: deterministic, for tests and
    /// small inputs.
    Inline,
}

/// The longest time that can be set: ten years. Sums of such times fit into every clock.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

impl Options {
    /// Refuses what cannot work.
    pub(crate) fn check(&self) -> Result<(), ReconcileError> {
        let refuse = |what: &str| Err(ReconcileError::Invalid(what.into()));
        if self.interval.is_zero() {
            return refuse("`interval` must be longer than zero");
        }
        if self.concurrency == 0 {
            return refuse("`concurrency` must be at least 1");
        }
        if self.jitter_percent > 100 {
            return refuse("`jitter_percent` must be at most 100");
        }
        if self.backoff.first.is_zero() || self.timeouts.poll.is_zero() {
            return refuse("`backoff.first` and `timeouts.poll` must be longer than zero");
        }
        match self.durations().into_iter().find(|(_, time)| *time > LONGEST) {
            Some((name, _)) => refuse(&format!("`{name}` must be at most ten years")),
            None => Ok(()),
        }
    }

    /// Every time that can be set, by name.
    fn durations(&self) -> [(&'static str, Duration); 13] {
        let Self { backoff, rewrites, timeouts, .. } = self;
        [
            ("interval", self.interval),
            ("confirm", self.confirm),
            ("backoff.first", backoff.first),
            ("backoff.most", backoff.most),
            ("backoff.most_asked", backoff.most_asked),
            ("rewrites.hold", rewrites.hold),
            ("rewrites.hold_most", rewrites.hold_most),
            ("timeouts.fetch", timeouts.fetch),
            ("timeouts.compute", timeouts.compute),
            ("timeouts.observe", timeouts.observe),
            ("timeouts.call", timeouts.call),
            ("timeouts.ready", timeouts.ready),
            ("timeouts.poll", timeouts.poll),
        ]
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            interval: Duration::from_secs(60),
            jitter_percent: 10,
            backoff: Backoff::default(),
            concurrency: 8,
            replans: 3,
            confirm: Duration::from_secs(10),
            remotes: RemoteLimits::default(),
            lookups: LookupLimits::default(),
            rewrites: RewriteLimit::default(),
            timeouts: Timeouts::default(),
            compute: Compute::default(),
            history: 20,
        }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(2),
            most: Duration::from_secs(300),
            most_asked: Duration::from_secs(900),
        }
    }
}

impl Default for RemoteLimits {
    fn default() -> Self {
        Self { most: 64, rounds: 8 }
    }
}

impl Default for LookupLimits {
    fn default() -> Self {
        Self { most: 256, bytes: 64 << 20, rounds: 32 }
    }
}

impl Default for RewriteLimit {
    fn default() -> Self {
        Self { times: 5, hold: Duration::from_secs(60), hold_most: Duration::from_secs(3600) }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            fetch: Duration::from_secs(300),
            compute: Duration::from_secs(300),
            observe: Duration::from_secs(300),
            call: Duration::from_secs(60),
            ready: Duration::from_secs(300),
            poll: Duration::from_secs(1),
        }
    }
}
