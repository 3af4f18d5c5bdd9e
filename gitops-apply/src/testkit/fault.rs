//! Faults between a client and its API server, at calls that a test chooses.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use kube::client::Body;
use tokio::sync::Notify;
use tower::{BoxError, Layer, Service};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection breaks before the request is sent: nothing happened.
    Reset,
    /// The answer is `409 Conflict`: nothing happened.
    Conflict,
    /// The answer is `429 Too Many Requests` with `Retry-After: 1`: nothing happened.
    TooManyRequests,
    /// The answer is `500`: nothing happened.
    Internal,
    /// The answer is `503 Service Unavailable`: nothing happened.
    Unavailable,
    /// No answer ever comes, and the request never arrived.
    Hang,
    /// The request is carried out, and its answer is lost: the connection breaks.
    ReplyLost,
    /// The agent dies before the request is sent; see [`Faults::crashed`].
    Crash,
    /// The agent dies after the request was carried out; see [`Faults::crashed`].
    CrashAfter,
}

impl Fault {
    /// Every fault: what a torture test tries at each call.
    pub const ALL: [Self; 9] = [
        Self::Reset,
        Self::Conflict,
        Self::TooManyRequests,
        Self::Internal,
        Self::Unavailable,
        Self::Hang,
        Self::ReplyLost,
        Self::Crash,
        Self::CrashAfter,
    ];

    /// Whether the request is carried out all the same.
    pub fn commits(self) -> bool {
        matches!(self, Self::ReplyLost | Self::CrashAfter)
    }
}

/// One call that went through the layer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultedCall {
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// What went wrong, if anything.
    pub fault: Option<Fault>,
    /// The code that the caller got; `None` where there was no answer (yet).
    pub code: Option<u16>,
}

/// The faults to come, and the calls so far. Clones are handles to the same.
///
/// As a [`Layer`] it goes between a `kube::Client` and any service:
///
/// ```
/// use gitops_apply::memory::Cluster;
/// use gitops_apply::testkit::{Fault, Faults};
/// use kube::api::{Api, DynamicObject};
/// use kube::core::{ApiResource, GroupVersionKind};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let faults = Faults::new();
/// let client = faults.client(Cluster::default().service());
/// let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Namespace"));
/// let namespaces: Api<DynamicObject> = Api::all_with(client, &kind);
///
/// faults.inject(1, Fault::Internal);
/// assert!(namespaces.get("default").await.is_ok());
/// assert!(namespaces.get("default").await.is_err());
/// assert!(namespaces.get("default").await.is_ok());
/// assert_eq!(faults.calls().len(), 3);
/// # Ok::<(), kube::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Faults {
    plan: Arc<Mutex<Plan>>,
    crash: Arc<Notify>,
}

#[derive(Default)]
struct Plan {
    at: BTreeMap<usize, Fault>,
    always: Option<Fault>,
    calls: Vec<FaultedCall>,
    crashed: bool,
}

impl Faults {
    /// No faults yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the call number `at` go wrong, counted from 0 since the beginning or the last
    /// [`reset`](Faults::reset).
    pub fn inject(&self, at: usize, fault: Fault) {
        self.lock().at.insert(at, fault);
    }

    /// Lets every call go wrong from now on: a server that is down.
    pub fn inject_always(&self, fault: Fault) {
        self.lock().always = Some(fault);
    }

    /// No faults from now on; the calls stay.
    pub fn heal(&self) {
        let mut plan = self.lock();
        (plan.at, plan.always, plan.crashed) = (BTreeMap::new(), None, false);
    }

    /// No faults and no calls.
    pub fn reset(&self) {
        *self.lock() = Plan::default();
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<FaultedCall> {
        self.lock().calls.clone()
    }

    /// Whether a crash was injected: the agent is dead and has to be dropped.
    pub fn is_crashed(&self) -> bool {
        self.lock().crashed
    }

    /// Waits for a crash. Select between this and the agent, and drop the agent when this comes
    /// first: no future of a crashed agent ever completes another call.
    pub async fn crashed(&self) {
        loop {
            let crash = self.crash.notified();
            if self.is_crashed() {
                return;
            }
            crash.await;
        }
    }

    /// A client of `service` with these faults in between, with `default` as its namespace. It
    /// has to be made within a tokio runtime.
    pub fn client<S, B>(&self, service: S) -> kube::Client
    where
        S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        kube::Client::new(self.layer(service), "default")
    }

