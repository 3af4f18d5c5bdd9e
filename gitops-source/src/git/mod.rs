//! Git repositories.

mod local;
mod select;

mod links;
mod objects;
mod range;
mod read;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use self::read::Wanted;
use self::select::Selection;
use crate::{Fetched, Limits, Links, RefSelector, Revision, Source, SourceError, TreePath};

/// A branch, tag, version range, ref or commit of a Git repository.
#[derive(Debug)]
pub struct GitSource {
    path: PathBuf,
    selector: RefSelector,
    selection: Arc<Selection>,
    wanted: Arc<Wanted>,
}

/// How a [`GitSource`] behaves.
#[derive(Clone, Debug, Default)]
pub struct GitOptions {
    /// What a tree may cost.
    pub limits: Limits,
    /// The folders and files to read; all where it is empty.
    pub include: Vec<TreePath>,
    /// What becomes of a link that leaves the tree.
    pub links: Links,
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
    /// [`SourceError::Invalid`] where the URL or the selector cannot be used.
    pub fn with_options(
        url: impl AsRef<str>,
        selector: RefSelector,
        options: GitOptions,
    ) -> Result<Self, SourceError> {
        let url = url.as_ref();
        let GitOptions { limits, include, links } = options;
        Ok(Self {
            path: url.strip_prefix("file://").unwrap_or(url).into(),
            selection: Arc::new(Selection::new(&selector)?),
            selector,
            wanted: Arc::new(Wanted { limits, include, links }),
        })
    }

    /// What it follows.
    pub fn selector(&self) -> &RefSelector {
        &self.selector
    }
}

#[async_trait]
impl Source for GitSource {
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        let (path, selection, wanted) =
            (self.path.clone(), Arc::clone(&self.selection), Arc::clone(&self.wanted));
        let seen = seen.cloned();
        let stop = StopOnDrop::default();
        let flag = Arc::clone(&stop.0);
        let work = tokio::task::spawn_blocking(move || {
            local::fetch(&path, &selection, &wanted, seen.as_ref(), &flag)
        });
        work.await.unwrap_or(Err(SourceError::Cancelled))
    }
}

/// Tells work on another thread to stop when its result is not wanted any more.
#[derive(Debug, Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
