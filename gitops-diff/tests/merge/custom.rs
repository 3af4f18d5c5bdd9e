//! Custom resources: the markers of their definitions, and the rules where there are none.

use gitops_diff::merge::Force;
use gitops_diff::{Format, GroupKind, Keys, Object, Schema, Scope};

use crate::script::{Script, value};

const SPEC: &str = r#"{"type":"object","properties":{
    "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"}},
    "byName":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
        "items":{"type":"object","properties":{"name":{"type":"string"},"weight":{"type":"integer"}}}},
    "plain":{"type":"array","items":{"type":"string"}},
    "atomic":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
    "any":{"x-kubernetes-int-or-string":true},
    "maybe":{"type":"string","nullable":true},
    "open":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
    "inner":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}
}}"#;

fn definition(spec: &str) -> Object {
    let schema = format!(r#"{{"type":"object","properties":{{"spec":{spec}}}}}"#);
    let version = format!(r#"{{"name":"v1","schema":{{"openAPIV3Schema":{schema}}}}}"#);
    Object::new(value(&format!(
        r#"{{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{{"name":"wides.example.com"}},
            "spec":{{"group":"example.com","scope":"Cluster","versions":[{version}],
            "names":{{"kind":"Wide","plural":"wides"}}}}}}"#
    )))
    .unwrap()
}

fn script() -> Script {
    Script::with_schema(Schema::builtin().with_crd(&definition(SPEC)).unwrap())
}

fn wide(spec: &str) -> String {
    format!(
        r#"{{"apiVersion":"example.com/v1","kind":"Wide","metadata":{{"name":"a"}},"spec":{spec}}}"#
    )
}

#[test]
fn a_definition_adds_its_kind_to_the_schema() {
    let schema = script().schema;
    let kind = GroupKind::new("example.com", "Wide");
    assert_eq!(schema.scope(&kind), Some(Scope::Cluster));
    assert_eq!(schema.plural(&kind), Some("wides"));
    assert_eq!(schema.versions(&kind).collect::<Vec<_>>(), ["v1"]);
    assert!(!schema.is_builtin(&kind));
    let spec = schema.type_of(&kind, "v1").field("spec").unwrap();
    let keys = |field| spec.field(field).unwrap().list().unwrap().keys().clone();
    assert_eq!(keys("set"), Keys::Set);
    assert_eq!(keys("byName"), Keys::Map(vec!["name".into()]));
    assert_eq!(keys("plain"), Keys::Atomic);
    assert!(spec.field("atomic").unwrap().map().unwrap().is_atomic());
    assert_eq!(spec.field("any").unwrap().format(), Some(Format::IntOrString));
    assert_eq!(Schema::builtin().scope(&kind), None, "the original knows nothing of it");
}