    /// Takes the next call.
    fn begin(&self, request: &http::Request<Body>) -> (usize, Option<Fault>) {
        let mut plan = self.lock();
        let at = plan.calls.len();
        let fault = plan.at.remove(&at).or(plan.always);
        let fault = if plan.crashed { Some(Fault::Crash) } else { fault };
        let method = request.method().to_string();
        let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        plan.calls.push(FaultedCall { method, target, fault, code: None });
        (at, fault)
    }

    fn end(&self, at: usize, code: http::StatusCode) {
        if let Some(call) = self.lock().calls.get_mut(at) {
            call.code = Some(code.as_u16());
        }
    }

    /// The agent is dead.
    async fn die(&self) -> ! {
        self.lock().crashed = true;
        self.crash.notify_waiters();
        std::future::pending().await
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("at", &self.lock().at).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for Faults {
    type Service = FaultService<S>;

    fn layer(&self, inner: S) -> FaultService<S> {
        FaultService { inner, faults: self.clone() }
    }
}

/// A service whose calls go wrong as [`Faults`] say.
#[derive(Clone, Debug)]
pub struct FaultService<S> {
    inner: S,
    faults: Faults,
}

impl<S, B> Service<http::Request<Body>> for FaultService<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<UnsyncBoxBody<Bytes, BoxError>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, task: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(task).map_err(Into::into)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let fresh = self.inner.clone();
        // The one that is ready is the one that was polled.
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let faults = self.faults.clone();
        let (at, fault) = faults.begin(&request);
        Box::pin(async move {
            let response = match fault {
                None => inner.call(request).await.map_err(Into::into)?.map(boxed),
                Some(Fault::Hang) => std::future::pending().await,
                Some(Fault::Reset) => return Err(broken("before the request was sent")),
                Some(Fault::Crash) => faults.die().await,
                Some(fault) if fault.commits() => {
                    carry_out(inner.call(request)).await?;
                    match fault {
                        Fault::CrashAfter => faults.die().await,
                        _ => return Err(broken("before the reply came")),
                    }
                }
                Some(fault) => refusal(fault),
            };
            faults.end(at, response.status());
            Ok(response)
        })
    }
}

/// Carries a call out to the end; its answer goes nowhere.
async fn carry_out<B, E: Into<BoxError>>(
    call: impl Future<Output = Result<http::Response<B>, E>>,
) -> Result<(), BoxError> {
    call.await.map(drop).map_err(Into::into)
}

fn boxed<B>(body: B) -> UnsyncBoxBody<Bytes, BoxError>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    body.map_err(Into::into).boxed_unsync()
}

fn broken(when: &str) -> BoxError {
    let message = format!("connection reset {when} (injected)");
    std::io::Error::new(std::io::ErrorKind::ConnectionReset, message).into()
}

fn refusal(fault: Fault) -> http::Response<UnsyncBoxBody<Bytes, BoxError>> {
    let (code, reason) = match fault {
        Fault::Conflict => (409, "Conflict"),
        Fault::TooManyRequests => (429, "TooManyRequests"),
        Fault::Unavailable => (503, "ServiceUnavailable"),
        _ => (500, "InternalError"),
    };
    let status = format!(
        r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"injected","reason":"{reason}","code":{code}}}"#
    );
    let mut response = http::Response::new(boxed(Full::new(Bytes::from(status))));
    *response.status_mut() =
        http::StatusCode::from_u16(code).expect("because the codes above are codes");
    let headers = response.headers_mut();
    let json = http::HeaderValue::from_static("application/json");
    headers.insert(http::header::CONTENT_TYPE, json);
    if fault == Fault::TooManyRequests {
        headers.insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("1"));
    }
    response
}
