//! What becomes of objects that are ours and no longer declared.

use super::Prune;
use super::run::{Run, failure, uid_of};
use crate::cascade::{Holders, Twins};
use crate::guard::{PRUNE_ANNOTATION, still_holds};
use crate::{Change, Entry, Live, Object, ObjectId, ObjectSet, Operation, Plan, Reason, Refusal};

impl Run<'_> {
    /// What is to be done to the objects that are ours and no longer declared.
    pub(crate) fn undeclared(
        &self,
        desired: &ObjectSet,
        plan: &mut Plan,
        changes: &mut Vec<Change>,
    ) {
        if self.owned.minus(desired).next().is_none() {
            return;
        }
        let twins = self.twins(desired);
        let mut doomed = Vec::new();
        let mut kept = Vec::new();
        for (id, entry) in self.owned.minus(desired) {
            match self.fate(id, entry, &twins) {
                Fate::Delete(live) => doomed.push(live),
                Fate::Release(Reason::Kept) => kept.push((id, entry)),
                Fate::Release(reason) => changes.push(release(id, entry, reason)),
                Fate::Unknown(message) => plan.failures.push(failure(id, message, None)),
            }
        }
        let holders = Holders::among(doomed.iter().copied());
        plan.refusals = match self.drift.prune {
            Prune::On => self.drift.guards.withhold(&mut doomed, desired, self.owned),
            Prune::Off => without_pruning(std::mem::take(&mut doomed)),
        };
        let failed = plan.failures.iter().map(|it| &it.id);
        let withheld = plan.refusals.iter().flat_map(|it| &it.withheld);
        let staying = desired.ids().chain(failed).chain(withheld);
        let staying = staying.chain(kept.iter().map(|(id, _)| *id));
        let held = still_holds(&mut doomed, &holders.holding(staying));
        plan.refusals.extend(held);
        // What is forgotten no longer keeps what it lives in, so it stays ours until that is
        // declared again or gone.
        let (held, kept): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(id, _)| holders.hold(id));
        plan.refusals.extend(kept_inside(held.into_iter().map(|(id, _)| id.clone()).collect()));
        changes.extend(kept.into_iter().map(|(id, entry)| release(id, entry, Reason::Kept)));
        changes.extend(doomed.into_iter().map(deletion));
    }

    /// What is declared, to be found under another group.
    fn twins<'a>(&'a self, desired: &'a ObjectSet) -> Twins<'a> {
        let mut twins = Twins::default();
        for id in desired.ids() {
            match self.observed.get(id) {
                Some(Live::Present(live)) => {
                    let seen = live.uid().map(|uid| (id.namespace(), id.name(), uid));
                    twins.seen.extend(seen);
                }
                Some(Live::Absent | Live::Unserved) => {}
                Some(Live::Unknown(_)) | None => {
                    twins.unseen.insert((id.kind(), id.namespace(), id.name()));
                }
            }
        }
        twins
    }

    fn fate(&self, id: &ObjectId, entry: &Entry, twins: &Twins<'_>) -> Fate<'_> {
        match self.observed.get(id) {
            None => Fate::Unknown("nobody looked whether it lives".into()),
            Some(Live::Unknown(why)) => Fate::Unknown(format!("it could not be looked at: {why}")),
            Some(Live::Absent | Live::Unserved) => Fate::Release(Reason::Gone),
            Some(Live::Present(live)) if !self.is_ours(live, entry) => {
                Fate::Release(Reason::NotOurs)
            }
            Some(Live::Present(live)) if twins.include(live) => Fate::Release(Reason::Moved),
            Some(Live::Present(_)) if twins.may_include(id) => Fate::Unknown(
                "it may be the same as one that is declared in another API group, which could \
                 not be looked at"
                    .into(),
            ),
            Some(Live::Present(live)) if is_kept(live) => Fate::Release(Reason::Kept),
            Some(Live::Present(live)) => Fate::Delete(live),
        }
    }

    /// Whether the live object is the one that the ledger means.
    fn is_ours(&self, live: &Object, entry: &Entry) -> bool {
        match &entry.uid {
            Some(uid) => live.uid() == Some(uid),
            None => crate::ManagedFields::read(live.body())
                .is_ok_and(|it| it.applied_by(&self.drift.manager).is_some()),
        }
    }
}

fn deletion(live: &Object) -> Change {
    let mut change =
        Change::new(live.id().clone(), live.version(), Operation::Delete, Reason::Undeclared);
    change.preconditions = uid_of(live);
    change
}

fn release(id: &ObjectId, entry: &Entry, reason: Reason) -> Change {
    Change::new(id.clone(), entry.version.clone(), Operation::Release, reason)
}

/// What happens to an object that is ours and no longer declared.
enum Fate<'a> {
    Delete(&'a Object),
    Release(Reason),
    Unknown(String),
}

/// Whether an annotation says that an object is not to be pruned.
fn is_kept(live: &Object) -> bool {
    let is = |key, value: &str| {
        live.annotation(key).is_some_and(|it| it.trim().eq_ignore_ascii_case(value))
    };
    let options = live.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    is(PRUNE_ANNOTATION, "disabled")
        || is("kustomize.toolkit.fluxcd.io/prune", "disabled")
        || is("helm.sh/resource-policy", "keep")
        || options.split(',').any(|it| it.trim() == "Prune=false")
}

fn without_pruning(doomed: Vec<&Object>) -> Vec<Refusal> {
    if doomed.is_empty() {
        return Vec::new();
    }
    let withheld: Vec<ObjectId> = doomed.into_iter().map(|it| it.id().clone()).collect();
    let message = "pruning is off, so that what is no longer declared is kept (consent with \
                   `Prune::On`)";
    vec![Refusal { guard: "prune-off".into(), message: message.into(), withheld }]
}

/// What an annotation keeps inside of a namespace, or of a kind, that is no longer declared.
fn kept_inside(withheld: Vec<ObjectId>) -> Option<Refusal> {
    let message = "kept by an annotation, and not forgotten while the namespace or the definition \
                   that holds it is no longer declared either (declare that again, or take the \
                   annotation away)";
    let refusal = |withheld| Refusal { guard: "kept".into(), message: message.into(), withheld };
    (!withheld.is_empty()).then(|| refusal(withheld))
}
