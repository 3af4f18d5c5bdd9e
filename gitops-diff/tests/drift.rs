//! What `Drift` finds between a declared and a live object, case by case.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::{Drift, FieldChange, Object, Shown, Value};

fn object(kind: &str, rest: &str) -> Object {
    let api_version = match kind {
        "Deployment" | "StatefulSet" => "apps/v1",
        "Widget" => "example.com/v1",
        "LimitRange" | "ConfigMap" | "Secret" | "Pod" | "Service" => "v1",
        _ => "rbac.authorization.k8s.io/v1",
    };
    let json = format!(
        r#"{{"apiVersion":"{api_version}","kind":"{kind}","metadata":{{"name":"a"}},{rest}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

/// The live object with `fields` (the inside of `fieldsV1`) owned by each manager.
fn owned(live: Object, managers: &[(&str, &str, &str)]) -> Object {
    let entries = managers.iter().map(|(manager, operation, fields)| {
        let entry = format!(
            r#"{{"manager":"{manager}","operation":"{operation}","apiVersion":"v1",
                "fieldsType":"FieldsV1","time":"2026-01-01T00:00:00Z","fieldsV1":{{{fields}}}}}"#
        );
        serde_json::from_str::<Value>(&entry).unwrap()
    });
    let entries = Value::List(entries.collect());
    live.edit(|body| {
        body.map_at("metadata").insert("managedFields", entries);
    })
    .unwrap()
}

fn shown(value: Option<&Shown>) -> String {
    match value {
        None => "nothing".into(),
        Some(Shown::Hidden) => "hidden".into(),
        Some(Shown::Value(value)) => serde_json::to_string(value).unwrap(),
    }
}

fn line(change: &FieldChange) -> String {
    let owner = change.owner.as_ref().map(|it| format!(" ({})", it.manager)).unwrap_or_default();
    let (old, new) = (shown(change.old.as_ref()), shown(change.new.as_ref()));
    format!("{}: {old} -> {new}{owner}", change.path)
}

fn check(desired: &Object, live: &Object, expected: &[&str]) {
    let changes = Drift::default().compare(desired, live).unwrap();
    let lines: Vec<String> = changes.iter().map(line).collect();
    assert_eq!(lines, expected, "{desired:?}\n{live:?}");
}

/// Cases on a target that does not say who owns what.
fn check_all(cases: &[(&str, &str, &str, &[&str])]) {
    for (kind, desired, live, expected) in cases {
        check(&object(kind, desired), &object(kind, live), expected);
    }
}

