//! Lookups over a bad wire, and where discovery is stale.

use gitops_apply::memory::Cluster;
use gitops_apply::{Applier, ApplyError};
use gitops_diff::{Operation, Query};
use serde_json::json;

use crate::wire::{Fault, Wire, applier, change, object, settings};

#[tokio::test(start_paused = true)]
async fn a_lookup_costs_one_call_once_its_kind_is_known() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    let one = Query::new("v1", "ConfigMap", "default", "a b");
    for name in ["a b", ""] {
        let query = Query { name: name.into(), ..one.clone() };
        applier.look_up(&query).await.unwrap();
    }
    let path = "/api/v1/namespaces/default/configmaps";
    let expected = ["GET /api/v1".to_owned(), format!("GET {path}/a%20b"), format!("GET {path}")];
    assert_eq!(wire.targets(), expected);
}

#[tokio::test(start_paused = true)]
async fn refusals_are_told_in_the_words_of_the_server_by_what_can_be_done() {
    let cases = [
        (401, "Denied: the server is in trouble"),
        (403, "Denied: the server is in trouble"),
        (405, "Invalid: the server is in trouble"),
        (429, "Unavailable: the server is in trouble"),
        (503, "Unavailable: the server is in trouble"),
    ];
    for (status, expected) in cases {
        let wire = Wire::sound();
        let applier = applier(&Cluster::default(), &wire);
        wire.below("/api/v1/namespaces", Fault::Status(status, None));
        let error = applier.look_up(&Query::new("v1", "Secret", "shop", "db")).await.unwrap_err();
        let kind = match error {
            ApplyError::Denied(_) => "Denied",
            ApplyError::Unavailable { .. } => "Unavailable",
            _ => "Invalid",
        };
        assert_eq!(format!("{kind}: {error}"), expected, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_new_or_gone_is_noticed() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    let query = Query::new("example.com/v1", "Widget", "default", "a");
    applier.look_up(&query).await.unwrap_err();

    let definition = object(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "widgets.example.com" },
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": { "plural": "widgets", "singular": "widget", "kind": "Widget" },
            "versions": [{ "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object" } } }],
        },
    }));
    // Somebody else makes it, and deletes it.
    let other = crate::wire::applier(&cluster, &Wire::sound());
    let made = other.apply(&change(&definition, Operation::Create, None)).await.unwrap();
    assert_eq!(applier.look_up(&query).await.unwrap(), None);
    let uid = made.uid().map(ToString::to_string);
    other.apply(&change(&definition, Operation::Delete, uid.as_deref())).await.unwrap();
    applier.look_up(&query).await.unwrap_err();
    other.apply(&change(&settings("a", "green"), Operation::Create, None)).await.unwrap();
    let found = applier.look_up(&Query::new("v1", "ConfigMap", "default", "a")).await.unwrap();
    assert_eq!(found.unwrap().pointer("/data/colour").unwrap().as_str(), Some("green"));
}
