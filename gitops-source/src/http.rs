//! Servers behind http(s): what Git, files and charts share.

mod files;
mod options;

use std::net::IpAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::header::RETRY_AFTER;
use reqwest::{Client, RequestBuilder, Response, Url, redirect};

use crate::error::causes;
use crate::{Credential, SourceError};

pub use self::files::HttpFiles;
pub use self::options::{HttpOptions, PlainHttp};

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

/// A client for these options.
pub(crate) fn client(
    network: &Network,
    agent: &str,
    redirects: redirect::Policy,
) -> Result<Client, SourceError> {
    let unusable = |what: &str, error: reqwest::Error| {
        SourceError::invalid(format!(
            "the option `{what}` cannot be used: {}",
            causes(&error.without_url())
        ))
    };
    let mut builder = Client::builder()
        .user_agent(agent)
        .connect_timeout(network.connect)
        .pool_idle_timeout(KEPT_ALIVE)
        .redirect(redirects);
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

/// Follows where a server leads, some steps far and never from https to http.
pub(crate) fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let downgraded = attempt.url().scheme() == "http"
        && attempt.previous().last().is_some_and(|from| from.scheme() == "https");
    if downgraded || attempt.previous().len() > REDIRECTS {
        return attempt.stop();
    }
    attempt.follow()
}

/// The request with `credential`, where nobody on the way can read it.
pub(crate) fn authorise(
    request: RequestBuilder,
    url: &Url,
    credential: &Credential,
    plain: PlainHttp,
) -> Result<RequestBuilder, SourceError> {
    let allowed = url.scheme() == "https" || plain == PlainHttp::Anywhere || is_loopback(url);
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

/// What it means that `url` did not answer with 200.
pub(crate) fn refused(url: &Url, answer: &Response) -> SourceError {
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

pub(crate) fn lost(url: &Url, error: reqwest::Error) -> SourceError {
    SourceError::unavailable(format!("{url} cannot be reached: {}", causes(&error.without_url())))
}

/// Takes the user and password out of `url`, so that no text shows them.
pub(crate) fn take_credential(url: &mut Url) -> Option<Credential> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credential =
        (!url.username().is_empty() || url.password().is_some()).then(|| Credential::Basic {
            user: decode(url.username()),
            password: decode(url.password().unwrap_or_default()),
        });
    let cleared = url.set_username("").and_then(|()| url.set_password(None));
    debug_assert!(cleared.is_ok(), "an http URL has a host");
    credential
}

/// `text` without what stands before the host where that may hold a secret.
pub(crate) fn hide(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if !user.contains(':') && scheme.contains("ssh") => {
            format!("{user}@{host}")
        }
        Some((_, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    format!("{scheme}://{host}{path}")
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
