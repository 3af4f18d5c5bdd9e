//! One call to the API server: its deadline, its retries, its size.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, WARNING};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::client::{AuthError, Body};
use tokio::sync::Semaphore;

use super::KubeOptions;
use super::refusal::Refused;
use crate::ApplyError;
use crate::retry::Retries;

/// The way to the API server that everything here shares.
pub(crate) struct Wire {
    client: kube::Client,
    permits: Semaphore,
    retries: Retries,
    deadline: Duration,
    max_answer: usize,
    calls: AtomicU64,
}

/// What is sent.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) accept: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

const JSON: &str = "application/json";

/// What came back, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) warnings: Vec<String>,
    /// Whether earlier attempts of the call may have had an effect.
    pub(crate) repeated: bool,
}

/// Why there is no answer.
pub(crate) enum Silence {
    /// The answer is over the limit.
    TooLarge,
    /// Anything else.
    Failed(ApplyError),
}

impl Wire {
    pub(crate) fn new(client: kube::Client, options: &KubeOptions) -> Self {
        Self {
            client,
            permits: Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
            retries: Retries::new(options.retry.clone()),
            deadline: options.deadline,
            max_answer: options.max_answer,
            calls: AtomicU64::new(0),
        }
    }

    /// How many requests were sent, second attempts included.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Sends `call`, again where that may help. Every call here may be sent twice.
    pub(crate) async fn send(&self, call: &Call) -> Result<Answer, ApplyError> {
        self.try_send(call).await.map_err(|silence| match silence {
            Silence::Failed(error) => error,
            Silence::TooLarge => self.too_large(call),
        })
    }

    pub(crate) fn too_large(&self, call: &Call) -> ApplyError {
        ApplyError::Invalid(format!(
            "{call}: the answer is over the limit of {} bytes; raise `max_answer`",
            self.max_answer
        ))
    }

    /// As [`Wire::send`], for those who can ask for less.
    pub(crate) async fn try_send(&self, call: &Call) -> Result<Answer, Silence> {
        // Held during pauses too: a server that asks us to wait gets fewer calls.
        let _permit = self.permits.acquire().await;
        self.retries.deposit();
        for attempt in 1.. {
            let tried = self.attempt(call).await;
            let wish = match &tried {
                Ok(answer) if answer.is_transient() => answer.retry_after,
                Err(Silence::Failed(ApplyError::Unavailable { retry_after, .. })) => *retry_after,
                _ => return tried.map(|answer| answer.repeated_if(attempt > 1)),
            };
            let Some(pause) = self.retries.pause(attempt, wish) else {
                return tried.map(|answer| answer.repeated_if(attempt > 1));
            };
            tracing::debug!(%call, attempt, ?pause, "trying again");
            tokio::time::sleep(pause).await;
        }
        Err(Silence::Failed(ApplyError::unavailable(format!("{call}: no attempts left"))))
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Silence> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let request = call.request().map_err(Silence::Failed)?;
        let exchange = async {
            let response = self.client.send(request).await;
            let response = response.map_err(|error| Silence::Failed(unsent(call, &error)))?;
            self.read(call, response).await
        };
        tokio::time::timeout(self.deadline, exchange).await.unwrap_or_else(|_| {
            let seconds = self.deadline.as_secs_f32();
            let message = format!("{call}: no answer within {seconds} s");
            Err(Silence::Failed(ApplyError::unavailable(message)))
        })
    }

    async fn read(&self, call: &Call, response: Response<Body>) -> Result<Answer, Silence> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, self.max_answer).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                return Silence::TooLarge;
            }
            let message = format!("{call}: the answer broke off: {error}");
            Silence::Failed(ApplyError::unavailable(message))
        })?;
        Ok(Answer {
            status: head.status,
            body: body.to_bytes().into(),
            retry_after: retry_after(&head.headers),
            warnings: warnings(&head.headers),
            repeated: false,
        })
    }
}

impl Call {
    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self { content_type: "", ..Self::json(Method::GET, target, Vec::new()) }
    }

    pub(crate) fn json(method: Method, target: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method, target: target.into(), accept: JSON, content_type: JSON, body }
    }

    fn request(&self) -> Result<Request<Body>, ApplyError> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.target)
            .header(ACCEPT, HeaderValue::from_static(self.accept));
        if !self.content_type.is_empty() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        }
        request
            .body(Body::from(self.body.clone()))
            .map_err(|error| ApplyError::Invalid(format!("{self}: {error}")))
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = self.target.split_once('?').map_or(&*self.target, |(path, _)| path);
        write!(f, "{} {path}", self.method)
    }
}

impl Answer {
    /// Whether the same call may go well a little later.
    fn is_transient(&self) -> bool {
        !self.status.is_success() && Refused::new(self).is_transient()
    }

    fn repeated_if(self, repeated: bool) -> Self {
        Self { repeated, ..self }
    }
}

/// Why a request got no response.
fn unsent(call: &Call, error: &kube::Error) -> ApplyError {
    match error {
        kube::Error::Auth(error) => ApplyError::Denied(format!(
            "{call}: no credentials could be obtained: {}",
            without_output(error)
        )),
        error => ApplyError::unavailable(format!("{call}: {}", chain(error))),
    }
}

/// What a credential plugin prints may hold the credentials.
fn without_output(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { cmd, out } => format!("`{cmd}` failed with {}", out.status),
        AuthError::AuthExecParse(_) => "what the plugin printed cannot be read".into(),
        error => error.to_string(),
    }
}

/// The message of the innermost cause: the outer ones only say that there is one.
fn chain(error: &kube::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The pause a server asks for, in its form of seconds (RFC 9110 §10.2.3); the API server never
/// sends the form of a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The texts of `Warning: 299 - "text"` headers (RFC 7234 §5.5).
fn warnings(headers: &HeaderMap) -> Vec<String> {
    let text = |value: &HeaderValue| {
        let (_, quoted) = value.to_str().ok()?.split_once('"')?;
        Some(quoted.rsplit_once('"')?.0.replace("\\\"", "\""))
    };
    headers.get_all(WARNING).iter().filter_map(text).collect()
}
