//! What objects are found, by which calls.

use gitops_apply::memory::Cluster;
use gitops_apply::{Applier, KubeApplier, KubeOptions, Readiness};
use gitops_diff::{Entry, Inventory, Live, Object, ObjectSet, Operation, Origin};
use insta::assert_snapshot;
use serde_json::json;

use crate::wire::{Fault, Wire, applier, change, object, options, settings};

fn set(objects: impl IntoIterator<Item = Object>) -> ObjectSet {
    objects.into_iter().collect()
}

fn bare(api_version: &str, kind: &str, namespace: Option<&str>) -> Object {
    let mut body = json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "a" } });
    if let Some(namespace) = namespace {
        body["metadata"]["namespace"] = json!(namespace);
    }
    object(body)
}

fn definition() -> Object {
    object(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "widgets.example.com" },
        "spec": {
            "group": "example.com", "scope": "Cluster",
            "names": { "plural": "widgets", "singular": "widget", "kind": "Widget" },
            "versions": [{ "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object" } } }],
        },
    }))
}

async fn make(applier: &KubeApplier, object: &Object) {
    applier.apply(&change(object, Operation::Create, None)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn namespaces_are_given_and_taken_by_scope() {
    let applier = applier(&Cluster::default(), &Wire::sound());
    let desired = set([
        bare("v1", "ConfigMap", None),
        bare("apps/v1", "Deployment", Some("shop")),
        bare("v1", "Namespace", Some("shop")),
        bare("example.com/v1", "Widget", Some("shop")),
        bare("unknown.example.com/v1", "Thing", None),
        definition(),
    ]);
    let resolved = applier.resolve(desired).await.unwrap();
    let ids: Vec<String> = resolved.ids().map(ToString::to_string).collect();
    assert_snapshot!(ids.join("\n"), @r"
    ConfigMap/default/a
    Namespace/a
    CustomResourceDefinition.apiextensions.k8s.io/widgets.example.com
    Deployment.apps/shop/a
    Widget.example.com/a
    Thing.unknown.example.com/a
    ");
}

#[tokio::test(start_paused = true)]
async fn two_objects_that_become_one_are_named_with_their_places() {
    let applier = applier(&Cluster::default(), &Wire::sound());
    let at = |file: &str, line| Origin { file: file.into(), line, document: 1 };
    let desired = set([
        bare("v1", "ConfigMap", None).with_origin(at("base/settings.yaml", 3)),
        bare("v1", "ConfigMap", Some("default")).with_origin(at("shop/settings.yaml", 7)),
    ]);
    assert_snapshot!(applier.resolve(desired).await.unwrap_err(), @"ConfigMap/default/a: declared twice, in base/settings.yaml:3 and in shop/settings.yaml:7; the cluster takes both for one object");
}

#[tokio::test(start_paused = true)]
async fn few_objects_are_looked_at_by_name_many_in_a_list() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    let looks = async |count: usize, namespaces: usize| {
        let desired = set((0..count * namespaces).map(|n| {
            settings(&format!("c{n}"), "green")
                .with_namespace(Some(&format!("n{}", n % namespaces)))
        }));
        let before = wire.targets().len();
        let seen = applier.observe(&desired, &Inventory::new()).await.unwrap();
        assert_eq!(seen.len(), count * namespaces);
        assert!(seen.iter().all(|(_, live)| *live == Live::Absent));
        wire.targets().split_off(before)
    };
    assert_eq!(looks(1, 1).await.len(), 2, "discovery and the object");
    assert_eq!(looks(3, 1).await.len(), 3);
    assert_eq!(looks(40, 1).await, ["GET /api/v1/namespaces/n0/configmaps?limit=500"]);
    assert_eq!(looks(40, 5).await.len(), 5);
    assert_eq!(looks(2, 50).await, ["GET /api/v1/configmaps?limit=500"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_on_over_pages_that_are_too_large_or_expire() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let desired = set((0..20).map(|n| settings(&format!("c{n:02}"), &"x".repeat(20_000))));
    for object in desired.iter() {
        make(&applier(&cluster, &Wire::sound()), object).await;
    }
    let options = KubeOptions { page: 8, max_answer: 100_000, ..options() };
    let applier = KubeApplier::with_options(wire.client(&cluster), options);
    // After discovery, a page too large and one that is not, a page that has expired.
    wire.then([Fault::None, Fault::None, Fault::None, Fault::Status(410, None)]);
    let seen = applier.observe(&desired, &Inventory::new()).await.unwrap();
    assert!(wire.targets().iter().any(|it| it.contains("limit=4&continue=")));
    assert_eq!(desired.ids().filter(|id| seen.object(id).is_some()).count(), 20);
}

#[tokio::test(start_paused = true)]
async fn one_kind_that_may_not_be_seen_leaves_the_others_to_be_seen() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    let secret = bare("v1", "Secret", Some("default"));
    let desired = set([settings("a", "green"), secret.clone()]);
    applier.resolve(desired.clone()).await.unwrap();
    wire.then([Fault::None, Fault::Status(403, None)]);
    let seen = applier.observe(&desired, &Inventory::new()).await.unwrap();
    assert_eq!(seen.get(settings("a", "").id()), Some(&Live::Absent));
    assert!(matches!(seen.get(secret.id()), Some(Live::Unknown(_))));
}

#[tokio::test(start_paused = true)]
async fn a_cluster_of_which_nothing_can_be_seen_is_an_error() {
    let (cluster, wire) = (Cluster::default(), Wire::new([Fault::None], Fault::Reset));
    let applier = applier(&cluster, &wire);
    let error = applier.observe(&set([settings("a", "green")]), &Inventory::new()).await;
    assert_snapshot!(error.unwrap_err(), @"GET /api/v1/namespaces/default/configmaps/a: connection reset by peer");
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_list_looks_one_by_one() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    let desired = set((0..5).map(|n| settings(&format!("c{n}"), "green")));
    for object in desired.iter() {
        make(&applier, object).await;
    }
    wire.then([Fault::Status(403, None)]);
    let seen = applier.observe(&desired, &Inventory::new()).await.unwrap();
    assert_eq!(desired.ids().filter(|id| seen.object(id).is_some()).count(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_not_served_is_asked_for_again_but_not_all_the_time() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    let widget = bare("example.com/v1", "Widget", None);
    let look = async || {
        let seen = applier.observe(&set([widget.clone()]), &Inventory::new()).await.unwrap();
        seen.get(widget.id()).unwrap().clone()
    };
    for _ in 0..10 {
        assert_eq!(look().await, Live::Unserved);
    }
    assert_eq!(applier.calls(), 1);
    // Somebody else makes the definition.
    make(&crate::wire::applier(&cluster, &Wire::sound()), &definition()).await;
    tokio::time::advance(KubeOptions::default().rediscover).await;
    assert_eq!(look().await, Live::Absent);
}

#[tokio::test(start_paused = true)]
async fn a_definition_is_ready_when_its_kind_is_served() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    let widget = bare("example.com/v1", "Widget", None);
    applier.observe(&set([widget.clone()]), &Inventory::new()).await.unwrap();
    make(&applier, &definition()).await;
    let making = change(&definition(), Operation::Create, None);
    assert_eq!(applier.ready(&making).await.unwrap(), Readiness::Ready);
    make(&applier, &widget).await;
    assert!(cluster.object(widget.id()).is_some());
}

#[tokio::test(start_paused = true)]
async fn objects_of_the_ledger_are_looked_at_too() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    make(&applier, &settings("old", "green")).await;
    let mut owned = Inventory::new();
    for id in ["ConfigMap/default/old", "ConfigMap/default/gone", "Gone.example.com/a"] {
        let entry = Entry { version: "v1".into(), ..Entry::default() };
        owned.entries.insert(id.parse().unwrap(), entry);
    }
    let seen = applier.observe(&ObjectSet::new(), &owned).await.unwrap();
    assert!(seen.object(settings("old", "").id()).is_some());
    assert_eq!(seen.get(settings("gone", "").id()), Some(&Live::Absent));
    assert_eq!(seen.get(&"Gone.example.com/a".parse().unwrap()), Some(&Live::Unserved));
}
