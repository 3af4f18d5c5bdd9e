//! Changes that reach further than an apply: they take over fields, or make an object anew.

use gitops_apply::{ApplyError, Outcome};
use gitops_diff::{Demand, Drift, Leftovers, Object, Operation, Recreation, Strategy};
use serde_json::json;

use crate::scene::Scene;

fn set(scene: &Scene, service: &str) -> Object {
    scene.object(json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "a"},
        "spec": {
            "serviceName": service, "selector": {"matchLabels": {"a": "b"}},
            "template": {
                "metadata": {"labels": {"a": "b"}},
                "spec": {"containers": [{"name": "c", "image": "i"}]},
            },
        },
    }))
}

/// Checks that what `manager` made, with a field more than is declared, becomes as declared by one
/// change of this operation, and that nothing is left to do.
async fn check_taken(scene: &Scene, drift: &Drift, manager: &str, operation: Operation) {
    let target = scene.target;
    scene.post(manager, &scene.config(&json!({"a": "1", "more": "x"}))).await;
    let desired = scene.config(&json!({"a": "1"}));
    let plan = scene.plan(drift, std::slice::from_ref(&desired)).await;
    let operations: Vec<Operation> = plan.changes().map(|it| it.operation).collect();
    assert_eq!(operations, [operation], "{target}: {plan:?}");
    let before = scene.live(&desired).await;
    let done = scene.apply(&plan).await;
    assert!(matches!(done, Ok(Outcome::Updated { .. })), "{target}: {done:?}");
    assert_eq!(scene.data(&desired).await, desired.pointer("/data").cloned(), "{target}");
    assert_eq!(scene.live(&desired).await.uid(), before.uid(), "{target}");
    let plan = scene.plan(drift, &[desired]).await;
    assert!(plan.is_empty(), "{target}: {plan:?}");
}

#[tokio::test]
async fn what_kubectl_left_behind_goes_once_it_is_ours() {
    let drift = Drift { leftovers: Leftovers::Repaired, ..Drift::default() };
    for scene in Scene::all("left-behind").await {
        let manager = "kubectl-client-side-apply";
        check_taken(&scene, &drift, manager, Operation::RepairOwnership).await;
    }
}

#[tokio::test]
async fn what_others_added_is_taken_over_and_goes() {
    let drift = Drift { strategy: Strategy::Strict, ..Drift::default() };
    for scene in Scene::all("taken-over").await {
        check_taken(&scene, &drift, "kubectl-edit", Operation::TakeOver).await;
    }
}

#[tokio::test]
async fn what_is_taken_over_must_be_as_it_was_shown() {
    let drift = Drift { strategy: Strategy::Strict, ..Drift::default() };
    for scene in Scene::all("shown").await {
        scene.post("kubectl-edit", &scene.config(&json!({"a": "1", "more": "x"}))).await;
        let desired = scene.config(&json!({"a": "1"}));
        let plan = scene.plan(&drift, &[desired]).await;
        let now = scene.config(&json!({"more": "y"}));
        scene.steal(&now).await;
        let late = scene.apply(&plan).await;
        assert!(matches!(late, Err(ApplyError::Conflict { .. })), "{}: {late:?}", scene.target);
        let data = scene.config(&json!({"a": "1", "more": "y"})).pointer("/data").cloned();
        assert_eq!(scene.data(&now).await, data, "{}", scene.target);
    }
}

#[tokio::test]
async fn an_object_is_made_anew_after_the_new_one_was_found_valid() {
    let drift = Drift { recreate: Recreation::Always, ..Drift::default() };
    for scene in Scene::all("anew").await {
        let target = scene.target;
        let (one, two) = (set(&scene, "one"), set(&scene, "two"));
        scene.make(&one).await.unwrap();
        let before = scene.live(&one).await;
        let plan = scene.plan(&drift, std::slice::from_ref(&two)).await;
        assert_eq!(plan.changes_of(Operation::Recreate).count(), 1, "{target}: {plan:?}");
        // What the server refuses is not worth losing what lives.
        let mut broken = plan.clone();
        let invalid = two.clone().edit(|body| drop(body.map_at("spec").remove("selector")));
        broken.waves[0].changes[0].desired = invalid.ok();
        let refused = scene.apply(&broken).await;
        assert!(matches!(refused, Err(ApplyError::Invalid(_))), "{target}: {refused:?}");
        assert_eq!(scene.live(&one).await.uid(), before.uid(), "{target}");
        let made = scene.apply(&plan).await;
        assert!(matches!(made, Ok(Outcome::Created { .. })), "{target}: {made:?}");
        assert_ne!(scene.live(&one).await.uid(), before.uid(), "{target}");
        let plan = scene.plan(&drift, &[two]).await;
        assert!(plan.is_empty(), "{target}: {plan:?}");
    }
}

#[tokio::test]
async fn an_object_that_finalizers_hold_is_made_anew_when_it_is_gone() {
    let drift = Drift { recreate: Recreation::Always, ..Drift::default() };
    for scene in Scene::all("held").await {
        let target = scene.target;
        let held = set(&scene, "one").edit(|body| {
            let finalizers = vec!["example.com/hold".into()];
            body.map_at("metadata").insert("finalizers", finalizers.into());
        });
        scene.make(&held.unwrap()).await.unwrap();
        let two = set(&scene, "two");
        let plan = scene.plan(&drift, std::slice::from_ref(&two)).await;
        let outcome = scene.apply(&plan).await;
        assert_eq!(outcome.ok(), Some(Outcome::Deleting), "{target}");
        let plan = scene.plan(&drift, &[two]).await;
        assert!(plan.is_empty() && plan.failures.len() == 1, "{target}: {plan:?}");
    }
}

#[tokio::test]
async fn a_change_fails_where_what_was_shown_is_no_longer_so() {
    let drift = Drift { demand: Demand::Fields, ..Drift::default() };
    for scene in Scene::all("demands").await {
        let target = scene.target;
        scene.make(&scene.config(&json!({"a": "1", "b": "1"}))).await.unwrap();
        let plan = scene.plan(&drift, &[scene.config(&json!({"a": "2", "b": "1"}))]).await;
        // A field that is nobody's concern here may change meanwhile, one of ours may not.
        scene.steal(&scene.config(&json!({"c": "9"}))).await;
        assert!(scene.apply(&plan).await.is_ok(), "{target}");
        let third = [scene.config(&json!({"a": "3", "b": "1"}))];
        let plan = scene.plan(&drift, &third).await;
        scene.steal(&scene.config(&json!({"b": "9"}))).await;
        let late = scene.apply(&plan).await;
        assert!(matches!(late, Err(ApplyError::Conflict { .. })), "{target}: {late:?}");
        assert!(scene.apply(&scene.plan(&drift, &third).await).await.is_ok(), "{target}");
    }
}
