//! What all sources over http(s) share: clients, credentials, and what a status means.

mod body;
mod file;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, redirect};

use crate::error::causes;
use crate::{Credential, Credentials, SourceError};

pub(crate) use self::body::Body;
#[cfg(feature = "charts")]
pub(crate) use self::file::address;
pub use self::file::{HttpOptions, HttpSource};

/// How long a connection is kept for the next request: shorter than servers keep theirs, so that
/// a lookup once a minute does not meet a connection that is just being closed.
const KEPT_ALIVE: Duration = Duration::from_secs(5);
const REDIRECTS: usize = 10;

/// How to reach servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    pub(crate) connect: Duration,
    pub(crate) ca: Option<Vec<u8>>,
    pub(crate) proxy: Option<String>,
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

/// Sends requests with credentials.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) credentials: Option<Arc<dyn Credentials>>,
    /// The one that was given last.
    pub(crate) credential: Option<Credential>,
    pub(crate) plain_http_credentials: PlainHttp,
}

impl Network {
    /// A client that calls itself `agent` and is redirected as `follows` allows.
    pub(crate) fn client(
        &self,
        agent: &str,
        follows: fn(&redirect::Attempt<'_>) -> bool,
    ) -> Result<Client, SourceError> {
        let unusable = |what: &str, error: reqwest::Error| {
            SourceError::invalid(format!(
                "the option `{what}` cannot be used: {}",
                causes(&error.without_url())
            ))
        };
        let redirects = redirect::Policy::custom(move |attempt| {
            let few = attempt.previous().len() <= REDIRECTS;
            if few && !is_downgrade(&attempt) && follows(&attempt) {
                attempt.follow()
            } else {
                attempt.stop()
            }
        });
        let mut builder = Client::builder()
            .user_agent(agent)
            .connect_timeout(self.connect)
            .pool_idle_timeout(KEPT_ALIVE)
            .redirect(redirects);
        if let Some(pem) = &self.ca {
            let certificates = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| unusable("ca", error))?;
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some(proxy) = &self.proxy {
            let proxy = reqwest::Proxy::all(proxy).map_err(|error| unusable("proxy", error))?;
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| {
            let why = causes(&error.without_url());
            SourceError::invalid(format!("no client for http(s) can be made: {why}"))
        })
    }
}

/// Whether a redirect leads from https to http.
fn is_downgrade(attempt: &redirect::Attempt<'_>) -> bool {
    attempt.url().scheme() == "http"
        && attempt.previous().last().is_some_and(|from| from.scheme() == "https")
}

impl Caller {
    /// Sends a request to the server at `url`; once more with another credential if the first is
    /// not accepted.
    pub(crate) async fn send(
        &mut self,
        url: &Url,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Response, SourceError> {
        let credential = self.known_credential(url).await?;
        let answer = self.send_as(url, request(&self.client), credential.as_ref()).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        match self.next_credential(url).await? {
            next if next.is_none() || next == credential => Ok(answer),
            next => self.send_as(url, request(&self.client), next.as_ref()).await,
        }
    }

    async fn send_as(
        &self,
        url: &Url,
        request: RequestBuilder,
        credential: Option<&Credential>,
    ) -> Result<Response, SourceError> {
        let request = match credential {
            Some(credential) => self.authorise(request, url, credential)?,
            None => request,
        };
        request.send().await.map_err(|error| lost(url, error))
    }

    /// Leaves the credentials behind.
    pub(crate) fn forget(&mut self) {
        self.credential = None;
        self.credentials = None;
    }

    async fn known_credential(&mut self, url: &Url) -> Result<Option<Credential>, SourceError> {
        if let (None, Some(credentials)) = (&self.credential, &self.credentials) {
            self.credential = credentials.credential(url.as_str()).await?;
        }
        Ok(self.credential.clone())
    }

    async fn next_credential(&mut self, url: &Url) -> Result<Option<Credential>, SourceError> {
        let Some(credentials) = &self.credentials else { return Ok(None) };
        credentials.rejected(url.as_str()).await;
        self.credential = credentials.credential(url.as_str()).await?;
        Ok(self.credential.clone())
    }

    fn authorise(
        &self,
        request: RequestBuilder,
        url: &Url,
        credential: &Credential,
    ) -> Result<RequestBuilder, SourceError> {
        let allowed = url.scheme() == "https"
            || self.plain_http_credentials == PlainHttp::Anywhere
            || is_loopback(url);
        if !allowed {
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
}

/// What it means that `url` gave an answer that is none.
pub(crate) fn refusal(url: &Url, answer: &Response) -> SourceError {
    let status = answer.status();
    let message = format!("{url} answered {status}");
    match status.as_u16() {
        401 | 403 | 407 => SourceError::Denied(message),
        404 | 410 => SourceError::NotFound(message),
        408 | 425 | 429 | 500.. => {
            let wait =
                answer.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok()?.parse().ok());
            SourceError::Unavailable { message, retry_after: wait.map(Duration::from_secs) }
        }
        _ => SourceError::invalid(message),
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What it means that a request or its answer came to nothing.
pub(crate) fn lost(url: &Url, error: reqwest::Error) -> SourceError {
    SourceError::unavailable(format!("{url} cannot be reached: {}", causes(&error.without_url())))
}
