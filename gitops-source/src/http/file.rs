//! One file behind http(s).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use reqwest::{Response, StatusCode, Url};

use super::{Body, Caller, Network, PlainHttp, refusal};
use crate::{
    Credential, Credentials, Deadlines, Digest, Fetched, Limits, Revision, Source, SourceError,
    Tree, TreeBuilder, TreePath,
};

const AGENT: &str = concat!("gitops-source/", env!("CARGO_PKG_VERSION"));

/// One file behind http(s): its tree holds that file, under the last name of its address.
///
/// A revision is the digest of the content. Where the server gives entity tags, a file that is the
/// same is not sent again.
///
/// ```no_run
/// use gitops_source::{Fetched, HttpSource, Source};
///
/// # async fn example() -> Result<(), gitops_source::SourceError> {
/// let source = HttpSource::new("https://example.org/releases/v1/crds.yaml")?;
/// let Fetched::Changed { revision, tree } = source.fetch(None).await? else { unreachable!() };
/// println!("{revision}: {} bytes", tree.read("crds.yaml").map_or(0, <[u8]>::len));
/// # Ok(())
/// # }
/// ```
pub struct HttpSource {
    url: Url,
    /// The address without query and credentials, which may be secret.
    shown: Url,
    caller: Caller,
    options: HttpOptions,
    /// The entity tag of what was fetched last.
    tagged: Mutex<Option<(Digest, HeaderValue)>>,
}

/// How an [`HttpSource`] behaves.
#[derive(Clone, Default)]
pub struct HttpOptions {
    /// What a file may cost: [`Limits::file_bytes`] holds while it comes in.
    pub limits: Limits,
    /// How long things may take.
    pub deadlines: Deadlines,
    /// Where credentials come from. A user and password in the URL are used before.
    pub credentials: Option<Arc<dyn Credentials>>,
    /// Whether credentials may be sent over plain `http`.
    pub plain_http_credentials: PlainHttp,
    /// Certificates of authorities to trust besides the system's, in PEM.
    pub ca: Option<Vec<u8>>,
    /// The proxy, such as `http://proxy:3128`; by default the one that the environment names.
    pub proxy: Option<String>,
}

impl HttpOptions {
    /// Who sends requests under these options.
    pub(crate) fn caller(&self) -> Result<Caller, SourceError> {
        let (ca, proxy) = (self.ca.clone(), self.proxy.clone());
        let network = Network { connect: self.deadlines.connect, ca, proxy };
        Ok(Caller {
            client: network.client(AGENT, |_| true)?,
            credentials: self.credentials.clone(),
            credential: None,
            plain_http_credentials: self.plain_http_credentials,
        })
    }
}

impl HttpSource {
    /// The file at `url`, with default options.
    ///
    /// # Errors
    /// As [`with_options`](Self::with_options).
    pub fn new(url: impl AsRef<str>) -> Result<Self, SourceError> {
        Self::with_options(url, HttpOptions::default())
    }

    /// The file at `url`.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where the URL is none of http(s), or an option cannot be used.
    pub fn with_options(url: impl AsRef<str>, options: HttpOptions) -> Result<Self, SourceError> {
        let (url, shown, credential) = address(url.as_ref())?;
        let caller = Caller { credential, ..options.caller()? };
        Ok(Self { url, shown, caller, options, tagged: Mutex::default() })
    }

    /// Where the file is, without query and credentials.
    pub fn url(&self) -> String {
        self.shown.to_string()
    }

    async fn get(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        let tag = seen.and_then(|seen| self.tag_of(seen));
        let request = |client: &reqwest::Client| {
            let request = client.get(self.url.clone());
            match &tag {
                Some(tag) => request.header(IF_NONE_MATCH, tag.clone()),
                None => request,
            }
        };
        let answer = self.caller.clone().send(&self.shown, request).await?;
        match answer.status() {
            StatusCode::OK => self.take(answer, seen).await,
            StatusCode::NOT_MODIFIED if tag.is_some() => Ok(Fetched::Unchanged),
            _ => Err(refusal(&self.shown, &answer)),
        }
    }

    fn tag_of(&self, seen: &Revision) -> Option<HeaderValue> {
        let tagged = self.tagged.lock().unwrap_or_else(PoisonError::into_inner);
        let (digest, tag) = tagged.as_ref()?;
        (digest == seen.digest()).then(|| tag.clone())
    }

    async fn take(
        &self,
        answer: Response,
        seen: Option<&Revision>,
    ) -> Result<Fetched, SourceError> {
        let tag = answer.headers().get(ETAG).cloned();
        let (limit, idle) = (self.options.limits.file_bytes, self.options.deadlines.idle);
        let body = Body { answer, shown: self.shown.clone(), idle };
        let content = body.collect(limit, "file_bytes").await?;
        let revision = Revision::new(self.name(), Digest::sha256(&content));
        let tagged = tag.map(|tag| (revision.digest().clone(), tag));
        *self.tagged.lock().unwrap_or_else(PoisonError::into_inner) = tagged;
        if seen.is_some_and(|seen| seen.digest() == revision.digest()) {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::Changed { tree: self.tree(content)?, revision })
    }

    fn tree(&self, content: Bytes) -> Result<Tree, SourceError> {
        let mut builder = TreeBuilder::new(self.options.limits.clone());
        builder.insert(self.name(), content)?;
        Ok(builder.build())
    }

    /// What the file is called: the last name of its address that can be one.
    fn name(&self) -> &str {
        let last = self.shown.path().rsplit('/').find(|name| !name.is_empty());
        last.filter(|name| TreePath::new(name).is_ok_and(|it| !it.is_root())).unwrap_or("file")
    }
}

/// The address, the same without what may be secret, and the credential in it.
pub(crate) fn address(text: &str) -> Result<(Url, Url, Option<Credential>), SourceError> {
    let bare = text.split(['?', '#']).next().unwrap_or_default();
    let bare = bare.rsplit('@').next().unwrap_or_default();
    let refuse = |why: &str| SourceError::invalid(format!("`{bare}` is no URL of a file: {why}"));
    let mut url: Url = text.parse().map_err(|_| refuse("it cannot be read"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("only http and https are"));
    }
    let credential = crate::credentials::of_url(&url);
    let cleared = url.set_username("").and_then(|()| url.set_password(None));
    debug_assert!(cleared.is_ok(), "an http URL has a host");
    url.set_fragment(None);
    let mut shown = url.clone();
    shown.set_query(None);
    Ok((url, shown, credential))
}

impl fmt::Debug for HttpSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSource")
            .field("url", &self.shown.as_str())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("limits", &self.limits)
            .field("deadlines", &self.deadlines)
            .field("plain_http_credentials", &self.plain_http_credentials)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Source for HttpSource {
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        let total = self.options.deadlines.total;
        let late = |_| {
            let message = format!("{} was not fetched within {total:?}", self.shown);
            Err(SourceError::unavailable(message))
        };
        tokio::time::timeout(total, self.get(seen)).await.unwrap_or_else(late)
    }
}
