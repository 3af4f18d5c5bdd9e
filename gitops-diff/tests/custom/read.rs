//! What is read of a body.

use gitops_diff::{GroupKind, Schema, server};

use crate::{json, thing, things};

#[test]
fn a_custom_resource_is_pruned_and_its_metadata_has_types() {
    let schema = things(
        r#"{"a":{"type":"string"},"n":{"type":"string"},"e":{"type":"object","x-kubernetes-embedded-resource":true,
            "properties":{"spec":{"type":"object"}}}}"#,
    );
    let body = json(
        r#"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a","odd":1,"labels":null},
            "spec":{"a":1,"b":2,"n":null,"e":{"kind":"K","metadata":{"labels":{"a":"b"},"odd":1,"creationTimestamp":null}}}}"#,
    );
    let read = server::read(&schema, &thing(), "v1", body).unwrap();
    assert_eq!(read.unknown, ["metadata.odd", "spec.b", "spec.e.metadata.odd"]);
    let kept = json(
        r#"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},
            "spec":{"a":1,"e":{"kind":"K","metadata":{"labels":{"a":"b"}}}}}"#,
    );
    assert_eq!(read.object, kept);
    let refused = read.strict(&thing(), "v1").unwrap();
    assert_eq!(refused.code, 400);
    assert!(refused.message.ends_with(
        "strict decoding error: unknown field \"metadata.odd\", unknown field \"spec.b\", unknown \
         field \"spec.e.metadata.odd\""
    ));
}

#[test]
fn values_of_wrong_types_cannot_be_read() {
    let cases = [
        ("", "ConfigMap", r#"{"data":{"k":true}}"#, "cannot unmarshal bool into Go struct field"),
        ("", "Secret", r#"{"data":{"k":"*"}}"#, "illegal base64 data at input byte 0"),
        ("apps", "Deployment", r#"{"spec":{"replicas":"1"}}"#, "cannot unmarshal string into"),
        ("apps", "Deployment", r#"{"spec":{"replicas":3.5}}"#, "cannot unmarshal number 3.5 into"),
        ("apps", "Deployment", r#"{"spec":{"replicas":2147483648}}"#, "number 2147483648 into"),
        ("apps", "Deployment", r#"{"spec":{"paused":1}}"#, "cannot unmarshal number into"),
        ("apps", "Deployment", r#"{"spec":[]}"#, "cannot unmarshal array into"),
        (
            "",
            "LimitRange",
            r#"{"spec":{"limits":[{"type":"Pod","max":{"cpu":"x"}}]}}"#,
            "quantities must match",
        ),
        ("", "Pod", r#"{"metadata":{"creationTimestamp":"today"}}"#, "parsing time"),
        (
            "example.com",
            "Thing",
            r#"{"metadata":{"labels":{"a":{}}}}"#,
            "cannot unmarshal object into",
        ),
    ];
    let schema = things("{}");
    for (group, kind, body, expected) in cases {
        let kind = GroupKind::new(group, kind);
        let refused = server::read(&schema, &kind, "v1", json(body)).expect_err(body);
        assert_eq!((refused.code, refused.reason.as_str()), (400, "BadRequest"), "{body}");
        assert!(refused.message.contains(expected), "{body}: {}", refused.message);
    }
}

#[test]
fn null_is_nothing_in_a_struct_and_zero_in_a_map() {
    let body = json(r#"{"metadata":{"labels":{"a":null},"annotations":null},"data":{"k":null}}"#);
    let kind = GroupKind::new("", "ConfigMap");
    let read = server::read(&Schema::builtin(), &kind, "v1", body).unwrap();
    assert_eq!(read.object, json(r#"{"metadata":{"labels":{"a":""}},"data":{"k":""}}"#));
    assert!(read.unknown.is_empty());
}
