//! Git's smart HTTP protocol (git's Documentation/gitprotocol-http).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, redirect};

use super::link::{Allowance, Peer};
use crate::error::causes;
use crate::{Credential, Credentials, SourceError};

const AGENT: &str = concat!("git/gitops-source-", env!("CARGO_PKG_VERSION"));
/// How long a connection is kept for the next request: shorter than servers keep theirs, so that
/// a lookup once a minute does not meet a connection that is just being closed.
const KEPT_ALIVE: Duration = Duration::from_secs(5);
const REDIRECTS: usize = 10;

/// What a server says before its refs, unless it saves the words.
const ANNOUNCEMENT: &[u8] = b"001e# service=git-upload-pack\n0000";

/// How to reach servers.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    pub(super) connect: Duration,
    pub(super) ca: Option<Vec<u8>>,
    pub(super) proxy: Option<String>,
}

/// Whether the server was greeted before, so that the first request is already a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    Due,
    Done,
}

/// A server that each request is posted to.
pub(super) struct Http {
    pub(super) client: Client,
    /// The repository, where redirects led.
    pub(super) url: Url,
    pub(super) greeting: Greeting,
    pub(super) credentials: Option<Arc<dyn Credentials>>,
    pub(super) credential: Option<Credential>,
    pub(super) plain_http_credentials: PlainHttp,
    pub(super) allowance: Allowance,
    pub(super) request: BytesMut,
    pub(super) answer: Option<Response>,
}

/// Whether credentials may be sent over plain `http`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainHttp {
    /// Only to this machine; the default.
    #[default]
    LoopbackOnly,
    /// To anyone, where each who carries them can read them.
    Anywhere,
}

