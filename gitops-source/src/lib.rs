//! Sources: an immutable, content-addressed tree of files at a revision.

mod source;

mod digest;
mod path;
mod revision;
mod selector;
mod tree;

mod limits;
mod memory;

mod error;

pub use crate::digest::{Algorithm, Digest};
pub use crate::error::{ErrorClass, SourceError};
pub use crate::limits::Limits;
pub use crate::memory::MemorySource;
pub use crate::path::TreePath;
pub use crate::revision::Revision;
pub use crate::selector::RefSelector;
pub use crate::source::{Fetched, Source};
pub use crate::tree::{File, Tree, TreeBuilder};
