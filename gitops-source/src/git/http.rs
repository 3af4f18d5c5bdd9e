//! Git's smart HTTP protocol (git's Documentation/gitprotocol-http).

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};

use super::link::{Allowance, Peer};
use crate::SourceError;
use crate::http::{Caller, Network, lost, refusal};

const AGENT: &str = concat!("git/gitops-source-", env!("CARGO_PKG_VERSION"));
/// What a server says before its refs, unless it saves the words.
const ANNOUNCEMENT: &[u8] = b"001e# service=git-upload-pack\n0000";

/// Whether the server was greeted before, so that the first request is already a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    Due,
    Done,
}

/// A server that each request is posted to.
pub(super) struct Http {
    pub(super) caller: Caller,
    /// The repository, where redirects led.
    pub(super) url: Url,
    pub(super) greeting: Greeting,
    pub(super) allowance: Allowance,
    pub(super) request: BytesMut,
    pub(super) answer: Option<Response>,
}

/// A client that follows the first request of a fetch where it is redirected, as git does.
pub(super) fn client(network: &Network) -> Result<Client, SourceError> {
    network.client(AGENT, |attempt| attempt.url().path().ends_with("/info/refs"))
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
            self.caller.forget();
        }
        self.url = url;
    }

    async fn post(&mut self) -> Result<(), SourceError> {
        let url = below(&self.url, "git-upload-pack");
        let request = self.request.split().freeze();
        self.answer = Some(self.exchange(Method::POST, &url, request).await?);
        Ok(())
    }

    async fn exchange(
        &mut self,
        method: Method,
        url: &Url,
        body: Bytes,
    ) -> Result<Response, SourceError> {
        self.greeting = Greeting::Done;
        self.answer = None;
        let request = |client: &Client| {
            let request = headers(client.request(method.clone(), url.clone()), &method);
            if body.is_empty() { request } else { request.body(body.clone()) }
        };
        let answer = self.caller.send(&self.url, request).await?;
        self.accept(answer)
    }

    /// The answer if it is one, else what its status means.
    fn accept(&self, answer: Response) -> Result<Response, SourceError> {
        if answer.status() != StatusCode::OK {
            return Err(refusal(&self.url, &answer));
        }
        let length = answer.content_length().unwrap_or(0);
        self.allowance.check(length).map(|()| answer)
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
