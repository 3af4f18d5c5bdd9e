//! A tracker makes the plan that a whole diff would make, and looks only at what moved.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::merge::{Apply, Force};
use gitops_diff::{
    Counters, Differ, Drift, Entry, Inventory, Live, Object, ObjectId, ObjectSet, Observed, Packed,
    Policy, Schema, Stale, Strategy, Tracker, Value, predict,
};

fn config_map(name: &str, value: &str) -> Object {
    let json = format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}","namespace":"n"}},
            "data":{{"k":"{value}","same":"x"}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

/// The object as it lives after we applied it, in a version.
fn served(object: &Object, version: usize) -> Object {
    let apply = Apply {
        live: None,
        desired: object.body(),
        manager: "gitops",
        force: Force::Yes,
        subresource: None,
        now: "2026-01-01T00:00:00Z",
    };
    let live = predict(&Schema::builtin(), &apply).unwrap();
    let live = Object::new(live).unwrap().edit(|body| {
        let metadata = body.map_at("metadata");
        metadata.insert("uid", format!("uid-{}", object.id().name()).into());
        metadata.insert("resourceVersion", version.to_string().into());
    });
    live.unwrap()
}

fn packed(object: &Object) -> Packed {
    Packed::try_from(object.body()).unwrap()
}

const COUNT: usize = 50;

fn desired() -> ObjectSet {
    (0..COUNT).map(|at| config_map(&format!("c{at:02}"), "v")).collect()
}

/// A tracker that has seen all in sync, twice.
fn settled() -> (Tracker, ObjectSet) {
    settled_by(Drift::default())
}

fn settled_by(drift: Drift) -> (Tracker, ObjectSet) {
    let desired = desired();
    let mut tracker = Tracker::new(drift);
    tracker.declare(&desired);
    for version in [1, 2] {
        for object in desired.iter() {
            tracker.observe(packed(&served(object, version))).unwrap();
        }
        assert!(tracker.plan(&Inventory::new()).unwrap().is_empty());
    }
    (tracker, desired)
}

/// What was done since.
fn since(tracker: &Tracker, before: Counters) -> [u64; 5] {
    let now = tracker.counters();
    [
        now.skipped - before.skipped,
        now.compiled - before.compiled,
        now.walked - before.walked,
        now.unpacked - before.unpacked,
        now.compared - before.compared,
    ]
}

#[test]
fn work_grows_with_what_moves_and_not_with_what_there_is() {
    let (mut tracker, desired) = settled();
    for moved in [0, 1, 7, COUNT] {
        let before = tracker.counters();
        for object in desired.iter().take(moved) {
            tracker.observe(packed(&served(object, 100 + moved))).unwrap();
        }
        assert_eq!(tracker.has_moved(), moved > 0);
        assert!(tracker.plan(&Inventory::new()).unwrap().is_empty());
        let moved = moved as u64;
        assert_eq!(since(&tracker, before), [0, 0, moved, 0, 0], "{moved} moved");
    }
}

#[test]
fn what_is_seen_again_in_the_same_version_is_not_looked_at() {
    let (mut tracker, desired) = settled();
    let before = tracker.counters();
    for object in desired.iter() {
        tracker.observe(packed(&served(object, 2))).unwrap();
    }
    assert!(!tracker.has_moved());
    assert_eq!(since(&tracker, before), [COUNT as u64, 0, 0, 0, 0]);
}

#[test]
fn only_what_drifted_is_compared_whole() {
    let (mut tracker, desired) = settled();
    let before = tracker.counters();
    for object in desired.iter().take(3) {
        tracker.observe(packed(&served(&config_map(object.id().name(), "other"), 3))).unwrap();
    }
    let plan = tracker.plan(&Inventory::new()).unwrap();
    assert_eq!(
        plan.changes().map(|it| it.fields[0].path.as_str()).collect::<Vec<_>>(),
        ["data.k"; 3]
    );
    assert_eq!(since(&tracker, before), [0, 0, 3, 3, 3]);
    // What drifted stays known to have.
    let before = tracker.counters();
    assert_eq!(tracker.plan(&Inventory::new()).unwrap(), plan);
    assert_eq!(since(&tracker, before), [0; 5]);
}

#[test]
fn rules_slow_down_only_what_they_are_about() {
    for (kind, expected) in [("Secret", [0, 0, 5, 0, 0]), ("ConfigMap", [0, 0, 0, 5, 5])] {
        let rules = format!(r#"[{{"select":{{"kind":"{kind}"}},"path":"data.z","take":"live"}}]"#);
        let policy = Policy::new(serde_json::from_str(&rules).unwrap()).unwrap();
        let (mut tracker, desired) = settled_by(Drift { policy, ..Drift::default() });
        let before = tracker.counters();
        for object in desired.iter().take(5) {
            tracker.observe(packed(&served(object, 3))).unwrap();
        }
        assert!(tracker.plan(&Inventory::new()).unwrap().is_empty());
        assert_eq!(since(&tracker, before), expected, "rules for {kind}");
    }
}

#[test]
fn a_new_declaration_moves_what_it_changes() {
    let (mut tracker, desired) = settled();
    let mut next = desired.clone();
    next.replace(config_map("c07", "new"));
    next.remove(&config_map("c08", "v").id().clone());
    let before = tracker.counters();
    tracker.declare(&next);
    let plan = tracker.plan(&Inventory::new()).unwrap();
    assert_eq!((plan.changes().count(), plan.unchanged.len()), (1, COUNT - 2));
    assert_eq!(since(&tracker, before), [0, 0, 0, 1, 1]);
}

#[test]
fn everything_is_looked_at_again_where_that_is_asked_for() {
    let (mut tracker, _) = settled();
    let before = tracker.counters();
    tracker.recheck();
    assert!(tracker.plan(&Inventory::new()).unwrap().is_empty());
    assert_eq!(since(&tracker, before), [0, 0, COUNT as u64, 0, 0]);
}

#[test]
fn a_listing_tells_what_is_to_be_read() {
    let (mut tracker, desired) = settled();
    let ids: Vec<&ObjectId> = desired.ids().collect();
    let listed = |versions: &[(usize, &'static str)]| -> Stale {
        tracker.stale(versions.iter().map(|(at, version)| (ids[*at], *version)))
    };
    let all: Vec<(usize, &str)> = (0..COUNT).map(|at| (at, "2")).collect();
    assert_eq!(listed(&all), Stale::default());
    let mut moved = all.clone();
    moved[3].1 = "9";
    moved.remove(5);
    let expected = Stale { changed: vec![ids[3].clone()], gone: vec![ids[5].clone()] };
    assert_eq!(listed(&moved), expected);
    tracker.observe_as(ids[5], &Live::Absent).unwrap();
    assert_eq!(tracker.stale(moved.iter().map(|(at, it)| (ids[*at], *it))).gone, []);
}

/// What a whole diff plans for the same.
fn whole(
    drift: &Drift,
    desired: &ObjectSet,
    seen: &[(ObjectId, Live)],
    owned: &Inventory,
) -> String {
    let mut observed = Observed::new();
    for (id, live) in seen {
        observed.insert(id.clone(), live.clone());
    }
    drift.diff(desired, &observed, owned).unwrap().to_json().unwrap()
}

#[test]
fn the_plan_is_that_of_a_whole_diff() {
    let desired: ObjectSet = (0..6).map(|at| config_map(&format!("c{at}"), "v")).collect();
    let object = |at: usize| config_map(&format!("c{at}"), "v");
    let other = |at: usize| served(&config_map(&format!("c{at}"), "other"), 2);
    let deleting = served(&object(3), 2).edit(|body| {
        body.map_at("metadata").insert("deletionTimestamp", "2026-01-01T00:00:00Z".into());
    });
    let present = |object: Object| (object.id().clone(), Live::Present(object));
    let steps: [Vec<(ObjectId, Live)>; 3] = [
        (0..8).map(|at| present(served(&object(at), 1))).collect(),
        vec![
            present(other(1)),
            (object(2).id().clone(), Live::Absent),
            present(deleting.unwrap()),
            (object(4).id().clone(), Live::Unknown("forbidden".into())),
        ],
        vec![present(served(&object(1), 3)), (object(7).id().clone(), Live::Absent)],
    ];
    let mut owned = Inventory::new();
    for at in 0..8 {
        let live = served(&object(at), 1);
        let entry = Entry { uid: live.uid().map(Into::into), ..Entry::default() };
        owned.entries.insert(live.id().clone(), entry);
    }
    for strategy in [Strategy::FieldOwnership, Strategy::Strict] {
        let drift = Drift { strategy, ..Drift::default() };
        let mut tracker = Tracker::new(drift.clone());
        tracker.declare(&desired);
        let mut seen = Vec::new();
        let first = tracker.plan(&owned).unwrap().to_json().unwrap();
        assert_eq!(first, whole(&drift, &desired, &seen, &owned));
        for step in &steps {
            for (id, live) in step {
                seen.retain(|(it, _)| it != id);
                seen.push((id.clone(), live.clone()));
                tracker.observe_as(id, live).unwrap();
            }
            let plan = tracker.plan(&owned).unwrap().to_json().unwrap();
            assert_eq!(plan, whole(&drift, &desired, &seen, &owned), "{strategy:?}");
        }
    }
}

#[test]
fn a_definition_that_changes_moves_everything() {
    let definition = |list_type: &str| -> Object {
        let json = format!(
            r#"{{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
                "metadata":{{"name":"routes.example.com"}},"spec":{{"group":"example.com","scope":"Namespaced",
                "names":{{"kind":"Route","plural":"routes","singular":"route","listKind":"RouteList"}},
                "versions":[{{"name":"v1","served":true,"storage":true,"schema":{{"openAPIV3Schema":{{"type":"object",
                "properties":{{"spec":{{"type":"object","properties":{{"hosts":{{"type":"array",
                "x-kubernetes-list-type":"{list_type}","items":{{"type":"string"}}}}}}}}}}}}}}}}]}}}}"#
        );
        serde_json::from_str(&json).unwrap()
    };
    let route: Object = serde_json::from_str(
        r#"{"apiVersion":"example.com/v1","kind":"Route","metadata":{"name":"r","namespace":"n"},
            "spec":{"hosts":["a"]}}"#,
    )
    .unwrap();
    let live = route.clone().edit(|body| {
        body.map_at("spec").insert("hosts", Value::List(vec!["a".into(), "b".into()]));
    });
    let live = live.unwrap();
    let mut tracker = Tracker::new(Drift::default());
    for (list_type, changed) in [("atomic", true), ("set", false)] {
        let desired: ObjectSet = [definition(list_type), route.clone()].into_iter().collect();
        tracker.declare(&desired);
        tracker.observe(packed(&live)).unwrap();
        let plan = tracker.plan(&Inventory::new()).unwrap();
        assert_eq!(plan.changes().any(|it| it.id == *route.id()), changed, "{list_type}");
    }
}
