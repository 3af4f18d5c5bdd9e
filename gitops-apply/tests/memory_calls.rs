//! The in-memory cluster, call by call: what goes in, and the code and the body that come out.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use gitops_apply::memory::{Cluster, Method, Reply, Request};
use gitops_diff::Value;

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn map(name: &str) -> Value {
    value(&format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}},"data":{{"a":"1"}}}}"#
    ))
}

fn text<'a>(reply: &'a Reply, pointer: &str) -> &'a str {
    let value = reply.to_value().and_then(|it| it.pointer(pointer));
    value.and_then(Value::as_str).unwrap_or_default()
}

fn create(cluster: &Cluster, path: &str, object: &Value) -> Reply {
    cluster.call(&Request::new(Method::Post, path).json(object))
}

fn get(cluster: &Cluster, path: &str) -> Reply {
    cluster.call(&Request::new(Method::Get, path))
}

fn patch(cluster: &Cluster, path: &str, media: &str, body: &str) -> Reply {
    let media = format!("application/{media}-patch+json");
    cluster.call(&Request::new(Method::Patch, path).body(media, body))
}

#[test]
fn an_object_is_made_read_changed_and_deleted() {
    let cluster = Cluster::default();
    let path = format!("{MAPS}/a");
    assert_eq!(create(&cluster, MAPS, &map("a")).code, 201);
    let read = get(&cluster, &path);
    assert_eq!((read.code, text(&read, "/data/a")), (200, "1"));
    assert_eq!(text(&read, "/metadata/creationTimestamp"), "2026-01-01T00:00:04Z");
    let changed = patch(&cluster, &path, "merge", r#"{"data":{"a":"2"}}"#);
    assert_eq!((changed.code, text(&changed, "/data/a")), (200, "2"));
    let deleted = cluster.call(&Request::new(Method::Delete, &path));
    assert_eq!((deleted.code, text(&deleted, "/status")), (200, "Success"));
    assert_eq!(get(&cluster, &path).code, 404);
}

#[test]
fn refusals_are_worded_as_the_api_server_words_them() {
    let cluster = Cluster::default();
    create(&cluster, MAPS, &map("a"));
    let post = |path: &str, body: &str| Request::new(Method::Post, path).json(&value(body));
    let put = |body: &str| Request::new(Method::Put, format!("{MAPS}/a")).json(&value(body));
    let delete = |body: &str| Request::new(Method::Delete, format!("{MAPS}/a")).json(&value(body));
    let cases = [
        (
            Request::new(Method::Get, format!("{MAPS}/b")),
            404,
            "NotFound",
            r#"configmaps "b" not found"#,
        ),
        (
            Request::new(Method::Get, "/apis/apps/v1/namespaces/default/deployments/x"),
            404,
            "NotFound",
            r#"deployments.apps "x" not found"#,
        ),
        (
            Request::new(Method::Get, "/api/v1/nothings"),
            404,
            "NotFound",
            "the server could not find the requested resource",
        ),
        (
            Request::new(Method::Patch, MAPS),
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        ),
        (
            post(MAPS, r#"{"metadata":{"name":"a"}}"#),
            409,
            "AlreadyExists",
            r#"configmaps "a" already exists"#,
        ),
        (
            post("/api/v1/namespaces/none/configmaps", r#"{"metadata":{"name":"a"}}"#),
            404,
            "NotFound",
            r#"namespaces "none" not found"#,
        ),
        (
            post(MAPS, "{}"),
            422,
            "Invalid",
            r#"ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required"#,
        ),
        (
            post(MAPS, r#"{"metadata":{"name":"x","namespace":"other"}}"#),
            400,
            "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            put(r#"{"metadata":{"name":"b"}}"#),
            400,
            "BadRequest",
            "the name of the object (b) does not match the name on the URL (a)",
        ),
        (
            put(r#"{"metadata":{"name":"a","resourceVersion":"1"}}"#),
            409,
            "Conflict",
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; \
             please apply your changes to the latest version and try again",
        ),
        (
            delete(r#"{"preconditions":{"resourceVersion":"1"}}"#),
            409,
            "Conflict",
            "Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in the \
             precondition (1) does not match the ResourceVersion in record (5). The object might \
             have been modified",
        ),
        (
            Request::new(Method::Patch, format!("{MAPS}/a")).body("application/json", "{}"),
            415,
            "UnsupportedMediaType",
            "415: Unsupported Media Type",
        ),
        (
            Request::new(Method::Patch, format!("{MAPS}/a"))
                .body("application/apply-patch+yaml", "{}"),
            422,
            "Invalid",
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required \
             for apply patch",
        ),
        (
            Request::apply(
                format!("{MAPS}/a"),
                "me",
                &value(r#"{"apiVersion":"v1","kind":"Secret"}"#),
            ),
            400,
            "BadRequest",
            "invalid object type: /v1, Kind=Secret",
        ),
        (
            post(MAPS, r#"{"metadata":{"name":"x"},"data":{"a":1}}"#),
            400,
            "BadRequest",
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal \
             number into Go struct field ConfigMap.data.a of type string",
        ),
        (
            post(MAPS, r#"{"metadata":{"name":"x"},"daten":{}}"#)
                .param("fieldValidation", "Strict"),
            400,
            "BadRequest",
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: \
             unknown field \"daten\"",
        ),
    ];
    for (request, code, reason, message) in cases {
        let reply = cluster.call(&request);
        let found = (reply.code, text(&reply, "/reason"), text(&reply, "/message"));
        assert_eq!(found, (code, reason, message), "{request:?}");
        assert_eq!(reply.to_value().unwrap().get("code"), Some(&Value::Int(code.into())));
    }
    assert_eq!(cluster.revision(), 5, "no refusal wrote anything");
}

#[test]
fn an_apply_that_changes_nothing_writes_nothing() {
    let cluster = Cluster::default();
    let path = format!("{MAPS}/a");
    let first = cluster.call(&Request::apply(&path, "gitops", &map("a")));
    let second = cluster.call(&Request::apply(&path, "gitops", &map("a")));
    assert_eq!((first.code, second.code), (201, 200));
    assert_eq!(first.to_value(), second.to_value());
    assert_eq!(cluster.revision(), 5);
}

#[test]
fn appliers_conflict_over_a_field_until_one_forces() {
    let cluster = Cluster::default();
    let path = format!("{MAPS}/a");
    cluster.call(&Request::apply(&path, "one", &map("a")));
    let other =
        value(r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"2"}}"#);
    let refused = cluster.call(&Request::apply(&path, "two", &other));
    assert_eq!((refused.code, text(&refused, "/reason")), (409, "Conflict"));
    assert_eq!(
        text(&refused, "/message"),
        r#"Apply failed with 1 conflict: conflict with "one": .data.a"#
    );
    assert_eq!(text(&refused, "/details/causes/0/field"), ".data.a");
    assert_eq!(text(&refused, "/details/causes/0/reason"), "FieldManagerConflict");
    let forced = cluster.call(&Request::apply(&path, "two", &other).param("force", "true"));
    assert_eq!((forced.code, text(&forced, "/data/a")), (200, "2"));
}

#[test]
fn a_dry_run_answers_and_stores_nothing() {
    let cluster = Cluster::default();
    let path = format!("{MAPS}/a");
    let dry = |request: Request| cluster.call(&request.param("dryRun", "All")).code;
    assert_eq!(dry(Request::apply(&path, "gitops", &map("a"))), 201);
    assert_eq!(dry(Request::new(Method::Post, MAPS).json(&map("a"))), 201);
    assert_eq!(get(&cluster, &path).code, 404);
    create(&cluster, MAPS, &map("a"));
    let revision = cluster.revision();
    assert_eq!(dry(Request::new(Method::Delete, &path)), 200);
    let body = r#"{"dryRun":["All"]}"#;
    cluster.call(&Request::new(Method::Delete, &path).body("application/json", body));
    assert_eq!((get(&cluster, &path).code, cluster.revision()), (200, revision));
}
