//! How a Git source behaves.

use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use super::read::Wanted;
use crate::{Credentials, Deadlines, Limits, Links, PlainHttp, TreePath};

/// How a [`GitSource`](crate::GitSource) behaves.
///
/// ```
/// use gitops_source::{GitOptions, Limits, TreePath};
///
/// let options = GitOptions {
///     include: vec![TreePath::new("clusters/production")?],
///     limits: Limits { fetch_bytes: 50 << 20, ..Limits::default() },
///     ..GitOptions::default()
/// };
/// # let _ = options;
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
#[derive(Clone)]
pub struct GitOptions {
    /// What a tree and a fetch may cost.
    pub limits: Limits,
    /// How long things may take.
    pub deadlines: Deadlines,
    /// The folders and files to read; all where it is empty. One that is not there is
    /// [`SourceError::NotFound`](crate::SourceError::NotFound).
    pub include: Vec<TreePath>,
    /// What becomes of a link that leaves the tree.
    pub links: Links,
    /// The folder of the mirror. It may be shared by sources and processes, and is thrown away
    /// and filled again where it is damaged. A folder that holds anything but a mirror is refused
    /// with [`SourceError::Invalid`](crate::SourceError::Invalid). By default a temporary one, for as long as the
    /// source lives.
    pub mirror: Option<PathBuf>,
    /// How many commits of history to fetch; one by default, all where it is none.
    pub depth: Option<NonZeroU32>,
    /// After how many packs the mirror is fetched anew, since each fetch adds one; 32 by default.
    pub packs: usize,
    /// Where credentials for http(s) come from. A user and password in the URL are used before.
    pub credentials: Option<Arc<dyn Credentials>>,
    /// Whether credentials may be sent over plain `http`.
    pub plain_http_credentials: PlainHttp,
    /// Certificates of authorities to trust besides the system's, in PEM.
    pub ca: Option<Vec<u8>>,
    /// The proxy for http(s), such as `http://proxy:3128`; by default the one that the
    /// environment names (`HTTPS_PROXY`, `NO_PROXY`).
    pub proxy: Option<String>,
    /// Who is told how a fetch comes along.
    pub progress: Option<Arc<dyn Progress>>,
    /// The ssh program and words that stand before all other arguments, such as
    /// `["ssh", "-i", "/keys/deploy", "-o", "UserKnownHostsFile=/keys/known_hosts"]`.
    pub ssh: Vec<String>,
}

/// Who is told how a fetch comes along; any `Fn(u64)` is one.
pub trait Progress: Send + Sync {
    /// So many bytes of this fetch were received by now.
    fn received(&self, bytes: u64);
}

impl<F: Fn(u64) + Send + Sync> Progress for F {
    fn received(&self, bytes: u64) {
        self(bytes);
    }
}

impl GitOptions {
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { limits: self.limits.clone(), include: self.include.clone(), links: self.links }
    }
}

impl Default for GitOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            deadlines: Deadlines::default(),
            include: Vec::new(),
            links: Links::default(),
            mirror: None,
            depth: NonZeroU32::new(1),
            packs: 32,
            credentials: None,
            plain_http_credentials: PlainHttp::default(),
            ca: None,
            proxy: None,
            progress: None,
            ssh: vec!["ssh".into()],
        }
    }
}

impl fmt::Debug for GitOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitOptions")
            .field("limits", &self.limits)
            .field("deadlines", &self.deadlines)
            .field("include", &self.include)
            .field("links", &self.links)
            .field("mirror", &self.mirror)
            .field("depth", &self.depth)
            .field("packs", &self.packs)
            .field("plain_http_credentials", &self.plain_http_credentials)
            .finish_non_exhaustive()
    }
}
