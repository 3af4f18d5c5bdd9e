//! Wave by wave: what may start, what has to wait, and what must not be tried.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use gitops_apply::{ApplyError, ErrorClass, Outcome, Readiness};
use gitops_diff::{Change, Entry, Object, ObjectId, Operation, Plan, Reason, Value};

use super::state::Moment;
use super::{Action, Planned, Run, Step};
use crate::report::{Stage, Trouble, TroubleKind};
use crate::{Event, ReconcileError};

/// How far a plan is executed.
#[derive(Debug, Default)]
pub(super) struct Waves {
    /// The wave under way.
    current: usize,
    /// Its changes that were not started, and then those that have not been looked at.
    queue: VecDeque<Planned>,
    /// How many calls are under way.
    flying: usize,
    /// Whether the ledger is being read to know that it is still ours.
    pub(super) confirming: bool,
    /// Whether a change of this plan met a conflict.
    conflict: bool,
    /// Changes that are left alone.
    held: BTreeSet<ObjectId>,
    /// What the next wave waits for, and the reason that was told last.
    awaited: BTreeMap<ObjectId, (Planned, String)>,
    /// Whether an object is kept in the ledger though it does not live.
    pub(super) lingers: bool,
    /// When waiting began.
    waiting_since: Moment,
}

impl Run {
    /// Leaves alone what somebody keeps setting back.
    pub(super) fn hold_back(&mut self, plan: &Plan, out: &mut Vec<Action>) {
        for change in plan.changes().filter(|it| is_apply(it)) {
            let limit = &self.job.options.rewrites;
            if let Some(until) = self.state.rewrites.held(change, self.now, limit) {
                self.waves.held.insert(change.id.clone());
                let seconds = until.saturating_sub(self.now).as_secs();
                let message = format!(
                    "somebody sets back what is declared, {} times by now; it is left alone for \
                     {seconds} s",
                    limit.times
                );
                self.trouble(Trouble::new(change, TroubleKind::Stalled, message), out);
            }
        }
    }

    /// Whether executing the plan writes to the target.
    pub(super) fn writes(&self, plan: &Plan) -> bool {
        plan.changes().any(|change| {
            change.operation != Operation::Release
                && !self.waves.held.contains(&change.id)
                && !self.is_under_way(change)
        })
    }

    /// Queues what of the current wave may be tried, and settles what needs no call.
    pub(super) fn enter_wave(&mut self, out: &mut Vec<Action>) {
        let Some(plan) = self.plan.clone() else { return };
        let Some(wave) = plan.waves.get(self.waves.current) else { return };
        let (name, changes) = (wave.name.to_string(), wave.changes.len());
        out.push(Action::Tell(Event::Wave { name, changes }));
        let mut skipped = Vec::new();
        for change in Planned::of_wave(&plan, self.waves.current) {
            if self.waves.held.contains(&change.id) {
                continue;
            }
            if self.may_still_come(&change) {
                self.waves.lingers = true;
            } else if change.operation == Operation::Release {
                self.result(&change, Outcome::Released, out);
            } else if let Some(because) = self.blocked(&change) {
                skipped.push(Trouble::new(&change, TroubleKind::Skipped, because));
            } else if self.is_under_way(&change) {
                self.result(&change, Outcome::Deleting, out);
            } else {
                self.waves.queue.push_back(change);
            }
        }
        for trouble in skipped {
            self.trouble(trouble, out);
        }
    }

    /// Whether it forgets an object that a write still under way could make, or make ours: it
    /// would be an orphan then.
    ///
    /// Others write only while the ledger has the revision and the stamp that they know. So it
    /// has to have ours first, for as long as a call may take.
    pub(super) fn may_still_come(&self, change: &Change) -> bool {
        let inventory = &self.ledger.inventory;
        let made = |entry: &Entry| entry.uid.is_some();
        change.operation == Operation::Release
            && matches!(change.reason, Reason::Gone | Reason::NotOurs)
            && !inventory.get(&change.id).is_some_and(made)
            && (self.now < self.state.in_flight_until || inventory.revision != self.revision_text())
    }

    /// Whether it is a deletion that only waits for finalizers.
    fn is_under_way(&self, change: &Change) -> bool {
        let deleting = || self.observed.object(&change.id).is_some_and(Object::is_deleting);
        change.operation == Operation::Delete && deleting()
    }

