//! What was called: the proof that nothing was.

use std::collections::{BTreeMap, VecDeque};

use gitops_diff::Text;

use super::admission::Verb;

/// The calls that a cluster answered.
///
/// ```
/// use gitops_apply::memory::{Cluster, Method, Request, Verb};
///
/// let cluster = Cluster::default();
/// cluster.call(&Request::new(Method::Get, "/api/v1/configmaps"));
/// let calls = cluster.calls();
/// assert_eq!((calls.total(), calls.writes()), (1, 0));
/// assert_eq!(calls.count(Verb::List, "configmaps"), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Calls {
    total: u64,
    writes: u64,
    counts: BTreeMap<(Verb, Text), u64>,
    recent: VecDeque<Call>,
}

/// One call that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// What it did.
    pub verb: Verb,
    /// `deployments.apps`; the path of a document.
    pub resource: Text,
    /// The path.
    pub path: String,
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// The HTTP code of the answer.
    pub code: u16,
}

impl Calls {
    /// How many calls there were.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many of them could have changed something: neither reads nor dry runs.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// How many there were of a verb on a resource (`deployments.apps`, `configmaps`).
    pub fn count(&self, verb: Verb, resource: &str) -> u64 {
        self.counts.get(&(verb, resource.into())).copied().unwrap_or_default()
    }

    /// How many there were of a verb.
    pub fn count_of(&self, verb: Verb) -> u64 {
        self.counts.iter().filter(|((it, _), _)| *it == verb).map(|(_, count)| count).sum()
    }

    /// The latest calls, oldest first.
    pub fn recent(&self) -> impl Iterator<Item = &Call> {
        self.recent.iter()
    }

    pub(super) fn record(&mut self, call: Call, limit: usize) {
        self.total += 1;
        self.writes += u64::from(call.verb.writes() && !call.dry_run);
        *self.counts.entry((call.verb, call.resource.clone())).or_default() += 1;
        self.recent.push_back(call);
        if self.recent.len() > limit {
            self.recent.pop_front();
        }
    }
}
