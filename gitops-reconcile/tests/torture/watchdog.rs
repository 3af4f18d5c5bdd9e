//! Looks at the cluster after every single call: promise P2.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use gitops_apply::memory::{Cluster, ClusterService};
use gitops_diff::{Inventory, Object, ObjectId, Value};
use kube::client::Body;
use tower::Service;

/// The ledger of every agent in these tests.
pub(crate) const LEDGER: &str = "ConfigMap/default/ledger";

/// The service of a cluster, with a check after each call.
#[derive(Clone)]
pub(crate) struct Watchdog {
    inner: ClusterService,
    cluster: Cluster,
    /// Objects of others, with the uid they must keep and the body they must keep.
    others: Arc<BTreeMap<ObjectId, Value>>,
    violations: Arc<Mutex<Vec<String>>>,
}

impl Watchdog {
    pub(crate) fn new(cluster: &Cluster, others: &[&str]) -> Self {
        let other = |id: &&str| {
            let id: ObjectId = id.parse().unwrap();
            let body = cluster.object(&id).unwrap();
            (id, body)
        };
        Self {
            inner: cluster.service(),
            cluster: cluster.clone(),
            others: Arc::new(others.iter().map(other).collect()),
            violations: Arc::default(),
        }
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.violations.lock().unwrap().clone()
    }

    fn check(&self) {
        let inventory = inventory(&self.cluster);
        let mut found = Vec::new();
        for body in self.cluster.objects() {
            let object = Object::new(body).unwrap();
            if is_ours(&object) {
                found.extend(orphan(&object, &inventory));
            }
        }
        for (id, before) in &*self.others {
            if self.cluster.object(id).as_ref() != Some(before) {
                found.push(format!("theft: {id} is not as it was"));
            }
        }
        self.violations.lock().unwrap().extend(found);
    }
}

/// Why an object of ours could be forgotten.
fn orphan(object: &Object, inventory: &Inventory) -> Option<String> {
    match inventory.get(object.id()) {
        None => Some(format!("orphan: {} is not in the ledger", object.id())),
        Some(entry) if entry.uid.as_deref().is_some_and(|uid| Some(uid) != object.uid()) => {
            Some(format!("orphan: {} has another uid in the ledger", object.id()))
        }
        Some(_) => None,
    }
}

/// Whether it was applied by us; the ledger itself is not.
fn is_ours(object: &Object) -> bool {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_list);
    let ours = |entry: &Value| {
        let is = |key, value: &str| entry.get(key).and_then(Value::as_str) == Some(value);
        is("manager", "gitops") && is("operation", "Apply")
    };
    object.id().to_string() != LEDGER && entries.is_some_and(|entries| entries.iter().any(ours))
}

/// What the ledger holds.
pub(crate) fn inventory(cluster: &Cluster) -> Inventory {
    let ledger = cluster.object(&LEDGER.parse().unwrap());
    let text = ledger.as_ref().and_then(|it| it.pointer("/data/inventory")?.as_str());
    text.map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default()
}

impl Service<http::Request<Body>> for Watchdog {
    type Response = <ClusterService as Service<http::Request<Body>>>::Response;
    type Error = kube::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, kube::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), kube::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let (call, dog) = (self.inner.call(request), self.clone());
        Box::pin(async move {
            // An await on both sides of the call, for those who drop it there.
            tokio::task::yield_now().await;
            let reply = call.await;
            dog.check();
            tokio::task::yield_now().await;
            reply
        })
    }
}