    /// Why `change` must not be tried: nothing is deleted where something declared could not be
    /// applied, and nothing is applied into a namespace or of a kind that is not there.
    fn blocked(&self, change: &Change) -> Option<String> {
        let mut troubles = self.troubles.values().filter(|it| it.kind != TroubleKind::Stalled);
        if change.operation == Operation::Delete {
            let known = |id| self.desired.contains(id);
            let first = troubles
                .find(|trouble| trouble.kind != TroubleKind::Unplanned || known(&trouble.id))?;
            return Some(format!("nothing more is deleted while {} is in trouble", first.id));
        }
        let first = troubles.find(|trouble| self.needs(change, &trouble.id))?;
        Some(format!("it needs {}", first.id))
    }

    fn needs(&self, change: &Change, other: &ObjectId) -> bool {
        if other.group_kind().is("", "Namespace") {
            return change.id.namespace() == Some(other.name());
        }
        if !other.group_kind().is("apiextensions.k8s.io", "CustomResourceDefinition") {
            return false;
        }
        let Some(definition) = self.desired.get(other) else { return false };
        let says = |pointer| definition.pointer(pointer).and_then(Value::as_str);
        says("/spec/group") == Some(change.id.group())
            && says("/spec/names/kind") == Some(change.id.kind())
    }

    /// Starts what may start; ends the wave when nothing is left of it.
    pub(super) fn pump(&mut self, out: &mut Vec<Action>) -> Step {
        if self.stopping {
            self.waves.queue.clear();
            self.waves.confirming = false;
        }
        if self.waves.queue.is_empty() {
            return if self.waves.flying == 0 { self.end_wave(out) } else { Ok(()) };
        }
        let age = self.now.saturating_sub(self.confirmed);
        if self.waves.confirming || self.waves.flying >= self.job.options.concurrency {
            return Ok(());
        }
        if age < self.job.options.confirm {
            self.issue(out);
        } else {
            self.waves.confirming = true;
            self.load(out);
        }
        Ok(())
    }

    /// Starts as many changes as may be under way at once.
    pub(super) fn issue(&mut self, out: &mut Vec<Action>) {
        while self.waves.flying < self.job.options.concurrency
            && let Some(change) = self.waves.queue.pop_front()
        {
            self.waves.flying += 1;
            self.counters.applies += 1;
            out.push(Action::Apply(change));
        }
    }

    pub(super) fn applied(
        &mut self,
        change: &Planned,
        result: Result<Outcome, ApplyError>,
        out: &mut Vec<Action>,
    ) -> Step {
        if self.stage != Stage::Apply {
            return Ok(());
        }
        self.waves.flying -= 1;
        match result {
            Ok(outcome) => {
                if is_apply(change) {
                    self.state.rewrites.note(change, self.now);
                }
                self.result(change, outcome, out);
            }
            Err(error) => self.change_failed(change, error, out)?,
        }
        self.pump(out)
    }

    fn change_failed(
        &mut self,
        change: &Planned,
        error: ApplyError,
        out: &mut Vec<Action>,
    ) -> Step {
        if error.class() == ErrorClass::Stop {
            return Err(error.into());
        }
        self.waves.conflict |= matches!(error, ApplyError::Conflict { .. });
        if matches!(error, ApplyError::Unavailable { .. }) {
            self.expect_late_writes();
        }
        let class = error.class();
        let trouble = Trouble::new(change, TroubleKind::Failed, error.to_string());
        self.trouble(Trouble { class, ..trouble }, out);
        Ok(())
    }

    fn result(&mut self, change: &Planned, outcome: Outcome, out: &mut Vec<Action>) {
        let (id, operation) = (change.id.clone(), change.operation);
        let event = Event::Changed { id: id.clone(), operation, outcome: outcome.clone() };
        out.push(Action::Tell(event));
        self.troubles.remove(&id);
        self.results.insert(id, (operation, outcome));
    }

