//! Sources: an immutable, content-addressed tree of files at a revision.

mod source;

mod builder;
mod digest;
mod path;
mod revision;
mod selector;
mod tree;

mod credentials;
mod dir;
mod limits;
mod links;
mod memory;

#[cfg(feature = "git")]
mod git;
#[cfg(feature = "testkit")]
pub mod testkit;

mod error;
mod stop;

pub use crate::builder::TreeBuilder;
pub use crate::credentials::{Credential, Credentials};
pub use crate::digest::{Algorithm, Digest};
pub use crate::dir::{DirOptions, DirSource};
pub use crate::error::{ErrorClass, SourceError};
#[cfg(feature = "git")]
pub use crate::git::{Deadlines, GitOptions, GitSource, PlainHttp};
pub use crate::limits::Limits;
pub use crate::links::Links;
pub use crate::memory::MemorySource;
pub use crate::path::TreePath;
pub use crate::revision::Revision;
pub use crate::selector::RefSelector;
pub use crate::source::{Fetched, Source};
pub use crate::tree::{File, Skipped, Tree};
