//! How charts are fetched.

use crate::HttpOptions;

/// How a [`ChartSource`](crate::ChartSource) fetches.
#[derive(Clone, Debug, Default)]
pub struct ChartOptions {
    /// How servers are reached, and who is asking. `file_bytes` is not used: see
    /// [`limits`](Self::limits).
    pub http: HttpOptions,
    /// Who gets the credentials of a repository.
    pub pass_credentials: PassCredentials,
    /// Whether a registry is spoken to over plain `http`; one on this machine always is.
    pub plain_registry: PlainRegistry,
    /// What a chart may cost.
    pub limits: ChartLimits,
    /// Whether the `.prov` beside the archive is fetched too.
    pub provenance: Provenance,
}

/// Who gets the credentials of a chart repository (`passCredentials` of Helm and Flux).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PassCredentials {
    /// The server of the index alone; the default.
    #[default]
    SameServer,
    /// Every server from which the index lets archives be fetched.
    AllServers,
}

/// Whether a registry is spoken to over plain `http`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainRegistry {
    /// Only one on this machine; the default.
    #[default]
    LoopbackOnly,
    /// Any.
    Always,
}

/// Whether provenance files are fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provenance {
    /// They are not; the default.
    #[default]
    Ignored,
    /// Where there is one it is fetched.
    IfPresent,
    /// A chart without one is refused.
    Required,
}

/// What fetching a chart may cost; what is over one is a
/// [`SourceError::Limit`](crate::SourceError::Limit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartLimits {
    /// Bytes of an `index.yaml` that may go by; 512 MiB by default. They are not kept.
    pub index_bytes: u64,
    /// Bytes of what an index says about the one chart that is wanted; 32 MiB by default.
    pub entry_bytes: u64,
    /// Bytes of an archive; 100 MiB by default, as Helm has it.
    pub archive_bytes: u64,
    /// How many tags a registry may list; 100,000 by default.
    pub tags: u64,
}

impl Default for ChartLimits {
    fn default() -> Self {
        Self {
            index_bytes: 512 << 20,
            entry_bytes: 32 << 20,
            archive_bytes: 100 << 20,
            tags: 100_000,
        }
    }
}