#[test]
fn what_others_added_is_no_drift_and_what_is_declared_is() {
    check_all(&[
        ("ConfigMap", r#""data":{"a":"1"}"#, r#""data":{"a":"1","b":"2"},"x":7"#, &[]),
        ("ConfigMap", r#""data":{"a":"1"}"#, r#""data":{"a":"2"}"#, &[r#"data.a: "2" -> "1""#]),
        ("ConfigMap", r#""data":{"a":"1"}"#, r#""data":{}"#, &[r#"data.a: nothing -> "1""#]),
        (
            "ConfigMap",
            r#""data":{"a":"1"}"#,
            r#""binaryData":{}"#,
            &[r#"data: nothing -> {"a":"1"}"#],
        ),
        ("ConfigMap", r#""data":null"#, r#""data":{"a":"1"}"#, &[]),
    ]);
}

#[test]
fn items_of_list_maps_are_told_apart_by_their_keys() {
    let pod = |containers: &str| format!(r#""spec":{{"containers":[{containers}]}}"#);
    let app = r#"{"name":"app","image":"i:1"}"#;
    let injected = r#"{"name":"mesh","image":"m:1"}"#;
    let cases: [(String, String, &[&str]); 5] = [
        (pod(app), pod(&format!("{injected},{app}")), &[]),
        (
            pod(app),
            pod(r#"{"name":"app","image":"i:2"}"#),
            &[r#"spec.containers[name=app].image: "i:2" -> "i:1""#],
        ),
        (
            pod(&format!("{app},{injected}")),
            pod(app),
            &[r#"spec.containers[name=mesh]: nothing -> {"image":"m:1","name":"mesh"}"#],
        ),
        (
            pod(r#"{"name":"app","ports":[{"containerPort":80,"name":"web"}]}"#),
            pod(r#"{"name":"app","ports":[{"containerPort":80,"protocol":"UDP","name":"x"},
                {"containerPort":80,"protocol":"TCP","name":"y"}]}"#),
            &[concat!(
                "spec.containers[name=app].ports[containerPort=80,protocol=TCP].name: ",
                r#""y" -> "web""#
            )],
        ),
        (
            pod(r#"{"name":"a"},{"name":"b"}"#),
            pod(r#"{"name":"b"},{"name":"x"},{"name":"a"}"#),
            &[concat!(
                r#"spec.containers: [{"name":"b"},{"name":"x"},{"name":"a"}]"#,
                r#" -> [{"name":"x"},{"name":"a"},{"name":"b"}]"#
            )],
        ),
    ];
    for (desired, live, expected) in cases {
        check(&object("Pod", &desired), &object("Pod", &live), expected);
    }
}

#[test]
fn a_long_list_is_compared_by_its_keys_too() {
    let env = |names: &mut dyn Iterator<Item = u32>, value: &str| {
        let items = names.map(|it| format!(r#"{{"name":"V{it}","value":"{value}{it}"}}"#));
        let items = items.collect::<Vec<_>>().join(",");
        object("Pod", &format!(r#""spec":{{"containers":[{{"name":"a","env":[{items}]}}]}}"#))
    };
    let live = env(&mut (0..500).filter(|it| *it != 300), "x");
    check(
        &env(&mut (100..400), "x"),
        &live,
        &[r#"spec.containers[name=a].env[name=V300]: nothing -> {"name":"V300","value":"x300"}"#],
    );
}

#[test]
fn lists_without_keys_are_one_value() {
    let pod = |args: &str| {
        object("Pod", &format!(r#""spec":{{"containers":[{{"name":"a","args":{args}}}]}}"#))
    };
    check(&pod(r#"["a"]"#), &pod(r#"["a"]"#), &[]);
    check(
        &pod(r#"["a"]"#),
        &pod(r#"["a","b"]"#),
        &[r#"spec.containers[name=a].args: ["a","b"] -> ["a"]"#],
    );
    let widget = |items: &str| object("Widget", &format!(r#""spec":{{"items":{items}}}"#));
    check(
        &widget(r#"[{"name":"a"}]"#),
        &widget(r#"[{"name":"b"}]"#),
        &[r#"spec.items: [{"name":"b"}] -> [{"name":"a"}]"#],
    );
}

#[test]
fn of_unknown_kinds_managed_fields_say_how_items_are_told_apart() {
    let widget = |items: &str| object("Widget", &format!(r#""spec":{{"items":{items}}}"#));
    let mine = r#""f:spec":{"f:items":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:v":{}}}}"#;
    let live = widget(r#"[{"name":"other","v":2},{"name":"a","v":1}]"#);
    let live = owned(live, &[("gitops", "Apply", mine)]);
    check(&widget(r#"[{"name":"a","v":1}]"#), &live, &[]);
    check(&widget(r#"[{"name":"a","v":3}]"#), &live, &["spec.items[name=a].v: 1 -> 3 (gitops)"]);
}

#[test]
fn sets_have_no_order_of_others_and_keep_that_of_their_own() {
    let with = |finalizers: &str| {
        let metadata = format!(r#""name":"a","finalizers":{finalizers}"#);
        let json = format!(r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{{metadata}}}}}"#);
        serde_json::from_str::<Object>(&json).unwrap()
    };
    check(&with(r#"["b"]"#), &with(r#"["a","b"]"#), &[]);
    check(&with(r#"["c"]"#), &with(r#"["a"]"#), &[r#"metadata.finalizers[="c"]: nothing -> "c""#]);
    check(
        &with(r#"["b","a"]"#),
        &with(r#"["a","b"]"#),
        &[r#"metadata.finalizers: ["a","b"] -> ["b","a"]"#],
    );
}

#[test]
fn values_that_are_written_otherwise_and_mean_the_same_are_no_drift() {
    let pod = |cpu: &str| {
        format!(
            r#""spec":{{"containers":[{{"name":"a","resources":{{"limits":{{"cpu":{cpu}}}}}}}]}}"#
        )
    };
    let service = |port: &str| format!(r#""spec":{{"ports":[{{"port":1,"targetPort":{port}}}]}}"#);
    let ca = "YWJjZGVmZ2hpamtsbW5vcA==";
    check_all(&[
        ("Pod", &pod("\"1000m\""), &pod("\"1\""), &[]),
        ("Pod", &pod("1"), &pod("\"1\""), &[]),
        ("Pod", &pod("0.5"), &pod("\"500m\""), &[]),
        (
            "Pod",
            &pod("\"2\""),
            &pod("\"1\""),
            &[r#"spec.containers[name=a].resources.limits.cpu: "1" -> "2""#],
        ),
        (
            "ConfigMap",
            r#""data":{"cpu":"1000m"}"#,
            r#""data":{"cpu":"1"}"#,
            &[r#"data.cpu: "1" -> "1000m""#],
        ),
        (
            "Widget",
            r#""spec":{"limits":{"cpu":"1000m"}}"#,
            r#""spec":{"limits":{"cpu":"1"}}"#,
            &[r#"spec.limits.cpu: "1" -> "1000m""#],
        ),
        ("Widget", r#""spec":{"n":1.0}"#, r#""spec":{"n":1}"#, &[]),
        (
            "Service",
            &service("\"80\""),
            &service("80"),
            &[r#"spec.ports[port=1,protocol=TCP].targetPort: 80 -> "80""#],
        ),
        ("Pod", r#""spec":{"tolerations":[]}"#, r#""spec":{}"#, &[]),
        ("Pod", r#""spec":{"nodeSelector":{}}"#, r#""spec":{}"#, &[]),
        (
            "Pod",
            r#""spec":{"securityContext":{}}"#,
            r#""spec":{}"#,
            &["spec.securityContext: nothing -> {}"],
        ),
        (
            "ConfigMap",
            &format!(r#""binaryData":{{"ca":"{}\n{}"}}"#, &ca[..8], &ca[8..]),
            &format!(r#""binaryData":{{"ca":"{ca}"}}"#),
            &[],
        ),
    ]);
}

#[test]
fn a_zero_that_the_server_drops_is_no_drift_whoever_owns_it() {
    let desired = object("Pod", r#""spec":{"hostNetwork":false}"#);
    let live = object("Pod", r#""spec":{"nodeName":"n"}"#);
    let ours = r#""f:spec":{"f:hostNetwork":{}}"#;
    check(&desired, &owned(live.clone(), &[("gitops", "Apply", ours)]), &[]);
    check(&desired, &owned(live, &[("gitops", "Apply", r#""f:spec":{"f:x":{}}"#)]), &[]);
}

#[test]
fn what_is_ours_and_no_longer_declared_goes_and_what_others_hold_stays() {
    let desired = object("ConfigMap", r#""data":{"a":"1"}"#);
    let live = object("ConfigMap", r#""data":{"a":"1","b":"2","c":"3","d":"4"}"#);
    let ours = r#""f:data":{".":{},"f:a":{},"f:b":{},"f:c":{}}"#;
    let theirs = r#""f:data":{"f:c":{}}"#;
    check(
        &desired,
        &owned(live, &[("gitops", "Apply", ours), ("kubectl", "Update", theirs)]),
        &[r#"data.b: "2" -> nothing (gitops)"#],
    );
}

#[test]
fn an_item_or_a_part_of_ours_goes_but_for_what_others_hold_of_it() {
    let desired = object("Pod", r#""spec":{"containers":[{"name":"app"}]}"#);
    let live = object(
        "Pod",
        r#""spec":{"containers":[{"name":"app"},{"name":"old","image":"i","tty":true}],
            "securityContext":{"runAsUser":1,"fsGroup":2}}"#,
    );
    let ours = r#""f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{}},
        "k:{\"name\":\"old\"}":{".":{},"f:name":{},"f:image":{}}},
        "f:securityContext":{"f:runAsUser":{},"f:fsGroup":{}}}"#;
    let theirs = r#""f:spec":{"f:securityContext":{"f:fsGroup":{}}}"#;
    check(
        &desired,
        &owned(live, &[("gitops", "Apply", ours), ("other", "Apply", theirs)]),
        &[
            r#"spec.containers[name=old]: {"image":"i","name":"old","tty":true} -> nothing (gitops)"#,
            "spec.securityContext.runAsUser: 1 -> nothing (gitops)",
        ],
    );
}

#[test]
fn what_nobody_holds_stays_where_what_is_ours_around_it_goes() {
    let check = |spec: &str, ours: &str, expected: &[&str]| {
        let live = object("Widget", &format!(r#""spec":{spec}"#));
        let live = owned(live, &[("gitops", "Apply", ours)]);
        check(&object("Widget", r#""x":null"#), &live, expected);
    };
    let parts = r#""f:spec":{"f:a":{"f:b":{}}}"#;
    let all = r#"spec: {"a":{"b":1}} -> nothing (gitops)"#;
    check(r#"{"a":{"b":1}}"#, parts, &[all]);
    check(r#"{"a":{"b":1,"c":2}}"#, parts, &["spec.a.b: 1 -> nothing (gitops)"]);
    check(r#"{"a":{"b":1},"c":2}"#, parts, &[r#"spec.a: {"b":1} -> nothing (gitops)"#]);
    for other in [r#"{"a":{"c":2}}"#, r#"{"c":2}"#, "{}", r#"{"a":{}}"#, "7", "[7]"] {
        check(other, parts, &[]);
    }
    let itself = r#""f:spec":{".":{},"f:a":{"f:b":{}}}"#;
    check(r#"{"c":2}"#, itself, &[r#"spec: {"c":2} -> nothing (gitops)"#]);
    let keyed = r#""f:spec":{"k:{\"n\":1}":{".":{},"f:n":{}},"k:{\"n\":3}":{".":{},"f:n":{}}}"#;
    check(r#"[{"n":1}]"#, keyed, &[r#"spec: [{"n":1}] -> nothing (gitops)"#]);
    check(r#"[{"n":1},{"n":2}]"#, keyed, &[r#"spec[n=1]: {"n":1} -> nothing (gitops)"#]);
    let set = r#""f:spec":{"v:1":{},"v:3":{}}"#;
    check("[1]", set, &["spec: [1] -> nothing (gitops)"]);
    check("[1,2]", set, &["spec[=1]: 1 -> nothing (gitops)"]);
    check("[2]", set, &[]);
}

#[test]
fn the_owner_of_an_old_value_is_named() {
    let desired = object("Deployment", r#""spec":{"replicas":3}"#);
    let live = object("Deployment", r#""spec":{"replicas":9}"#);
    let theirs = r#""f:spec":{"f:replicas":{}}"#;
    let live = owned(live, &[("gitops", "Apply", r#""f:x":{}"#), ("autoscaler", "Update", theirs)]);
    check(&desired, &live, &["spec.replicas: 9 -> 3 (autoscaler)"]);
}

#[test]
fn what_only_the_server_sets_is_not_compared() {
    let desired: Object = serde_json::from_str(
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","uid":"x","generation":7,
            "creationTimestamp":null,"labels":{"a":"b"}},"status":{"phase":"Failed"}}"#,
    )
    .unwrap();
    let live: Object = serde_json::from_str(
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","uid":"y","labels":{"a":"b",
            "theirs":"x"},"annotations":{"note":"x"}},"status":{"phase":"Running"}}"#,
    )
    .unwrap();
    check(&desired, &live, &[]);
}

#[test]
fn defaults_inside_lists_that_are_one_value_are_no_drift() {
    let policy = |ports: &str| {
        let json = format!(
            r#"{{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy",
                "metadata":{{"name":"a"}},"spec":{{"ingress":[{{"ports":[{ports}]}}]}}}}"#
        );
        serde_json::from_str::<Object>(&json).unwrap()
    };
    check(&policy(r#"{"port":1}"#), &policy(r#"{"port":1,"protocol":"TCP"}"#), &[]);
    let changes = Drift::default()
        .compare(&policy(r#"{"port":1}"#), &policy(r#"{"port":1,"endPort":2}"#))
        .unwrap();
    assert_eq!(changes[0].path, "spec.ingress");
}

#[test]
fn values_of_secrets_are_hidden_and_string_data_is_data() {
    let secret = |rest: &str| object("Secret", rest);
    check(
        &secret(r#""stringData":{"a":"x","b":"y"},"type":"t""#),
        &secret(r#""data":{"a":"eA==","b":"eg=="},"type":"u""#),
        &["data.b: hidden -> hidden", r#"type: "u" -> "t""#],
    );
}

#[test]
fn of_long_lists_only_what_is_no_longer_declared_goes() {
    const COUNT: usize = 10_000;
    let item = |at: usize| format!(r#"{{"name":"v{at}","value":"{at}"}}"#);
    let pod = |count: usize| {
        let items: Vec<String> = (0..count).map(item).collect();
        let env = items.join(",");
        object("Pod", &format!(r#""spec":{{"containers":[{{"name":"c","env":[{env}]}}]}}"#))
    };
    let keys: Vec<String> =
        (0..COUNT).map(|at| format!(r#""k:{{\"name\":\"v{at}\"}}":{{".":{{}}}}"#)).collect();
    let fields = format!(
        r#""f:spec":{{"f:containers":{{"k:{{\"name\":\"c\"}}":{{"f:env":{{{}}}}}}}}}"#,
        keys.join(",")
    );
    let live = owned(pod(COUNT), &[("gitops", "Apply", &fields)]);
    // A hundred million comparisons would be noticed by whoever runs this.
    check(
        &pod(COUNT - 1),
        &live,
        &[
            r#"spec.containers[name=c].env[name=v9999]: {"name":"v9999","value":"9999"} -> nothing (gitops)"#,
        ],
    );
}

#[test]
fn hostile_nesting_is_an_error() {
    let deep = |leaf: &str| {
        let mut value = Value::from(leaf);
        for _ in 0..5_000 {
            value = Value::Map([("a", value)].into_iter().collect());
        }
        object("Widget", r#""x":0"#).edit(|body| drop(body.insert("spec", value))).unwrap()
    };
    let error = Drift::default().compare(&deep("x"), &deep("y")).unwrap_err();
    assert_eq!(error.to_string(), "the nesting of `Widget.example.com/a` is over the limit of 200");
}
