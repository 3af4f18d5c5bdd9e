//! What an apply makes of the object.

use gitops_diff::merge::Force;

use crate::script::{Script, config, deployment};

/// The containers after two applies of one manager.
fn check_containers(first: &str, second: &str, expected: &str) {
    let spec = |containers: &str| {
        deployment(&format!(r#"{{"template":{{"spec":{{"containers":{containers}}}}}}}"#))
    };
    let mut script = Script::new();
    script.apply("gitops", &spec(first)).apply("gitops", &spec(second));
    let live = script.live.unwrap();
    let containers = live.pointer("/spec/template/spec/containers").unwrap();
    assert_eq!(serde_json::to_string(containers).unwrap(), expected);
}

#[test]
fn items_of_list_maps_are_merged_by_their_keys() {
    check_containers(
        r#"[{"name":"a","image":"1"},{"name":"b","image":"1"}]"#,
        r#"[{"name":"b","image":"2"},{"name":"a","image":"1"}]"#,
        r#"[{"image":"2","name":"b","resources":{}},{"image":"1","name":"a","resources":{}}]"#,
    );
}

#[test]
fn what_is_no_longer_declared_is_removed() {
    check_containers(
        r#"[{"name":"a","image":"1","tty":true,"args":["x"]},{"name":"b","image":"1"}]"#,
        r#"[{"name":"a","image":"1"}]"#,
        r#"[{"image":"1","name":"a","resources":{}}]"#,
    );
}

#[test]
fn a_port_without_protocol_is_the_tcp_port() {
    check_containers(
        r#"[{"name":"a","ports":[{"containerPort":80,"name":"x"},{"containerPort":80,"protocol":"UDP"}]}]"#,
        r#"[{"name":"a","ports":[{"containerPort":80,"protocol":"TCP","name":"y"}]}]"#,
        r#"[{"name":"a","ports":[{"containerPort":80,"name":"y","protocol":"TCP"}],"resources":{}}]"#,
    );
}

#[test]
fn atomic_lists_are_replaced_as_a_whole() {
    check_containers(
        r#"[{"name":"a","args":["x","y","z"]}]"#,
        r#"[{"name":"a","args":["z"]}]"#,
        r#"[{"args":["z"],"name":"a","resources":{}}]"#,
    );
}

#[test]
fn what_others_own_stays_when_it_is_no_longer_declared() {
    let mut script = Script::new();
    script
        .apply("a", &config(r#"{"x":"1","y":"1"}"#))
        .apply("b", &config(r#"{"y":"1","z":"1"}"#))
        .apply("a", &config(r#"{"x":"1"}"#));
    insta::assert_snapshot!(
        script.object(),
        @r#"{"apiVersion":"v1","data":{"x":"1","y":"1","z":"1"},"kind":"ConfigMap","metadata":{"name":"a"}}"#
    );
    insta::assert_snapshot!(script.owners(), @r"
    a Apply 01 data.x
    b Apply 02 data.y data.z
    ");
}

#[test]
fn the_order_of_live_items_yields_to_that_of_the_declaration() {
    let hosts = |ips: &[&str]| {
        let items: Vec<String> = ips.iter().map(|ip| format!(r#"{{"ip":"{ip}"}}"#)).collect();
        let items = items.join(",");
        deployment(&format!(r#"{{"template":{{"spec":{{"hostAliases":[{items}]}}}}}}"#))
    };
    let cases: [(&[&str], &[&str], &[&str]); 4] = [
        (&["1", "2"], &["2", "1"], &["2", "1"]),
        (&["1", "2", "3"], &["3", "4"], &["1", "2", "3", "4"]),
        (&["1", "2"], &["4", "1"], &["4", "1", "2"]),
        (&["1", "2", "3"], &["3", "2"], &["1", "3", "2"]),
    ];
    for (live, declared, expected) in cases {
        let mut script = Script::new();
        script.apply("others", &hosts(live)).apply("gitops", &hosts(declared));
        let object = script.live.unwrap();
        let items = object.pointer("/spec/template/spec/hostAliases").unwrap();
        let items = items.as_list().unwrap().iter();
        let ips: Vec<&str> = items.filter_map(|it| it.get("ip")?.as_str()).collect();
        assert_eq!(ips, expected, "{declared:?} over {live:?}");
    }
}

#[test]
fn an_object_that_its_type_does_not_allow_is_refused() {
    let cases = [
        (
            config("7"),
            "failed to create typed patch object (/a; /v1, Kind=ConfigMap): .data: expected map, got number",
        ),
        (
            deployment(r#"{"replica":1,"replicas":"1"}"#),
            "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): errors:
  .spec.replica: field not declared in schema
  .spec.replicas: expected numeric (int or float), got string",
        ),
        (
            deployment(r#"{"template":{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}}"#),
            "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name=\"a\"]",
        ),
        (
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[]}}"#.into(),
            "metadata.managedFields must be nil",
        ),
        ("{}".into(), "`apiVersion` must be a string that is not empty"),
        (r#"{"apiVersion":"v1","kind":[]}"#.into(), "`kind` must be a string that is not empty"),
    ];
    for (desired, expected) in cases {
        let refused = Script::new().try_apply("gitops", &desired, Force::No).unwrap_err();
        assert_eq!(refused.to_string(), expected, "{desired}");
    }
}

#[test]
fn null_is_owned_and_is_no_value() {
    let mut script = Script::new();
    script
        .apply("a", &deployment(r#"{"paused":true}"#))
        .apply("b", &deployment(r#"{"minReadySeconds":null}"#));
    assert!(!script.object().contains("minReadySeconds"));
    insta::assert_snapshot!(script.owners(), @r"
    a Apply 01 spec.paused
    b Apply 02 spec.minReadySeconds
    ");
}
