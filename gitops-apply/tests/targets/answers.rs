//! A target's own answers to dry-runs lead to the plans that are made without asking it.

use gitops_apply::memory::{Cluster, MemoryApplier};
use gitops_apply::{Applier, DirApplier};
use gitops_diff::{
    Change, Differ, Drift, Inventory, Object, ObjectSet, Observed, Operation, Plan, Reason,
    Strategy,
};
use serde_json::{Value, json};

use crate::scene::Scene;

fn workload(scene: &Scene, name: &str, spec: Value) -> Object {
    let labels = json!({"app": name});
    let mut body = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": 1, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [
                {"name": "app", "image": "i:1", "resources": {"limits": {"cpu": "1000m"}}},
            ]}},
        },
    });
    if let Value::Object(spec) = spec {
        body["spec"].as_object_mut().unwrap().extend(spec);
    }
    scene.object(body)
}

fn secret(scene: &Scene, text: &str) -> Object {
    scene.object(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"},
        "stringData": {"key": text}}))
}

fn service(scene: &Scene, port: u16) -> Object {
    scene.object(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": port}]}}))
}

fn containers(image: &str) -> Value {
    json!([{"name": "app", "image": image, "resources": {"limits": {"cpu": 1}}}])
}

fn template(name: &str, image: &str) -> Value {
    json!({"template": {"metadata": {"labels": {"app": name}},
        "spec": {"containers": containers(image)}}})
}

/// What was applied before, by us and then by somebody else, and what is declared now.
fn objects(scene: &Scene) -> [Vec<Object>; 3] {
    let deployed = |name| workload(scene, name, json!({}));
    let config = |data: Value| scene.config(&data);
    let before = vec![
        deployed("same"),
        deployed("newer"),
        deployed("scaled"),
        deployed("fixed"),
        deployed("invalid"),
        config(json!({"a": "1", "gone": "1", "shared": "1"})),
        secret(scene, "one"),
        service(scene, 80),
    ];
    let theirs = vec![
        scene.object(json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "scaled", "labels": {"theirs": "1"}}, "spec": {"replicas": 3}})),
        config(json!({"shared": "1", "theirs": "1"})),
    ];
    let mut fixed = template("other", "i:1");
    fixed["selector"] = json!({"matchLabels": {"app": "other"}});
    let now = vec![
        workload(scene, "same", template("same", "i:1")),
        workload(scene, "newer", template("newer", "i:2")),
        deployed("scaled"),
        workload(scene, "fixed", fixed),
        workload(scene, "invalid", json!({"replicas": -1})),
        deployed("new"),
        config(json!({"a": "2"})),
        secret(scene, "two"),
        service(scene, 81),
    ];
    [before, theirs, now]
}

/// Each change with its fields, and each failure.
fn told(plan: &Plan) -> Vec<String> {
    let change = |it: &Change| {
        let fields: Vec<&str> = it.fields.iter().map(|it| &*it.path).collect();
        format!("{:?} {} [{}]", it.operation, it.id.name(), fields.join(", "))
    };
    let failures = plan.failures.iter().map(|it| format!("Failure {}", it.id.name()));
    let mut lines: Vec<String> = plan.changes().map(change).chain(failures).collect();
    lines.sort();
    lines
}

fn asking() -> Drift {
    Drift { strategy: Strategy::ServerDryRun, ..Drift::default() }
}

#[tokio::test]
async fn the_targets_own_answers_lead_to_the_same_plan() {
    for scene in Scene::all("answers").await {
        let target = scene.target;
        let [before, theirs, now] = objects(&scene);
        for object in &before {
            scene.make(object).await.unwrap();
        }
        for object in &theirs {
            scene.steal(object).await;
        }
        let local = told(&scene.plan(&Drift::default(), &now).await);
        let calls = scene.applier.calls();
        let plan = scene.plan(&asking(), &now).await;
        let asked = told(&plan);
        assert!(scene.applier.calls() - calls > 8, "{target}: one question for each that lives");
        // What is wrong the server says when it is applied; who asked it knows before.
        let is_invalid = |it: &&String| it.contains(" invalid");
        let rest = |all: &[String]| -> Vec<String> {
            all.iter().filter(|it| !is_invalid(it)).cloned().collect()
        };
        assert_eq!(rest(&asked), rest(&local), "{target}");
        assert!(asked.contains(&"Failure invalid".to_owned()), "{target}: {asked:?}");
        let why = plan.failures.iter().find(|it| it.id.name() == "invalid").unwrap();
        assert!(why.message.contains("must be greater than or equal to 0"), "{target}: {why:?}");
        let expected = [
            "Create new []",
            "Failure fixed",
            "Update a [data.a, data.gone]",
            "Update keys [data.key]",
            "Update newer [spec.template.spec.containers[name=app].image]",
            "Update scaled [spec.replicas]",
            "Update web [spec.ports[port=81,protocol=TCP], spec.ports[port=80,protocol=TCP]]",
        ];
        assert_eq!(rest(&asked), expected, "{target}");
    }
}

#[tokio::test]
async fn a_question_changes_nothing() {
    for scene in Scene::all("questions").await {
        let object = scene.config(&json!({"a": "1"}));
        scene.make(&object).await.unwrap();
        let before = scene.live(&object).await;
        let plan = scene.plan(&asking(), &[scene.config(&json!({"a": "2"}))]).await;
        assert_eq!(told(&plan), ["Update a [data.a]"], "{}", scene.target);
        assert_eq!(scene.live(&object).await, before, "{}", scene.target);
        assert!(scene.apply(&plan).await.is_ok(), "{}", scene.target);
        let plan = scene.plan(&asking(), &[scene.config(&json!({"a": "2"}))]).await;
        assert!(plan.is_empty(), "{}: {plan:?}", scene.target);
    }
}

#[tokio::test]
async fn the_memory_applier_answers_as_the_applier_of_clusters() {
    let cluster = Cluster::default();
    let applier = MemoryApplier::new(cluster, "gitops");
    let object = |value: &str| -> Object {
        let body = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": "default"}, "data": {"a": value}});
        Object::new(body.into()).unwrap()
    };
    let first = object("1");
    let mut change = Change::new(first.id().clone(), "v1", Operation::Create, Reason::Missing);
    change.desired = Some(first.clone());
    applier.apply(&change).await.unwrap();
    for (value, expected) in [("1", vec![]), ("2", vec!["Update a [data.a]"])] {
        let desired: ObjectSet = [object(value)].into_iter().collect();
        let owned = Inventory::new();
        let observed = applier.observe(&desired, &owned).await.unwrap();
        let observed = applier.answers(&desired, observed).await.unwrap();
        assert_eq!(told(&asking().diff(&desired, &observed, &owned).unwrap()), expected);
    }
}

#[tokio::test]
async fn a_target_without_dry_runs_answers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let answers =
        DirApplier::new(folder.path()).answers(&ObjectSet::new(), Observed::new()).await.unwrap();
    assert_eq!(answers, Observed::new());
}
