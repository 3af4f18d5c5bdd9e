//! What templates look up: rows that Helm 4.2.3 printed for the same objects on an API server
//! (`helm template --dry-run=server`), without what differs from run to run.

use gitops_apply::memory::{Cluster, MemoryApplier};
use gitops_apply::{Applier, ApplyError};
use gitops_diff::{Object, Query, Value};
use serde_json::json;

use crate::scene::{Scene, creation};

const NAMESPACE: &str = "lookups";

const SECRET: &str = r#"{"apiVersion":"v1","data":{"password":"aHVudGVyMg=="},"kind":"Secret","metadata":{"labels":{"a":"b"},"name":"db","namespace":"lookups"},"type":"Opaque"}"#;
const LIST: &str = r#"{"apiVersion":"v1","items":[{"apiVersion":"v1","data":{"x":"1"},"kind":"ConfigMap","metadata":{"name":"a","namespace":"lookups"}},{"apiVersion":"v1","data":{"x":"2"},"kind":"ConfigMap","metadata":{"name":"b","namespace":"lookups"}}],"kind":"ConfigMapList","metadata":{}}"#;
const SPACE: &str = r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"labels":{"kubernetes.io/metadata.name":"lookups"},"name":"lookups"},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}"#;
const NO_SECRETS: &str = r#"{"apiVersion":"v1","items":[],"kind":"SecretList","metadata":{}}"#;
const NO_CONFIGS: &str = r#"{"apiVersion":"v1","items":[],"kind":"ConfigMapList","metadata":{}}"#;
/// What the API says of itself, which Helm takes for the list of a kind that is not served.
const ROOT: &str = r#"{"items":[],"kind":"APIVersions","versions":["v1"]}"#;
const UNSERVED: &str = "the server could not find the requested resource";
const NO_VERSION: &str = "groupVersion shouldn't be empty";

/// Version, kind, namespace, name, and what is found; nothing is `{}` for a template.
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    ("v1", "Secret", NAMESPACE, "db", SECRET),
    ("v1", "Secret", NAMESPACE, "none", "{}"),
    ("v1", "Secret", "nowhere", "none", "{}"),
    ("v1", "Secret", "nowhere", "", NO_SECRETS),
    ("v1", "Secret", "", "db", "{}"),
    ("v1", "ConfigMap", NAMESPACE, "", LIST),
    ("v1", "ConfigMap", "nowhere", "", NO_CONFIGS),
    ("v1", "Namespace", "", NAMESPACE, SPACE),
    ("v1", "Namespace", "other", NAMESPACE, SPACE),
    ("v1", "Nothing", NAMESPACE, "db", "{}"),
    ("v1", "Nothing", NAMESPACE, "", ROOT),
    ("apps/v1", "Nothing", NAMESPACE, "", ROOT),
    ("v1", "", NAMESPACE, "db", "{}"),
    ("v1", "SecretList", NAMESPACE, "db", "{}"),
    ("v1", "Eviction", NAMESPACE, "a", "{}"),
];

/// The same, and the error.
const REFUSED: &[(&str, &str, &str, &str, &str)] = &[
    ("v9", "Secret", NAMESPACE, "db", UNSERVED),
    ("foo.io/v1", "Bar", NAMESPACE, "db", UNSERVED),
    ("apps/v9", "Deployment", NAMESPACE, "db", UNSERVED),
    ("", "Secret", NAMESPACE, "db", NO_VERSION),
    ("/", "Secret", NAMESPACE, "db", NO_VERSION),
    ("a/b/c", "Secret", NAMESPACE, "db", NO_VERSION),
    ("v1", "Secret", NAMESPACE, "a/b", r#"invalid resource name "a/b": [may not contain '/']"#),
    ("v1", "Secret", NAMESPACE, "..", r#"invalid resource name "..": [may not be '..']"#),
    ("v1", "Secret", NAMESPACE, "a %", r#"invalid resource name "a %": [may not contain '%']"#),
    ("v1", "Secret", "a/b", "x", r#"invalid namespace "a/b": [may not contain '/']"#),
];

fn objects() -> Vec<Object> {
    let bodies = [
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "labels": {"a": "b"}},
            "data": {"password": "aHVudGVyMg=="}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "1"}}),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}, "data": {"x": "2"}}),
    ];
    let place =
        |body: serde_json::Value| Object::new(body.into()).unwrap().with_namespace(Some(NAMESPACE));
    bodies.map(place).into()
}

