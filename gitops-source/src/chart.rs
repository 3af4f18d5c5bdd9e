//! Packaged charts: from chart repositories behind http(s) and from OCI registries.

mod index;
mod oci;
mod options;
#[cfg(feature = "provenance")]
mod provenance;
mod repository;
mod version;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::timeout;

use self::oci::Registry;
use self::repository::Repository;
use crate::{Digest, Fetched, Revision, Source, SourceError, Tree};

pub use self::options::{ChartLimits, ChartOptions, PassCredentials, PlainRegistry, Provenance};

#[cfg(feature = "provenance")]
pub use self::provenance::{Keyring, Signer};

/// Which chart is wanted, in the words of a chart's dependencies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChartQuery {
    /// The repository: `https://host/path`, where an `index.yaml` lies, or `oci://host/path`.
    pub repository: String,
    /// The chart's name.
    pub name: String,
    /// A version, or a range of versions of which the newest is taken; the newest of all that are
    /// no pre-releases where it is empty.
    pub version: String,
}

/// A packaged chart, checked against the digest that its repository tells.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chart {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The SHA-256 of the archive.
    pub digest: Digest,
    /// The `.tgz`.
    pub archive: Bytes,
    /// The signed statement about it, where there is one and it was asked for.
    pub provenance: Option<Bytes>,
}

/// A chart in a repository or registry, as a source.
///
/// Its tree is the archive as a single file, `NAME-VERSION.tgz`, which the Helm renderer takes for
/// a chart; its revision is `VERSION@sha256:…`. One lookup is one request: the index with the tag
/// of the last one, or the manifest of a version; for a range a registry lists its tags before.
///
/// ```no_run
/// use gitops_source::{ChartOptions, ChartQuery, ChartSource, Fetched, Source};
///
/// # async fn example() -> Result<(), gitops_source::SourceError> {
/// let query = ChartQuery {
///     repository: "oci://ghcr.io/stefanprodan/charts".into(),
///     name: "podinfo".into(),
///     version: "^6.7".into(),
/// };
/// let source = ChartSource::new(query, ChartOptions::default())?;
/// let Fetched::Changed { revision, tree } = source.fetch(None).await? else { unreachable!() };
/// assert!(revision.name().is_some_and(|version| version.starts_with("6.")));
/// assert_eq!(tree.files().count(), 1);
/// # Ok(())
/// # }
/// ```
pub struct ChartSource {
    query: ChartQuery,
    /// The same for people, without secrets.
    shown: String,
    place: Place,
    /// How long a lookup or a download may take.
    total: Duration,
    /// What the last lookup found, so that the same answer is not downloaded again.
    last: Mutex<Option<Found>>,
}

enum Place {
    Repository(Repository),
    Registry(Registry),
}

/// A version that a lookup chose.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    version: String,
    /// Of the archive, where the repository tells it before the download.
    digest: Option<Digest>,
    /// Where the archive lies: a URL, or the digest of a manifest.
    at: String,
}

impl ChartSource {
    /// The chart that `query` asks for.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] for a repository that is no address, a range that is none, and
    /// options that cannot be used.
    pub fn new(query: ChartQuery, options: ChartOptions) -> Result<Self, SourceError> {
        version::Wanted::parse(&query.version)?;
        let total = options.http.deadlines.total;
        let place = match query.repository.strip_prefix("oci://") {
            Some(host) => Place::Registry(Registry::new(host, &query.name, options)?),
            None => Place::Repository(Repository::new(&query.repository, options)?),
        };
        let wanted = if query.version.is_empty() { "*" } else { &query.version };
        let shown = format!("chart {} {wanted} of {}", query.name, place.shown());
        Ok(Self { query, shown, place, total, last: Mutex::default() })
    }

    /// The chart itself.
    ///
    /// # Errors
    /// [`SourceError`]; its [`class`](SourceError::class) says whether to retry.
    pub async fn chart(&self) -> Result<Chart, SourceError> {
        let found = self.find().await?;
        self.download(&found).await
    }

    async fn find(&self) -> Result<Found, SourceError> {
        self.within(async {
            match &self.place {
                Place::Repository(place) => place.find(&self.query).await,
                Place::Registry(place) => place.find(&self.query).await,
            }
        })
        .await
    }

    async fn download(&self, found: &Found) -> Result<Chart, SourceError> {
        let chart = self.within(async {
            match &self.place {
                Place::Repository(place) => place.download(&self.query, found).await,
                Place::Registry(place) => place.download(&self.query, found).await,
            }
        });
        let chart = chart.await?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Found { digest: Some(chart.digest.clone()), ..found.clone() });
        Ok(chart)
    }

    /// What `work` gives in time, or its error with the chart's name.
    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, SourceError>>,
    ) -> Result<T, SourceError> {
        let late =
            |_| Err(SourceError::unavailable(format!("it took longer than {:?}", self.total)));
        let done = timeout(self.total, work).await.unwrap_or_else(late);
        done.map_err(|error| error.at(&self.shown))
    }

    /// The digest that `found` has, if that is known without a download.
    fn known(&self, found: &Found) -> Option<Digest> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let same = last.as_ref().filter(|last| last.at == found.at);
        // A file at a URL can be replaced; only a digest names content.
        let pinned = same.filter(|last| last.at.starts_with("sha256:"));
        found.digest.clone().or_else(|| pinned?.digest.clone())
    }
}

#[async_trait]
impl Source for ChartSource {
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        let found = self.find().await?;
        let known = self.known(&found).map(|digest| Revision::new(&found.version, digest));
        if known.is_some() && known.as_ref() == seen {
            return Ok(Fetched::Unchanged);
        }
        let chart = self.download(&found).await?;
        let revision = Revision::new(&chart.version, chart.digest.clone());
        if seen == Some(&revision) {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::Changed { revision, tree: chart.tree()? })
    }
}

impl Place {
    /// Where that is, without secrets.
    fn shown(&self) -> String {
        match self {
            Self::Repository(place) => place.shown(),
            Self::Registry(place) => place.shown(),
        }
    }
}

impl Chart {
    /// The archive as the only file of a tree, `NAME-VERSION.tgz`.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where name and version make no path.
    pub fn tree(&self) -> Result<Tree, SourceError> {
        let file = format!("{}-{}.tgz", self.name, self.version);
        Tree::from_files([(file.as_str(), self.archive.clone())])
    }
}

impl fmt::Debug for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chart({}-{}@{})", self.name, self.version, self.digest)
    }
}

impl fmt::Debug for ChartSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChartSource({})", self.shown)
    }
}
