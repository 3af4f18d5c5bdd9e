//! The seam of everything that yields trees.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Revision, SourceError, Tree};

/// Where a desired state comes from.
///
/// ```
/// use gitops_source::{Fetched, MemorySource, Source, Tree};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let source = MemorySource::new("main");
/// source.push(Tree::from_files([("app.yaml", "kind: ConfigMap")])?);
/// let Fetched::Changed { revision, tree } = source.fetch(None).await? else { unreachable!() };
/// assert_eq!(tree.read("app.yaml"), Some(&b"kind: ConfigMap"[..]));
/// assert!(matches!(source.fetch(Some(&revision)).await?, Fetched::Unchanged));
/// # Ok::<(), gitops_source::SourceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[async_trait]
pub trait Source: Send + Sync {
    /// Looks for a revision other than `seen`.
    ///
    /// [`Fetched::Unchanged`] costs one lookup of a ref; [`Fetched::Changed`] carries the whole
    /// tree, verified. Dropping the future leaves nothing half-done behind.
    ///
    /// # Errors
    /// [`SourceError`]; its [`class`](SourceError::class) says whether to retry.
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError>;
}

/// What a source found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fetched {
    /// The revision that the caller has seen is still the newest.
    Unchanged,
    /// There is another revision.
    Changed {
        /// Which.
        revision: Revision,
        /// Its files.
        tree: Tree,
    },
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[async_trait]
        impl<T: Source + ?Sized> Source for $pointer {
            async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
                (**self).fetch(seen).await
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);
