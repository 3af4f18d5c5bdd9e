//! Fetches remote bases and files by Git and http(s).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use gitops_render::Requirement;
use gitops_source::{
    Deadlines, Fetched, GitOptions, GitSource, HttpOptions, HttpSource, RefSelector, Source,
    SourceError,
};

#[cfg(feature = "charts")]
use gitops_source::{ChartOptions, ChartQuery, ChartSource};

use crate::{Remote, Resolver};

/// Fetches repositories by [`GitSource`], files by [`HttpSource`] and, with the feature `charts`,
/// charts by `ChartSource`.
///
/// Each is kept with what was fetched last, for all reconcilers that share it: a branch is asked
/// for by one lookup of its ref, a commit never again, and who asks while somebody else does gets
/// the same answer. A short name of a ref means what `git fetch` takes it for.
///
/// A tree decides by the addresses in it which servers are spoken to. Credentials are not those of
/// the tree's own source: [`RemoteOptions`] names them, and a
/// [`Credentials`](gitops_source::Credentials) is told for which address they are asked.
///
/// ```
/// use gitops_reconcile::{RemoteOptions, Remotes};
/// use gitops_source::{GitOptions, Limits};
///
/// let remotes = Remotes::with_options(RemoteOptions {
///     git: GitOptions {
///         limits: Limits { fetch_bytes: 50 << 20, ..Limits::default() },
///         ..GitOptions::default()
///     },
///     ..RemoteOptions::default()
/// });
/// # let _ = remotes;
/// ```
#[derive(Debug, Default)]
pub struct Remotes {
    options: RemoteOptions,
    kept: Mutex<Kept>,
}

/// How [`Remotes`] fetch.
#[derive(Clone, Debug)]
pub struct RemoteOptions {
    /// How repositories are fetched. A requirement's own timeout holds where it is shorter.
    pub git: GitOptions,
    /// How files are fetched.
    pub http: HttpOptions,
    /// How charts are fetched (feature `charts`).
    #[cfg(feature = "charts")]
    pub charts: ChartOptions,
    /// Where repositories may be.
    pub places: Places,
    /// How many repositories and files are kept at most, the ones asked for last; 64 by default.
    pub kept: usize,
}

/// Where repositories may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Places {
    /// On servers; the default.
    #[default]
    Servers,
    /// Also on this machine, by path: whoever writes the tree reads every repository that this
    /// process can.
    Anywhere,
}

/// What is kept, by what it was asked for.
#[derive(Debug, Default)]
struct Kept {
    followed: BTreeMap<Requirement, (Arc<Followed>, u64)>,
    asked: u64,
}

/// One remote input.
struct Followed {
    source: Box<dyn Source>,
    newest: tokio::sync::Mutex<Option<Remote>>,
    lookups: AtomicU64,
}

impl Remotes {
    /// Remotes that are fetched by these options.
    pub fn with_options(options: RemoteOptions) -> Self {
        Self { options, kept: Mutex::default() }
    }

    /// The one that is kept for `requirement`, or a new one.
    fn follow(&self, requirement: &Requirement) -> Result<Arc<Followed>, SourceError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        if let Some((followed, last)) = kept.followed.get_mut(requirement) {
            *last = asked;
            return Ok(Arc::clone(followed));
        }
        let followed = Arc::new(Followed::new(self.source(requirement)?));
        kept.followed.insert(requirement.clone(), (Arc::clone(&followed), asked));
        if kept.followed.len() > self.options.kept {
            let oldest = kept.followed.iter().min_by_key(|(_, (_, last))| *last);
            if let Some(oldest) = oldest.map(|(requirement, _)| requirement.clone()) {
                kept.followed.remove(&oldest);
            }
        }
        Ok(followed)
    }

    fn source(&self, requirement: &Requirement) -> Result<Box<dyn Source>, SourceError> {
        match requirement {
            Requirement::Git { url, reference, timeout, .. } => {
                let git = &self.options.git;
                let total = git.deadlines.total.min(*timeout);
                let deadlines = Deadlines { total, ..git.deadlines.clone() };
                let options = GitOptions { deadlines, ..git.clone() };
                let source = GitSource::with_options(url, selector(reference.as_deref()), options)?;
                if source.is_local() && self.options.places == Places::Servers {
                    return Err(SourceError::invalid(format!(
                        "the repository {requirement} is on this machine, which is not allowed; \
                         see `RemoteOptions::places`"
                    )));
                }
                Ok(Box::new(source))
            }
            Requirement::Http { url } => {
                Ok(Box::new(HttpSource::with_options(url, self.options.http.clone())?))
            }
            #[cfg(feature = "charts")]
            Requirement::Chart { repository, name, version, .. } => {
                let query = ChartQuery {
                    repository: repository.clone(),
                    name: name.clone(),
                    version: version.clone(),
                };
                Ok(Box::new(ChartSource::new(query, self.options.charts.clone())?))
            }
            other => Err(SourceError::invalid(format!("{other} is nothing that can be fetched"))),
        }
    }
}

/// What `git fetch` means by a reference; the default branch where none is named.
fn selector(reference: Option<&str>) -> RefSelector {
    let Some(name) = reference else { return RefSelector::Name("HEAD".to_owned()) };
    match name.parse() {
        Ok(commit @ RefSelector::Commit(_)) => commit,
        _ => RefSelector::Short(name.to_owned()),
    }
}

impl Followed {
    fn new(source: Box<dyn Source>) -> Self {
        Self { source, newest: tokio::sync::Mutex::default(), lookups: AtomicU64::new(0) }
    }

    /// The newest state; the answer to somebody else, if that came while this one waited.
    async fn look(&self) -> Result<Remote, SourceError> {
        let before = self.lookups.load(Ordering::Acquire);
        let mut newest = self.newest.lock().await;
        if self.lookups.load(Ordering::Acquire) != before
            && let Some(remote) = &*newest
        {
            return Ok(remote.clone());
        }
        let fetched = self.source.fetch(newest.as_ref().map(|it| &it.revision)).await?;
        if let Fetched::Changed { revision, tree } = fetched {
            *newest = Some(Remote::new(revision, tree));
        }
        self.lookups.fetch_add(1, Ordering::Release);
        newest.clone().ok_or_else(|| {
            SourceError::invalid("the source says that nothing changed, and never gave a tree")
        })
    }
}

impl std::fmt::Debug for Followed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Followed").field("lookups", &self.lookups).finish_non_exhaustive()
    }
}

impl Default for RemoteOptions {
    fn default() -> Self {
        Self {
            git: GitOptions::default(),
            http: HttpOptions::default(),
            #[cfg(feature = "charts")]
            charts: ChartOptions::default(),
            places: Places::default(),
            kept: 64,
        }
    }
}

#[async_trait]
impl Resolver for Remotes {
    async fn resolve(&self, requirement: &Requirement) -> Result<Remote, SourceError> {
        self.follow(requirement)?.look().await
    }
}
