//! Finds fields that somebody keeps setting back, so that two controllers do not fight for ever.

use std::collections::BTreeMap;

use gitops_diff::{Change, Fingerprint, ObjectId, Operation, Text};

use super::state::Moment;
use crate::options::RewriteLimit;

/// How often each field was rewritten, by object.
#[derive(Debug, Default)]
pub(super) struct Rewrites(BTreeMap<ObjectId, Rewritten>);

#[derive(Debug)]
struct Rewritten {
    /// What was written; a new declaration starts anew.
    desired: Option<Fingerprint>,
    /// How often in a row, by path.
    times: BTreeMap<Text, u32>,
    last: Moment,
}

impl Rewrites {
    /// Until when `change` is to be left alone, if every field it would write was set back too
    /// often already.
    pub(super) fn held(
        &self,
        change: &Change,
        now: Moment,
        limit: &RewriteLimit,
    ) -> Option<Moment> {
        let known = self.0.get(&change.id).filter(|known| known.desired == change.fingerprint)?;
        let least = paths(change).map(|path| known.times.get(&path).copied().unwrap_or(0)).min()?;
        let over = least.checked_sub(limit.times)?;
        let hold = limit.hold.saturating_mul(1 << over.min(20)).min(limit.hold_most);
        let until = known.last + hold;
        (now < until).then_some(until)
    }

    /// Remembers that `change` was made.
    pub(super) fn note(&mut self, change: &Change, now: Moment) {
        let known = self.0.entry(change.id.clone()).or_insert_with(|| Rewritten {
            desired: change.fingerprint.clone(),
            times: BTreeMap::new(),
            last: now,
        });
        if known.desired != change.fingerprint {
            known.desired.clone_from(&change.fingerprint);
            known.times.clear();
        }
        known.last = now;
        for path in paths(change) {
            *known.times.entry(path).or_default() += 1;
        }
    }

    /// Forgets what was calm for long.
    pub(super) fn forget(&mut self, now: Moment, limit: &RewriteLimit) {
        let calm = limit.hold_most * 2;
        self.0.retain(|_, known| now.saturating_sub(known.last) <= calm);
    }
}

/// The fields that a change writes; the whole object where it is made anew.
fn paths(change: &Change) -> impl Iterator<Item = Text> {
    let whole = change.operation == Operation::Create || change.fields.is_empty();
    let fields = if whole { &[][..] } else { &change.fields[..] };
    whole.then(Text::default).into_iter().chain(fields.iter().map(|field| field.path.clone()))
}
