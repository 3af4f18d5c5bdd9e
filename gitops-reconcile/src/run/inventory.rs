//! What is written to the ledger, before and after the target is changed.

use gitops_apply::Outcome;
use gitops_diff::{Entry, Inventory, ObjectId, Operation, Plan, Text};

use super::Run;

impl Run {
    /// What is ours and what will be: stored before the first write.
    ///
    /// An object that is about to be made gets a uid nobody knows yet: whatever uid was known is
    /// that of an object which is gone, and would make the new one look like somebody else's
    /// after a crash.
    pub(super) fn ahead(&self, plan: &Plan) -> Inventory {
        let mut next = self.settled().union(&self.desired);
        next.revision = self.revision_text();
        for change in plan.changes() {
            let live = match change.operation {
                Operation::Create | Operation::Recreate => None,
                it if it.is_apply() => change.preconditions.uid.as_ref(),
                _ => continue,
            };
            if let Some(entry) = next.entries.get_mut(&change.id)
                && entry.uid.as_ref() != live
            {
                *entry = Entry { version: entry.version.clone(), ..Entry::default() };
            }
        }
        next
    }

    /// What is ours: what the ledger holds and is not gone, with what was learned of it: its uid,
    /// and what the target made of what was applied.
    pub(super) fn settled(&self) -> Inventory {
        let mut next = self.ledger.inventory.clone();
        for (id, (_, outcome)) in &self.results {
            if matches!(outcome, Outcome::Deleted | Outcome::Released) {
                self.forget(&mut next, id);
            } else if let (Some(entry), Some(uid)) = (next.entries.get_mut(id), outcome.uid()) {
                entry.uid = Some(uid.clone());
                entry.applied = outcome.applied().cloned();
            }
        }
        for id in self.plan.iter().flat_map(|plan| &plan.unchanged) {
            let live = self.observed.object(id).and_then(gitops_diff::Object::uid);
            if let (Some(entry), Some(uid)) = (next.entries.get_mut(id), live)
                && entry.uid.as_deref() != Some(uid)
            {
                // It was found to be as declared without it.
                (entry.uid, entry.applied) = (Some(uid.into()), None);
            }
        }
        if next.entries != self.ledger.inventory.entries {
            next.revision = self.revision_text();
        }
        next
    }

    /// Forgets an object, but not while another agent may still be making it anew.
    fn forget(&self, inventory: &mut Inventory, id: &ObjectId) {
        if !self.is_shared() {
            inventory.entries.remove(id);
        } else if let Some(entry) = inventory.entries.get_mut(id) {
            entry.uid = None;
        }
    }

    pub(super) fn revision_text(&self) -> Option<Text> {
        let (revision, _) = self.state.seen.as_ref()?;
        Some(revision.to_string().into())
    }
}
