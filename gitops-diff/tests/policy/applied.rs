//! What rules leave of a declared object.

use gitops_diff::policy::{Applying, Policy, PolicyError};
use gitops_diff::{Object, Value};

use super::{object, policy};

const OURS: &str = r#""manager":"gitops","operation":"Apply","apiVersion":"apps/v1",
    "fieldsType":"FieldsV1""#;
const HPA: &str = r#""manager":"hpa","operation":"Update","apiVersion":"apps/v1",
    "subresource":"scale","fieldsType":"FieldsV1""#;

/// A Deployment with a body and with who owns what.
fn deployment(spec: &str, owned: &[(&str, &str)]) -> Object {
    let entries: Vec<String> =
        owned.iter().map(|(who, what)| format!(r#"{{{who},"fieldsV1":{what}}}"#)).collect();
    let managed = match &entries[..] {
        [] => String::new(),
        entries => format!(r#","managedFields":[{}]"#, entries.join(",")),
    };
    object(&format!(
        r#"{{"apiVersion":"apps/v1","kind":"Deployment",
            "metadata":{{"name":"web","namespace":"shop"{managed}}},"spec":{spec}}}"#
    ))
}

/// One rule, a declared and a live object, and what is applied.
struct Case<'a> {
    name: &'a str,
    rule: &'a str,
    desired: &'a str,
    live: Option<(&'a str, &'a [(&'a str, &'a str)])>,
    expected: &'a str,
}

fn check(case: &Case<'_>) {
    let policy = policy(&format!("[{}]", case.rule));
    let live = case.live.map(|(spec, owned)| deployment(spec, owned));
    let desired = deployment(case.desired, &[]);
    let applied = policy.applied(&Applying::default(), &desired, live.as_ref()).unwrap();
    let expected: Value = serde_json::from_str(case.expected).unwrap();
    assert_eq!(applied.pointer("/spec"), Some(&expected), "{}", case.name);
}

const LIVE: &str = r#"{"path":"spec.replicas","take":"live"}"#;

