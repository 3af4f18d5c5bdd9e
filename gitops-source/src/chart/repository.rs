//! Chart repositories behind http(s): an `index.yaml` and the archives that it names.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use reqwest::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use reqwest::{Client, Response, StatusCode, Url};

use super::index::{Cut, Entry};
use super::version::Wanted;
use super::{Chart, ChartOptions, ChartQuery, Found, PassCredentials, Provenance};
use crate::http::{Body, Caller, address, refusal};
use crate::{Algorithm, Digest, SourceError};

/// A repository, by the address of its folder.
pub(super) struct Repository {
    url: Url,
    /// Without query, which may be secret.
    shown: Url,
    caller: Caller,
    options: ChartOptions,
    /// The tag of the last index, and what it said about the chart.
    last: Mutex<Option<(HeaderValue, Vec<Entry>)>>,
}

impl Repository {
    pub(super) fn new(url: &str, options: ChartOptions) -> Result<Self, SourceError> {
        let (url, shown, credential) = address(url)?;
        let caller = Caller { credential, ..options.http.caller()? };
        Ok(Self { url, shown, caller, options, last: Mutex::default() })
    }

    /// Where it is, without secrets.
    pub(super) fn shown(&self) -> String {
        self.shown.to_string()
    }

    /// The version that the index has for `query`.
    pub(super) async fn find(&self, query: &ChartQuery) -> Result<Found, SourceError> {
        let entries = self.entries(&query.name).await?;
        if entries.is_empty() {
            return Err(SourceError::NotFound("the index does not know such a chart".to_owned()));
        }
        let wanted = Wanted::parse(&query.version)?;
        let Some(best) = wanted.best(&entries, |entry| &entry.version) else {
            return Err(SourceError::NotFound(format!(
                "none of the {} versions in the index fits",
                entries.len()
            )));
        };
        let Some(at) = best.urls.first() else {
            return Err(SourceError::invalid(format!(
                "the index names no address for version {}",
                best.version
            )));
        };
        Ok(Found {
            version: best.version.clone(),
            digest: digest(&best.digest)?,
            at: self.resolve(at)?.to_string(),
        })
    }

    /// The archive that `found` is.
    pub(super) async fn download(
        &self,
        query: &ChartQuery,
        found: &Found,
    ) -> Result<Chart, SourceError> {
        let (url, ..) = address(&found.at)?;
        let archive = self.get(&url, self.options.limits.archive_bytes).await?;
        let digest = Digest::sha256(&archive);
        if found.digest.as_ref().is_some_and(|told| *told != digest) {
            return Err(SourceError::Corrupt(format!(
                "the archive of version {} is not the one that the index tells of: it has the digest \
                 {digest}",
                found.version
            )));
        }
        let provenance = self.provenance(&url).await?;
        let (name, version) = (query.name.clone(), found.version.clone());
        Ok(Chart { name, version, digest, archive, provenance })
    }

    async fn entries(&self, name: &str) -> Result<Vec<Entry>, SourceError> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let seen = last.as_ref().map(|(tag, _)| tag);
        let url = self.resolve("index.yaml")?;
        let request = |client: &Client| {
            let request = client.get(url.clone());
            match seen {
                Some(tag) => request.header(IF_NONE_MATCH, tag.clone()),
                None => request,
            }
        };
        let answer = self.caller.clone().send(&self.shown, request).await?;
        if let (StatusCode::NOT_MODIFIED, Some((_, entries))) = (answer.status(), &last) {
            return Ok(entries.clone());
        }
        let tag = answer.headers().get(ETAG).cloned();
        let mut body = self.body(answer, &url)?;
        let limit = self.options.limits.index_bytes;
        let mut cut = Cut::new(name, self.options.limits.entry_bytes);
        let mut bytes = 0;
        while let Some(chunk) = body.chunk().await? {
            bytes += chunk.len() as u64;
            body.check(bytes, limit, "limits.index_bytes")?;
            cut.push(&chunk)?;
        }
        let entries = cut.finish()?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
            tag.map(|tag| (tag, entries.clone()));
        Ok(entries)
    }

    async fn provenance(&self, archive: &Url) -> Result<Option<Bytes>, SourceError> {
        const LIMIT: u64 = 1 << 20;
        if self.options.provenance == Provenance::Ignored {
            return Ok(None);
        }
        let mut url = archive.clone();
        url.set_path(&format!("{}.prov", archive.path()));
        match self.get(&url, LIMIT).await {
            Ok(statement) => Ok(Some(statement)),
            Err(SourceError::NotFound(_)) if self.options.provenance == Provenance::IfPresent => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn get(&self, url: &Url, limit: u64) -> Result<Bytes, SourceError> {
        let mut caller = self.caller.clone();
        let passed = self.options.pass_credentials == PassCredentials::AllServers
            || url.origin() == self.url.origin();
        if !passed {
            caller.forget();
        }
        // Who is asked for credentials is asked for the repository's, wherever archives lie.
        let account = if passed { &self.shown } else { url };
        let answer = caller.send(account, |client| client.get(url.clone())).await?;
        self.body(answer, url)?.collect(limit, "limits.archive_bytes").await
    }

    fn body(&self, answer: Response, url: &Url) -> Result<Body, SourceError> {
        let mut shown = url.clone();
        shown.set_query(None);
        if answer.status() != StatusCode::OK {
            return Err(refusal(&shown, &answer));
        }
        Ok(Body { answer, shown, idle: self.options.http.deadlines.idle })
    }

    /// The address that `reference` is, seen from the repository's folder (Helm's
    /// `ResolveReferenceURL`: the query of the repository stays).
    fn resolve(&self, reference: &str) -> Result<Url, SourceError> {
        if reference.contains("://") {
            return address(reference).map(|(url, ..)| url);
        }
        let mut folder = self.url.clone();
        folder.set_path(&format!("{}/", self.url.path().trim_end_matches('/')));
        let mut url = folder.join(reference).map_err(|error| {
            SourceError::invalid(format!("the index names `{reference}`, no address: {error}"))
        })?;
        url.set_query(self.url.query());
        Ok(url)
    }
}

/// The digest that an index tells, with or without the name of the algorithm.
fn digest(text: &str) -> Result<Option<Digest>, SourceError> {
    if text.is_empty() {
        return Ok(None);
    }
    let digest = if text.contains(':') { text.parse() } else { format!("sha256:{text}").parse() };
    let digest: Digest = digest?;
    if digest.algorithm() != Algorithm::Sha256 {
        return Err(SourceError::invalid(format!("the index tells `{text}`, no SHA-256")));
    }
    Ok(Some(digest))
}