/// A client for these options.
pub(super) fn client(network: &Network) -> Result<Client, SourceError> {
    let unusable = |what: &str, error: reqwest::Error| {
        SourceError::invalid(format!(
            "the option `{what}` cannot be used: {}",
            causes(&error.without_url())
        ))
    };
    let mut builder = Client::builder()
        .user_agent(AGENT)
        .connect_timeout(network.connect)
        .pool_idle_timeout(KEPT_ALIVE)
        .redirect(redirect::Policy::custom(redirect));
    if let Some(pem) = &network.ca {
        let certificates =
            reqwest::Certificate::from_pem_bundle(pem).map_err(|error| unusable("ca", error))?;
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(proxy) = &network.proxy {
        builder =
            builder.proxy(reqwest::Proxy::all(proxy).map_err(|error| unusable("proxy", error))?);
    }
    builder.build().map_err(|error| {
        let why = causes(&error.without_url());
        SourceError::invalid(format!("no client for http(s) can be made: {why}"))
    })
}

/// Follows the first request of a fetch, as git does, and never from https to http.
fn redirect(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let downgraded = attempt.url().scheme() == "http"
        && attempt.previous().last().is_some_and(|from| from.scheme() == "https");
    let greeting = attempt.url().path().ends_with("/info/refs");
    if downgraded || !greeting || attempt.previous().len() > REDIRECTS {
        return attempt.stop();
    }
    attempt.follow()
}

impl Http {
    async fn greet(&mut self) -> Result<Bytes, SourceError> {
        let mut url = below(&self.url, "info/refs");
        url.set_query(Some("service=git-upload-pack"));
        let answer = self.exchange(Method::GET, &url, Bytes::new()).await?;
        let kind =
            answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        if kind != b"application/x-git-upload-pack-advertisement" {
            let url = &self.url;
            return Err(SourceError::NotFound(format!(
                "there is a web page at {url}, no Git repository"
            )));
        }
        let mut base = answer.url().clone();
        base.set_query(None);
        if let Some(path) = base.path().strip_suffix("/info/refs").map(str::to_owned) {
            base.set_path(&path);
            self.move_to(base);
        }
        self.answer = Some(answer);
        let mut first = BytesMut::new();
        while first.len() < ANNOUNCEMENT.len() {
            let more = self.chunk().await?;
            if more.is_empty() {
                break;
            }
            first.extend_from_slice(&more);
        }
        let first = first.freeze();
        let skip = if first.starts_with(ANNOUNCEMENT) { ANNOUNCEMENT.len() } else { 0 };
        Ok(first.slice(skip..))
    }

    /// Goes on at `url`; credentials stay behind where that is someone else.
    fn move_to(&mut self, url: Url) {
        if url.origin() != self.url.origin() {
            self.credential = None;
            self.credentials = None;
        }
        self.url = url;
    }

    async fn post(&mut self) -> Result<(), SourceError> {
        let url = below(&self.url, "git-upload-pack");
        let request = self.request.split().freeze();
        self.answer = Some(self.exchange(Method::POST, &url, request).await?);
        Ok(())
    }

    /// Sends a request; once more with another credential if the first is not accepted.
    async fn exchange(
        &mut self,
        method: Method,
        url: &Url,
        body: Bytes,
    ) -> Result<Response, SourceError> {
        self.greeting = Greeting::Done;
        self.answer = None;
        let mut credential = self.known_credential().await?;
        for attempt in 1.. {
            let request = self.client.request(method.clone(), url.clone());
            let request = if body.is_empty() { request } else { request.body(body.clone()) };
            let request = match &credential {
                Some(credential) => self.authorise(request, credential)?,
                None => request,
            };
            let answer =
                headers(request, &method).send().await.map_err(|error| lost(&self.url, error))?;
            if answer.status() != StatusCode::UNAUTHORIZED || attempt == 2 {
                return self.accept(answer);
            }
            let next = self.next_credential().await?;
            if next.is_none() || next == credential {
                return self.accept(answer);
            }
            credential = next;
        }
        unreachable!("the second attempt returns")
    }

    async fn known_credential(&mut self) -> Result<Option<Credential>, SourceError> {
        if let (None, Some(credentials)) = (&self.credential, &self.credentials) {
            self.credential = credentials.credential(self.url.as_str()).await?;
        }
        Ok(self.credential.clone())
    }

    async fn next_credential(&mut self) -> Result<Option<Credential>, SourceError> {
        let Some(credentials) = &self.credentials else { return Ok(None) };
        credentials.rejected(self.url.as_str()).await;
        self.credential = credentials.credential(self.url.as_str()).await?;
        Ok(self.credential.clone())
    }

    fn authorise(
        &self,
        request: RequestBuilder,
        credential: &Credential,
    ) -> Result<RequestBuilder, SourceError> {
        let allowed = self.url.scheme() == "https"
            || self.plain_http_credentials == PlainHttp::Anywhere
            || is_loopback(&self.url);
        if !allowed {
            let url = &self.url;
            return Err(SourceError::Denied(format!(
                "credentials for {url} would be readable on the way; use https, or allow it with \
                 the option `plain_http_credentials`"
            )));
        }
        Ok(match credential {
            Credential::Basic { user, password } => request.basic_auth(user, Some(password)),
            Credential::Bearer(token) => request.bearer_auth(token),
        })
    }

    /// The answer if it is one, else what its status means.
    fn accept(&self, answer: Response) -> Result<Response, SourceError> {
        let (status, url) = (answer.status(), &self.url);
        if status == StatusCode::OK {
            let length = answer.content_length().unwrap_or(0);
            return self.allowance.check(length).map(|()| answer);
        }
        let message = format!("{url} answered {status}");
        Err(match status.as_u16() {
            401 | 403 | 407 => SourceError::Denied(message),
            404 | 410 => SourceError::NotFound(message),
            408 | 425 | 429 | 500.. => {
                let wait =
                    answer.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok()?.parse().ok());
                SourceError::Unavailable { message, retry_after: wait.map(Duration::from_secs) }
            }
            _ => SourceError::invalid(message),
        })
    }

    async fn chunk(&mut self) -> Result<Bytes, SourceError> {
        let Some(answer) = &mut self.answer else { return Ok(Bytes::new()) };
        let chunk = answer.chunk().await.map_err(|error| lost(&self.url, error))?;
        Ok(chunk.unwrap_or_default())
    }
}

#[async_trait]
impl Peer for Http {
    async fn send(&mut self, bytes: Bytes) -> Result<(), SourceError> {
        self.request.extend_from_slice(&bytes);
        Ok(())
    }

    async fn receive(&mut self) -> Result<Bytes, SourceError> {
        if self.greeting == Greeting::Due {
            return self.greet().await;
        }
        if !self.request.is_empty() {
            self.post().await?;
        }
        self.chunk().await
    }
}

fn headers(request: RequestBuilder, method: &Method) -> RequestBuilder {
    let request = request.header("Git-Protocol", "version=2");
    if *method == Method::GET {
        return request.header("Pragma", "no-cache");
    }
    request
        .header(CONTENT_TYPE, "application/x-git-upload-pack-request")
        .header(ACCEPT, "application/x-git-upload-pack-result")
}

fn below(url: &Url, path: &str) -> Url {
    let mut below = url.clone();
    below.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
    below
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn lost(url: &Url, error: reqwest::Error) -> SourceError {
    SourceError::unavailable(format!("{url} cannot be reached: {}", causes(&error.without_url())))
}
