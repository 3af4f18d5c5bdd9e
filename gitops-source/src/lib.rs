//! Where a desired state comes from: an immutable, content-addressed tree of files at a
//! revision, from Git, the web, a folder or memory.
//!
//! A [`Source`] is asked for a revision other than the one that was seen last. It answers that
//! there is none, which costs one lookup, or hands over the whole [`Tree`]:
//!
//! ```
//! use gitops_source::testkit::Repository;
//! use gitops_source::{Fetched, GitSource, RefSelector, Source};
//!
//! # let folder = tempfile::tempdir()?;
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let mut repository = Repository::init(folder.path().join("repo.git"))?;
//! repository.commit("Add web", &[("apps/web.yaml", Some("replicas: 1")), ("docs/a", Some(""))])?;
//!
//! let source = GitSource::new(repository.url(), RefSelector::Branch("main".into()))?;
//! let Fetched::Changed { revision, tree } = source.fetch(None).await? else { unreachable!() };
//! assert!(revision.to_string().starts_with("main@sha1:"));
//! assert_eq!(tree.read("apps/web.yaml"), Some(&b"replicas: 1"[..]));
//! assert!(matches!(source.fetch(Some(&revision)).await?, Fetched::Unchanged));
//!
//! // A commit that does not touch `apps` leaves its digest as it was: nothing to render.
//! let seen = tree.digest_of("apps");
//! repository.commit("Explain", &[("docs/a", Some("more"))])?;
//! let Fetched::Changed { tree, .. } = source.fetch(Some(&revision)).await? else { unreachable!() };
//! assert_eq!(tree.digest_of("apps"), seen);
//! # Ok::<(), gitops_source::SourceError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Sources
//! | source | of | one lookup is |
//! |---|---|---|
//! | [`GitSource`] | a repository behind https, http, git or ssh, or on this machine | one `ls-refs` of the refs asked for; over HTTP one request |
//! | [`HttpSource`] | one file behind https or http | one request, conditional where the server gives entity tags |
//! | [`ChartSource`] | a packaged chart in a chart repository or an OCI registry | the index, conditional where it has an entity tag; or the manifest of a version |
//! | [`DirSource`] | a folder | reading it |
//! | [`MemorySource`] | trees that are pushed by hand | nothing |
//!
//! # What it promises
//! - **All or nothing.** A tree is handed over when every object in it was received and checked
//!   against its id. A fetch that ends at any byte, is cancelled or killed leaves the mirror as
//!   it was, and no lock.
//! - **Bounded.** [`Limits`] hold while bytes come in and while trees are read; [`Deadlines`]
//!   hold for servers that hang or trickle.
//! - **Nothing leaves the tree.** A [`TreePath`] cannot say `..`; links are followed inside, and
//!   what leads out is refused or left out ([`Links`]).
//! - **No questions, no leaks.** [`Credentials`] are asked for by a callback, never at a terminal,
//!   and no error, `Debug` or URL shows one.
//! - **Errors say what to do.** [`SourceError::class`] is retry, fix or stop.
//!
//! # What it does not do
//! Submodules and Git LFS objects are not fetched: a submodule is listed by [`Tree::skipped`],
//! and an LFS file is its pointer. Signatures of commits are not verified yet. Partial clones
//! are not used, so a monorepo costs its whole tree once, whatever [`GitOptions::include`] says.
//!
//! # Features
//! `git` (default) is [`GitSource`] and `http`, which is [`HttpSource`]; without both this crate is
//! small and without networks. `charts` is [`ChartSource`], `provenance` adds [`Keyring`] to it.
//! `testkit` adds repositories with real commits for tests and examples.

mod source;

mod builder;
mod digest;
mod merkle;
mod path;
mod revision;
mod selector;
mod tree;
pub mod version;

#[cfg(feature = "charts")]
mod chart;
mod credentials;
#[cfg(feature = "http")]
mod deadlines;
mod limits;
mod links;

mod dir;
#[cfg(feature = "git")]
mod git;
#[cfg(feature = "http")]
mod http;
mod memory;
#[cfg(feature = "testkit")]
pub mod testkit;

mod error;
mod stop;

pub use crate::builder::TreeBuilder;
#[cfg(feature = "charts")]
pub use crate::chart::{
    Chart, ChartLimits, ChartOptions, ChartQuery, ChartSource, PassCredentials, PlainRegistry,
    Provenance,
};
#[cfg(feature = "provenance")]
pub use crate::chart::{Keyring, Signer};
pub use crate::credentials::{Credential, Credentials};
#[cfg(feature = "http")]
pub use crate::deadlines::Deadlines;
pub use crate::digest::{Algorithm, Digest};
pub use crate::dir::{DirOptions, DirSource};
pub use crate::error::{ErrorClass, SourceError};
#[cfg(feature = "git")]
pub use crate::git::{GitOptions, GitSource, Progress};
#[cfg(feature = "http")]
pub use crate::http::{HttpOptions, HttpSource, PlainHttp};
pub use crate::limits::Limits;
pub use crate::links::Links;
pub use crate::memory::MemorySource;
pub use crate::path::TreePath;
pub use crate::revision::Revision;
pub use crate::selector::RefSelector;
pub use crate::source::{Fetched, Source};
pub use crate::tree::{File, Skipped, Tree};
