//! What is held in memory, counted by the allocator.

use gitops_benches::{Herd, State};
use gitops_diff::{Drift, Inventory, ObjectSet, Tracker};

/// What Deployments take: packed alone, and in a tracker with all that it keeps of them.
pub(crate) fn table() -> String {
    let herd = Herd::of_deployments();
    let count = 2_000;
    let json = herd.live(0, State::InSync, 1).len();
    let packed = (0..count).map(|at| herd.packed(at, State::InSync, 1).size()).sum();
    let desired: ObjectSet = (0..count).map(|at| herd.desired(at)).collect();
    let declared = held(|| desired.iter().map(|it| it.body().clone()).collect::<Vec<_>>());
    let seen = held(|| tracked(&herd, &desired, 1));
    let ready = held(|| tracked(&herd, &desired, 2));
    format!(
        "### Memory: 100 000 Deployments of {:.1} kB of JSON\n\n| what | kB each | GB of all \
         |\n|---|---|---|\n{}{}{}{}",
        kilobytes(json, 1),
        line("as they live, packed", packed, count),
        line("a `Tracker` after the first look", seen, count),
        line("a `Tracker` that is ready for quick looks", ready, count),
        line("what is declared, as trees (shared with who declared it)", declared, count),
    )
}

fn line(what: &str, bytes: usize, count: usize) -> String {
    let each = kilobytes(bytes, count);
    format!("| {what} | {each:.1} | {:.2} |\n", each / 10.0)
}

fn tracked(herd: &Herd, desired: &ObjectSet, looks: usize) -> Tracker {
    let mut tracker = Tracker::new(Drift::default());
    tracker.declare(desired);
    for at in 0..desired.len() {
        let _ = tracker.observe(herd.packed(at, State::InSync, 1));
    }
    for _ in 0..looks {
        let _ = tracker.plan(&Inventory::new());
        tracker.recheck();
    }
    tracker
}

/// The bytes that are allocated and not freed where something is made.
fn held<T>(make: impl FnOnce() -> T) -> usize {
    let mut result = None;
    let counted = allocation_counter::measure(|| result = Some(make()));
    drop(result);
    usize::try_from(counted.bytes_current).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
pub(crate) fn kilobytes(bytes: usize, count: usize) -> f64 {
    bytes as f64 / count as f64 / 1000.0
}
