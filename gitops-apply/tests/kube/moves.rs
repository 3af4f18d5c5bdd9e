//! Kinds that move between versions, vanish, or cannot be asked for.

use gitops_apply::memory::Cluster;
use gitops_apply::{Applier, ApplyError, ErrorClass, KubeApplier, Outcome, Readiness};
use gitops_diff::{Entry, Inventory, Live, Object, ObjectId, ObjectSet, Operation};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::wire::{Fault, Wire, applier, change, object, settings};

fn version(name: &str, served: bool, storage: bool) -> Value {
    json!({ "name": name, "served": served, "storage": storage,
        "schema": { "openAPIV3Schema": { "type": "object" } } })
}

fn old() -> Value {
    json!([version("v1beta1", true, true)])
}

fn new() -> Value {
    json!([version("v1beta1", false, false), version("v1", true, true)])
}

fn definition(versions: &Value) -> Object {
    object(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "widgets.example.com" },
        "spec": {
            "group": "example.com", "scope": "Namespaced", "versions": versions,
            "names": { "plural": "widgets", "singular": "widget", "kind": "Widget" },
        },
    }))
}

fn widget(name: &str) -> Object {
    object(json!({ "apiVersion": "example.com/v1beta1", "kind": "Widget",
        "metadata": { "namespace": "default", "name": name } }))
}

fn owned(ids: &[&str]) -> Inventory {
    let entry = || Entry { version: "v1beta1".into(), ..Entry::default() };
    let entries = ids.iter().map(|id| (id.parse().unwrap(), entry())).collect();
    Inventory { entries, ..Inventory::new() }
}

fn id(id: &str) -> ObjectId {
    id.parse().unwrap()
}

/// By somebody else, so that the applier under test does not see it.
async fn put(cluster: &Cluster, object: &Object) {
    let other = applier(cluster, &Wire::sound());
    let live = cluster.object(object.id()).map(|it| Object::new(it).unwrap());
    let operation = if live.is_some() { Operation::Update } else { Operation::Create };
    let uid = live.as_ref().and_then(Object::uid);
    other.apply(&change(object, operation, uid)).await.unwrap();
}

async fn remove(cluster: &Cluster, object: &Object) {
    let live = Object::new(cluster.object(object.id()).unwrap()).unwrap();
    let other = applier(cluster, &Wire::sound());
    other.apply(&change(object, Operation::Delete, live.uid())).await.unwrap();
}

/// A cluster with widgets, and an applier that has seen them where they are served at first.
async fn widgets(names: &[&str], wire: &Wire) -> (Cluster, KubeApplier) {
    let cluster = Cluster::default();
    put(&cluster, &definition(&old())).await;
    for name in names {
        put(&cluster, &widget(name)).await;
    }
    let applier = applier(&cluster, wire);
    let desired: ObjectSet = names.iter().map(|name| widget(name)).collect();
    let seen = applier.observe(&desired, &Inventory::new()).await.unwrap();
    assert_eq!(desired.ids().filter(|id| seen.object(id).is_some()).count(), names.len());
    (cluster, applier)
}

fn deletion(cluster: &Cluster, widget: &Object) -> gitops_diff::Change {
    let live = Object::new(cluster.object(widget.id()).unwrap()).unwrap();
    change(widget, Operation::Delete, live.uid())
}

