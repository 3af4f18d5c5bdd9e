//! A kustomization with a base in another repository, and a file of the web: fetched by whoever
//! needs it, shared, and followed.

use std::sync::Arc;

use gitops_diff::{Drift, Live, ObjectId};
use gitops_reconcile::{Conclusion, Reconciler, Remotes, Report};
use gitops_render::Auto;
use gitops_source::{GitSource, RefSelector, TreePath};

use crate::cluster::{NAME, Target};
use crate::git::Served;
use crate::programs::example;

const BASE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  colour: blue
";

/// What another team publishes.
fn base(test: &str) -> Option<Served> {
    let files =
        [("base/kustomization.yaml", "resources: [settings.yaml]\n"), ("base/settings.yaml", BASE)];
    Served::new(&owned(files), test)
}

/// Overlays on a base of their own and on one elsewhere.
fn overlays(base: &Served, test: &str) -> Option<Served> {
    let remote = format!("{}//base?ref=main", base.url());
    let overlay = |name: &str| {
        format!("namespace: default\nnamePrefix: {name}-\nresources:\n- ../base\n- {remote}\n")
    };
    let files = [
        ("base/kustomization.yaml", "resources: [web.yaml]\n".to_owned()),
        ("base/web.yaml", BASE.replace("settings", "web")),
        ("one/kustomization.yaml", overlay("one")),
        ("two/kustomization.yaml", overlay("two")),
    ];
    Served::new(&owned(files), test)
}

fn owned<T: Into<String>>(
    files: impl IntoIterator<Item = (&'static str, T)>,
) -> Vec<(String, String)> {
    files.into_iter().map(|(path, text)| (path.to_owned(), text.into())).collect()
}

fn reconciler(target: &Target, served: &Served, path: &str, remotes: &Arc<Remotes>) -> Reconciler {
    let source = GitSource::new(served.url(), RefSelector::Branch("main".into())).unwrap();
    Reconciler::new(source, Auto::default(), target.applier("default"), target.ledger())
        .with_resolver(Arc::clone(remotes))
        .with_differ(Drift { manager: NAME.into(), ..Drift::default() })
        .with_path(TreePath::new(path).unwrap())
}

async fn run(reconciler: &mut Reconciler) -> Arc<Report> {
    let report = reconciler.run_once().await;
    assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
    report
}

async fn colour(target: &Target, name: &str) -> String {
    let id: ObjectId = format!("ConfigMap/default/{name}").parse().unwrap();
    let owned = target.owned().await;
    let Some(Live::Present(object)) = owned.get(&id) else { panic!("{id} is missing") };
    object.pointer("/data/colour").unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_remote_base_is_fetched_once_for_all_and_followed() {
    let test = "a remote base";
    let Some(mut base) = base(test) else { return };
    let Some(fleet) = overlays(&base, test) else { return };
    let remotes = Arc::new(Remotes::default());
    let (one, two) = (Target::memory(), Target::memory());
    let mut first = reconciler(&one, &fleet, "one", &remotes);
    let mut second = reconciler(&two, &fleet, "two", &remotes);

    let report = run(&mut first).await;
    assert_eq!((report.changes.len(), report.counters.renders), (2, 2), "{report}");
    assert_eq!(colour(&one, "one-settings").await, "blue");
    assert_eq!(colour(&one, "one-web").await, "blue");
    base.requests();
    run(&mut second).await;
    assert_eq!(colour(&two, "two-settings").await, "blue");
    let look = "POST /repo.git/git-upload-pack";
    assert_eq!(base.requests(), [look], "the second unit only looks whether it moved");

    // Nothing moved: nothing is rendered, nothing is written.
    let writes = one.writes();
    let report = run(&mut first).await;
    assert_eq!((report.counters.renders, one.writes()), (0, writes));
    assert_eq!(base.requests(), [look]);

    // Only the base moves.
    let moved = BASE.replace("blue", "green");
    let commit = base.repository.commit("Green", &[("base/settings.yaml", Some(&moved))]).unwrap();
    let report = run(&mut first).await;
    assert_eq!((report.changes.len(), report.counters.renders), (1, 1), "{report}");
    assert_eq!(colour(&one, "one-settings").await, "green");
    assert_eq!(colour(&one, "one-web").await, "blue");
    assert!(report.remotes.values().any(|revision| *revision.digest() == commit), "{report}");

    // A commit that changes no file of it costs no render.
    base.repository.commit("Say nothing", &[]).unwrap();
    assert_eq!(run(&mut first).await.counters.renders, 0);
}

#[tokio::test]
async fn the_agent_keeps_a_kustomization_with_a_remote_base() {
    let test = "the agent and a remote base";
    let Some(base) = base(test) else { return };
    let Some(fleet) = overlays(&base, test) else { return };
    let output = example("agent")
        .args(["--repo", &fleet.url(), "--path", "one", "--once"])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    for line in ["+ ConfigMap/default/one-settings: created", "  with http://127.0.0.1:"] {
        assert!(printed.contains(line), "{line} in:\n{printed}");
    }
}

#[tokio::test]
async fn a_remote_base_that_is_not_there_changes_nothing() {
    let test = "a remote base that is not there";
    let Some(mut base) = base(test) else { return };
    let Some(fleet) = overlays(&base, test) else { return };
    base.repository.branch("other").unwrap();
    base.repository.delete("refs/heads/main").unwrap();
    let target = Target::memory();
    let mut agent = reconciler(&target, &fleet, "one", &Arc::default());
    let report = agent.run_once().await;
    assert_eq!(report.conclusion, Conclusion::Failed);
    let error = report.error.as_deref().unwrap().to_string();
    assert!(error.contains("has no tag or branch `main`; there are `other`"), "{error}");
    assert_eq!(target.writes(), 0);
}
