//! One story for every cluster: install, nothing to do, heal, update, revert, prune.

use gitops_diff::{Drift, Live, ObjectId, Observed, Value};
use gitops_reconcile::{Conclusion, Reconciler, Report};
use gitops_render::Plain;
use gitops_source::{GitSource, RefSelector, TreePath};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, PostParams};

use crate::cluster::{NAME, Target, api_server};
use crate::git::Served;
use crate::manifests::{self, Manifests};

#[tokio::test]
async fn the_story_ends_well_on_the_cluster_in_memory() {
    for manifests in manifests::real().into_iter().chain([manifests::shop()]) {
        tell(&Target::memory(), &manifests).await;
    }
}

#[tokio::test]
async fn the_story_ends_well_on_a_real_api_server() {
    for manifests in manifests::real().into_iter().chain([manifests::shop()]) {
        let Some(server) = api_server("the story").await else { return };
        let client = server.client().await.unwrap();
        tell(&Target { client, memory: None }, &manifests).await;
    }
}

async fn tell(target: &Target, manifests: &Manifests) {
    let Some(mut served) = Served::new(&manifests.files, manifests.name) else { return };
    let mut reconciler = reconciler(target, manifests, &served);
    let name = manifests.name;

    let report = run(&mut reconciler, name, "install").await;
    let installed = target.owned().await;
    assert_eq!(created(&report), installed.len(), "{name}: everything is made");
    assert_all_live(&installed);
    served.requests();

    nothing_to_do(target, &mut reconciler, &served, name).await;
    heal(target, &mut reconciler, manifests).await;
    roll_back(target, &mut reconciler, manifests, &mut served).await;
    prune(target, &mut reconciler, manifests, &mut served).await;
    assert_same_uids(&installed, &target.owned().await);
}

fn reconciler(target: &Target, manifests: &Manifests, served: &Served) -> Reconciler {
    let source = GitSource::new(served.url(), RefSelector::Branch("main".into())).unwrap();
    let applier = target.applier(manifests.deployment.0);
    Reconciler::new(source, Plain::default(), applier, target.ledger())
        .with_differ(Drift { manager: NAME.into(), ..Drift::default() })
        .with_path(TreePath::new(manifests.path).unwrap())
}

async fn run(reconciler: &mut Reconciler, name: &str, chapter: &str) -> std::sync::Arc<Report> {
    let report = reconciler.run_once().await;
    assert_eq!(report.conclusion, Conclusion::InSync, "{name}, {chapter}: {report}");
    report
}

/// An unchanged revision costs one look at the refs and no write.
async fn nothing_to_do(target: &Target, reconciler: &mut Reconciler, served: &Served, name: &str) {
    let (before, writes) = (target.owned().await, target.writes());
    let report = run(reconciler, name, "nothing to do").await;
    assert_eq!(report.changes, [], "{name}");
    assert_eq!((report.counters.renders, report.counters.stores), (0, 0), "{name}");
    assert_eq!(target.writes(), writes, "{name}: nothing is written");
    assert_eq!(target.owned().await, before, "{name}: no resourceVersion moved");
    assert_eq!(
        served.requests(),
        ["POST /repo.git/git-upload-pack"],
        "{name}: one look at the refs"
    );
}

/// What somebody edits by hand goes back to what is declared, and what is not ours stays.
async fn heal(target: &Target, reconciler: &mut Reconciler, manifests: &Manifests) {
    let (namespace, deployment) = manifests.deployment;
    let image = "/spec/template/spec/containers/0/image";
    let declared = deployed(target, manifests).await.pointer(image).cloned();
    let api = deployments(target, namespace);
    let mut live = api.get(deployment).await.unwrap();
    *live.data.pointer_mut(image).unwrap() = "edited:by-hand".into();
    live.metadata.labels.get_or_insert_default().insert("added".into(), "by-hand".into());
    let params = PostParams { field_manager: Some("hand".into()), ..PostParams::default() };
    api.replace(deployment, &params, &live).await.unwrap();

    let report = run(reconciler, manifests.name, "heal").await;
    assert_eq!(report.changes.len(), 1, "{report}");
    let healed = deployed(target, manifests).await;
    assert_eq!(healed.pointer(image).cloned(), declared);
    assert_eq!(healed.pointer("/metadata/labels/added"), Some(&Value::from("by-hand")));
}

/// A change is applied, and `git revert` takes it back.
async fn roll_back(
    target: &Target,
    reconciler: &mut Reconciler,
    manifests: &Manifests,
    served: &mut Served,
) {
    let before = deployed(target, manifests).await;
    let file = manifests.deployment_file;
    let (_, text) = manifests.files.iter().find(|(path, _)| path == file).unwrap();
    let bad = text.replace("image: ", "image: broken/");
    served.repository.commit("Break it", &[(file, Some(&bad))]).unwrap();
    let report = run(reconciler, manifests.name, "a bad change").await;
    assert_eq!(report.changes.len(), 1, "{report}");
    assert_ne!(spec(&deployed(target, manifests).await), spec(&before));

    served.repository.revert_head().unwrap();
    run(reconciler, manifests.name, "revert").await;
    assert_eq!(spec(&deployed(target, manifests).await), spec(&before));
}

/// The objects of a removed file go, and nothing else does.
async fn prune(
    target: &Target,
    reconciler: &mut Reconciler,
    manifests: &Manifests,
    served: &mut Served,
) {
    let before = target.inventory().await;
    served.repository.commit("Remove a file", &[(manifests.removed_file, None)]).unwrap();
    let report = run(reconciler, manifests.name, "prune").await;
    let after = target.inventory().await;
    assert!(!report.changes.is_empty(), "{report}");
    assert_eq!(before.len() - after.len(), report.changes.len(), "{report}");
    assert_all_live(&target.owned().await);
}

fn created(report: &Report) -> usize {
    report.changed(|outcome| matches!(outcome, gitops_apply::Outcome::Created { .. }))
}

fn assert_all_live(observed: &Observed) {
    for (id, live) in observed.iter() {
        assert!(matches!(live, Live::Present(_)), "{id}: {live:?}");
    }
}

/// Whatever is still there was never deleted and made again.
fn assert_same_uids(before: &Observed, after: &Observed) {
    for (id, _) in after.iter() {
        let uid =
            |observed: &Observed| observed.object(id).and_then(|it| it.uid().map(String::from));
        assert_eq!(uid(before), uid(after), "{id} keeps its uid");
    }
}

fn deployments(target: &Target, namespace: &str) -> Api<DynamicObject> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("apps", "v1", "Deployment"));
    Api::namespaced_with(target.client.clone(), namespace, &kind)
}

async fn deployed(target: &Target, manifests: &Manifests) -> Value {
    let (namespace, name) = manifests.deployment;
    let id: ObjectId = format!("Deployment.apps/{namespace}/{name}").parse().unwrap();
    target.owned().await.object(&id).expect("because it was applied").body().clone()
}

fn spec(deployment: &Value) -> Option<&Value> {
    deployment.get("spec")
}
