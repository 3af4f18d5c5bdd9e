//! Many objects: what a tick costs.

use std::fmt::Write;
use std::time::Duration;

use gitops_benches::{Herd, State, nanos, once};
use gitops_diff::policy::Rule;
use gitops_diff::{
    Drift, Entry, Expected, Inventory, ObjectId, ObjectSet, Plan, Policy, Report, Schema, Tracker,
    Verdict,
};
use serde_json::json;

const BUDGET: Duration = Duration::from_millis(300);

/// One line for each number of objects.
pub(crate) fn table() -> String {
    let mut text = String::from(
        "### Many objects, mixed: ms of processor time of a tick\n\n\
         | objects | nothing moved: to know | a listing compared | a plan | 1 % moved, in sync | \
         1 % drifted: looked at and planned | 100 % drifted | all looked at anew | a report of \
         100 % |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for count in [1_000, 10_000, 100_000] {
        let _ = writeln!(text, "{}", line(&Herd::default(), count));
    }
    text + &rules() + &cold()
}

struct Watched {
    tracker: Tracker,
    owned: Inventory,
    ids: Vec<ObjectId>,
}

/// A tracker that has seen all in sync, often enough to be ready for quick looks.
fn watched(herd: &Herd, count: usize, policy: Policy) -> Watched {
    let desired: ObjectSet = (0..count).map(|at| herd.desired(at)).collect();
    let mut tracker = Tracker::new(Drift { policy, ..Drift::default() });
    tracker.declare(&desired);
    let mut owned = Inventory::new();
    for at in 0..count {
        let live = herd.packed(at, State::InSync, 1);
        let uid = live.text("/metadata/uid").map(Into::into);
        let entry = Entry { uid, ..Entry::default() };
        owned.entries.insert(herd.desired(at).id().clone(), entry);
        let _ = tracker.observe(live);
    }
    let ids = desired.ids().cloned().collect();
    let _ = tracker.plan(&owned);
    tracker.recheck();
    let _ = tracker.plan(&owned);
    Watched { tracker, owned, ids }
}

impl Watched {
    /// Processor time of a tick in which each `step`th object is seen in a state, and its plan.
    fn tick(&mut self, herd: &Herd, step: usize, state: State, version: usize) -> (f64, Plan) {
        let events: Vec<_> =
            (0..self.ids.len()).step_by(step).map(|at| herd.packed(at, state, version)).collect();
        once(|| {
            for event in events {
                let _ = self.tracker.observe(event);
            }
            self.tracker.plan(&self.owned).unwrap_or_default()
        })
    }

    /// Processor time of a look at everything, the least of three.
    fn again(&mut self) -> f64 {
        let again = (0..3).map(|_| {
            self.tracker.recheck();
            once(|| self.tracker.plan(&self.owned).is_ok()).0
        });
        again.fold(f64::INFINITY, f64::min)
    }
}

fn line(herd: &Herd, count: usize) -> String {
    let mut fleet = watched(herd, count, Policy::default());
    let quiet = nanos(BUDGET, || fleet.tracker.has_moved());
    let listing = nanos(BUDGET, || fleet.tracker.stale(fleet.ids.iter().map(|it| (it, "1"))));
    let plan = nanos(BUDGET, || fleet.tracker.plan(&fleet.owned).map(|it| it.unchanged.len()));
    let again = fleet.again();
    let moved = (2..4).map(|version| fleet.tick(herd, 100, State::InSync, version).0);
    let moved = moved.fold(f64::INFINITY, f64::min);
    let (drifted, few) = fleet.tick(herd, 100, State::Drifted, 4);
    let (all, plan_of_all) = fleet.tick(herd, 1, State::Drifted, 5);
    for (plan, expected) in [(&few, count / 100), (&plan_of_all, count)] {
        let found = plan.changes().count();
        assert_eq!(found, expected, "each object that drifted is in the plan, and no other");
    }
    let (report, _) = once(|| Report::new(&plan_of_all).to_string().len());
    let cells = [listing, plan, moved, drifted, all, again, report];
    format!("| {count} | {quiet:.0} ns |{}", cells.map(cell).concat())
}

fn cell(nanos: f64) -> String {
    format!(" {:.2} |", nanos / 1e6)
}

/// What rules cost where they are about other objects, and where about each Deployment.
fn rules() -> String {
    const COUNT: usize = 10_000;
    let mut text = String::from(
        "\n### 10 000 objects beside rules of the policy: ms of processor time\n\n| rules | all \
         looked at anew | 1 % drifted: looked at and planned |\n|---|---|---|\n",
    );
    let herd = Herd::default();
    let others = |count| (0..count).map(|at| rule(&format!("Kind{at}"))).collect::<Vec<_>>();
    let with_deployments = |count| [others(count - 1), vec![rule("Deployment")]].concat();
    for (name, rules) in [
        ("none", Vec::new()),
        ("10, for other kinds", others(10)),
        ("100, for other kinds", others(100)),
        ("10, one for each Deployment (a fifth of the objects)", with_deployments(10)),
        ("100, one for each Deployment", with_deployments(100)),
    ] {
        let policy = Policy::new(rules).expect("because the rules are right");
        let mut fleet = watched(&herd, COUNT, policy);
        let again = fleet.again();
        let (drifted, _) = fleet.tick(&herd, 100, State::Drifted, 4);
        let _ = writeln!(text, "| {name} |{}{}", cell(again), cell(drifted));
    }
    text
}

/// The rule by which a horizontal autoscaler decides the scale.
fn rule(kind: &str) -> Rule {
    let rule = json!({
        "select": { "group": "apps", "kind": kind }, "path": "spec.replicas", "take": "live",
    });
    serde_json::from_value(rule).expect("because it is a rule")
}

/// Each object from the text of how it lives.
fn cold() -> String {
    let mut text = String::from(
        "\n### Many objects, cold: ms of processor time from texts to verdicts\n\n\
         | objects | in sync | MB of text |\n|---|---|---|\n",
    );
    let (herd, schema) = (Herd::default(), Schema::builtin());
    for count in [1_000, 10_000] {
        let pairs = (0..count).map(|at| {
            let expected = Expected::new(&schema, "gitops", &herd.desired(at));
            (expected, herd.live(at, State::InSync, 1))
        });
        let pairs: Vec<_> = pairs.collect();
        let is_in_sync = |(expected, live): &&(Expected, String)| {
            expected.holds_json(live.as_bytes()) == Verdict::InSync
        };
        let look = || once(|| pairs.iter().filter(is_in_sync).count());
        let (first, second) = (look(), look());
        assert_eq!(first.1, count, "all are in sync");
        let bytes: usize = pairs.iter().map(|(_, live)| live.len()).sum();
        let least = cell(first.0.min(second.0));
        let _ = writeln!(text, "| {count} |{least} {:.1} |", crate::memory::kilobytes(bytes, 1000));
    }
    text
}