    /// Plans anew after a conflict; else goes on to the next wave, when this one is ready.
    fn end_wave(&mut self, out: &mut Vec<Action>) -> Step {
        if self.stopping {
            self.settle(out);
            return Ok(());
        }
        if self.waves.conflict && self.counters.replans < u64::from(self.job.options.replans) {
            self.counters.replans += 1;
            self.observe(out);
            return Ok(());
        }
        let Some(plan) = self.plan.clone() else {
            self.settle(out);
            return Ok(());
        };
        if self.waves.current + 1 >= plan.waves.len() {
            self.settle(out);
            return Ok(());
        }
        self.waves.awaited = Planned::of_wave(&plan, self.waves.current)
            .filter(|change| self.is_awaited(change))
            .map(|change| (change.id.clone(), (change, String::new())))
            .collect();
        self.waves.waiting_since = self.now;
        self.enter(Stage::Wait, out);
        self.look(out)
    }

    fn is_awaited(&self, change: &Change) -> bool {
        let result = self.results.get(&change.id).map(|(_, outcome)| outcome);
        !matches!(result, None | Some(Outcome::Deleted | Outcome::Released))
            && !self.troubles.contains_key(&change.id)
    }

    /// Looks at everything that is awaited, or goes on where nothing is.
    pub(super) fn look(&mut self, out: &mut Vec<Action>) -> Step {
        if self.stage != Stage::Wait {
            return Ok(());
        }
        self.waves.queue = self.waves.awaited.values().map(|(change, _)| change.clone()).collect();
        self.look_further(out)
    }

    fn look_further(&mut self, out: &mut Vec<Action>) -> Step {
        while self.waves.flying < self.job.options.concurrency
            && let Some(change) = self.waves.queue.pop_front()
        {
            self.waves.flying += 1;
            self.counters.looks += 1;
            out.push(Action::Look(change));
        }
        if self.waves.flying > 0 {
            return Ok(());
        }
        let timeouts = &self.job.options.timeouts;
        let waited = self.now.saturating_sub(self.waves.waiting_since);
        // What was on its way out before this run has had its time: one look, no more waiting.
        let only_stuck = self.waves.awaited.values().all(|(change, _)| self.is_under_way(change));
        if only_stuck || waited >= timeouts.ready {
            return self.next_wave(out);
        }
        out.push(Action::Sleep(timeouts.poll));
        Ok(())
    }

    pub(super) fn looked(
        &mut self,
        change: &Planned,
        result: Result<Readiness, ApplyError>,
        out: &mut Vec<Action>,
    ) -> Step {
        if self.stage != Stage::Wait {
            return Ok(());
        }
        self.waves.flying -= 1;
        match result {
            Ok(Readiness::Ready) => self.is_ready(change, out),
            Ok(Readiness::Waiting(reason)) => self.waits(change, reason, out),
            Ok(Readiness::Failed(reason)) => self.never_ready(change, reason, out),
            Ok(other) => self.never_ready(change, format!("{other:?}"), out),
            Err(error) => match error.class() {
                ErrorClass::Stop => return Err(ReconcileError::Target(error)),
                ErrorClass::Retry(_) => self.waits(change, error.to_string(), out),
                _ => self.never_ready(change, error.to_string(), out),
            },
        }
        self.look_further(out)
    }

    fn is_ready(&mut self, change: &Planned, out: &mut Vec<Action>) {
        self.waves.awaited.remove(&change.id);
        if change.operation == Operation::Delete {
            self.result(change, Outcome::Deleted, out);
        }
    }

    fn waits(&mut self, change: &Planned, reason: String, out: &mut Vec<Action>) {
        if let Some((_, told)) = self.waves.awaited.get_mut(&change.id)
            && *told != reason
        {
            told.clone_from(&reason);
            out.push(Action::Tell(Event::Waiting { id: change.id.clone(), reason }));
        }
    }

    fn never_ready(&mut self, change: &Planned, reason: String, out: &mut Vec<Action>) {
        self.waves.awaited.remove(&change.id);
        self.trouble(Trouble::new(change, TroubleKind::NotReady, reason), out);
    }

    /// What the wave waited for in vain is in trouble from now on.
    fn next_wave(&mut self, out: &mut Vec<Action>) -> Step {
        for (change, reason) in std::mem::take(&mut self.waves.awaited).into_values() {
            let trouble = Trouble::new(&change, TroubleKind::NotReady, reason);
            self.trouble(Trouble { class: ErrorClass::Retry(None), ..trouble }, out);
        }
        self.waves.current += 1;
        self.enter(Stage::Apply, out);
        self.enter_wave(out);
        self.pump(out)
    }
}

fn is_apply(change: &Change) -> bool {
    change.operation.is_apply()
}
