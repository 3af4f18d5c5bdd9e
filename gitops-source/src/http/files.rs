//! Single files behind http(s).

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{ETAG, HeaderMap, IF_NONE_MATCH};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use tokio::time::timeout;

use super::{authorise, client, follow, lost, refused, take_credential};
use crate::{Credential, HttpOptions, SourceError};

const AGENT: &str = concat!("gitops-source/", env!("CARGO_PKG_VERSION"));

/// Fetches single files over http(s), within limits and deadlines.
///
/// Redirects are followed, ten at most and never from https to http; credentials stay with the
/// server that they are for. Dropping a future breaks its request off.
///
/// ```no_run
/// use gitops_source::{HttpFiles, HttpOptions};
///
/// # async fn example() -> Result<(), gitops_source::SourceError> {
/// let files = HttpFiles::new(HttpOptions { file_bytes: 1 << 20, ..HttpOptions::default() })?;
/// let crds = files.get("https://example.com/releases/v1.2.0/crds.yaml").await?;
/// assert!(crds.starts_with(b"apiVersion:"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct HttpFiles {
    client: Client,
    options: HttpOptions,
}

/// A file that is being received.
#[derive(Debug)]
pub(crate) struct Body {
    answer: Response,
    url: Url,
    idle: Duration,
}

impl HttpFiles {
    /// A client with these options.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] for certificates or a proxy that cannot be used.
    pub fn new(options: HttpOptions) -> Result<Self, SourceError> {
        let client = client(&options.network(), AGENT, redirect::Policy::custom(follow))?;
        Ok(Self { client, options })
    }

    /// The file at `url`.
    ///
    /// # Errors
    /// [`SourceError`]; its [`class`](SourceError::class) says whether to retry.
    pub async fn get(&self, url: &str) -> Result<Bytes, SourceError> {
        let url = address(url)?;
        let limit = self.options.file_bytes;
        self.within(async {
            let body = self.open(&url, None).await?;
            let body = body.ok_or_else(|| {
                SourceError::invalid("the server answered 304 to a first request")
            })?;
            body.collect(limit, "file_bytes").await
        })
        .await
    }

    /// Asks for `url`; there is none where it still has the tag `seen`.
    pub(crate) async fn open(
        &self,
        url: &Url,
        seen: Option<&str>,
    ) -> Result<Option<Body>, SourceError> {
        let mut url = url.clone();
        let named = take_credential(&mut url);
        let mut credential = match &named {
            Some(named) => Some(named.clone()),
            None => self.credential(&url).await?,
        };
        let mut answer = self.ask(&url, seen, credential.as_ref()).await?;
        if answer.status() == StatusCode::UNAUTHORIZED && named.is_none() {
            let refused = credential.take();
            credential = self.another(&url).await?;
            if credential.is_some() && credential != refused {
                answer = self.ask(&url, seen, credential.as_ref()).await?;
            }
        }
        match answer.status() {
            StatusCode::OK => Ok(Some(Body { answer, url, idle: self.options.deadlines.idle })),
            StatusCode::NOT_MODIFIED if seen.is_some() => Ok(None),
            _ => Err(refused(&url, &answer)),
        }
    }

    /// What `work` gives, unless it takes too long.
    pub(crate) async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, SourceError>>,
    ) -> Result<T, SourceError> {
        let total = self.options.deadlines.total;
        timeout(total, work).await.unwrap_or_else(|_| {
            Err(SourceError::unavailable(format!("it took longer than {total:?}")))
        })
    }

    async fn ask(
        &self,
        url: &Url,
        seen: Option<&str>,
        credential: Option<&Credential>,
    ) -> Result<Response, SourceError> {
        let mut request = self.client.get(url.clone());
        if let Some(seen) = seen {
            request = request.header(IF_NONE_MATCH, seen);
        }
        if let Some(credential) = credential {
            let plain = self.options.plain_http_credentials;
            request = authorise(request, url, credential, plain)?;
        }
        let idle = self.options.deadlines.idle;
        match timeout(idle, request.send()).await {
            Ok(answer) => answer.map_err(|error| lost(url, error)),
            Err(_) => Err(silent(url, idle)),
        }
    }

    async fn credential(&self, url: &Url) -> Result<Option<Credential>, SourceError> {
        match &self.options.credentials {
            Some(credentials) => credentials.credential(url.as_str()).await,
            None => Ok(None),
        }
    }

    async fn another(&self, url: &Url) -> Result<Option<Credential>, SourceError> {
        if let Some(credentials) = &self.options.credentials {
            credentials.rejected(url.as_str()).await;
        }
        self.credential(url).await
    }
}

impl Body {
    /// The tag by which the server knows this state of the file.
    pub(crate) fn tag(&self) -> Option<String> {
        let headers: &HeaderMap = self.answer.headers();
        Some(headers.get(ETAG)?.to_str().ok()?.to_owned())
    }

    /// The next bytes; none at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, SourceError> {
        match timeout(self.idle, self.answer.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| lost(&self.url, error)),
            Err(_) => Err(silent(&self.url, self.idle)),
        }
    }

    /// All bytes, `limit` of them at most.
    pub(crate) async fn collect(
        mut self,
        limit: u64,
        option: &'static str,
    ) -> Result<Bytes, SourceError> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if (all.len() + chunk.len()) as u64 > limit {
                let what = self.url.to_string();
                return Err(SourceError::Limit { what, limit, option });
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

/// The address that `text` is.
pub(crate) fn address(text: &str) -> Result<Url, SourceError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    // The text may hold a password.
    url.ok_or_else(|| SourceError::invalid("an address has to be such as `https://host/path`"))
}

fn silent(url: &Url, idle: Duration) -> SourceError {
    SourceError::unavailable(format!("{url} said nothing for {idle:?}"))
}
