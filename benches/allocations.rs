//! What costs no allocation: counted, so that it stays so.

use std::hint::black_box;

use gitops_benches::pairs;
use gitops_diff::{Differ, Drift, ObjectSet, Observed};

#[test]
fn an_unchanged_object_is_compared_without_an_allocation() {
    let drift = Drift::default();
    for pair in pairs() {
        let compare = || drift.compare(&pair.desired, &pair.live).map(|it| it.len());
        assert_eq!(compare().ok(), Some(0), "{}", pair.name);
        let counted = allocation_counter::measure(|| {
            let _ = black_box(compare());
        });
        assert_eq!(counted.count_total, 0, "{}", pair.name);
    }
}

#[test]
fn a_plan_that_changes_nothing_allocates_for_little_more_than_its_identities() {
    // Definitions are left out: they are read into the schema of the diff.
    let all: Vec<_> = pairs().into_iter().filter(|it| it.name != "large CRD").collect();
    let desired: ObjectSet = all.iter().map(|it| it.desired.clone()).collect();
    let observed: Observed = all.iter().map(|it| it.live.clone()).collect();
    let drift = Drift::default();
    let owned = gitops_diff::Inventory::new();
    let counted = allocation_counter::measure(|| {
        let plan = black_box(drift.diff(&desired, &observed, &owned));
        assert!(plan.is_ok_and(|it| it.is_empty()));
    });
    assert!(counted.count_total <= 4, "{}", counted.count_total);
}
