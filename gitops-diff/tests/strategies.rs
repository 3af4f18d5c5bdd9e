//! What each strategy of `Drift` finds, what it plans to reach further, and what rules accept.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::merge::{Apply, Force};
use gitops_diff::policy::{Rule, Take};
use gitops_diff::server::{Cause, Refusal};
use gitops_diff::{
    Answer, Class, Differ, Drift, Extent, Guards, Inventory, Leftovers, Object, Observed, Plan,
    Policy, Recreation, Schema, Shown, Strategy, Value, predict,
};

fn object(json: &str) -> Object {
    serde_json::from_str(json).unwrap()
}

/// The live object after `manager` applied `desired`, as the server answers it.
fn applied(live: Option<&Object>, manager: &str, desired: &Object) -> Object {
    let apply = Apply {
        live: live.map(Object::body),
        desired: desired.body(),
        manager,
        force: Force::Yes,
        subresource: None,
        now: "2026-01-01T00:00:00Z",
    };
    Object::new(predict(&Schema::builtin(), &apply).unwrap()).unwrap()
}

/// The live object with the entry of managedFields of `from` in the name of `to`, by updates.
fn renamed(live: Object, from: &str, to: &str) -> Object {
    let rename = |entry: &mut Value| {
        let entry = entry.as_map_mut().unwrap();
        if entry.get("manager") == Some(&from.into()) {
            entry.insert("manager", to.into());
            entry.insert("operation", "Update".into());
        }
    };
    let edit = |body: &mut gitops_diff::Map| {
        let metadata = body.map_at("metadata");
        metadata.insert("uid", "u".into());
        metadata.insert("resourceVersion", "7".into());
        let entries = metadata.get_mut("managedFields").and_then(Value::as_list_mut).unwrap();
        entries.iter_mut().for_each(rename);
    };
    live.edit(edit).unwrap()
}

fn annotated(live: Object, key: &str, value: &str) -> Object {
    live.edit(|body| {
        body.map_at("metadata").map_at("annotations").insert(key, value.into());
    })
    .unwrap()
}

fn plan_with(drift: &Drift, desired: &Object, live: &Object, answer: Option<Answer>) -> Plan {
    let mut observed: Observed = [live.clone()].into_iter().collect();
    if let Some(answer) = answer {
        observed.answered(desired.id().clone(), answer);
    }
    drift.diff(&[desired.clone()].into_iter().collect(), &observed, &Inventory::new()).unwrap()
}

fn plan(drift: &Drift, desired: &Object, live: &Object) -> Plan {
    plan_with(drift, desired, live, None)
}

fn shown(value: Option<&Shown>) -> String {
    match value {
        None => "nothing".into(),
        Some(Shown::Hidden) => "hidden".into(),
        Some(Shown::Value(value)) => serde_json::to_string(value).unwrap(),
    }
}

/// A plan in lines: operations with their fields, failures, observations.
fn lines(plan: &Plan) -> Vec<String> {
    let line = |it: &gitops_diff::FieldChange| {
        let owner = it.owner.as_ref().map(|it| format!(" by {}", it.manager)).unwrap_or_default();
        let (old, new) = (shown(it.old.as_ref()), shown(it.new.as_ref()));
        format!("{:?} {}: {old} -> {new}{owner}", it.class, it.path)
    };
    let changes = plan.changes().flat_map(|it| {
        let absorbs: Vec<_> = it.absorbs.iter().map(|it| it.manager.as_str()).collect();
        let absorbs =
            if absorbs.is_empty() { String::new() } else { format!(" of {}", absorbs.join(", ")) };
        let head = format!("{:?} {:?}{absorbs}", it.operation, it.reason);
        [head].into_iter().chain(it.fields.iter().map(line))
    });
    let failures = plan.failures.iter().map(|it| format!("failed: {}", it.message));
    let notes = plan.observations.iter().flat_map(|it| &it.fields);
    changes.chain(failures).chain(notes.map(|it| format!("note {}", line(it)))).collect()
}

fn config(data: &str) -> Object {
    object(&format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"a","namespace":"n"}},"data":{{{data}}}}}"#
    ))
}

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

