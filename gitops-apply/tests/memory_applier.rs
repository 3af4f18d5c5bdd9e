//! The applier of the in-memory cluster.

use gitops_apply::memory::{After, Cluster, Lifecycle, MemoryApplier, Options};
use gitops_apply::{Applier, ApplyError, Outcome, Readiness};
use gitops_diff::{Change, Inventory, Live, Object, ObjectSet, Operation, Preconditions, Reason};

fn object(api: &str, kind: &str, name: &str) -> Object {
    let json = format!(
        r#"{{"apiVersion":"{api}","kind":"{kind}","metadata":{{"name":"{name}","namespace":"default"}}}}"#
    );
    serde_json::from_str(&json).expect("because it is an object")
}

fn change(object: &Object, operation: Operation, uid: Option<&str>) -> Change {
    let mut change = Change::new(object.id().clone(), object.version(), operation, Reason::Missing);
    change.desired = Some(object.clone());
    change.preconditions = Preconditions::default();
    change.preconditions.uid = uid.map(Into::into);
    change
}

#[tokio::test]
async fn an_object_is_made_once_and_deleted_by_its_uid() {
    let cluster = Cluster::default();
    let applier = MemoryApplier::new(cluster.clone(), "gitops");
    let with_data = |body: &mut gitops_diff::Map| drop(body.map_at("data").insert("k", "v".into()));
    let map = object("v1", "ConfigMap", "a").edit(with_data).unwrap();
    let create = change(&map, Operation::Create, None);
    let made = applier.apply(&create).await.unwrap();
    let uid = made.uid().cloned();
    assert!(matches!(&made, Outcome::Created { uid: given, .. } if *given == uid), "{made:?}");
    let kept = made.applied().cloned();
    assert!(kept.is_some());
    let again = applier.apply(&create).await.unwrap();
    assert_eq!(again, Outcome::Unchanged { uid: uid.clone(), applied: kept });

    let other = change(&map, Operation::Delete, Some("another"));
    assert_eq!(applier.apply(&other).await.unwrap(), Outcome::Released);
    let blind = change(&map, Operation::Delete, None);
    assert!(matches!(applier.apply(&blind).await, Err(ApplyError::Invalid(_))));
    let delete = change(&map, Operation::Delete, uid.as_deref());
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleted);
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleted, "again, it is gone");
    assert_eq!(applier.ready(&delete).await.unwrap(), Readiness::Ready);
}

#[tokio::test]
async fn an_update_of_another_object_of_that_name_is_a_conflict() {
    let applier = MemoryApplier::new(Cluster::default(), "gitops");
    let map = object("v1", "ConfigMap", "a");
    applier.apply(&change(&map, Operation::Create, None)).await.unwrap();
    let update = change(&map, Operation::Update, Some("another"));
    assert!(matches!(applier.apply(&update).await, Err(ApplyError::Conflict { .. })));
}

#[tokio::test]
async fn objects_are_seen_as_present_absent_or_unserved() {
    let applier = MemoryApplier::new(Cluster::default(), "gitops");
    let there = object("v1", "ConfigMap", "there");
    applier.apply(&change(&there, Operation::Create, None)).await.unwrap();
    let gone = object("v1", "ConfigMap", "gone");
    let odd = object("example.com/v1", "Widget", "w");
    let mut desired = ObjectSet::new();
    for object in [&there, &gone, &odd] {
        desired.insert(object.clone()).unwrap();
    }
    let observed = applier.observe(&desired, &Inventory::default()).await.unwrap();
    assert!(matches!(observed.get(there.id()), Some(Live::Present(_))));
    assert_eq!(observed.get(gone.id()), Some(&Live::Absent));
    assert_eq!(observed.get(odd.id()), Some(&Live::Unserved));
    let made = applier.apply(&change(&odd, Operation::Create, None)).await;
    assert!(matches!(made, Err(ApplyError::Unserved { .. })));
}

#[tokio::test]
async fn namespaces_are_placed_by_the_scope_of_the_kind() {
    let applier = MemoryApplier::new(Cluster::default(), "gitops");
    let mut desired = ObjectSet::new();
    desired.insert(object("v1", "ConfigMap", "a").with_namespace(None)).unwrap();
    desired.insert(object("v1", "Namespace", "n")).unwrap();
    let resolved = applier.resolve(desired).await.unwrap();
    let ids: Vec<String> = resolved.iter().map(|it| it.id().to_string()).collect();
    assert_eq!(ids, ["ConfigMap/default/a", "Namespace/n"]);
}

#[tokio::test]
async fn a_namespace_that_is_going_away_is_waited_for() {
    let lifecycle = Lifecycle { finalise_namespaces: After::Calls(1), ..Lifecycle::default() };
    let cluster = Cluster::new(Options { lifecycle, ..Options::default() });
    let applier = MemoryApplier::new(cluster, "gitops");
    let namespace = object("v1", "Namespace", "n").with_namespace(None);
    let create = change(&namespace, Operation::Create, None);
    let uid = applier.apply(&create).await.unwrap().uid().cloned();
    assert_eq!(applier.ready(&create).await.unwrap(), Readiness::Ready);
    let delete = change(&namespace, Operation::Delete, uid.as_deref());
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleting);
    assert!(matches!(applier.ready(&delete).await.unwrap(), Readiness::Waiting(_)));
    assert!(matches!(applier.ready(&create).await.unwrap(), Readiness::Waiting(_)));
}
