//! Git repositories.

mod options;

mod address;
mod local;
mod remote;
mod select;

mod http;
mod link;
mod session;
mod stream;

mod mirror;

mod links;
mod objects;
mod read;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::BytesMut;
use gix_protocol::transport::client::Capabilities;
use tempfile::TempDir;

use self::address::{Address, Place};
use self::http::{Greeting, Http};
use self::link::{Allowance, Peer, link, serve};
use self::read::{Memory, Wanted};
use self::remote::Job;
use self::select::Selection;
use self::session::{Kept, Start};
use self::stream::{Daemon, Ssh};
use crate::http::{Caller, Network};
use crate::stop::{StopOnDrop, broken_off};
use crate::{Fetched, RefSelector, Revision, Source, SourceError};

pub use self::options::{GitOptions, Progress};

/// A branch, tag, version range, ref or commit of a Git repository.
///
/// The repository is given as a URL (`https://`, `http://`, `git://`, `ssh://`, `file://`), as
/// `user@host:path`, or as a path. One on this machine is read in place. One on a server is
/// looked up by its refs alone, which costs one round trip while nothing changes; what is new
/// comes into a bare mirror (see [`GitOptions::mirror`]) that is whole at every instant, and is
/// read from there without a checkout.
///
/// Dropping the future of a fetch cancels it. Fetches of one source, and of processes that share
/// a mirror, wait for each other.
pub struct GitSource {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    selector: RefSelector,
    selection: Selection,
    wanted: Wanted,
    memory: Memory,
    options: GitOptions,
    client: Mutex<Option<reqwest::Client>>,
    capabilities: Mutex<Option<Capabilities>>,
    temporary: Mutex<Option<Arc<TempDir>>>,
}

impl GitSource {
    /// A source that follows `selector` in the repository at `url`, with default options.
    ///
    /// # Errors
    /// As [`with_options`](Self::with_options).
    pub fn new(url: impl AsRef<str>, selector: RefSelector) -> Result<Self, SourceError> {
        Self::with_options(url, selector, GitOptions::default())
    }

    /// A source that follows `selector` in the repository at `url`.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where the URL, the selector or an option cannot be used.
    pub fn with_options(
        url: impl AsRef<str>,
        selector: RefSelector,
        options: GitOptions,
    ) -> Result<Self, SourceError> {
        let shared = Shared {
            address: Address::parse(url.as_ref())?,
            selection: Selection::new(&selector)?,
            selector,
            wanted: options.wanted(),
            memory: Memory::default(),
            options,
            client: Mutex::default(),
            capabilities: Mutex::default(),
            temporary: Mutex::default(),
        };
        if let Place::Http(_) = shared.address.place {
            shared.client()?;
        }
        Ok(Self { shared: Arc::new(shared) })
    }

    /// What it follows.
    pub fn selector(&self) -> &RefSelector {
        &self.shared.selector
    }

    /// Whether the repository lies on this machine, and is read in place.
    pub fn is_local(&self) -> bool {
        matches!(self.shared.address.place, Place::Local(_))
    }

    /// Where the repository is, without credentials.
    pub fn url(&self) -> String {
        self.shared.address.to_string()
    }
}

impl fmt::Debug for GitSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { address, selector, options, .. } = &*self.shared;
        f.debug_struct("GitSource")
            .field("url", &address.to_string())
            .field("selector", selector)
            .field("options", options)
            .finish()
    }
}

#[async_trait]
impl Source for GitSource {
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        let shared = &self.shared;
        if let (Selection::Commit(id), Some(seen)) = (&shared.selection, seen)
            && *seen.digest() == objects::digest(*id)
        {
            return Ok(Fetched::Unchanged);
        }
        let total = shared.options.deadlines.total;
        let late = |_| {
            let message = format!("{} was not fetched within {total:?}", shared.address);
            Err(SourceError::unavailable(message))
        };
        let fetch = tokio::time::timeout(total, shared.fetch(seen.cloned()));
        let fetched = fetch.await.unwrap_or_else(late);
        shared.log(&fetched);
        fetched
    }
}

impl Shared {
    async fn fetch(self: &Arc<Self>, seen: Option<Revision>) -> Result<Fetched, SourceError> {
        if let Place::Local(path) = &self.address.place {
            return self.fetch_local(path.clone(), seen).await;
        }
        let known = self.capabilities.lock().unwrap_or_else(PoisonError::into_inner).take();
        let shortcut = known.is_some();
        match self.fetch_remote(seen.clone(), known).await {
            // What was known of the server may have become wrong.
            Err(SourceError::Invalid(_) | SourceError::Corrupt(_)) if shortcut => {
                self.fetch_remote(seen, None).await
            }
            fetched => fetched,
        }
    }

