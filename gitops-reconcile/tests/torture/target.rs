//! A cluster, a source, and agents that live and die.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gitops_apply::memory::{Cluster, Method, Options as ClusterOptions, Request, Snapshot};
use gitops_apply::testkit::Faults;
use gitops_apply::{Jitter, KubeApplier, KubeLedger, KubeOptions, RetryOptions};
use gitops_diff::{ObjectId, Value};
use gitops_reconcile::{Compute, Conclusion, Options, Reconciler, Report};
use gitops_render::Plain;
use gitops_source::{MemorySource, Tree};

use crate::watchdog::Watchdog;

/// A cluster with a source beside it, and the way of an agent to it.
pub(crate) struct Target {
    pub(crate) cluster: Cluster,
    pub(crate) faults: Faults,
    source: Arc<MemorySource>,
    dog: Watchdog,
}

impl Target {
    /// An empty cluster.
    pub(crate) fn empty() -> Self {
        Self::on(Cluster::default(), &[])
    }

    /// A cluster as it was when the snapshot was taken; its uids go on with another seed.
    pub(crate) fn restored(snapshot: &Snapshot, others: &[&str]) -> Self {
        let cluster = Cluster::new(ClusterOptions { seed: 1, ..ClusterOptions::default() });
        cluster.restore(snapshot);
        Self::on(cluster, others)
    }

    fn on(cluster: Cluster, others: &[&str]) -> Self {
        let dog = Watchdog::new(&cluster, others);
        Self { cluster, faults: Faults::new(), source: Arc::new(MemorySource::new("main")), dog }
    }

    pub(crate) fn push(&self, manifest: &str) {
        let files = [("app.yaml", manifest.to_string())];
        self.source.push(Tree::from_files(files).unwrap());
    }

    /// A new process.
    pub(crate) fn agent(&self) -> Reconciler {
        let client = self.faults.client(self.dog.clone());
        let retry = RetryOptions { jitter: Jitter::seeded(1), ..RetryOptions::default() };
        let options = KubeOptions { retry, ..KubeOptions::default() };
        let applier = KubeApplier::with_options(client.clone(), options);
        let ledger = KubeLedger::config_map(client, "default", "ledger");
        let options = Options { compute: Compute::Inline, ..Options::default() };
        Reconciler::new(Arc::clone(&self.source), Plain::default(), applier, ledger)
            .with_sink(|_: &_| {})
            .with_seed(1)
            .with_options(options)
            .unwrap()
    }

    /// Runs once; nothing where the agent died.
    pub(crate) async fn run(&self, agent: &mut Reconciler) -> Option<Arc<Report>> {
        tokio::select! {
            biased;
            () = self.faults.crashed() => None,
            report = agent.run_once() => Some(report),
        }
    }

    /// Runs until nothing is left to do; how many runs that took.
    pub(crate) async fn converge(&self, agent: &mut Reconciler) -> Result<usize, String> {
        let mut last = None;
        for pass in 1..=5 {
            tokio::time::sleep(Duration::from_secs(61)).await;
            let report = agent.run_once().await;
            if is_settled(&report) {
                return Ok(pass);
            }
            last = Some(report);
        }
        Err(format!("does not converge: {}", last.unwrap()))
    }

    /// What must hold once everything is calm: the next run writes nothing.
    pub(crate) async fn rest(&self, agent: &mut Reconciler) -> Result<(), String> {
        self.cluster.reset_calls();
        let report = agent.run_once().await;
        let writes = self.cluster.calls().writes();
        if writes > 0 || !is_settled(&report) {
            return Err(format!("the next run has {writes} writes: {report}"));
        }
        match self.dog.violations().first() {
            Some(violation) => Err(violation.clone()),
            None => Ok(()),
        }
    }

    /// The given values of the cluster's objects by `id pointer`; none where there is no object.
    pub(crate) fn look(&self, places: &[(&str, &str)]) -> BTreeMap<String, Option<Value>> {
        let value = |(id, pointer): &(&str, &str)| {
            let object = self.cluster.object(&id.parse::<ObjectId>().unwrap());
            let value = object.and_then(|object| object.pointer(pointer).cloned());
            (format!("{id} {pointer}"), value)
        };
        places.iter().map(value).collect()
    }

    /// Somebody else merges into an object.
    pub(crate) fn patch(&self, path: &str, merge: &str) {
        let request = Request::new(Method::Patch, path)
            .param("fieldManager", "kubectl-edit")
            .body("application/merge-patch+json", merge);
        let reply = self.cluster.call(&request);
        assert!(reply.code < 300, "{path}: {reply:?}");
    }

    /// Somebody else makes an object.
    pub(crate) fn create(&self, path: &str, json: &str) {
        let reply = self.cluster.call(
            &Request::new(Method::Post, path)
                .param("fieldManager", "kubectl-create")
                .body("application/json", json),
        );
        assert!(reply.code < 300, "{path}: {reply:?}");
    }

    /// Somebody else deletes an object.
    pub(crate) fn delete(&self, path: &str) {
        let reply = self.cluster.call(&Request::new(Method::Delete, path));
        assert!(reply.code < 300, "{path}: {reply:?}");
    }
}

/// Whether there is nothing left to do without somebody's consent.
fn is_settled(report: &Report) -> bool {
    let withheld = !report.refusals.is_empty() && report.troubles.is_empty();
    report.conclusion == Conclusion::InSync
        || report.conclusion == Conclusion::Incomplete && withheld
}
