//! Finds fields that somebody keeps setting back, so that two controllers do not fight for ever.

use std::collections::BTreeMap;
use std::fmt;

use gitops_diff::{Change, Fingerprint, ObjectId, Operation, Text};

use super::state::Moment;
use crate::options::RewriteLimit;

/// How often each field was rewritten, by object.
#[derive(Debug, Default)]
pub(super) struct Rewrites(BTreeMap<ObjectId, Rewritten>);

struct Rewritten {
    /// What was written, values of Secrets and all: a new declaration starts anew. It tells
    /// something of those values, and is never shown.
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
        let known = self.0.get(&change.id).filter(|known| known.desired == declared(change))?;
        let least = paths(change).map(|path| known.times.get(&path).copied().unwrap_or(0)).min()?;
        let over = least.checked_sub(limit.times)?;
        let hold = limit.hold.saturating_mul(1 << over.min(20)).min(limit.hold_most);
        let until = known.last.saturating_add(hold);
        (now < until).then_some(until)
    }

    /// Remembers that `change` was made.
    pub(super) fn note(&mut self, change: &Change, now: Moment) {
        let desired = declared(change);
        let known = self.0.entry(change.id.clone()).or_insert_with(|| Rewritten {
            desired: desired.clone(),
            times: BTreeMap::new(),
            last: now,
        });
        if known.desired != desired {
            known.desired = desired;
            known.times.clear();
        }
        known.last = now;
        for path in paths(change) {
            *known.times.entry(path).or_default() += 1;
        }
    }

    /// Forgets what was calm for long.
    pub(super) fn forget(&mut self, now: Moment, limit: &RewriteLimit) {
        let calm = limit.hold_most.saturating_mul(2);
        self.0.retain(|_, known| now.saturating_sub(known.last) <= calm);
    }
}

impl fmt::Debug for Rewritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Rewritten");
        shown.field("times", &self.times).field("last", &self.last).finish_non_exhaustive()
    }
}

/// What is declared, whole: [`Change::fingerprint`] masks the values of Secrets, so that one
/// whose values are rotated would look like the one before.
fn declared(change: &Change) -> Option<Fingerprint> {
    change.desired.as_ref().map(|desired| Fingerprint::of(desired.body()))
}

/// The fields that a change writes; the whole object where it is made anew.
fn paths(change: &Change) -> impl Iterator<Item = Text> {
    let whole = change.operation == Operation::Create || change.fields.is_empty();
    let fields = if whole { &[][..] } else { &change.fields[..] };
    whole.then(Text::default).into_iter().chain(fields.iter().map(|field| field.path.clone()))
}

#[cfg(test)]
mod tests {
    use gitops_diff::{Object, Reason, Value};

    use super::*;

    /// A change that sets a password, with the fingerprint that all of its kind have: values of
    /// Secrets are masked in it.
    fn password(value: &str) -> Change {
        let body = serde_json::json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": "login", "namespace": "shop"}, "stringData": {"password": value},
        });
        let desired = Object::new(serde_json::from_value::<Value>(body).unwrap()).unwrap();
        let (id, reason) = (desired.id().clone(), Reason::Missing);
        let mut change = Change::new(id, "v1", Operation::Create, reason);
        change.fingerprint = Some(Fingerprint::of(&"masked"));
        change.desired = Some(desired);
        change
    }

    #[test]
    fn a_secret_that_is_rotated_is_declared_anew_and_no_fight() {
        let (mut rewrites, limit) = (Rewrites::default(), RewriteLimit::default());
        for _ in 0..limit.times {
            assert_eq!(rewrites.held(&password("one"), Moment::ZERO, &limit), None);
            rewrites.note(&password("one"), Moment::ZERO);
        }
        assert!(rewrites.held(&password("one"), Moment::ZERO, &limit).is_some());
        assert_eq!(rewrites.held(&password("two"), Moment::ZERO, &limit), None);
        rewrites.note(&password("two"), Moment::ZERO);
        assert_eq!(rewrites.held(&password("two"), Moment::ZERO, &limit), None);
    }

    #[test]
    fn what_is_remembered_of_a_secret_is_not_shown() {
        let mut rewrites = Rewrites::default();
        rewrites.note(&password("one"), Moment::ZERO);
        let digest = declared(&password("one")).unwrap();
        assert!(!format!("{rewrites:?}").contains(digest.as_str()));
    }
}
