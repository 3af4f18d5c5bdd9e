//! The objects that the calls are about.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::NAMESPACE;

/// A kind of namespaced object, and a name.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
}

impl Target {
    fn api_version(&self) -> &'static str {
        if self.kind == "Widget" { "conformance.example.com/v1" } else { "v1" }
    }

    pub(super) fn collection(&self) -> String {
        collection(self.kind)
    }

    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.collection(), self.name)
    }

    pub(super) fn object(&self, body: Value) -> Value {
        let mut object = json!({"apiVersion": self.api_version(), "kind": self.kind});
        let Value::Object(body) = body else { unreachable!("bodies are objects") };
        object.as_object_mut().expect("because it is one").extend(body);
        object["metadata"]["name"] = self.name.into();
        object
    }
}

pub(super) fn collection(kind: &str) -> String {
    match kind {
        "Widget" => format!("/apis/conformance.example.com/v1/namespaces/{NAMESPACE}/widgets"),
        "Secret" => format!("/api/v1/namespaces/{NAMESPACE}/secrets"),
        _ => format!("/api/v1/namespaces/{NAMESPACE}/configmaps"),
    }
}

pub(super) fn kind() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("ConfigMap"), 3 => Just("Widget"), 1 => Just("Secret")]
}

pub(super) fn target(kind: &'static str) -> impl Strategy<Value = Target> {
    select(vec!["a", "a", "a", "b"]).prop_map(move |name| Target { kind, name })
}

/// A target with a body that suits it.
pub(super) fn object(kind: &'static str) -> impl Strategy<Value = (Target, Value)> {
    target(kind).prop_flat_map(|target| {
        let object = target.clone();
        (Just(target), body(object.kind).prop_map(move |body| object.object(body)))
    })
}

fn body(kind: &'static str) -> BoxedStrategy<Value> {
    let content = match kind {
        "Widget" => widget_spec().prop_map(|spec| json!({"spec": spec})).boxed(),
        "Secret" => {
            words().prop_map(|words| json!({"stringData": words, "type": "Opaque"})).boxed()
        }
        _ => words().prop_map(|words| json!({"data": words})).boxed(),
    };
    (content, metadata())
        .prop_map(|(mut content, metadata)| {
            content["metadata"] = metadata;
            content
        })
        .boxed()
}

fn metadata() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => Just(json!({})),
        3 => select(vec!["x", "y"]).prop_map(|app| json!({"labels": {"app": app}})),
        1 => Just(json!({"labels": {"app": "x", "tier": "web"}, "annotations": {"note": "n"}})),
        1 => Just(json!({"finalizers": ["conformance.example.com/hold"]})),
    ]
}

fn words() -> impl Strategy<Value = Value> {
    let key = select(vec!["one", "two", "three"]).prop_map(String::from);
    btree_map(key, select(vec!["1", "2"]), 0..3).prop_map(|words| json!(words))
}

fn widget_spec() -> impl Strategy<Value = Value> {
    let port = (select(vec!["http", "admin"]), prop::option::of(select(vec![80, 443])));
    let port = port.prop_map(|(name, port)| match port {
        Some(port) => json!({"name": name, "port": port}),
        None => json!({"name": name}),
    });
    let field = prop_oneof![
        3 => select(vec![1, 3, 5]).prop_map(|size| ("size", json!(size))),
        1 => select(vec![json!(0), json!("many"), json!(null)]).prop_map(|size| ("size", size)),
        3 => vec(port, 0..3).prop_map(|ports| ("ports", json!(ports))),
        2 => vec(select(vec!["red", "blue"]), 0..3).prop_map(|tags| ("tags", json!(tags))),
        2 => vec(select(vec!["s", "t"]), 0..3).prop_map(|steps| ("steps", json!(steps))),
        2 => words().prop_map(|words| ("open", words)),
        1 => Just(("unknown", json!("pruned"))),
    ];
    vec(field, 0..4).prop_map(|fields| {
        let named = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        Value::Object(named.collect::<Map<_, _>>())
    })
}

/// The definition of `Widget`: list maps, sets, atomic lists, defaults, pruning, a status.
pub(crate) fn widget_definition() -> Value {
    let port = json!({
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "port": {"type": "integer", "default": 80}},
    });
    let spec = json!({
        "type": "object",
        "properties": {
            "size": {"type": "integer", "minimum": 1, "default": 3},
            "ports": {"type": "array", "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"], "items": port},
            "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            "steps": {"type": "array", "items": {"type": "string"}},
            "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
        },
    });
    let status = json!({"type": "object", "properties": {"ready": {"type": "integer"}}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.conformance.example.com"},
        "spec": {
            "group": "conformance.example.com",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [{
                "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object",
                    "properties": {"spec": spec, "status": status}}},
            }],
        },
    })
}