#[test]
fn a_definition_without_its_parts_is_refused_with_the_field() {
    let cases = [
        ("group", r#""group":"example.com","#, "`spec.group` must be a string"),
        ("scope", r#""Cluster""#, "`spec.scope` must be a string"),
        ("versions", r#""versions""#, "`spec.versions` must be a list"),
        ("plural", r#""plural""#, "`spec.names.plural` must be a string"),
    ];
    for (part, text, expected) in cases {
        let json = serde_json::to_string(&definition(SPEC)).unwrap();
        let broken = json.replacen(text, if part == "group" { "" } else { r#""x""# }, 1);
        let broken = if part == "scope" { json.replacen(text, "7", 1) } else { broken };
        let crd = Object::new(value(&broken)).unwrap();
        let refused = Schema::builtin().with_crd(&crd).unwrap_err();
        let prefix = "CustomResourceDefinition.apiextensions.k8s.io/wides.example.com: ";
        assert_eq!(refused.to_string(), format!("{prefix}{expected}"), "{part}");
    }
}

#[test]
fn markers_decide_how_lists_and_maps_are_merged() {
    let mut script = script();
    let first = r#"{"set":[1,2],"byName":[{"name":"x","weight":1}],"plain":["a"],"atomic":{"k":"v"},"any":1}"#;
    let second = r#"{"set":[3],"byName":[{"name":"y"}]}"#;
    script.apply("a", &wide(first)).apply("b", &wide(second));
    insta::assert_snapshot!(script.owners(), @r"
    a Apply 01 spec.any spec.atomic spec.byName[name=x] spec.byName[name=x].name spec.byName[name=x].weight spec.plain spec.set[=1] spec.set[=2]
    b Apply 02 spec.byName[name=y] spec.byName[name=y].name spec.set[=3]
    ");
    insta::assert_snapshot!(
        script.object(),
        @r#"{"apiVersion":"example.com/v1","kind":"Wide","metadata":{"name":"a"},"spec":{"any":1,"atomic":{"k":"v"},"byName":[{"name":"x","weight":1},{"name":"y"}],"plain":["a"],"set":[1,2,3]}}"#
    );
    let other = wide(r#"{"atomic":{"k":"v","l":"v"},"plain":["a","b"]}"#);
    let refused = script.try_apply("b", &other, Force::No).unwrap_err();
    insta::assert_snapshot!(refused, @r#"
    Apply failed with 2 conflicts: conflicts with "a":
    - .spec.atomic
    - .spec.plain
    "#);
}

#[test]
fn free_form_parts_are_merged_by_field() {
    let mut script = script();
    script
        .apply("a", &wide(r#"{"open":{"x":{"y":1},"l":[1]},"inner":{"kind":"K","metadata":{"labels":{"a":"b"}}}}"#))
        .apply("b", &wide(r#"{"open":{"x":{"z":1}}}"#));
    insta::assert_snapshot!(script.owners(), @r"
    a Apply 01 spec.inner.kind spec.inner.metadata.labels.a spec.open.l spec.open.x spec.open.x.y
    b Apply 02 spec.open.x spec.open.x.z
    ");
}

#[test]
fn null_stays_until_the_schema_has_judged_it() {
    let mut script = script();
    script.apply("a", &wide(r#"{"maybe":null,"plain":null}"#));
    insta::assert_snapshot!(
        script.object(),
        @r#"{"apiVersion":"example.com/v1","kind":"Wide","metadata":{"name":"a"},"spec":{"maybe":null,"plain":null}}"#
    );
}

#[test]
fn an_unknown_kind_has_atomic_lists_and_granular_maps() {
    let mut script = Script::new();
    let thing = |spec: &str| wide(spec).replace("Wide", "Thing");
    script
        .apply("a", &thing(r#"{"list":[{"name":"x"}],"map":{"k":"v"}}"#))
        .apply("b", &thing(r#"{"map":{"l":"v"}}"#));
    insta::assert_snapshot!(script.owners(), @r"
    a Apply 01 spec spec.list spec.map spec.map.k
    b Apply 02 spec spec.map spec.map.l
    ");
}

#[test]
fn a_bottomless_schema_is_refused() {
    let mut spec = String::from(r#"{"type":"string"}"#);
    for _ in 0..60 {
        spec = format!(r#"{{"type":"array","items":{spec}}}"#);
    }
    let mut crd = definition(&spec);
    for _ in 0..5 {
        let inner = crd.pointer("/spec/versions/0/schema/openAPIV3Schema").unwrap().clone();
        crd = crd.edit(|body| nest(body, &inner)).unwrap();
    }
    let refused = Schema::builtin().with_crd(&crd).unwrap_err();
    assert_eq!(refused.to_string(), "the depth of a schema is over the limit of 256");
}

/// Puts the schema below itself.
fn nest(body: &mut gitops_diff::Map, schema: &gitops_diff::Value) {
    let versions = body.map_at("spec").get_mut("versions").unwrap().as_list_mut().unwrap();
    let place = versions[0].as_map_mut().unwrap().map_at("schema").map_at("openAPIV3Schema");
    let mut bottom = place.map_at("properties").map_at("spec");
    while bottom.contains_key("items") {
        bottom = bottom.map_at("items");
    }
    *bottom = schema.as_map().unwrap().clone();
}
