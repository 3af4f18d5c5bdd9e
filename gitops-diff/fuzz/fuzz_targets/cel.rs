//! Any text is no expression, or one whose evaluation ends within its cost, with a verdict.
//!
//! The first line is the expression; the second one, where there is any, what it is about.
#![no_main]

use std::sync::LazyLock;

use gitops_diff::cel::{Environment, Output, compiles};
use gitops_diff::server::Write;
use gitops_diff::{GroupKind, Object, Schema, Value};
use libfuzzer_sys::fuzz_target;

const OF_SPEC: &str = r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{
    "n":{"type":"integer"},"f":{"type":"number"},"s":{"type":"string"},"b":{"type":"boolean"},
    "at":{"type":"string","format":"date-time"},"for":{"type":"string","format":"duration"},
    "raw":{"type":"string","format":"byte"},"ios":{"x-kubernetes-int-or-string":true},
    "list":{"type":"array","maxItems":8,"items":{"type":"integer"}},
    "set":{"type":"array","maxItems":8,"x-kubernetes-list-type":"set","items":{"type":"string"}},
    "keyed":{"type":"array","maxItems":8,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
        "items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer"}}}},
    "map":{"type":"object","maxProperties":8,"additionalProperties":{"type":"string"}},
    "any":{"x-kubernetes-preserve-unknown-fields":true,"type":"object"}}}"#;

static SPEC: LazyLock<Environment> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(OF_SPEC).expect("it is JSON");
    Environment::of_value(&schema).expect("it has a type").expecting(Output::Bool)
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (expression, value) = text.split_once('\n').unwrap_or((text, "{}"));
    let _either = compiles(expression, &Environment::admission());
    if compiles(expression, &SPEC).is_err() {
        return;
    }
    let Ok(spec) = serde_json::from_str::<Value>(value) else { return };
    let rule = serde_json::to_string(expression).expect("it is JSON");
    let of_spec = OF_SPEC.strip_suffix('}').expect("it is a map");
    let definition = format!(
        r#"{{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
        "metadata":{{"name":"things.example.com"}},"spec":{{"group":"example.com","scope":"Namespaced",
        "names":{{"plural":"things","kind":"Thing"}},"versions":[{{"name":"v1","served":true,"storage":true,
        "schema":{{"openAPIV3Schema":{{"type":"object","properties":{{
        "spec":{of_spec},"x-kubernetes-validations":[{{"rule":{rule}}}]}}}}}}}}}}]}}}}"#
    );
    let definition: Object = serde_json::from_str(&definition).expect("it is JSON");
    let Ok(schema) = Schema::empty().with_crd(&definition) else { return };
    let object: Object = serde_json::from_str(
        r#"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a","namespace":"n"}}"#,
    )
    .expect("it is an object");
    let object = object.edit(|it| drop(it.insert("spec", spec))).expect("it still is one");
    let kind = GroupKind::new("example.com", "Thing");
    for live in [None, Some(object.body())] {
        let write = Write { schema: &schema, kind: &kind, version: "v1", subresource: None, live };
        let causes = write.validate(object.body());
        assert_eq!(causes, write.validate(object.body()));
    }
});