#[test]
fn a_single_field_is_taken_from_where_the_rule_says() {
    let ours: &[(&str, &str)] = &[(OURS, r#"{"f:spec":{"f:replicas":{}}}"#)];
    let scaled: &[(&str, &str)] =
        &[(OURS, r#"{"f:spec":{"f:paused":{}}}"#), (HPA, r#"{"f:spec":{"f:replicas":{}}}"#)];
    let rule = |take: &str| LIVE.replace(r#""live""#, &format!(r#""{take}""#));
    let (elsewhere, other_way) = (rule("desired-else-live"), rule("live-else-desired"));
    let (remove, desired) = (rule("remove"), rule("desired"));
    let case = |name, rule, desired, live, expected| Case { name, rule, desired, live, expected };
    let both = r#"{"paused":true,"replicas":1}"#;
    for case in [
        case("a new object is as declared", LIVE, both, None, both),
        case(
            "sole owners keep what lives",
            LIVE,
            both,
            Some((r#"{"replicas":7}"#, ours)),
            r#"{"paused":true,"replicas":7}"#,
        ),
        case(
            "what others own is left to them",
            LIVE,
            both,
            Some((r#"{"replicas":7}"#, scaled)),
            r#"{"paused":true}"#,
        ),
        case("what does not live is not set", LIVE, both, Some(("{}", ours)), r#"{"paused":true}"#),
        case(
            "ours that is declared no longer stays",
            LIVE,
            r#"{"paused":true}"#,
            Some((r#"{"replicas":7}"#, ours)),
            r#"{"paused":true,"replicas":7}"#,
        ),
        case(
            "theirs that is not declared is theirs",
            LIVE,
            r#"{"paused":true}"#,
            Some((r#"{"replicas":7}"#, scaled)),
            r#"{"paused":true}"#,
        ),
        case("declared wins over live", &elsewhere, both, Some((r#"{"replicas":7}"#, ours)), both),
        case(
            "live where nothing is declared",
            &elsewhere,
            r#"{"paused":true}"#,
            Some((r#"{"replicas":7}"#, ours)),
            r#"{"paused":true,"replicas":7}"#,
        ),
        case(
            "live wins over declared",
            &other_way,
            both,
            Some((r#"{"replicas":7}"#, ours)),
            r#"{"paused":true,"replicas":7}"#,
        ),
        case("declared where nothing lives", &other_way, both, Some(("{}", ours)), both),
        case("removed from what is made", &remove, both, None, r#"{"paused":true}"#),
        case(
            "removed from what is written",
            &remove,
            both,
            Some((r#"{"replicas":7}"#, ours)),
            r#"{"paused":true}"#,
        ),
        case("declared is declared", &desired, both, Some((r#"{"replicas":7}"#, ours)), both),
    ] {
        check(&case);
    }
}

#[test]
fn items_of_lists_are_paired_by_their_keys() {
    let containers =
        |items: &str| format!(r#"{{"template":{{"spec":{{"containers":[{items}]}}}}}}"#);
    let rule = |path: &str| format!(r#"{{"path":"{path}","take":"live"}}"#);
    let image = rule("spec.template.spec.containers[name=app].image");
    let every = rule("spec.template.spec.containers[*].image");
    let place = rule("/spec/template/spec/containers/0/image");
    let sidecar = rule("spec.template.spec.containers[name=mesh]");
    let ours: &[(&str, &str)] = &[(
        OURS,
        r#"{"f:spec":{"f:template":{"f:spec":{"f:containers":{
        "k:{\"name\":\"app\"}":{".":{},"f:name":{},"f:image":{}},
        "k:{\"name\":\"mesh\"}":{".":{},"f:name":{},"f:image":{}}}}}}}"#,
    )];
    let (app1, app2) = (r#"{"name":"app","image":"a:1"}"#, r#"{"name":"app","image":"a:2"}"#);
    let (mesh1, mesh2) = (r#"{"name":"mesh","image":"m:1"}"#, r#"{"name":"mesh","image":"m:2"}"#);
    let live = containers(&format!("{mesh2},{app2}"));
    for (name, rule, desired, expected) in [
        ("by key", &image, format!("{app1},{mesh1}"), format!("{app2},{mesh1}")),
        ("all", &every, format!("{app1},{mesh1}"), format!("{app2},{mesh2}")),
        ("by place", &place, format!("{app1},{mesh1}"), format!("{app2},{mesh2}")),
        (
            "a new item is as declared",
            &every,
            format!("{app1},{}", r#"{"name":"new","image":"n:1"}"#),
            format!("{app2},{}", r#"{"name":"new","image":"n:1"}"#),
        ),
        ("an item that is ours stays", &sidecar, app1.into(), format!("{app1},{mesh2}")),
    ] {
        let (desired, expected) = (containers(&desired), containers(&expected));
        let live = Some((live.as_str(), ours));
        check(&Case { name, rule, desired: &desired, live, expected: &expected });
    }
}

#[test]
fn a_key_is_not_left_out_of_an_item_of_which_something_is_left() {
    let ports = |name: &str| {
        format!(r#"{{"template":{{"spec":{{"containers":[{{"name":"app","image":"{name}"}}]}}}}}}"#)
    };
    let shared: &[(&str, &str)] = &[(
        HPA,
        r#"{"f:spec":{"f:template":{"f:spec":{"f:containers":{
            "k:{\"name\":\"app\"}":{".":{},"f:name":{}}}}}}}"#,
    )];
    check(&Case {
        name: "the name stays",
        rule: r#"{"path":"spec.template.spec.containers[name=app]","take":"live"}"#,
        desired: &ports("a:1"),
        live: Some((&ports("a:2"), shared)),
        expected: &ports("a:2"),
    });
}

#[test]
fn rules_by_owner_are_about_the_fields_that_it_owns() {
    let live = r#"{"replicas":7,"paused":true}"#;
    let scaled: &[(&str, &str)] =
        &[(OURS, r#"{"f:spec":{"f:paused":{}}}"#), (HPA, r#"{"f:spec":{"f:replicas":{}}}"#)];
    let desired = r#"{"paused":false,"replicas":1}"#;
    for (name, manager, expected) in [
        ("by this manager", "hpa", r#"{"paused":false}"#),
        ("by another", "vpa", desired),
        ("by a pattern", "h*", r#"{"paused":false}"#),
    ] {
        let rule = format!(r#"{{"owner":{{"manager":"{manager}"}},"take":"live"}}"#);
        check(&Case { name, rule: &rule, desired, live: Some((live, scaled)), expected });
    }
}

#[test]
fn of_several_rules_the_last_one_decides() {
    let rules = r#"[{"path":"spec","take":"live"},{"path":"spec.paused","take":"desired"}]"#;
    let desired = deployment(r#"{"replicas":1,"paused":true}"#, &[]);
    let live = deployment(r#"{"replicas":7,"paused":false}"#, &[]);
    let applied = policy(rules).applied(&Applying::default(), &desired, Some(&live)).unwrap();
    assert_eq!(applied, deployment(r#"{"replicas":7,"paused":true}"#, &[]));
}

#[test]
fn items_of_a_list_that_is_one_value_are_kept_in_it() {
    let account = |secrets: &str| {
        object(&format!(
            r#"{{"apiVersion":"v1","kind":"ServiceAccount","metadata":{{"name":"a"}},
                "imagePullSecrets":[{secrets}]}}"#
        ))
    };
    let policy = policy(
        r#"[{"select":{"group":"","kind":"ServiceAccount"},
            "path":"imagePullSecrets[name~\"*-dockercfg-*\"]","take":"desired-else-live"}]"#,
    );
    let desired = account(r#"{"name":"mine"}"#);
    let live = account(r#"{"name":"old"},{"name":"a-dockercfg-x7"}"#);
    let applied = policy.applied(&Applying::default(), &desired, Some(&live)).unwrap();
    assert_eq!(applied, account(r#"{"name":"mine"},{"name":"a-dockercfg-x7"}"#));
}

#[test]
fn a_rule_that_does_not_fit_is_an_error_of_the_object() {
    let apply = |policy: &Policy| {
        let desired = deployment(r#"{"template":{"spec":{"containers":[]}}}"#, &[]);
        policy.applied(&Applying::default(), &desired, Some(&desired))
    };
    let rule = |select: &str| {
        policy(&format!(
            r#"[{{"id":"r","select":{select},"path":"spec.template[*]","take":"live"}}]"#
        ))
    };
    let error = apply(&rule(r#"{"group":"apps","kind":"Deployment"}"#)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rule `r` fails on Deployment.apps/shop/web: `spec.template` is a map, and its path leads \
         into a list"
    );
    assert!(matches!(error, PolicyError::Object { .. }));
    assert!(apply(&rule(r#"{"kind":"Deploy*"}"#)).is_ok());
}

#[test]
fn rules_that_cannot_be_kept_are_refused() {
    let refused = |rules: &str| {
        let rules = serde_json::from_str(rules).unwrap();
        Policy::new(rules).unwrap_err().to_string()
    };
    let cases = [
        (
            r#"[{"path":"metadata","take":"remove"}]"#,
            "rule 1: take: `remove` would take `metadata.name` from objects",
        ),
        (
            r#"[{"path":"","take":"live"}]"#,
            "rule 1: it is about every field of every object; say which objects, fields or owners",
        ),
        (
            r#"[{"id":"a","path":"b","take":"live"},{"id":"a","path":"c","take":"live"}]"#,
            "rule 2 (`a`): id: another rule has this id",
        ),
    ];
    for (rules, expected) in cases {
        assert_eq!(refused(rules), expected);
    }
    let twice = policy(r#"[{"path":"b","take":"live"},{"path":"b","take":"live"}]"#);
    assert_eq!(twice.rules().len(), 2);
}
