//! Who owns what after a write, and what others may do then.

use gitops_diff::Value;
use gitops_diff::merge::{Force, MergeError};

use crate::script::{Script, config, deployment, value};

#[test]
fn an_apply_that_changes_nothing_returns_the_object_as_it_is() {
    let mut script = Script::new();
    script.apply("gitops", &config(r#"{"k":"v"}"#));
    let before = script.live.clone();
    script.apply("gitops", &config(r#"{"k":"v"}"#));
    assert_eq!(script.live, before);
    insta::assert_snapshot!(script.owners(), @"gitops Apply 01 data.k");
}

#[test]
fn one_who_only_agrees_shares_the_field_and_has_no_time() {
    let mut script = Script::new();
    script.apply("a", &config(r#"{"k":"v"}"#)).apply("b", &config(r#"{"k":"v"}"#));
    insta::assert_snapshot!(script.owners(), @r"
    b Apply - data.k
    a Apply 01 data.k
    ");
}

#[test]
fn a_field_of_others_is_a_conflict_and_force_takes_it() {
    let mut script = Script::new();
    script
        .apply("a", &config(r#"{"k":"v","l":"v"}"#))
        .update("kubectl-edit", |it| set(it, "m", "edited"));
    let desired = config(r#"{"k":"w","l":"v","m":"w"}"#);
    let refused = script.try_apply("b", &desired, Force::No).unwrap_err();
    insta::assert_snapshot!(refused, @r#"
    Apply failed with 2 conflicts: conflicts with "a":
    - .data.k
    conflicts with "kubectl-edit" using v1:
    - .data.m
    "#);
    script.try_apply("b", &desired, Force::Yes).unwrap();
    insta::assert_snapshot!(script.owners(), @r"
    a Apply 01 data.l
    b Apply 04 data.k data.l data.m
    ");
}

fn set(object: &mut Value, key: &str, text: &str) {
    let data = object.as_map_mut().unwrap().map_at("data");
    data.insert(key, text.into());
}

#[test]
fn one_conflict_is_one_line() {
    let mut script = Script::new();
    script.apply(
        "a",
        &deployment(r#"{"template":{"spec":{"containers":[{"name":"c","image":"1"}]}}}"#),
    );
    let other = deployment(r#"{"template":{"spec":{"containers":[{"name":"c","image":"2"}]}}}"#);
    let refused = script.try_apply("b", &other, Force::No).unwrap_err();
    insta::assert_snapshot!(
        refused,
        @r#"Apply failed with 1 conflict: conflict with "a": .spec.template.spec.containers[name="c"].image"#
    );
    let MergeError::Conflicts(conflicts) = refused else {
        panic!("because it is a conflict");
    };
    insta::assert_snapshot!(conflicts[0].path, @"spec.template.spec.containers[name=c].image");
}

#[test]
fn giving_up_a_field_leaves_it_to_those_who_share_it() {
    let mut script = Script::new();
    script
        .apply("a", &config(r#"{"k":"v"}"#))
        .apply("b", &config(r#"{"k":"v"}"#))
        .apply("a", &config("{}"));
    insta::assert_snapshot!(script.owners(), @r"
    b Apply - data.k
    a Apply 01 data
    ");
    script.apply("b", r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"#);
    assert_eq!(script.live.unwrap().pointer("/data"), None);
}

#[test]
fn an_update_owns_what_it_changes_and_takes_it_from_others() {
    let mut script = Script::new();
    script.put("kubectl-create", &value(&config(r#"{"k":"v","l":"v"}"#)));
    script.update("kubectl-edit", |it| set(it, "k", "w"));
    insta::assert_snapshot!(script.owners(), @r"
    kubectl-create Update 01 data data.l
    kubectl-edit Update 02 data.k
    ");
    script.update("kubectl-edit", |it| set(it, "k", "w"));
    assert!(script.owners().contains("kubectl-edit Update 02"), "nothing changed, the time stays");
}

#[test]
fn a_live_object_without_owners_gets_one_at_its_first_apply() {
    let mut script = Script::new();
    let mut live = value(&config(r#"{"k":"v","l":"v"}"#));
    live.as_map_mut().unwrap().map_at("metadata").insert("uid", "1".into());
    script.live = Some(live);
    let desired = config(r#"{"k":"v"}"#);
    script.apply("gitops", &desired);
    insta::assert_snapshot!(script.owners(), @r"
    gitops Apply - data.k
    before-first-apply Update 01 data data.k data.l
    ");
}

#[test]
fn an_update_does_not_start_to_track_owners() {
    let mut script = Script::new();
    let mut live = value(&config(r#"{"k":"v"}"#));
    live.as_map_mut().unwrap().map_at("metadata").insert("uid", "1".into());
    script.live = Some(live);
    script.update("kubectl-edit", |it| set(it, "k", "w"));
    assert_eq!(script.owners(), "");
}

#[test]
fn an_update_with_an_empty_list_of_owners_forgets_them() {
    let mut script = Script::new();
    script.apply("gitops", &config(r#"{"k":"v"}"#));
    script.update("kubectl-edit", |it| {
        it.as_map_mut().unwrap().map_at("metadata").insert("managedFields", Value::List(vec![]));
        set(it, "l", "v");
    });
    insta::assert_snapshot!(script.owners(), @"kubectl-edit Update 02 data.l");
}

#[test]
fn owners_that_cannot_be_read_are_an_error_for_apply_and_none_for_update() {
    let hostile = ["7", "[7]", r#"[{"operation":"Steal"}]"#, r#"[{"operation":"Apply"}]"#];
    for json in hostile {
        let mut live = value(&config(r#"{"k":"v"}"#));
        live.as_map_mut().unwrap().map_at("metadata").insert("managedFields", value(json));
        let mut script = Script::new();
        script.live = Some(live);
        let refused = script.try_apply("gitops", &config("{}"), Force::No).unwrap_err();
        assert!(refused.to_string().starts_with("metadata.managedFields"), "{refused}");
        script.update("kubectl-edit", |it| set(it, "k", "w"));
        assert!(script.owners().starts_with("kubectl-edit Update 02"), "{}", script.owners());
    }
}

#[test]
fn the_oldest_of_too_many_updaters_are_merged() {
    let mut script = Script::new();
    script.put("creator", &value(&config("{}")));
    for writer in 0..12 {
        script.update(&format!("w{writer:02}"), |it| set(it, &format!("k{writer:02}"), "v"));
    }
    let owners = script.owners();
    assert_eq!(owners.lines().count(), 10, "{owners}");
    let ancient = owners.lines().find(|it| it.starts_with("ancient-changes")).unwrap();
    assert_eq!(ancient, "ancient-changes Update 04 data.k00 data.k01 data.k02");
}

#[test]
fn kubectl_takes_over_what_it_applied_on_the_clients_side() {
    let annotation = |data: &str| {
        let object = config(data).replace('"', r#"\""#);
        format!(r#"{{"kubectl.kubernetes.io/last-applied-configuration":"{object}"}}"#)
    };
    let live = |data: &str| {
        let annotations = annotation(data);
        config(data).replace(r#""name":"a""#, &format!(r#""name":"a","annotations":{annotations}"#))
    };
    let mut script = Script::new();
    script.put("kubectl-client-side-apply", &value(&live(r#"{"k":"v","l":"v"}"#)));
    script.update("somebody", |it| set(it, "l", "w"));
    let desired = config(r#"{"k":"x","l":"x"}"#);
    let refused = script.try_apply("kubectl", &desired, Force::No).unwrap_err();
    insta::assert_snapshot!(
        refused,
        @r#"Apply failed with 1 conflict: conflict with "somebody" using v1: .data.l"#
    );
    script.apply("kubectl", &config(r#"{"k":"x","l":"w"}"#));
    let object = script.object();
    assert!(object.contains(r#"\"data\":{\"k\":\"x\",\"l\":\"w\"}"#), "refreshed: {object}");
}

#[test]
fn status_is_not_owned_through_the_object_itself() {
    let mut script = Script::new();
    let with_status = |spec: &str| {
        let object = deployment(spec);
        format!(r#"{},"status":{{"replicas":3}}}}"#, &object[..object.len() - 1])
    };
    script.apply("gitops", &with_status(r#"{"replicas":3}"#));
    insta::assert_snapshot!(script.owners(), @"gitops Apply 01 spec.replicas");
}
