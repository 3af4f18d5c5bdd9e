//! A target, an applier to it, and somebody else who writes there.

use gitops_apply::memory::Cluster;
use gitops_apply::testkit::{ApiServer, left_out};
use gitops_apply::{Applier, ApplyError, KubeApplier, KubeOptions, Outcome};
use gitops_diff::{
    Change, Differ, Drift, Inventory, Live, Object, ObjectSet, Operation, Plan, Reason, Value,
};
use serde_json::json;
use tokio::sync::OnceCell;

static SERVER: OnceCell<Option<ApiServer>> = OnceCell::const_new();

/// A namespace of a target.
pub(crate) struct Scene {
    /// What the target is called where a test fails.
    pub(crate) target: &'static str,
    pub(crate) applier: KubeApplier,
    client: kube::Client,
    namespace: &'static str,
}

impl Scene {
    /// The in-memory cluster, and an API server where there is one.
    pub(crate) async fn all(namespace: &'static str) -> Vec<Self> {
        let mut scenes = vec![Self::new("memory", Cluster::default().client(), namespace).await];
        let server = SERVER.get_or_init(|| async { ApiServer::from_env().await.unwrap() }).await;
        match server {
            Some(server) => {
                let client = server.client().await.unwrap();
                scenes.push(Self::new("API server", client, namespace).await);
            }
            None => left_out(&format!("plans on a real API server ({namespace})")),
        }
        scenes
    }

    async fn new(target: &'static str, client: kube::Client, namespace: &'static str) -> Self {
        let applier = KubeApplier::new(client.clone());
        let scene = Self { target, applier, client, namespace };
        let own = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        scene.make(&Object::new(own.into()).unwrap()).await.unwrap();
        scene
    }

    /// An object in the namespace of the scene.
    pub(crate) fn object(&self, mut body: serde_json::Value) -> Object {
        body["metadata"]["namespace"] = self.namespace.into();
        Object::new(body.into()).unwrap()
    }

    pub(crate) fn config(&self, data: &serde_json::Value) -> Object {
        self.object(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
            "data": data}))
    }

    pub(crate) async fn make(&self, object: &Object) -> Result<Outcome, ApplyError> {
        self.applier.apply(&creation(object)).await
    }

    /// Somebody else applies, by force.
    pub(crate) async fn steal(&self, object: &Object) {
        let options = KubeOptions { field_manager: "somebody".into(), ..KubeOptions::default() };
        let other = KubeApplier::with_options(self.client.clone(), options);
        other.apply(&creation(object)).await.unwrap();
    }

    /// Makes a `ConfigMap` as `manager`, by an update.
    pub(crate) async fn post(&self, manager: &str, object: &Object) {
        let namespace = self.namespace;
        let path = format!("/api/v1/namespaces/{namespace}/configmaps?fieldManager={manager}");
        let body = serde_json::to_vec(object.body()).unwrap();
        let request = http::Request::post(path).header("content-type", "application/json");
        let request = request.body(body).unwrap();
        self.client.request::<serde_json::Value>(request).await.unwrap();
    }

    pub(crate) async fn plan(&self, drift: &Drift, desired: &[Object]) -> Plan {
        let desired: ObjectSet = desired.iter().cloned().collect();
        let owned = Inventory::new();
        let mut observed = self.applier.observe(&desired, &owned).await.unwrap();
        if drift.asks() {
            observed = self.applier.answers(&desired, observed).await.unwrap();
        }
        drift.diff(&desired, &observed, &owned).unwrap()
    }

    /// Executes the only change of a plan.
    pub(crate) async fn apply(&self, plan: &Plan) -> Result<Outcome, ApplyError> {
        let changes: Vec<&Change> = plan.changes().collect();
        assert_eq!(changes.len(), 1, "{}: {plan:?}", self.target);
        self.applier.apply(changes[0]).await
    }

    pub(crate) async fn live(&self, object: &Object) -> Object {
        let desired: ObjectSet = [object.clone()].into_iter().collect();
        let observed = self.applier.observe(&desired, &Inventory::new()).await.unwrap();
        let live = observed.get(object.id());
        let Some(Live::Present(live)) = live else { unreachable!("{}: {live:?}", self.target) };
        live.clone()
    }

    pub(crate) async fn data(&self, object: &Object) -> Option<Value> {
        self.live(object).await.pointer("/data").cloned()
    }
}

pub(crate) fn creation(object: &Object) -> Change {
    let id = object.id().clone();
    let mut change = Change::new(id, object.version(), Operation::Create, Reason::Missing);
    change.desired = Some(object.folded());
    change
}
