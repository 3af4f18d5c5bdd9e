//! One run from fetch to report, as a pure state machine: no I/O, no clock, no entropy.

mod action;
mod inventory;
mod remotes;
mod state;
mod waves;

mod conclude;
mod rewrites;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_apply::{ApplyError, Outcome, Stamped};
use gitops_diff::{ObjectId, ObjectSet, Observed, Operation, Plan};
use gitops_render::{RenderError, Rendered, Requirement};
use gitops_source::{Digest, Fetched, Tree, TreePath};

pub use self::action::{Action, Planned, Signal};
pub use self::state::{Moment, State};

use self::state::{Cached, Claim, RenderKey};
use self::waves::Waves;
use crate::report::{Counters, Stage, Trigger, Trouble};
use crate::{Event, Mode, Options, ReconcileError, Remote};

/// One run, from the question to the source to the report.
///
/// [`step`](Run::step) takes what happened and says what to do next. A driver executes the
/// [`Action`]s, in any order and at the same time, and feeds the answers back; whatever else it
/// does (crash, answer late, answer with errors) keeps the promises, so that each crash point and
/// each interleaving can be tried in tests.
#[derive(Debug)]
pub struct Run {
    job: Job,
    state: State,
    now: Moment,
    begun: Moment,
    stage: Stage,
    stopping: bool,
    tree: Option<Tree>,
    /// What was fetched for the render in this run.
    remotes: BTreeMap<Requirement, Remote>,
    /// How often the render asked for more.
    rounds: u32,
    /// How often it asked for more of the target.
    lookup_rounds: u32,
    desired: Arc<ObjectSet>,
    ledger: Stamped,
    /// When the ledger was read or stored last, by the time of the question.
    asked: Moment,
    /// When the ledger was still ours for certain.
    confirmed: Moment,
    observed: Arc<Observed>,
    plan: Option<Arc<Plan>>,
    waves: Waves,
    results: BTreeMap<ObjectId, (Operation, Outcome)>,
    troubles: BTreeMap<ObjectId, Trouble>,
    rendered: Option<Arc<Rendered>>,
    counters: Counters,
}

/// What a run is to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// How.
    pub options: Arc<Options>,
    /// The folder to render.
    pub path: TreePath,
    /// [`Renderer::fingerprint`](gitops_render::Renderer::fingerprint) of the renderer.
    pub renderer: Digest,
    /// Why.
    pub trigger: Trigger,
}

type Step = Result<(), ReconcileError>;

impl Run {
    /// A run that has not begun; [`Signal::Start`] begins it.
    pub fn new(job: Job, state: State) -> Self {
        Self {
            job,
            state,
            now: Moment::ZERO,
            begun: Moment::ZERO,
            stage: Stage::Fetch,
            stopping: false,
            tree: None,
            remotes: BTreeMap::new(),
            rounds: 0,
            lookup_rounds: 0,
            desired: Arc::default(),
            ledger: Stamped::default(),
            asked: Moment::ZERO,
            confirmed: Moment::ZERO,
            observed: Arc::default(),
            plan: None,
            waves: Waves::default(),
            results: BTreeMap::new(),
            troubles: BTreeMap::new(),
            rendered: None,
            counters: Counters::default(),
        }
    }

    /// What is remembered for the next run, whether this one is over or not.
    pub fn into_state(self) -> State {
        self.state
    }

