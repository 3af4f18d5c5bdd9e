//! The cluster as the service under an unmodified `kube::Client`.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use gitops_diff::Value;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, USER_AGENT, WARNING};
use http_body::Frame;
use http_body_util::BodyExt;
use kube::client::Body as KubeBody;
use tokio::time::Sleep;

use super::cluster::Cluster;
use super::request::{Body, Method, Reply, Request, bytes};
use super::watch::{Watch, WatchEvent};

/// A cluster that answers HTTP requests.
///
/// ```
/// use gitops_apply::memory::Cluster;
/// use kube::api::{Api, DynamicObject, ListParams};
/// use kube::core::{ApiResource, GroupVersionKind};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let client = Cluster::default().client();
/// let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Namespace"));
/// let namespaces: Api<DynamicObject> = Api::all_with(client, &kind);
/// assert_eq!(namespaces.list(&ListParams::default()).await?.items.len(), 4);
/// # Ok::<(), kube::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClusterService(Cluster);

impl Cluster {
    /// A client of this cluster, with `default` as its namespace. It has to be made within a
    /// tokio runtime, which may have its time paused.
    pub fn client(&self) -> kube::Client {
        kube::Client::new(self.service(), "default")
    }

    /// The service under [`Cluster::client`], to be wrapped in layers.
    pub fn service(&self) -> ClusterService {
        ClusterService(self.clone())
    }
}

impl tower::Service<http::Request<KubeBody>> for ClusterService {
    type Response = http::Response<ReplyBody>;
    type Error = kube::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<KubeBody>) -> Self::Future {
        let cluster = self.0.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(match read(&head, &body) {
                Some(request) => write(cluster.call(&request)),
                None => write(Reply::text(405, "method not allowed")),
            })
        })
    }
}

/// The request without HTTP's types; `None` for a method that the API server does not know.
fn read(head: &http::request::Parts, body: &Bytes) -> Option<Request> {
    let method = match head.method {
        http::Method::GET => Method::Get,
        http::Method::POST => Method::Post,
        http::Method::PUT => Method::Put,
        http::Method::PATCH => Method::Patch,
        http::Method::DELETE => Method::Delete,
        _ => return None,
    };
    let header = |name| {
        let value = head.headers.get(name).and_then(|it: &HeaderValue| it.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let query = head.uri.query().unwrap_or_default();
    let path = percent_encoding::percent_decode_str(head.uri.path()).decode_utf8_lossy();
    let mut request = Request::new(method, path);
    request.query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    request.content_type = header(CONTENT_TYPE);
    request.accept = header(http::header::ACCEPT);
    request.user_agent = header(USER_AGENT);
    request.body = body.to_vec();
    Some(request)
}

fn write(reply: Reply) -> http::Response<ReplyBody> {
    let code = http::StatusCode::from_u16(reply.code);
    let mut response = http::Response::new(ReplyBody::Whole(None));
    *response.status_mut() = code.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for warning in &reply.warnings {
        if let Ok(value) = HeaderValue::from_str(&format!("299 - {warning:?}")) {
            headers.append(WARNING, value);
        }
    }
    let retry = reply.to_value().and_then(|it| it.pointer("/details/retryAfterSeconds"));
    if let Some(seconds) = retry.and_then(Value::as_int) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let text = matches!(reply.body, Body::Text(_));
    let media = if text { "text/plain; charset=utf-8" } else { "application/json" };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    *response.body_mut() = match reply.body {
        Body::Value(value) => ReplyBody::Whole(Some(bytes(&value).into())),
        Body::Text(text) => ReplyBody::Whole(Some(text.into_bytes().into())),
        Body::Watch(watch) => ReplyBody::Watch(Box::new(Events::new(*watch))),
    };
    response
}

/// The body of a response.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplyBody {
    /// All of it, until it is taken.
    Whole(Option<Bytes>),
    /// Events, one a line.
    Watch(Box<Events>),
}

/// The events of a watch until its client wants it to end.
#[derive(Debug)]
pub struct Events {
    watch: Watch,
    end: Option<Pin<Box<Sleep>>>,
    over: bool,
}

impl Events {
    fn new(watch: Watch) -> Self {
        let timeout = watch.timeout_seconds().map(Duration::from_secs);
        let end = timeout.map(|it| Box::pin(tokio::time::sleep(it)));
        Self { watch, end, over: false }
    }

    /// The next event; the last one tells how far the client is.
    fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<WatchEvent>> {
        if self.over {
            return Poll::Ready(None);
        }
        if let Poll::Ready(event) = self.watch.poll(task) {
            return Poll::Ready(event);
        }
        match &mut self.end {
            None => return Poll::Pending,
            Some(end) => ready!(end.as_mut().poll(task)),
        }
        self.over = true;
        Poll::Ready(self.watch.wants_bookmarks().then(|| self.watch.bookmark()))
    }
}

impl http_body::Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = match self.get_mut() {
            Self::Whole(whole) => whole.take(),
            Self::Watch(events) => ready!(events.poll(task)).map(|event| {
                let mut line = bytes(&event.to_value());
                line.push(b'\n');
                line.into()
            }),
        };
        Poll::Ready(data.map(|it| Ok(Frame::data(it))))
    }
}
