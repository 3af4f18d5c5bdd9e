//! What costs no allocation: counted, so that it stays so.

use std::hint::black_box;

use gitops_benches::{Herd, State, pairs};
use gitops_diff::{
    Differ, Drift, Expected, Inventory, ObjectSet, Observed, Packed, Tracker, Verdict,
};

#[test]
fn a_quick_look_allocates_nothing_warm_or_cold() {
    let drift = Drift::default();
    for pair in pairs() {
        let expected = Expected::new(&drift.schema, &drift.manager, &pair.desired);
        let text = serde_json::to_vec(&pair.live).unwrap_or_default();
        let packed = Packed::from_json(&text).expect("because fixtures are JSON");
        // What a server writes of owners is made once.
        assert_eq!(expected.holds_json(&text), Verdict::InSync, "{}", pair.name);
        let counted = allocation_counter::measure(|| {
            assert_eq!(expected.holds(&packed), Verdict::InSync, "{}", pair.name);
            assert_eq!(expected.holds_json(&text), Verdict::InSync, "{}", pair.name);
        });
        assert_eq!(counted.count_total, 0, "{}", pair.name);
    }
}

#[test]
fn a_tick_allocates_for_what_moved_and_not_for_what_there_is() {
    let herd = Herd::default();
    let desired: ObjectSet = (0..400).map(|at| herd.desired(at)).collect();
    let owned = Inventory::new();
    let mut tracker = Tracker::new(Drift::default());
    tracker.declare(&desired);
    let see = |tracker: &mut Tracker, count: usize, version: usize| {
        let seen: Vec<_> = (0..count).map(|at| herd.packed(at, State::InSync, version)).collect();
        let counted = allocation_counter::measure(|| {
            for live in seen {
                assert!(tracker.observe(live).is_ok());
            }
            assert!(tracker.plan(&owned).is_ok_and(|it| it.is_empty()));
        });
        counted.count_total
    };
    // At first all is compared, and made ready when it moves again.
    see(&mut tracker, 400, 1);
    see(&mut tracker, 400, 2);
    let quiet = see(&mut tracker, 0, 3);
    let (few, many) = (see(&mut tracker, 20, 4), see(&mut tracker, 200, 5));
    // The list of what is unchanged grows a few times.
    assert!(quiet <= 16, "{quiet}");
    let each = (few - quiet) / 20;
    assert!(many - quiet <= (each + 1) * 200, "{quiet}, {few}, {many}");
}

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