    /// The number of this run, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.state.runs + u64::from(self.stage == Stage::Fetch)
    }

    /// Takes in what happened at `now`, and appends what is to be done.
    pub fn step(&mut self, now: Moment, signal: Signal, out: &mut Vec<Action>) {
        if self.stage == Stage::Done {
            return;
        }
        self.now = now;
        let stepped = match signal {
            Signal::Start => {
                self.start(out);
                Ok(())
            }
            Signal::Stop => self.stop(out),
            Signal::Fetched(fetched) => fetched.and_then(|it| self.fetched(it, out)),
            Signal::Gathered(remotes) => self.gathered(remotes, out),
            Signal::Rendered(rendered) => self.rendered(rendered, out),
            Signal::Resolved(desired) => desired.map(|it| self.resolved(it, out)),
            Signal::Loaded(ledger) => ledger.and_then(|it| self.loaded(it, out)),
            Signal::Observed(observed) => observed.map(|it| self.observed(it, out)),
            Signal::Planned(plan) => plan.and_then(|it| self.planned(it, out)),
            Signal::Stored(ledger) => ledger.and_then(|it| self.stored(it, out)),
            Signal::Applied(change, result) => self.applied(&change, result, out),
            Signal::Looked(change, result) => self.looked(&change, result, out),
            Signal::Woke => self.look(out),
        };
        if let Err(error) = stepped {
            self.fail(error, out);
        }
    }

    fn enter(&mut self, stage: Stage, out: &mut Vec<Action>) {
        self.stage = stage;
        out.push(Action::Tell(Event::Entered { stage }));
    }

    fn start(&mut self, out: &mut Vec<Action>) {
        self.begun = self.now;
        self.state.runs += 1;
        let limit = &self.job.options.rewrites;
        self.state.rewrites.forget(self.now, limit);
        let started = Event::Started { run: self.state.runs, trigger: self.job.trigger };
        out.push(Action::Tell(started));
        self.enter(Stage::Fetch, out);
        self.counters.fetches += 1;
        let seen = self.state.seen.as_ref().map(|(revision, _)| revision.clone());
        out.push(Action::Fetch { seen });
    }

    /// Before the first write nothing has to be finished.
    fn stop(&mut self, out: &mut Vec<Action>) -> Step {
        self.stopping = true;
        match self.stage {
            Stage::Apply => self.pump(out),
            Stage::Wait => {
                self.settle(out);
                Ok(())
            }
            Stage::Record | Stage::Settle => Ok(()),
            _ => {
                self.conclude(out);
                Ok(())
            }
        }
    }

    fn fetched(&mut self, fetched: Fetched, out: &mut Vec<Action>) -> Step {
        if let Fetched::Changed { revision, tree } = fetched {
            out.push(Action::Tell(Event::Fetched { revision: revision.clone() }));
            self.state.seen = Some((revision, tree));
        }
        let Some((_, tree)) = self.state.seen.clone() else {
            return Err(ReconcileError::Invalid(
                "the source says that nothing changed, and never gave a tree".into(),
            ));
        };
        self.enter(Stage::Render, out);
        self.tree = Some(tree.clone());
        let wanted = self.remembered(&tree);
        if wanted.is_empty() {
            return self.render(out);
        }
        self.gather(wanted, out);
        Ok(())
    }

    /// Renders, unless that would give what the last render gave.
    fn render(&mut self, out: &mut Vec<Action>) -> Step {
        let Some(tree) = self.tree.clone() else { return Ok(()) };
        let key = self.key(&tree);
        let cached = self.state.rendered.as_ref().filter(|cached| cached.is_good(&key, &tree));
        if let Some(cached) = cached {
            let rendered = cached.result.clone()?;
            self.resolve(rendered, out);
            return Ok(());
        }
        self.counters.renders += 1;
        let fetched = self.remotes.iter().map(|(it, remote)| (it.clone(), remote.tree.clone()));
        out.push(Action::Render { tree, fetched: fetched.collect() });
        Ok(())
    }

    fn key(&self, tree: &Tree) -> RenderKey {
        RenderKey::new(&self.job.renderer, &self.job.path, tree, &self.remotes)
    }

    /// Keeps the result, also a failed one: another render of the same tree would fail alike.
    fn rendered(
        &mut self,
        rendered: Result<Rendered, ReconcileError>,
        out: &mut Vec<Action>,
    ) -> Step {
        let result = match rendered {
            Ok(rendered) => {
                self.forget_lookups_but(&rendered.lookups);
                Ok(Arc::new(rendered))
            }
            Err(ReconcileError::Render(RenderError::Missing(wanted))) => {
                return self.missing(wanted, out);
            }
            Err(ReconcileError::Render(error)) => Err(error),
            Err(other) => return Err(other),
        };
        if let Some(tree) = &self.tree {
            self.state.rendered = Some(Cached::new(self.key(tree), tree, result.clone()));
        }
        let rendered = result?;
        out.push(Action::Tell(Event::Rendered { objects: rendered.objects.len() }));
        self.resolve(rendered, out);
        Ok(())
    }

    fn resolve(&mut self, rendered: Arc<Rendered>, out: &mut Vec<Action>) {
        self.enter(Stage::Resolve, out);
        out.push(Action::Resolve(rendered.objects.clone()));
        self.rendered = Some(rendered);
    }

    fn resolved(&mut self, desired: ObjectSet, out: &mut Vec<Action>) {
        self.counters.desired = desired.len() as u64;
        self.desired = Arc::new(desired);
        self.enter(Stage::Load, out);
        self.load(out);
    }

    fn load(&mut self, out: &mut Vec<Action>) {
        self.counters.loads += 1;
        self.asked = self.now;
        out.push(Action::Load);
    }

    /// The ledger was read: for the first time, or to confirm that it is still ours.
    fn loaded(&mut self, ledger: Stamped, out: &mut Vec<Action>) -> Step {
        if self.stage == Stage::Load {
            self.confirmed = self.asked;
            self.ledger = ledger;
            let known = self.state.stamp.is_some();
            if known && self.state.claim.as_ref().is_some_and(|it| it.is_lost_to(&self.ledger)) {
                self.state.shared_until = self.late_writes_end();
            }
            self.see_stamp();
            self.observe(out);
            return Ok(());
        }
        if !self.waves.confirming {
            return Ok(());
        }
        if ledger.stamp != self.ledger.stamp {
            return Err(fenced("the ledger was changed by another writer during the run"));
        }
        self.confirmed = self.asked;
        self.waves.confirming = false;
        self.issue(out);
        Ok(())
    }

    fn observe(&mut self, out: &mut Vec<Action>) {
        self.enter(Stage::Observe, out);
        self.counters.observes += 1;
        let (desired, owned) = (Arc::clone(&self.desired), Arc::new(self.settled()));
        out.push(Action::Observe { desired, owned });
    }

    fn observed(&mut self, observed: Observed, out: &mut Vec<Action>) {
        self.counters.observed = observed.len() as u64;
        self.observed = Arc::new(observed);
        self.enter(Stage::Diff, out);
        out.push(Action::Diff {
            desired: Arc::clone(&self.desired),
            observed: Arc::clone(&self.observed),
            owned: Arc::new(self.settled()),
        });
    }

    fn planned(&mut self, mut plan: Plan, out: &mut Vec<Action>) -> Step {
        plan.revision = self.revision_text();
        self.counters.unchanged = plan.unchanged.len() as u64;
        let plan = Arc::new(plan);
        self.plan = Some(Arc::clone(&plan));
        out.push(Action::Tell(Event::Planned { plan: Arc::clone(&plan) }));
        self.troubles.clear();
        for failure in &plan.failures {
            self.trouble(Trouble::unplanned(failure), out);
        }
        if self.job.options.mode == Mode::Report {
            self.conclude(out);
            return Ok(());
        }
        self.waves = Waves::default();
        self.hold_back(&plan, out);
        self.record(&plan, out)
    }

    /// Writes down what will be ours before anything is written to the target.
    fn record(&mut self, plan: &Plan, out: &mut Vec<Action>) -> Step {
        let lacks = self.desired.ids().any(|id| !self.ledger.inventory.contains(id));
        let writes = self.writes(plan);
        let lingers = plan.changes().any(|change| self.may_still_come(change));
        let ahead = self.ahead(plan);
        if lacks || writes || lingers || self.settled().entries != self.ledger.inventory.entries {
            self.check_claim()?;
        }
        self.hold_claim();
        if (lacks || writes || lingers) && ahead != self.ledger.inventory {
            self.enter(Stage::Record, out);
            self.store(ahead, out);
            return Ok(());
        }
        self.begin(out)
    }

    /// Whoever finds that another writer took the ledger, and has nothing new to say, stands
    /// back: else two agents that want different things would take turns for ever.
    fn check_claim(&self) -> Step {
        let Some(claim) = &self.state.claim else { return Ok(()) };
        let input = self.tree.as_ref().map(|tree| self.key(tree).declared());
        let lost = claim.is_lost_to(&self.ledger);
        if lost && claim.input == input && !self.agrees(&claim.ledger) {
            return Err(fenced(
                "another writer took the ledger and wants something else; this one goes on with \
                 the next revision, or when it is resumed",
            ));
        }
        Ok(())
    }

    /// Whether whoever stored the ledger after it was `known` wants what this run wants.
    fn agrees(&self, known: &Stamped) -> bool {
        let (now, before) = (&self.ledger.inventory, &known.inventory);
        let revision = &now.revision;
        (*revision == self.revision_text() || *revision == before.revision)
            && self.desired.ids().all(|id| now.contains(id))
            && now.minus(&self.desired).all(|(id, _)| before.contains(id))
    }

    /// Notices that the ledger was stored. Whoever held it before is fenced by that, but may have
    /// had a write under way.
    fn see_stamp(&mut self) {
        if self.state.stamp != self.ledger.stamp {
            self.state.stamp.clone_from(&self.ledger.stamp);
            self.expect_late_writes();
        }
    }

    pub(super) fn expect_late_writes(&mut self) {
        self.state.in_flight_until = self.late_writes_end();
    }

    /// When a write of somebody whose look at the ledger was asked for by now has arrived or never
    /// will: it is begun when the answer is there, or as long as that answer is good.
    fn late_writes_end(&self) -> Moment {
        let call = self.job.options.timeouts.call;
        let begun = self.now.saturating_add(self.job.options.confirm.max(call));
        begun.saturating_add(call)
    }

    /// Whether another agent was at work a moment ago, and may have a write under way.
    fn is_shared(&self) -> bool {
        self.now < self.state.shared_until
    }

    fn hold_claim(&mut self) {
        let input = self.tree.as_ref().map(|tree| self.key(tree).declared());
        self.state.claim = Some(Claim { ledger: self.ledger.clone(), attempted: None, input });
    }

    fn store(&mut self, next: gitops_diff::Inventory, out: &mut Vec<Action>) {
        self.counters.stores += 1;
        self.asked = self.now;
        if let Some(claim) = &mut self.state.claim {
            claim.attempted = Some(next.clone());
        }
        out.push(Action::Store { next, expected: self.ledger.stamp.clone() });
    }

    fn stored(&mut self, ledger: Stamped, out: &mut Vec<Action>) -> Step {
        self.confirmed = self.asked;
        self.ledger = ledger;
        self.see_stamp();
        self.hold_claim();
        let objects = self.ledger.inventory.len();
        out.push(Action::Tell(Event::Recorded { objects }));
        if self.stage == Stage::Settle {
            self.conclude(out);
            return Ok(());
        }
        self.begin(out)
    }

    /// Starts the first wave.
    fn begin(&mut self, out: &mut Vec<Action>) -> Step {
        self.enter(Stage::Apply, out);
        self.enter_wave(out);
        self.pump(out)
    }

    /// Writes down what is ours now, where that differs from what is written.
    fn settle(&mut self, out: &mut Vec<Action>) {
        self.enter(Stage::Settle, out);
        let forgets = |it: &Outcome| matches!(it, Outcome::Deleted | Outcome::Released);
        self.waves.lingers |= self.is_shared() && self.results.values().any(|it| forgets(&it.1));
        let next = self.settled();
        if next.entries == self.ledger.inventory.entries {
            self.conclude(out);
        } else {
            self.store(next, out);
        }
    }

    fn trouble(&mut self, trouble: Trouble, out: &mut Vec<Action>) {
        out.push(Action::Tell(Event::Troubled { trouble: trouble.clone() }));
        self.troubles.insert(trouble.id.clone(), trouble);
    }
}

fn fenced(message: &str) -> ReconcileError {
    ApplyError::Fenced(message.into()).into()
}
