//! Many objects: what a tick costs, and what is held.

use std::fmt::Write;
use std::time::Duration;

use gitops_benches::{Herd, State, nanos, once};
use gitops_diff::{Drift, Entry, Inventory, ObjectId, ObjectSet, Tracker};

/// One line for each number of objects.
pub(crate) fn table() -> String {
    let mut text = String::from(
        "### Many objects, mixed: ms of processor time of a tick\n\n\
         | objects | nothing moved: to know | a listing compared | a plan | 1 % moved, in sync | \
         1 % drifted: looked at and planned | all looked at anew | kB held an object |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for count in [1_000, 10_000, 100_000] {
        let _ = writeln!(text, "{}", line(&Herd::default(), count));
    }
    let _ = writeln!(text, "\n{}", memory());
    text
}

struct Held {
    tracker: Tracker,
    owned: Inventory,
    ids: Vec<ObjectId>,
}

/// A tracker that has seen all in sync, often enough to be ready for quick looks.
fn held(herd: &Herd, count: usize) -> Held {
    let desired: ObjectSet = (0..count).map(|at| herd.desired(at)).collect();
    let mut tracker = Tracker::new(Drift::default());
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
    Held { tracker, owned, ids }
}

fn line(herd: &Herd, count: usize) -> String {
    let Held { mut tracker, owned, ids } = held(herd, count);
    let budget = Duration::from_millis(300);
    let quiet = nanos(budget, || tracker.has_moved());
    let listing = nanos(budget, || tracker.stale(ids.iter().map(|it| (it, "1"))));
    let plan = nanos(budget, || tracker.plan(&owned).map(|it| it.unchanged.len()));
    let again = (0..3).map(|_| {
        tracker.recheck();
        once(|| tracker.plan(&owned).is_ok()).0
    });
    let again = again.fold(f64::INFINITY, f64::min);
    let mut tick = |state, version| {
        let events: Vec<_> =
            (0..count).step_by(100).map(|at| herd.packed(at, state, version)).collect();
        let run = || {
            for event in events {
                let _ = tracker.observe(event);
            }
            tracker.plan(&owned).map_or(0, |it| it.changes().count())
        };
        once(run)
    };
    let moved = tick(State::InSync, 2).0.min(tick(State::InSync, 3).0);
    let (drifted, changes) = tick(State::Drifted, 4);
    assert_eq!(changes, count / 100, "each object that drifted is in the plan, and no other");
    let ms = |nanos: f64| format!("{:.2}", nanos / 1e6);
    format!(
        "| {count} | {:.0} ns | {} | {} | {} | {} | {} | {:.1} |",
        quiet,
        ms(listing),
        ms(plan),
        ms(moved),
        ms(drifted),
        ms(again),
        kilobytes(tracker.size(), count)
    )
}

/// What is held of Deployments.
fn memory() -> String {
    let herd = Herd::of_deployments();
    let count = 2_000;
    let json = herd.live(0, State::InSync, 1).len();
    let packed: usize = (0..count).map(|at| herd.packed(at, State::InSync, 1).size()).sum();
    let each = kilobytes(packed, count);
    format!(
        "A Deployment of {:.1} kB of JSON is held in {each:.1} kB, 100 000 of them in {:.2} GB.\n",
        kilobytes(json, 1),
        each / 10.0
    )
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn kilobytes(bytes: usize, count: usize) -> f64 {
    bytes as f64 / count as f64 / 1000.0
}