#[tokio::test]
async fn lookups_find_what_helm_finds() {
    for scene in Scene::all(NAMESPACE).await {
        for object in objects() {
            scene.make(&object).await.unwrap();
        }
        check(&scene.applier, scene.target).await;
        if scene.target == "memory" {
            continue;
        }
        // A kind that has no lists; the cluster in memory has no such kinds.
        let review = Query::new("authentication.k8s.io/v1", "TokenReview", "", "");
        let error = scene.applier.look_up(&review).await.unwrap_err();
        let expected = "the server does not allow this method on the requested resource";
        assert_eq!(error.to_string(), expected, "{}", scene.target);
    }
    let cluster = Cluster::default();
    let applier = MemoryApplier::new(cluster.clone(), "gitops");
    let space = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    let space = Object::new(space.into()).unwrap();
    for object in [space].into_iter().chain(objects()) {
        applier.apply(&creation(&object)).await.unwrap();
    }
    check(&applier, "calls of the cluster in memory").await;
}

async fn check(applier: &dyn Applier, target: &str) {
    for (version, kind, namespace, name, expected) in ROWS {
        let query = Query::new(*version, *kind, *namespace, *name);
        let found = applier.look_up(&query).await;
        let found = found.map_err(|error| format!("{target}: {query}: {error}")).unwrap();
        let found = found.map_or_else(|| "{}".to_owned(), shown);
        assert_eq!(found, *expected, "{target}: {query}");
    }
    for (version, kind, namespace, name, expected) in REFUSED {
        let query = Query::new(*version, *kind, *namespace, *name);
        let error = applier.look_up(&query).await.unwrap_err();
        assert!(matches!(error, ApplyError::Invalid(_)), "{target}: {query}: {error:?}");
        let version = match *version {
            "" | "/" | "a/b/c" => "/".to_owned(),
            version if version.contains('/') => version.to_owned(),
            version => format!("/{version}"),
        };
        let expected = match *expected {
            UNSERVED | NO_VERSION => format!(
                "unable to get apiresource from unstructured: {version}, Kind={kind}: {expected}"
            ),
            expected => expected.to_owned(),
        };
        assert_eq!(error.to_string(), expected, "{target}: {query}");
    }
}

/// Without what differs from run to run.
fn shown(mut found: Value) -> String {
    let forget = |object: &mut Value| {
        let metadata = object.as_map_mut().and_then(|it| it.get_mut("metadata"));
        if let Some(metadata) = metadata.and_then(Value::as_map_mut) {
            for key in ["creationTimestamp", "managedFields", "resourceVersion", "uid"] {
                metadata.remove(key);
            }
        }
    };
    forget(&mut found);
    if let Some(members) = found.as_map_mut() {
        members.remove("serverAddressByClientCIDRs");
        let items = members.get_mut("items").and_then(Value::as_list_mut);
        items.into_iter().flatten().for_each(forget);
    }
    serde_json::to_string(&found).unwrap()
}

#[tokio::test]
async fn what_is_not_a_cluster_says_so() {
    let folder = tempfile::TempDir::new().unwrap();
    let applier = gitops_apply::DirApplier::new(folder.path());
    let error = applier.look_up(&Query::new("v1", "Secret", "shop", "db")).await.unwrap_err();
    assert_eq!(error.to_string(), "v1 Secret shop/db: this target cannot be looked up in");
}
