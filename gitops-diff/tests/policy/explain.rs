//! Why a field is as it is.

use gitops_diff::merge::Force;
use gitops_diff::policy::{Applying, Explanation, Policy, Question};
use gitops_diff::{Object, Origin};

use super::{object, policy};

const RULES: &str = r#"[
    {"id":"scaled","because":"an autoscaler scales it","path":"spec.replicas","take":"live"},
    {"id":"port","path":"spec.template.spec.containers[*].ports","take":"desired-else-live"}]"#;

fn desired() -> Object {
    let origin = Origin { file: "apps/web.yaml".into(), line: 3, document: 1 };
    object(
        r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},
            "spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{"labels":{"app":"web"}},
            "spec":{"containers":[{"name":"app","image":"a:2"}]}}}}"#,
    )
    .with_origin(origin)
}

fn live() -> Object {
    object(
        r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",
            "uid":"1","resourceVersion":"7","creationTimestamp":"2026-01-01T00:00:00Z",
            "managedFields":[
              {"manager":"gitops","operation":"Apply","apiVersion":"apps/v1",
               "time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{
                 "f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},
                 "f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{},"f:image":{}}}}}}}},
              {"manager":"hpa","operation":"Update","apiVersion":"apps/v1","subresource":"scale",
               "time":"2026-02-01T00:00:00Z","fieldsType":"FieldsV1",
               "fieldsV1":{"f:spec":{"f:replicas":{}}}},
              {"manager":"kubectl-edit","operation":"Update","apiVersion":"apps/v1",
               "time":"2026-03-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{
                 "f:paused":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{
                 "f:image":{}}}}}}}}]},
            "spec":{"replicas":9,"paused":true,"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{"labels":{"app":"web"}},
            "spec":{"containers":[{"name":"app","image":"a:1"}]}}}}"#,
    )
}

fn explain(policy: &Policy, question: Question<'_>) -> Explanation {
    let explanation = policy.explain(&Applying::default(), question).expect("the rules fit");
    explanation.expect("there is an object")
}

fn check(path: &str, force: Force) -> String {
    let (desired, live) = (desired(), live());
    let path = path.parse().expect("a path");
    let question = Question { desired: Some(&desired), live: Some(&live), path: &path, force };
    let explanation = explain(&policy(RULES), question);
    let json = serde_json::to_string(&explanation).expect("it is JSON");
    assert_eq!(serde_json::from_str::<Explanation>(&json).expect("it reads back"), explanation);
    explanation.to_string()
}

#[test]
fn a_field_that_a_rule_leaves_alone() {
    insta::assert_snapshot!(check("spec.replicas", Force::Yes), @r#"
    spec.replicas of Deployment.apps/shop/web
      declared  3 at apps/web.yaml:3
      lives     9
      owned by  hpa (Update of scale), 2026-02-01T00:00:00Z
      and by    gitops (Apply), 2026-01-01T00:00:00Z
      rule      `scaled` takes live: an autoscaler scales it
      an apply  leaves it as it is
    "#);
}

#[test]
fn a_field_that_somebody_else_set() {
    let path = "spec.template.spec.containers[name=app].image";
    insta::assert_snapshot!(check(path, Force::Yes), @r#"
    spec.template.spec.containers[name=app].image of Deployment.apps/shop/web
      declared  "a:2" at apps/web.yaml:3
      lives     "a:1"
      owned by  kubectl-edit (Update), 2026-03-01T00:00:00Z
      and by    gitops (Apply), 2026-01-01T00:00:00Z
      rule      none
      an apply  makes it "a:2"
    "#);
    insta::assert_snapshot!(check(path, Force::No), @r#"
    spec.template.spec.containers[name=app].image of Deployment.apps/shop/web
      declared  "a:2" at apps/web.yaml:3
      lives     "a:1"
      owned by  kubectl-edit (Update), 2026-03-01T00:00:00Z
      and by    gitops (Apply), 2026-01-01T00:00:00Z
      rule      none
      an apply  is refused: conflict with "kubectl-edit" using apps/v1
    "#);
}

#[test]
fn a_field_that_is_not_declared() {
    insta::assert_snapshot!(check("spec.paused", Force::Yes), @r#"
    spec.paused of Deployment.apps/shop/web
      declared  no
      lives     true
      owned by  kubectl-edit (Update), 2026-03-01T00:00:00Z
      rule      none
      an apply  leaves it as it is
    "#);
}

#[test]
fn an_object_that_lives_alone_or_is_declared_alone() {
    let (desired, live) = (desired(), live());
    let path = "spec.replicas".parse().expect("a path");
    let ask = |desired, live| {
        let question = Question { desired, live, path: &path, force: Force::Yes };
        explain(&Policy::default(), question).apply.to_string()
    };
    assert_eq!(ask(Some(&desired), None), "makes it 3");
    assert_eq!(ask(None, Some(&live)), "has nothing to say: the object is not declared");
}

#[test]
fn values_of_secrets_are_not_explained() {
    let secret = object(
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},
            "stringData":{"k":"hunter2"}}"#,
    );
    for path in ["data.k", "data", "", "metadata"] {
        let path = path.parse().expect("a path");
        let question = Question {
            desired: Some(&secret),
            live: Some(&secret),
            path: &path,
            force: Force::Yes,
        };
        let explanation = explain(&Policy::default(), question);
        let text = format!("{explanation} {explanation:?}");
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{text}");
    }
}
