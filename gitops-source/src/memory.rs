//! A source in memory: revisions are pushed by hand.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::{Fetched, Revision, Source, SourceError, Tree};

/// The embedded default: holds the tree that was pushed last.
#[derive(Debug, Default)]
pub struct MemorySource {
    name: String,
    newest: Mutex<Option<(Revision, Tree)>>,
}

impl MemorySource {
    /// A source whose revisions are called `name`, without a revision yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), newest: Mutex::default() }
    }

    /// Makes `tree` the newest state and returns its revision.
    pub fn push(&self, tree: Tree) -> Revision {
        let revision = Revision::new(&self.name, tree.digest().clone());
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = Some((revision.clone(), tree));
        revision
    }
}

#[async_trait]
impl Source for MemorySource {
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (revision, tree) = newest.ok_or_else(|| {
            SourceError::NotFound(format!("nothing was pushed to `{}`", self.name))
        })?;
        if seen.is_some_and(|seen| seen.digest() == revision.digest()) {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::Changed { revision, tree })
    }
}
