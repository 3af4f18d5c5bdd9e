//! Calls that are refused, and calls on the namespace.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::objects::collection;
use super::{APPLY, JSON, MERGE, NAMESPACE};
use crate::script::Step;

pub(super) fn mistake() -> impl Strategy<Value = Vec<Step>> {
    let config_map = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"one": "1"}});
    let path = |name: &str| format!("{}/{name}", collection("ConfigMap"));
    let apply = |name: &str, body: Value| {
        Step::new("mistake", "PATCH", path(name)).with(APPLY, body).param("fieldManager", "alpha")
    };
    let post = |body: Value| Step::new("mistake", "POST", collection("ConfigMap")).with(JSON, body);
    let mut unmanaged = apply("a", config_map("a"));
    unmanaged.query.clear();
    let broken = Step { body: None, body_text: Some("{\"data\":".to_owned()), ..post(json!({})) };
    let steps = vec![
        apply("a", config_map("b")),
        apply("Bad_Name", config_map("Bad_Name")),
        apply("a", json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}})),
        apply("a", json!({"kind": "ConfigMap", "metadata": {"name": "a"}})),
        apply(
            "a",
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"one": 1}}),
        ),
        apply(
            "a",
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "managedFields": [{"manager": "x"}]}}),
        ),
        apply(
            "a",
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "other"}}),
        ),
        apply(
            "a",
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"bad key!": "v"}}}),
        ),
        apply(
            "a",
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"bad key!": "v"}}),
        ),
        unmanaged,
        post(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}})),
        post(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}})),
        broken,
        Step::new("mistake", "GET", format!("/api/v1/namespaces/{NAMESPACE}/gadgets")),
        Step::new("mistake", "GET", "/apis/nowhere.example.com/v1/things"),
        Step::new("mistake", "GET", format!("{}/status", path("a"))),
        Step::new("mistake", "PUT", collection("ConfigMap")).with(JSON, config_map("a")),
        Step::new("mistake", "POST", path("a")).with(JSON, config_map("a")),
        Step::new("mistake", "POST", "/api/v1/namespaces/nowhere/configmaps")
            .with(JSON, config_map("a")),
        Step::new("mistake", "PATCH", path("a")).with("text/plain", json!({})),
    ];
    select(steps).prop_map(|step| vec![step])
}

/// Calls on the namespace itself. No controller empties one that is deleted.
pub(super) fn namespace() -> impl Strategy<Value = Vec<Step>> {
    let path = format!("/api/v1/namespaces/{NAMESPACE}");
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    let steps = vec![
        Step::new("namespace", "POST", "/api/v1/namespaces").with(JSON, object.clone()),
        Step::new("namespace", "GET", path.clone()),
        Step::new("namespace", "PATCH", path.clone())
            .with(APPLY, object)
            .param("fieldManager", "alpha"),
        Step::new("namespace", "PATCH", path.clone())
            .with(MERGE, json!({"metadata": {"labels": {"team": "x"}}})),
        Step::new("namespace", "DELETE", path),
    ];
    select(steps).prop_map(|step| vec![step])
}
