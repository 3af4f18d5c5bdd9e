//! Custom resources around the merge: what is read, filled in, prepared, refused and stored.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod read;
mod refuse;
mod rules;
mod write;

use gitops_diff::server::Write;
use gitops_diff::{GroupKind, Object, Schema, Value};

/// A kind `Thing` with the properties of `spec`, a status and a place in the store.
pub(crate) fn things(properties: &str) -> Schema {
    defined(&format!(
        r#"{{"type":"object","properties":{{"spec":{{"type":"object","properties":{properties}}},
        "status":{{"type":"object","properties":{{"ready":{{"type":"boolean"}},"n":{{"type":"integer","maximum":9}}}}}}}}}}"#
    ))
}

/// A kind `Thing` with a schema for the whole object.
pub(crate) fn defined(schema: &str) -> Schema {
    let crd = format!(
        r#"{{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
        "metadata":{{"name":"things.example.com"}},"spec":{{"group":"example.com","scope":"Namespaced",
        "names":{{"plural":"things","kind":"Thing"}},"versions":[{{"name":"v1","served":true,"storage":true,
        "subresources":{{"status":{{}}}},"schema":{{"openAPIV3Schema":{schema}}}}}]}}}}"#
    );
    Schema::builtin().with_crd(&Object::new(json(&crd)).unwrap()).unwrap()
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn thing() -> GroupKind {
    GroupKind::new("example.com", "Thing")
}

/// An object with a spec.
pub(crate) fn object(spec: &str) -> Value {
    json(&format!(
        r#"{{"apiVersion":"example.com/v1","kind":"Thing",
        "metadata":{{"name":"a","namespace":"default","generation":1}},"spec":{spec}}}"#
    ))
}

/// What is wrong with an object, field by field: `FieldValueInvalid spec.a`.
pub(crate) fn causes(
    schema: &Schema,
    object: &Value,
    live: Option<&Value>,
    subresource: Option<&str>,
) -> Vec<String> {
    let write = Write { schema, kind: &thing(), version: "v1", subresource, live };
    let causes = write.validate(object);
    let name = |it: &str| it.trim_start_matches("FieldValue").to_owned();
    causes.iter().map(|it| format!("{} {}", name(&it.reason), it.field)).collect()
}
