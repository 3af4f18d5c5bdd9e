//! The seam of what renders need beside the tree: bases and files elsewhere.

use std::sync::Arc;

use async_trait::async_trait;
use gitops_render::Requirement;
use gitops_source::{Revision, SourceError, Tree};

/// Fetches what a render asks for by [`RenderError::Missing`](gitops_render::RenderError::Missing),
/// but what charts look up: that is asked of the [`Applier`](gitops_apply::Applier).
///
/// It is asked in each run, for all that the last render needed, so that a branch that moves is
/// followed; what is as it was should cost one lookup, as with a
/// [`Source`](gitops_source::Source). Several reconcilers can share one, and then share what it
/// fetched.
///
/// ```
/// use async_trait::async_trait;
/// use gitops_reconcile::{Remote, Resolver};
/// use gitops_render::Requirement;
/// use gitops_source::{Revision, SourceError, Tree};
///
/// /// Serves files of the web from memory.
/// struct Canned(Tree);
///
/// #[async_trait]
/// impl Resolver for Canned {
///     async fn resolve(&self, requirement: &Requirement) -> Result<Remote, SourceError> {
///         match requirement {
///             Requirement::Http { .. } => {
///                 let revision = Revision::detached(self.0.digest().clone());
///                 Ok(Remote::new(revision, self.0.clone()))
///             }
///             other => Err(SourceError::invalid(format!("nobody fetches {other}"))),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Resolver: Send + Sync {
    /// The newest state of what is required.
    ///
    /// # Errors
    /// [`SourceError`]; its [`class`](SourceError::class) says when the run is tried again.
    async fn resolve(&self, requirement: &Requirement) -> Result<Remote, SourceError>;
}

/// What was fetched for a render.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Remote {
    /// Which state it is.
    pub revision: Revision,
    /// Its files: of a repository all, so that one serves every folder of it.
    pub tree: Tree,
}

impl Remote {
    /// The files `tree` of `revision`.
    pub fn new(revision: Revision, tree: Tree) -> Self {
        Self { revision, tree }
    }
}

/// Fetches nothing: what a tree may name decides which hosts are spoken to, so that somebody has to
/// allow it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Nowhere;

#[async_trait]
impl Resolver for Nowhere {
    async fn resolve(&self, requirement: &Requirement) -> Result<Remote, SourceError> {
        Err(SourceError::invalid(format!(
            "{requirement} is needed, and nothing fetches it; give the reconciler a resolver by \
             `Reconciler::with_resolver`"
        )))
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[async_trait]
        impl<T: Resolver + ?Sized> Resolver for $pointer {
            async fn resolve(&self, requirement: &Requirement) -> Result<Remote, SourceError> {
                (**self).resolve(requirement).await
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);