#[tokio::test(start_paused = true)]
async fn an_object_whose_version_is_gone_is_found_in_another_one() {
    for names in [&["a"][..], &["a", "b", "c", "d", "e"]] {
        let (cluster, applier) = widgets(names, &Wire::sound()).await;
        put(&cluster, &definition(&new())).await;
        let ids: Vec<String> =
            names.iter().map(|name| format!("Widget.example.com/default/{name}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let seen = applier.observe(&ObjectSet::new(), &owned(&ids)).await.unwrap();
        for it in ids {
            let Some(Live::Present(live)) = seen.get(&id(it)) else {
                panic!("{it}: {:?}", seen.get(&id(it)))
            };
            assert_eq!(live.version(), "v1");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_whose_version_is_gone_is_deleted_in_another_one() {
    let (cluster, applier) = widgets(&["a"], &Wire::sound()).await;
    let delete = deletion(&cluster, &widget("a"));
    put(&cluster, &definition(&new())).await;
    match applier.ready(&delete).await.unwrap() {
        Readiness::Waiting(why) => {
            assert_snapshot!(why, @"Widget.example.com/default/a: discovery says that its kind is served, but the API server does not find the kind");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleted);
    assert_eq!(cluster.object(widget("a").id()), None);
    assert_eq!(applier.ready(&delete).await.unwrap(), Readiness::Ready);
}

#[tokio::test(start_paused = true)]
async fn a_delete_asks_a_stale_discovery_anew() {
    let (cluster, applier) = widgets(&["a"], &Wire::sound()).await;
    let delete = deletion(&cluster, &widget("a"));
    put(&cluster, &definition(&new())).await;
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleted);
    assert_eq!(cluster.object(widget("a").id()), None);
}

#[tokio::test(start_paused = true)]
async fn an_object_is_gone_with_its_kind() {
    let (cluster, applier) = widgets(&["a"], &Wire::sound()).await;
    let delete = deletion(&cluster, &widget("a"));
    remove(&cluster, &definition(&old())).await;
    let owned = owned(&["Widget.example.com/default/a"]);
    let seen = applier.observe(&ObjectSet::new(), &owned).await.unwrap();
    assert_eq!(seen.get(widget("a").id()), Some(&Live::Unserved));
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleted);
}

#[tokio::test(start_paused = true)]
async fn what_is_served_but_not_found_is_not_taken_for_gone() {
    let wire = Wire::sound();
    let (cluster, applier) = widgets(&["a"], &wire).await;
    let delete = deletion(&cluster, &widget("a"));
    wire.below("/apis/example.com/v1beta1/namespaces", Fault::Status(404, None));
    let owned = owned(&["Widget.example.com/default/a"]);
    let seen = applier.observe(&ObjectSet::new(), &owned).await.unwrap();
    assert!(matches!(seen.get(widget("a").id()), Some(Live::Unknown(_))));
    let error = applier.apply(&delete).await.unwrap_err();
    assert!(matches!(error, ApplyError::Unserved { .. }), "{error}");
    assert!(matches!(applier.ready(&delete).await.unwrap(), Readiness::Waiting(_)));
}

#[tokio::test(start_paused = true)]
async fn an_object_is_not_taken_for_gone_while_its_group_changes() {
    let wire = Wire::sound();
    let (cluster, applier) = widgets(&["a"], &wire).await;
    let delete = deletion(&cluster, &widget("a"));
    // The group names the version still.
    wire.below("/apis/example.com/v1beta1", Fault::Status(404, None));
    let desired = [settings("a", "green")].into_iter().collect();
    let owned = owned(&["Widget.example.com/default/a"]);
    let seen = applier.observe(&desired, &owned).await.unwrap();
    match seen.get(widget("a").id()) {
        Some(Live::Unknown(why)) => {
            assert_snapshot!(why, @"example.com: its version v1beta1 is named but not served; its kinds are changing");
        }
        other => panic!("{other:?}"),
    }
    let error = applier.apply(&delete).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Retry(None));
}

#[tokio::test(start_paused = true)]
async fn identities_that_the_kind_cannot_have_are_absent() {
    let (_, applier) = widgets(&["a"], &Wire::sound()).await;
    let ids = [
        "Widget.example.com/a",
        "Widget.example.com/b",
        "Widget.example.com/c",
        "Widget.example.com/d",
        "Widget.example.com/default/..",
    ];
    let seen = applier.observe(&ObjectSet::new(), &owned(&ids)).await.unwrap();
    for it in ids {
        assert_eq!(seen.get(&id(it)), Some(&Live::Absent), "{it}");
    }
    let unresolved = widget("a").with_namespace(None);
    let desired = [unresolved.clone()].into_iter().collect();
    let seen = applier.observe(&desired, &Inventory::new()).await.unwrap();
    assert_eq!(seen.get(unresolved.id()), Some(&Live::Absent));
    let error = applier.apply(&change(&unresolved, Operation::Create, None)).await.unwrap_err();
    assert_snapshot!(error, @"Widget.example.com/a: its kind lives in namespaces and it names none; resolve it first");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_down_leaves_the_others_to_be_seen() {
    let wire = Wire::sound();
    wire.below("/apis/example.com", Fault::Status(503, None));
    let cluster = Cluster::default();
    let applier = applier(&cluster, &wire);
    let desired: ObjectSet =
        [definition(&old()), widget("a").with_namespace(None), settings("a", "green")]
            .into_iter()
            .collect();
    let resolved = applier.resolve(desired).await.unwrap();
    assert!(resolved.ids().any(|it| it == widget("a").id()), "by the definition beside it");
    let owned = owned(&["Other.example.com/default/a"]);
    let seen = applier.observe(&resolved, &owned).await.unwrap();
    assert_eq!(seen.get(settings("a", "").id()), Some(&Live::Absent));
    for it in [widget("a").id(), &id("Other.example.com/default/a")] {
        assert!(matches!(seen.get(it), Some(Live::Unknown(_))), "{it}: {:?}", seen.get(it));
    }
    let asked = wire.targets().iter().filter(|it| it.contains("/apis/example.com")).count();
    assert_eq!(asked, 8, "once to resolve and once to observe, with four attempts each");
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_cannot_be_asked_for_is_not_guessed() {
    let wire = Wire::sound();
    wire.below("/apis/example.com", Fault::Status(503, None));
    let applier = applier(&Cluster::default(), &wire);
    let desired: ObjectSet = [widget("a"), settings("a", "green")].into_iter().collect();
    let error = applier.resolve(desired).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Retry(None));
    assert_snapshot!(error, @"GET /apis/example.com/v1beta1: the server is in trouble (InternalError)");
}

#[tokio::test(start_paused = true)]
async fn a_cluster_of_which_no_group_can_be_asked_for_is_an_error() {
    let applier = applier(&Cluster::default(), &Wire::new([], Fault::Status(503, None)));
    let desired: ObjectSet = [widget("a")].into_iter().collect();
    let error = applier.observe(&desired, &Inventory::new()).await.unwrap_err();
    assert_snapshot!(error, @"GET /apis/example.com/v1beta1: the server is in trouble (InternalError)");
}
