//! A wire to the in-memory cluster on which calls go wrong as a test wants.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gitops_apply::memory::Cluster;
use gitops_apply::{Jitter, KubeApplier, KubeOptions, RetryOptions};
use gitops_diff::{Change, Object, Operation, Reason};
use http::{Request, Response};
use kube::client::Body;
use serde_json::{Value, json};

/// What happens to one call.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It reaches the cluster, and the answer comes back.
    None,
    /// The API server answers this status, with a Retry-After, and does nothing.
    Status(u16, Option<u32>),
    /// The connection breaks before the cluster gets it.
    Reset,
    /// The cluster does it, and the answer is lost.
    Lost,
    /// The cluster does it, and the answer never ends.
    Hang,
}

/// The faults of the calls to come, in order; after the last, `rest`.
#[derive(Clone)]
pub(crate) struct Wire(Arc<State>);

struct State {
    faults: Mutex<VecDeque<Fault>>,
    rest: Fault,
    /// What happens to all calls below a path, whatever else would.
    below: Mutex<Vec<(String, Fault)>>,
    targets: Mutex<Vec<String>>,
    flying: AtomicUsize,
    most: AtomicUsize,
}

impl Wire {
    pub(crate) fn sound() -> Self {
        Self::new([], Fault::None)
    }

    pub(crate) fn new(faults: impl IntoIterator<Item = Fault>, rest: Fault) -> Self {
        Self(Arc::new(State {
            faults: Mutex::new(faults.into_iter().collect()),
            rest,
            below: Mutex::default(),
            targets: Mutex::default(),
            flying: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }))
    }

    /// What was asked for: method, path and query.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.0.targets.lock().unwrap().clone()
    }

    /// The most calls that were under way at one time.
    pub(crate) fn most_at_a_time(&self) -> usize {
        self.0.most.load(Ordering::SeqCst)
    }

    /// Makes the next calls go wrong in this way.
    pub(crate) fn then(&self, faults: impl IntoIterator<Item = Fault>) {
        self.0.faults.lock().unwrap().extend(faults);
    }

    /// Makes all calls go wrong in this way whose path begins so.
    pub(crate) fn below(&self, path: &str, fault: Fault) {
        self.0.below.lock().unwrap().push((path.into(), fault));
    }

    pub(crate) fn client(&self, cluster: &Cluster) -> kube::Client {
        let (wire, inner) = (self.clone(), cluster.client());
        let service = tower::service_fn(move |request: Request<Body>| {
            let (wire, inner) = (wire.clone(), inner.clone());
            async move { wire.carry(&inner, request).await }
        });
        kube::Client::new(service, "default")
    }

    async fn carry(
        &self,
        inner: &kube::Client,
        request: Request<Body>,
    ) -> Result<Response<Body>, tower::BoxError> {
        let state = &self.0;
        state.most.fetch_max(state.flying.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let fault = self.next(&request);
        // Others get on while this call is on its way.
        tokio::task::yield_now().await;
        let answer = faulty(inner, request, fault).await;
        state.flying.fetch_sub(1, Ordering::SeqCst);
        answer
    }

    fn next(&self, request: &Request<Body>) -> Fault {
        let target = format!("{} {}", request.method(), request.uri());
        self.0.targets.lock().unwrap().push(target);
        let below = self.0.below.lock().unwrap();
        if let Some((_, fault)) = below.iter().find(|it| request.uri().path().starts_with(&it.0)) {
            return fault.clone();
        }
        self.0.faults.lock().unwrap().pop_front().unwrap_or_else(|| self.0.rest.clone())
    }
}

async fn faulty(
    inner: &kube::Client,
    request: Request<Body>,
    fault: Fault,
) -> Result<Response<Body>, tower::BoxError> {
    match fault {
        Fault::None => Ok(inner.send(request).await?),
        Fault::Status(code, retry_after) => {
            let status = json!({ "kind": "Status", "status": "Failure", "reason": "InternalError",
                "message": "the server is in trouble", "code": code });
            let mut response = Response::builder().status(code);
            if let Some(seconds) = retry_after {
                response = response.header("retry-after", seconds.to_string());
            }
            Ok(response.body(Body::from(status.to_string().into_bytes()))?)
        }
        Fault::Reset => Err("connection reset by peer".into()),
        Fault::Lost => {
            inner.send(request).await?;
            Err("connection closed before message completed".into())
        }
        Fault::Hang => {
            inner.send(request).await?;
            std::future::pending().await
        }
    }
}

pub(crate) fn options() -> KubeOptions {
    let retry = RetryOptions { jitter: Jitter::seeded(1), ..RetryOptions::default() };
    KubeOptions { retry, ..KubeOptions::default() }
}

pub(crate) fn applier(cluster: &Cluster, wire: &Wire) -> KubeApplier {
    KubeApplier::with_options(wire.client(cluster), options())
}

pub(crate) fn object(body: Value) -> Object {
    Object::new(body.into()).unwrap()
}

pub(crate) fn settings(name: &str, colour: &str) -> Object {
    object(json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "default", "name": name }, "data": { "colour": colour } }))
}

pub(crate) fn change(object: &Object, operation: Operation, uid: Option<&str>) -> Change {
    let mut change = Change::new(object.id().clone(), object.version(), operation, Reason::Missing);
    change.desired = Some(object.clone());
    change.preconditions.uid = uid.map(Into::into);
    change
}