#[test]
fn three_way_takes_away_what_was_applied_last_whoever_holds_it() {
    let last = config(r#""a":"1","old":"x""#);
    let live = applied(None, "kubectl", &config(r#""a":"1","old":"x","theirs":"y""#));
    let live = renamed(live, "kubectl", "kubectl-client-side-apply");
    let live = annotated(live, LAST_APPLIED, &serde_json::to_string(last.body()).unwrap());
    let drift = Drift { strategy: Strategy::ThreeWay, ..Drift::default() };
    insta::assert_snapshot!(lines(&plan(&drift, &config(r#""a":"1""#), &live)).join("\n"), @r#"
    TakeOver Held
    Ours data.old: "x" -> nothing by kubectl-client-side-apply
    "#);
    assert_eq!(lines(&plan(&drift, &last, &live)), [] as [&str; 0]);
    let broken = annotated(live, LAST_APPLIED, "{");
    insta::assert_snapshot!(lines(&plan(&drift, &last, &broken)).join("\n"), @"failed: ConfigMap/n/a: what was applied last (`kubectl.kubernetes.io/last-applied-configuration`): EOF while parsing an object at line 1 column 1");
}

#[test]
fn three_way_without_an_annotation_goes_by_ownership() {
    let drift = Drift { strategy: Strategy::ThreeWay, ..Drift::default() };
    let live = applied(None, "gitops", &config(r#""a":"1","old":"x""#));
    insta::assert_snapshot!(lines(&plan(&drift, &config(r#""a":"1""#), &live)).join("\n"), @r#"
    Update Drifted
    Ours data.old: "x" -> nothing by gitops
    "#);
}

#[test]
fn strict_takes_away_whatever_is_not_declared_but_defaults_and_what_holds_the_object() {
    let service = |rest: &str| {
        object(&format!(
            r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"a","namespace":"n"{rest}}},
                "spec":{{"selector":{{"a":"b"}},"ports":[{{"port":80}}]}}}}"#
        ))
    };
    let live = applied(None, "gitops", &service(""));
    let theirs = service(r#","labels":{"x":"y"},"finalizers":["their/finalizer"]"#);
    let live = renamed(applied(Some(&live), "somebody", &theirs), "somebody", "kubectl-edit");
    let live =
        live.edit(|body| drop(body.map_at("spec").insert("clusterIP", "10.0.0.7".into()))).unwrap();
    let drift = Drift { strategy: Strategy::Strict, ..Drift::default() };
    insta::assert_snapshot!(lines(&plan(&drift, &service(""), &live)).join("\n"), @r#"
    TakeOver Held
    Ours metadata.labels: {"x":"y"} -> nothing by kubectl-edit
    "#);
    assert_eq!(lines(&plan(&Drift::default(), &service(""), &live)), [] as [&str; 0]);
}

#[test]
fn server_dry_run_says_what_the_answer_says_and_fails_without_one() {
    let (desired, live) = (config(r#""a":"1""#), config(r#""a":"2","b":"3""#));
    let drift = Drift { strategy: Strategy::ServerDryRun, ..Drift::default() };
    let with = |answer| lines(&plan_with(&drift, &desired, &live, answer)).join("\n");
    let answer = config(r#""a":"1","b":"3""#);
    insta::assert_snapshot!(with(Some(Answer::Object(answer))), @r#"
    Update Drifted
    Ours data.a: "2" -> "1"
    "#);
    assert_eq!(with(Some(Answer::Object(live.clone()))), "");
    insta::assert_snapshot!(with(None), @"failed: ConfigMap/n/a: the server was not asked what an apply would change; let the applier ask it before the diff");
    let refusal = Refusal::bad_request("the webhook says no");
    insta::assert_snapshot!(with(Some(Answer::Refused(refusal))), @"failed: the server would refuse it: the webhook says no");
    let mut immutable = Refusal::new(422, "Invalid", "no");
    immutable.causes = vec![Cause::invalid("data", &Value::Null, "field is immutable")];
    let drift = Drift { recreate: Recreation::Always, ..drift };
    let plan = plan_with(&drift, &desired, &live, Some(Answer::Refused(immutable)));
    assert_eq!(lines(&plan), ["Recreate Immutable"]);
}

#[test]
fn leftovers_of_client_side_apply_become_ours_by_an_operation_of_their_own() {
    let live = applied(None, "kubectl", &config(r#""a":"1","old":"x""#));
    let live = renamed(live, "kubectl", "kubectl-client-side-apply");
    let desired = config(r#""a":"1""#);
    let live = renamed(applied(Some(&live), "gitops", &desired), "none", "none");
    assert_eq!(lines(&plan(&Drift::default(), &desired, &live)), [] as [&str; 0]);
    let drift = Drift { leftovers: Leftovers::Repaired, ..Drift::default() };
    let made = plan(&drift, &desired, &live);
    insta::assert_snapshot!(lines(&made).join("\n"), @r#"
    RepairOwnership Held of kubectl-client-side-apply
    Ours data.old: "x" -> nothing by kubectl-client-side-apply
    "#);
    let change = made.changes().next().unwrap();
    assert!(change.preconditions.fields.is_some());
    let owners = change.owners(&live, "gitops").unwrap();
    let owners: Vec<_> = owners.iter().map(|it| it.manager.to_string()).collect();
    assert_eq!(owners, ["gitops"]);
}

fn stateful(service: &str, annotations: &str) -> Object {
    object(&format!(
        r#"{{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{"name":"a","namespace":"n",
            "annotations":{{{annotations}}}}},"spec":{{"serviceName":"{service}",
            "selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},
            "spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}}"#
    ))
}

#[test]
fn a_field_that_cannot_be_changed_is_known_before_the_apply() {
    let live = renamed(applied(None, "gitops", &stateful("one", "")), "none", "none");
    let with = |recreate, annotations: &str| {
        let drift = Drift { recreate, ..Drift::default() };
        lines(&plan(&drift, &stateful("two", annotations), &live))[0].clone()
    };
    insta::assert_snapshot!(with(Recreation::Never, ""), @"failed: spec cannot be changed once it lives; declare it as it lives, or consent to deleting the object and making it anew with the annotation `gitops-rs.dev/recreate: allowed` and `Recreation::Annotated`");
    assert!(with(Recreation::Annotated, "").starts_with("failed: spec cannot be changed"));
    for consent in [
        r#""gitops-rs.dev/recreate":"allowed""#,
        r#""kustomize.toolkit.fluxcd.io/force":"enabled""#,
        r#""argocd.argoproj.io/sync-options":"Prune=false,Replace=true,Force=true""#,
    ] {
        assert_eq!(with(Recreation::Annotated, consent), "Recreate Immutable", "{consent}");
    }
    for none in [
        r#""kustomize.toolkit.fluxcd.io/force":"disabled""#,
        r#""argocd.argoproj.io/sync-options":"Replace=true""#,
    ] {
        assert!(with(Recreation::Annotated, none).starts_with("failed:"), "{none}");
    }
    assert_eq!(with(Recreation::Always, ""), "Recreate Immutable");
}

#[test]
fn what_is_protected_is_not_made_anew_without_consent() {
    let claim = |class: &str| {
        object(&format!(
            r#"{{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"a","namespace":"n"}},
                "spec":{{"accessModes":["ReadWriteOnce"],"storageClassName":"{class}",
                "resources":{{"requests":{{"storage":"1Gi"}}}}}}}}"#
        ))
    };
    let live = renamed(applied(None, "gitops", &claim("one")), "none", "none");
    let drift = Drift { recreate: Recreation::Always, ..Drift::default() };
    let refused = lines(&plan(&drift, &claim("two"), &live));
    assert!(refused[0].contains("not deleted to be made anew"), "{refused:?}");
    let live = annotated(live, "gitops-rs.dev/prune", "allowed");
    assert_eq!(lines(&plan(&drift, &claim("two"), &live))[0], "Recreate Immutable");
    let drift = Drift { guards: Guards::none(), ..drift };
    assert_eq!(lines(&plan(&drift, &claim("two"), &live))[0], "Recreate Immutable");
}

#[test]
fn what_a_rule_accepts_stays_in_the_plan_with_the_rule() {
    let mut rule = Rule::new("data.a".parse().unwrap(), Take::Live);
    rule.id = Some("theirs".into());
    let drift = Drift { policy: Policy::new(vec![rule]).unwrap(), ..Drift::default() };
    let live = renamed(applied(None, "gitops", &config(r#""a":"9","b":"9""#)), "none", "none");
    let made = plan(&drift, &config(r#""a":"1","b":"9""#), &live);
    insta::assert_snapshot!(lines(&made).join("\n"), @r#"note Suppressed { rule: "theirs" } data.a: "9" -> "1" by gitops"#);
    assert_eq!(made.unchanged.len(), 1);
    let made = plan(&drift, &config(r#""a":"1","b":"2""#), &live);
    insta::assert_snapshot!(lines(&made).join("\n"), @r#"
    Update Drifted
    Ours data.b: "9" -> "2" by gitops
    note Suppressed { rule: "theirs" } data.a: "9" -> "1" by gitops
    "#);
    let body = made.changes().next().unwrap().desired.as_ref().unwrap();
    assert_eq!(body.pointer("/data/a"), Some(&"9".into()));
}

#[test]
fn a_plan_made_under_rules_is_attached_with_what_they_take() {
    let rule = Rule::new("data.a".parse().unwrap(), Take::Live);
    let drift = Drift { policy: Policy::new(vec![rule]).unwrap(), ..Drift::default() };
    let live = renamed(applied(None, "gitops", &config(r#""a":"9","b":"9""#)), "none", "none");
    let desired = config(r#""a":"1","b":"2""#);
    let made = plan(&drift, &desired, &live);
    let mut read = Plan::from_json(&made.to_json().unwrap()).unwrap();
    let all = [desired.clone()].into_iter().collect();
    assert!(read.attach(&all).is_err());
    let observed: Observed = [live].into_iter().collect();
    drift.attach(&mut read, &all, &observed).unwrap();
    assert_eq!(read, made);
}

#[test]
fn a_rule_that_does_not_fit_fails_that_object_alone() {
    let mut rule = Rule::new("data.a.b".parse().unwrap(), Take::Live);
    rule.select = gitops_diff::policy::Select::kind("", "ConfigMap");
    let drift = Drift { policy: Policy::new(vec![rule]).unwrap(), ..Drift::default() };
    let other = object(r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}"#);
    let desired = config(r#""a":"1""#);
    let live = config(r#""a":"2""#);
    let observed: Observed = [live, other.clone()].into_iter().collect();
    let all = [desired, other].into_iter().collect();
    let plan = drift.diff(&all, &observed, &Inventory::new()).unwrap();
    assert_eq!((plan.failures.len(), plan.unchanged.len()), (1, 1), "{plan:?}");
}

#[test]
fn what_is_not_declared_is_reported_where_it_is_asked_for() {
    let deployment = |rest: &str| {
        object(&format!(
            r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"a","namespace":"n"}},
                "spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{
                "metadata":{{"labels":{{"a":"b"}}}},
                "spec":{{"containers":[{{"name":"c","image":"i:1"}}{rest}]}}}}}}}}"#
        ))
    };
    let live = applied(None, "gitops", &deployment(""));
    let theirs = deployment(r#",{"name":"mesh","image":"m:1"}"#);
    let live = renamed(applied(Some(&live), "mesh", &theirs), "mesh", "mesh-injector");
    let live = live
        .edit(|body| {
            body.map_at("status").insert("replicas", 1.into());
            let spec = body.map_at("spec").map_at("template").map_at("spec");
            spec.insert(
                "nodeSelector",
                [("by", "webhook".into())].into_iter().collect::<gitops_diff::Map>().into(),
            );
        })
        .unwrap();
    let drift = Drift { extent: Extent::Everything, ..Drift::default() };
    let made = plan(&drift, &deployment(""), &live);
    let fields: Vec<_> = made.observations.iter().flat_map(|it| &it.fields).collect();
    let of = |class: Class| {
        let all = fields.iter().filter(|it| it.class == class);
        all.map(|it| it.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of(Class::Undeclared), ["spec.template.spec.containers[name=mesh]"]);
    assert_eq!(of(Class::Injected), ["spec.template.spec.nodeSelector"]);
    assert_eq!(of(Class::Status), ["status"]);
    assert!(of(Class::Defaulted).contains(&"spec.replicas".to_owned()), "{fields:?}");
    assert!(made.is_empty());
    assert!(plan(&Drift::default(), &deployment(""), &live).observations.is_empty());
}
