//! What is remembered changes no plan, and spares what it can.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::{Cached, Differ, Drift, Entry, Extent, Inventory, Object, ObjectSet, Observed};

const COUNT: usize = 100;

fn config_map(at: usize, value: &str) -> Object {
    let json = format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{at:03}","namespace":"n"}},
            "data":{{"k":"{value}"}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn live(at: usize, value: &str, version: &str) -> Object {
    let edited = config_map(at, value).edit(|body| {
        let metadata = body.map_at("metadata");
        metadata.insert("uid", format!("uid-{at}").into());
        metadata.insert("resourceVersion", version.into());
    });
    edited.unwrap()
}

fn desired() -> ObjectSet {
    (0..COUNT).map(|at| config_map(at, "v")).collect()
}

/// All in sync but the first `drifted`, the first `moved` in another version.
fn observed(drifted: usize, moved: usize) -> Observed {
    let value = |at| if at < drifted { "other" } else { "v" };
    let version = |at| if at < moved { "2" } else { "1" };
    (0..COUNT).map(|at| live(at, value(at), version(at))).collect()
}

/// Makes a plan by both, and says how many objects were skipped and compared.
fn check(cached: &Cached, desired: &ObjectSet, observed: &Observed, owned: &Inventory) -> [u64; 2] {
    let before = cached.counters();
    let plan = cached.diff(desired, observed, owned).unwrap();
    assert_eq!(plan, Drift::default().diff(desired, observed, owned).unwrap());
    let now = cached.counters();
    [now.skipped - before.skipped, now.compared - before.compared]
}

#[test]
fn only_what_moved_is_compared() {
    let cached = Cached::new(Drift::default());
    let (desired, owned) = (desired(), Inventory::new());
    let all = COUNT as u64;
    assert_eq!(check(&cached, &desired, &observed(0, 0), &owned), [0, all]);
    assert_eq!(check(&cached, &desired, &observed(0, 0), &owned), [all, 0]);
    assert_eq!(check(&cached, &desired, &observed(0, 7), &owned), [all - 7, 7]);
    // What drifted is compared until it is in sync again.
    assert_eq!(check(&cached, &desired, &observed(3, 0), &owned), [all - 7, 7]);
    assert_eq!(check(&cached, &desired, &observed(3, 0), &owned), [all - 3, 3]);
}

#[test]
fn what_decides_the_outcome_is_not_forgotten() {
    let (desired, observed) = (desired(), observed(0, 0));
    let mut owned = Inventory::new();
    let all = COUNT as u64;
    let cached = Cached::new(Drift::default());
    check(&cached, &desired, &observed, &owned);

    let mut changed = desired.clone();
    changed.replace(config_map(5, "new"));
    assert_eq!(check(&cached, &changed, &observed, &owned), [all - 1, 1]);
    assert_eq!(check(&cached, &desired, &observed, &owned), [all - 1, 1]);

    let applied = Some(config_map(9, "v").fingerprint());
    let uid = Some("uid-9".into());
    owned
        .entries
        .insert(config_map(9, "v").id().clone(), Entry { uid, applied, ..Entry::default() });
    assert_eq!(check(&cached, &desired, &observed, &owned), [all - 1, 1]);

    changed = desired.clone();
    changed.replace(
        serde_json::from_str(
            r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
                "metadata":{"name":"a.b"},"spec":{"group":"b","names":{"kind":"A"}}}"#,
        )
        .unwrap(),
    );
    assert_eq!(check(&cached, &changed, &observed, &owned), [0, all + 1]);
}

#[test]
fn an_object_is_remembered_in_less_than_two_hundred_bytes() {
    let cached = Cached::new(Drift::default());
    cached.diff(&desired(), &observed(0, 0), &Inventory::new()).unwrap();
    assert!(cached.size() < 200 * COUNT, "{}", cached.size());
}

#[test]
fn where_everything_is_to_be_told_nothing_is_skipped() {
    let drift = Drift { extent: Extent::Everything, ..Drift::default() };
    let cached = Cached::new(drift.clone());
    let mut live = live(0, "v", "1");
    live = live.edit(|body| drop(body.map_at("data").insert("more", "x".into()))).unwrap();
    let desired: ObjectSet = [config_map(0, "v")].into_iter().collect();
    let observed: Observed = [live].into_iter().collect();
    for _ in 0..2 {
        let plan = cached.diff(&desired, &observed, &Inventory::new()).unwrap();
        assert_eq!(plan.observations.len(), 1);
    }
}
