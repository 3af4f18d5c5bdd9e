//! What is filled in, prepared and stored.

use gitops_diff::server::Write;
use gitops_diff::{Object, Schema, Value};

use crate::{json, object, thing, things};

/// An object as it is after a write: defaults, preparation, store.
fn written(schema: &Schema, next: &Value, live: Option<&Value>, sub: Option<&str>) -> Value {
    let kind = thing();
    let write = Write { schema, kind: &kind, version: "v1", subresource: sub, live };
    let mut next = next.clone();
    write.default(&mut next);
    write.prepare(&mut next);
    write.store(&mut next);
    next
}

fn with(object: &Value, key: &str, value: &str) -> Value {
    let mut object = object.clone();
    object.as_map_mut().unwrap().insert(key, json(value));
    object
}

fn generation(object: &Value) -> Option<i64> {
    object.pointer("/metadata/generation").and_then(Value::as_int)
}

#[test]
fn the_status_belongs_to_its_subresource() {
    let schema = things(r#"{"a":{"type":"integer"}}"#);
    let made =
        written(&schema, &with(&object(r#"{"a":1}"#), "status", "{\"ready\":true}"), None, None);
    assert_eq!(made.get("status"), None);
    let live = with(&made, "status", r#"{"ready":true}"#);
    let next = with(&object(r#"{"a":2}"#), "status", r#"{"ready":false}"#);
    let updated = written(&schema, &next, Some(&live), None);
    assert_eq!(updated.get("status"), Some(&json(r#"{"ready":true}"#)));
    assert_eq!(updated.pointer("/spec/a"), Some(&Value::Int(2)));
    let status = written(&schema, &next, Some(&live), Some("status"));
    assert_eq!(status.get("status"), Some(&json(r#"{"ready":false}"#)));
    assert_eq!(status.pointer("/spec/a"), Some(&Value::Int(1)));
}

#[test]
fn the_generation_counts_what_is_no_metadata() {
    let schema = things(r#"{"a":{"type":"integer"}}"#);
    let live = written(&schema, &object(r#"{"a":1}"#), None, None);
    assert_eq!(generation(&live), Some(1));
    let labelled = with(&live, "metadata", r#"{"name":"a","generation":1,"labels":{"a":"b"}}"#);
    assert_eq!(generation(&written(&schema, &labelled, Some(&live), None)), Some(1));
    let changed = written(&schema, &object(r#"{"a":2}"#), Some(&live), None);
    assert_eq!(generation(&changed), Some(2));
}

#[test]
fn what_the_stored_version_does_not_have_is_lost() {
    let crd = json(
        r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
        "metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
        "names":{"plural":"things","kind":"Thing"},"versions":[
        {"name":"v1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","properties":
            {"spec":{"type":"object","properties":{"a":{"type":"integer"},"only":{"type":"string"},"b":{"type":"integer"}}}}}}},
        {"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":
            {"spec":{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer","default":2},"new":{"type":"integer","default":1}}}}}}}]}}"#,
    );
    let schema = Schema::builtin().with_crd(&Object::new(crd).unwrap()).unwrap();
    let stored = written(&schema, &object(r#"{"a":1,"only":"here"}"#), None, None);
    assert_eq!(stored.get("spec"), Some(&json(r#"{"a":1,"b":2}"#)));
}

#[test]
fn null_is_filled_in_or_refused_or_kept() {
    let schema = things(
        r#"{"d":{"type":"string","default":"x"},"n":{"type":"string","nullable":true},"p":{"type":"string"}}"#,
    );
    let stored = written(&schema, &object(r#"{"d":null,"n":null,"p":null}"#), None, None);
    assert_eq!(stored.get("spec"), Some(&json(r#"{"d":"x","n":null}"#)));
}

#[test]
fn published_documents_say_as_much_as_a_definition() {
    let document = json(
        r##"{"components":{"schemas":{"com.example.v1.Thing":{"type":"object",
            "x-kubernetes-group-version-kind":[{"group":"example.com","version":"v1","kind":"Thing"}],
            "properties":{"apiVersion":{"type":"string"},"kind":{"type":"string"},
                "metadata":{"allOf":[{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}]},
                "spec":{"type":"object","properties":{"a":{"type":"integer","default":1,"maximum":5}}}}}}}}"##,
    );
    let discovery = json(
        r#"{"items":[{"metadata":{"name":"example.com"},"versions":[{"version":"v1","resources":[
            {"resource":"things","scope":"Namespaced","responseKind":{"kind":"Thing"},
             "subresources":[{"subresource":"status"}]}]}]}]}"#,
    );
    let schema = Schema::from_openapi([&document], [&discovery]).unwrap();
    assert!(!schema.is_builtin(&thing()));
    let stored = written(&schema, &object(r#"{"odd":1}"#), None, None);
    assert_eq!(stored.get("spec"), Some(&json(r#"{"a":1}"#)));
    let found = crate::causes(&schema, &object(r#"{"a":6}"#), None, None);
    assert_eq!(found, ["Invalid spec.a"]);
}
