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

/// A refusal: the request, and the code, the reason and the message that it gets.
type Refusal = (Request, u16, &'static str, &'static str);

fn check_refusals(cases: &[Refusal]) {
    let cluster = Cluster::default();
    create(&cluster, MAPS, &map("a"));
    for (request, code, reason, message) in cases {
        let reply = cluster.call(request);
        let found = (reply.code, text(&reply, "/reason"), text(&reply, "/message"));
        assert_eq!(found, (*code, *reason, *message), "{request:?}");
        let code = reply.to_value().unwrap().get("code");
        assert_eq!(code, Some(&Value::Int(reply.code.into())), "{request:?}");
    }
    assert_eq!(cluster.revision(), 5, "no refusal wrote anything");
}

fn post(path: &str, body: &str) -> Request {
    Request::new(Method::Post, path).json(&value(body))
}

fn on_a(method: Method, body: &str) -> Request {
    Request::new(method, format!("{MAPS}/a")).json(&value(body))
}

#[test]
fn what_is_not_there_is_not_found() {
    let deployment = "/apis/apps/v1/namespaces/default/deployments/x";
    check_refusals(&[
        (
            Request::new(Method::Get, format!("{MAPS}/b")),
            404,
            "NotFound",
            "configmaps \"b\" not found",
        ),
        (
            Request::new(Method::Get, deployment),
            404,
            "NotFound",
            "deployments.apps \"x\" not found",
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
            post("/api/v1/namespaces/none/configmaps", r#"{"metadata":{"name":"a"}}"#),
            404,
            "NotFound",
            "namespaces \"none\" not found",
        ),
    ]);
}

#[test]
fn lost_races_are_conflicts() {
    check_refusals(&[
        (
            post(MAPS, r#"{"metadata":{"name":"a"}}"#),
            409,
            "AlreadyExists",
            "configmaps \"a\" already exists",
        ),
        (
            on_a(Method::Put, r#"{"metadata":{"name":"a","resourceVersion":"1"}}"#),
            409,
            "Conflict",
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; \
             please apply your changes to the latest version and try again",
        ),
        (
            on_a(Method::Delete, r#"{"preconditions":{"resourceVersion":"1"}}"#),
            409,
            "Conflict",
            "Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in the \
             precondition (1) does not match the ResourceVersion in record (5). The object might \
             have been modified",
        ),
        (
            Request::apply(
                format!("{MAPS}/b"),
                "me",
                &value(
                    r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","uid":"7"}}"#,
                ),
            ),
            409,
            "Conflict",
            "Operation cannot be fulfilled on configmaps \"b\": uid mismatch: the provided \
             object specified uid 7, and no existing object was found",
        ),
    ]);
}

#[test]
fn what_cannot_be_read_is_a_bad_request() {
    check_refusals(&[
        (
            post(MAPS, r#"{"metadata":{"name":"x","namespace":"other"}}"#),
            400,
            "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            on_a(Method::Put, r#"{"metadata":{"name":"b"}}"#),
            400,
            "BadRequest",
            "the name of the object (b) does not match the name on the URL (a)",
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
             number into Go struct field ConfigMap.data of type string",
        ),
        (
            post(MAPS, r#"{"metadata":{"name":"x"},"daten":{}}"#)
                .param("fieldValidation", "Strict"),
            400,
            "BadRequest",
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: \
             unknown field \"daten\"",
        ),
        (
            Request::new(Method::Patch, format!("{MAPS}/a")).body("application/json", "{}"),
            415,
            "UnsupportedMediaType",
            "415: Unsupported Media Type",
        ),
    ]);
}

#[test]
fn what_breaks_a_rule_is_invalid() {
    check_refusals(&[
        (
            post(MAPS, "{}"),
            422,
            "Invalid",
            "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is \
             required",
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
            post(MAPS, r#"{"metadata":{"name":"x","finalizers":["bad"]}}"#),
            422,
            "Invalid",
            "ConfigMap \"x\" is invalid: metadata.finalizers[0]: Invalid value: \"bad\": name is \
             neither a standard finalizer name nor is it fully qualified",
        ),
        (
            on_a(Method::Delete, r#"{"propagationPolicy":"Never"}"#),
            422,
            "Invalid",
            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \
             \"Never\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
        ),
        (
            post(MAPS, r#"{"metadata":{"name":"x"}}"#).param("dryRun", "yes"),
            422,
            "Invalid",
            "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"yes\"]: \
             supported values: \"All\"",
        ),
    ]);
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

#[test]
fn unknown_fields_are_dropped_with_a_warning() {
    let cluster = Cluster::default();
    let body = r#"{"metadata":{"name":"x"},"daten":{"a":"1"}}"#;
    let made = cluster.call(&post(MAPS, body));
    assert_eq!((made.code, made.warnings), (201, vec!["unknown field \"daten\"".to_owned()]));
    assert_eq!(get(&cluster, &format!("{MAPS}/x")).to_value().unwrap().get("daten"), None);
}

#[test]
fn names_are_generated_where_a_prefix_is_given() {
    let cluster = Cluster::default();
    let body = r#"{"metadata":{"generateName":"job-"}}"#;
    let names =
        [(); 2].map(|()| text(&cluster.call(&post(MAPS, body)), "/metadata/name").to_owned());
    assert!(names.iter().all(|it| it.len() == 9 && it.starts_with("job-")), "{names:?}");
    assert_ne!(names[0], names[1]);
}

#[test]
fn only_metadata_is_sent_where_no_more_is_asked_for() {
    let cluster = Cluster::default();
    create(&cluster, MAPS, &map("a"));
    let mut request = Request::new(Method::Get, MAPS);
    request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1".to_owned();
    let list = cluster.call(&request);
    assert_eq!(text(&list, "/kind"), "PartialObjectMetadataList");
    assert_eq!(text(&list, "/items/0/kind"), "PartialObjectMetadata");
    assert_eq!(text(&list, "/items/0/metadata/name"), "a");
    assert_eq!(list.to_value().unwrap().pointer("/items/0/data"), None);
}

#[test]
fn items_of_built_in_kinds_do_not_say_what_they_are() {
    let cluster = Cluster::default();
    create(&cluster, MAPS, &map("a"));
    let list = get(&cluster, MAPS);
    assert_eq!((text(&list, "/kind"), text(&list, "/apiVersion")), ("ConfigMapList", "v1"));
    assert_eq!(list.to_value().unwrap().pointer("/items/0/kind"), None);
}

#[test]
fn lists_read_old_states_while_they_are_remembered() {
    let cluster = Cluster::default();
    create(&cluster, MAPS, &map("a"));
    let then = cluster.revision().to_string();
    create(&cluster, MAPS, &map("b"));
    let names = |revision: &str, rule: &str| {
        let request = Request::new(Method::Get, MAPS)
            .param("resourceVersion", revision)
            .param("resourceVersionMatch", rule);
        let reply = cluster.call(&request);
        let items = reply.to_value().and_then(|it| it.get("items")).and_then(Value::as_list);
        (reply.code, items.map_or(0, <[Value]>::len))
    };
    assert_eq!(names(&then, "Exact"), (200, 1));
    assert_eq!(names(&then, "NotOlderThan"), (200, 2));
    assert_eq!(names("0", ""), (200, 2));
    assert_eq!(names("99", "NotOlderThan"), (504, 0));
    cluster.compact();
    assert_eq!(names(&then, "Exact"), (410, 0));
    assert_eq!(names(&then, "NotOlderThan"), (200, 2));
}

#[test]
fn a_collection_is_deleted_by_its_labels() {
    let cluster = Cluster::default();
    for (name, tier) in [("a", "web"), ("b", "db"), ("c", "web")] {
        let body = format!(r#"{{"metadata":{{"name":"{name}","labels":{{"tier":"{tier}"}}}}}}"#);
        create(&cluster, MAPS, &value(&body));
    }
    let request = Request::new(Method::Delete, MAPS).param("labelSelector", "tier in (web)");
    assert_eq!(cluster.call(&request).code, 200);
    let left = get(&cluster, MAPS);
    assert_eq!(text(&left, "/items/0/metadata/name"), "b");
    assert_eq!(left.to_value().unwrap().pointer("/items/1"), None);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let cluster = Cluster::default();
    let body = vec![b' '; 3 * 1024 * 1024 + 1];
    let request = Request::new(Method::Post, MAPS).body("application/json", body);
    assert_eq!(cluster.call(&request).code, 413);
}
