//! What a run did: one report, for machines and for people.

mod summary;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gitops_apply::{ErrorClass, Outcome};
use gitops_diff::{ObjectId, Operation, Origin, Plan, Refusal};
use gitops_source::Revision;
use serde::{Serialize, Serializer};

use crate::error::class_name;
use crate::{Mode, ReconcileError};

/// The version of the serialised form that this crate writes.
pub const REPORT_VERSION: u32 = 1;

/// What one run did.
///
/// Prints as a summary for people; serialises without bodies and without values of Secrets.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub version: u32,
    /// The number of the run since its reconciler was made, from 1.
    pub run: u64,
    /// Why it ran.
    pub trigger: Trigger,
    /// Whether it was to heal differences or only to report them.
    pub mode: Mode,
    /// The revision it was about, if one was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
    /// What was rendered with it from elsewhere: which revision of what.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub remotes: BTreeMap<String, Revision>,
    /// How it ended.
    pub conclusion: Conclusion,
    /// How far it came.
    pub stage: Stage,
    /// How long it took.
    #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
    pub duration: Duration,
    /// What it cost.
    pub counters: Counters,
    /// What became of each change that was tried, in the order of identities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Changed>,
    /// What is wrong with single objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<Trouble>,
    /// What guards withheld.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// What a person should know about the revision, though it is no error.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Why the run as a whole could not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<ReconcileError>>,
    /// The plan that was made last, if one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Arc<Plan>>,
}

/// Why a run was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Trigger {
    /// It is the first.
    Start,
    /// The interval went by.
    Interval,
    /// The run before did not reach its end.
    Retry,
    /// Somebody asked for it.
    Asked,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Conclusion {
    /// The target is as declared.
    InSync,
    /// The target differs, and the mode is only to report it; nothing is in trouble.
    Different,
    /// Everything was done; something is still being deleted, or kept in the ledger until it is
    /// certain that no late write can make it.
    Pending,
    /// Single objects are not as declared: see the troubles and refusals.
    Incomplete,
    /// The run could not go on: see the error.
    Failed,
    /// Another writer owns the ledger; nothing more was written.
    Fenced,
    /// It was asked to stop.
    Stopped,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stage {
    /// Looking for a revision.
    Fetch,
    /// Making objects of it.
    Render,
    /// Identifying them as the target does.
    Resolve,
    /// Reading the ledger.
    Load,
    /// Looking at the target.
    Observe,
    /// Making the plan.
    Diff,
    /// Writing down what will be ours.
    Record,
    /// Changing the target.
    Apply,
    /// Waiting for a wave.
    Wait,
    /// Writing down what is ours.
    Settle,
    /// The end.
    Done,
}

/// What a run cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counters {
    /// Questions to the source.
    pub fetches: u64,
    /// Renders; an unchanged folder costs none.
    pub renders: u64,
    /// Questions for remote inputs of renders.
    pub remotes: u64,
    /// Questions to the target for what renders look up in it.
    pub lookups: u64,
    /// Objects declared.
    pub desired: u64,
    /// Reads of the ledger.
    pub loads: u64,
    /// Looks at the whole target.
    pub observes: u64,
    /// Objects looked at in the last of them.
    pub observed: u64,
    /// Stores of the ledger.
    pub stores: u64,
    /// Changes sent to the target.
    pub applies: u64,
    /// Looks at readiness.
    pub looks: u64,
    /// Plans made anew after a conflict.
    pub replans: u64,
    /// Objects that were as declared.
    pub unchanged: u64,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// The object.
    pub id: ObjectId,
    /// What was planned.
    pub operation: Operation,
    /// What was done.
    pub outcome: Outcome,
}

/// What is wrong with a single object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trouble {
    /// The object.
    pub id: ObjectId,
    /// Of which kind.
    pub kind: TroubleKind,
    /// What happened, and what to do.
    pub message: String,
    /// What can be done about it.
    #[serde(serialize_with = "class")]
    pub class: ErrorClass,
    /// Where the object was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// The kinds of trouble with a single object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TroubleKind {
    /// Nothing could be planned for it.
    Unplanned,
    /// Its change failed.
    Failed,
    /// It was changed and does not get ready.
    NotReady,
    /// Its change was not tried, since another one failed first.
    Skipped,
    /// Somebody keeps setting its fields back; it is left alone for a while.
    Stalled,
}

impl Report {
    /// Whether the target is as declared, or everything for it is under way.
    pub fn is_good(&self) -> bool {
        matches!(self.conclusion, Conclusion::InSync | Conclusion::Pending)
    }

    /// How many changes of the target ended in `outcome`'s kind of way.
    pub fn changed(&self, outcome: impl Fn(&Outcome) -> bool) -> usize {
        self.changes.iter().filter(|change| outcome(&change.outcome)).count()
    }

    /// What can be done about what is wrong, if anything is: the soonest retry of all.
    pub(crate) fn class(&self) -> Option<ErrorClass> {
        let troubles = self.troubles.iter().map(|trouble| trouble.class);
        let refusals = self.refusals.iter().map(|_| ErrorClass::Fix);
        let error = self.error.iter().map(|error| error.class());
        troubles.chain(refusals).chain(error).reduce(worse)
    }
}

/// A retry wins over what has to be fixed, the longer wait over the shorter, and a stop over all.
fn worse(one: ErrorClass, two: ErrorClass) -> ErrorClass {
    match (one, two) {
        (ErrorClass::Stop, _) | (_, ErrorClass::Stop) => ErrorClass::Stop,
        (ErrorClass::Retry(one), ErrorClass::Retry(two)) => ErrorClass::Retry(one.max(two)),
        (ErrorClass::Retry(after), _) | (_, ErrorClass::Retry(after)) => ErrorClass::Retry(after),
        _ => ErrorClass::Fix,
    }
}

fn milliseconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn class<S: Serializer>(class: &ErrorClass, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(class_name(*class))
}
