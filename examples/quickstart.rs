//! The whole story on one screen: a Git repository with real commits, a cluster with the API
//! server's semantics, and a reconciler that keeps the one as the other says.
//!
//! ```sh
//! cargo run -p gitops-examples --example quickstart
//! ```

#![allow(clippy::print_stdout, reason = "a program prints")]

use std::sync::Arc;

use gitops_apply::memory::Cluster;
use gitops_apply::{KubeApplier, KubeLedger, Ledger};
use gitops_diff::{Detail, Layout};
use gitops_examples::demo::{Demo, WEB};
use gitops_examples::outcome;
use gitops_reconcile::{Reconciler, Report};
use gitops_render::Auto;
use gitops_source::{GitSource, RefSelector};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use serde_json::json;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    gitops_examples::start(false);

    heading("A repository with one commit, a cluster with nothing in it");
    let mut demo = Demo::new()?;
    let cluster = Cluster::default();
    let mut reconciler = reconciler(&demo, cluster.client())?;
    println!("{}", demo.url());

    heading("The first run: everything is made, in the order it needs");
    show(&reconciler.run_once().await);

    heading("Nothing moved: nothing is written");
    let before = cluster.calls().writes();
    show(&reconciler.run_once().await);
    println!("writes: {}", cluster.calls().writes() - before);

    heading("Somebody edits the live Deployment; the next run heals it");
    scale_by_hand(cluster.client(), 5).await?;
    show(&reconciler.run_once().await);

    heading("A bad change is pushed");
    let bad = WEB.replace("web:1.4.2", "web:1.5.0-broken");
    demo.repository.commit("Update web", &[("shop/web.yaml", Some(&bad))])?;
    show(&reconciler.run_once().await);

    heading("Rollback: git revert HEAD");
    demo.repository.revert_head()?;
    show(&reconciler.run_once().await);

    heading("A file is removed; its object is pruned");
    demo.repository.commit("Take the banner down", &[("shop/banner.yaml", None)])?;
    show(&reconciler.run_once().await);

    heading("What is ours now, as the ledger in the cluster has it");
    for id in ledger(cluster.client()).load().await?.inventory.entries.keys() {
        println!("  {id}");
    }
    Ok(())
}

fn reconciler(demo: &Demo, client: kube::Client) -> Result<Reconciler, Error> {
    let source = GitSource::new(demo.url(), RefSelector::Branch("main".into()))?;
    let ledger = ledger(client.clone());
    Ok(Reconciler::new(source, Auto::default(), KubeApplier::new(client), ledger))
}

fn ledger(client: kube::Client) -> KubeLedger {
    KubeLedger::config_map(client, "gitops-system", "shop").making_namespace()
}

/// What `kubectl scale` does.
async fn scale_by_hand(client: kube::Client, replicas: u32) -> Result<(), Error> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("apps", "v1", "Deployment"));
    let deployments: Api<DynamicObject> = Api::namespaced_with(client, "shop", &kind);
    let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
    let params = PatchParams { field_manager: Some("kubectl".into()), ..PatchParams::default() };
    deployments.patch("web", &params, &patch).await?;
    Ok(())
}

fn heading(text: &str) {
    println!("\n── {text}");
}

/// The plan as it was executed, and what became of it.
fn show(report: &Arc<Report>) {
    if let Some(plan) = &report.plan {
        let layout = Layout { detail: Detail::Fields, ..Layout::default() };
        print!("{}", gitops_diff::Report::new(plan).layout(layout));
    }
    for change in &report.changes {
        println!("  {} {}", change.id, outcome(&change.outcome));
    }
    println!("{report}");
}