    async fn fetch_local(
        self: &Arc<Self>,
        path: PathBuf,
        seen: Option<Revision>,
    ) -> Result<Fetched, SourceError> {
        let stop = StopOnDrop::default();
        let (flag, own) = (Arc::clone(&stop.0), Arc::clone(self));
        let work = tokio::task::spawn_blocking(move || {
            local::fetch(&path, &own.selection, &own.wanted, &own.memory, seen.as_ref(), &flag)
        });
        let fetched = work.await.unwrap_or_else(|error| Err(broken_off(&error)));
        fetched.map_err(|error| self.at(error))
    }

    async fn fetch_remote(
        self: &Arc<Self>,
        seen: Option<Revision>,
        known: Option<Capabilities>,
    ) -> Result<Fetched, SourceError> {
        let allowance = Allowance::new(self.options.limits.clone());
        let (mut peer, start) = self.connect(known, &allowance).await?;
        let (reader, writer, calls) = link();
        let (mirror, temporary) = self.mirror()?;
        let stop = StopOnDrop::default();
        let (own, flag, allowed) = (Arc::clone(self), Arc::clone(&stop.0), allowance.clone());
        let work = tokio::task::spawn_blocking(move || {
            let place = own.address.to_string();
            let job = Job {
                place: &place,
                selection: &own.selection,
                wanted: &own.wanted,
                memory: &own.memory,
                depth: own.options.depth,
                packs: own.options.packs,
                mirror: &mirror,
                seen: seen.as_ref(),
                allowance: &allowed,
                stop: &flag,
            };
            let done = remote::fetch(&job, reader, writer, start);
            drop(temporary);
            done
        });
        let (idle, progress) = (self.options.deadlines.idle, self.options.progress.as_deref());
        let served = serve(calls, peer.as_mut(), idle, &allowance, progress).await;
        let done = work.await;
        served.map_err(|error| self.at(error))?;
        let (fetched, capabilities) = done.unwrap_or_else(|error| (Err(broken_off(&error)), None));
        *self.capabilities.lock().unwrap_or_else(PoisonError::into_inner) = capabilities;
        fetched.map_err(|error| self.at(error))
    }

    async fn connect(
        &self,
        known: Option<Capabilities>,
        allowance: &Allowance,
    ) -> Result<(Box<dyn Peer>, Start), SourceError> {
        let connect = self.options.deadlines.connect;
        match &self.address.place {
            Place::Http(url) => {
                let greeting = if known.is_some() { Greeting::Done } else { Greeting::Due };
                let caller = Caller {
                    client: self.client()?,
                    credentials: self.options.credentials.clone(),
                    credential: self.address.credential.clone(),
                    plain_http_credentials: self.options.plain_http_credentials,
                };
                let peer = Http {
                    caller,
                    url: url.clone(),
                    greeting,
                    allowance: allowance.clone(),
                    request: BytesMut::new(),
                    answer: None,
                };
                Ok((Box::new(peer), known.map_or(Start::Server(Kept::Nothing), Start::Known)))
            }
            Place::Daemon { host, port, path } => {
                let peer = Daemon::connect(host, *port, connect).await?;
                let start = Start::Daemon { path: path.clone(), host: host.clone(), port: *port };
                Ok((Box::new(peer), start))
            }
            Place::Ssh { destination, port, path } => {
                let peer = Ssh::start(&self.options.ssh, destination, *port, path, connect)?;
                Ok((Box::new(peer), Start::Server(Kept::Connection)))
            }
            Place::Local(path) => {
                Err(SourceError::invalid(format!("`{}` is read in place", path.display())))
            }
        }
    }

    fn client(&self) -> Result<reqwest::Client, SourceError> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        let options = &self.options;
        let network = Network {
            connect: options.deadlines.connect,
            ca: options.ca.clone(),
            proxy: options.proxy.clone(),
        };
        let made = http::client(&network)?;
        Ok(client.insert(made).clone())
    }

    /// Where the mirror is; a temporary one lives as long as someone needs it.
    fn mirror(&self) -> Result<(PathBuf, Option<Arc<TempDir>>), SourceError> {
        if let Some(path) = &self.options.mirror {
            return Ok((path.clone(), None));
        }
        let mut temporary = self.temporary.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = if let Some(folder) = &*temporary {
            Arc::clone(folder)
        } else {
            let made = tempfile::Builder::new().prefix("gitops-mirror-").tempdir();
            let made = made.map_err(|error| {
                SourceError::unavailable(format!("no temporary folder can be made: {error}"))
            })?;
            Arc::clone(temporary.insert(Arc::new(made)))
        };
        Ok((Path::to_owned(folder.path()), Some(folder)))
    }

    fn log(&self, fetched: &Result<Fetched, SourceError>) {
        let (url, selector) = (&self.address, &self.selector);
        match fetched {
            Ok(Fetched::Unchanged) => tracing::trace!(%url, %selector, "unchanged"),
            Ok(Fetched::Changed { revision, .. }) => {
                tracing::debug!(%url, %selector, %revision, "fetched");
            }
            Err(error) => tracing::debug!(%url, %selector, %error, "not fetched"),
        }
    }

    /// Says where an error happened.
    fn at(&self, error: SourceError) -> SourceError {
        error.at(&self.address.to_string())
    }
}
