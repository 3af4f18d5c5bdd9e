//! The clusters that the story runs on.

use gitops_apply::memory::Cluster;
use gitops_apply::testkit::ApiServer;
use gitops_apply::{Applier, KubeApplier, KubeLedger, KubeOptions, Ledger};
use gitops_diff::{Change, Inventory, Object, ObjectSet, Observed, Operation, Reason};

use crate::left_out;

/// The name of the agent in these tests.
pub(crate) const NAME: &str = "end-to-end";

/// The namespace of its ledger.
pub(crate) const LEDGER_NAMESPACE: &str = "gitops-system";

/// A client of a cluster, and what only one in memory can tell.
pub(crate) struct Target {
    pub(crate) client: kube::Client,
    pub(crate) memory: Option<Cluster>,
}

impl Target {
    pub(crate) fn memory() -> Self {
        let cluster = Cluster::default();
        Self { client: cluster.client(), memory: Some(cluster) }
    }

    pub(crate) fn applier(&self, namespace: &str) -> KubeApplier {
        let options = KubeOptions {
            field_manager: NAME.into(),
            default_namespace: namespace.into(),
            ..KubeOptions::default()
        };
        KubeApplier::with_options(self.client.clone(), options)
    }

    pub(crate) fn ledger(&self) -> KubeLedger {
        KubeLedger::config_map(self.client.clone(), LEDGER_NAMESPACE, NAME).making_namespace()
    }

    pub(crate) async fn inventory(&self) -> Inventory {
        self.ledger().load().await.unwrap().inventory
    }

    /// Everything that the ledger lists, as it lives.
    pub(crate) async fn owned(&self) -> Observed {
        let owned = self.inventory().await;
        self.applier("default").observe(&ObjectSet::new(), &owned).await.unwrap()
    }

    /// Somebody else makes an object.
    pub(crate) async fn make(&self, body: serde_json::Value) {
        let object = Object::new(body.into()).unwrap();
        let (id, version) = (object.id().clone(), object.version());
        let mut change = Change::new(id, version, Operation::Create, Reason::Missing);
        change.desired = Some(object);
        self.applier("default").apply(&change).await.unwrap();
    }

    /// How many writes there were, where the cluster counts them.
    pub(crate) fn writes(&self) -> u64 {
        self.memory.as_ref().map_or(0, |cluster| cluster.calls().writes())
    }
}

/// A real API server, or `None` after having said that `test` is left out.
pub(crate) async fn api_server(test: &str) -> Option<ApiServer> {
    gitops_examples::start(false);
    let server = ApiServer::from_env().await.unwrap();
    if server.is_none() {
        left_out(&format!("{test} on a real API server"), "KUBEBUILDER_ASSETS is not set");
    }
    server
}
