//! The seam of everything that remembers which objects are ours.

mod file;
mod memory;

use std::sync::Arc;

use async_trait::async_trait;
use gitops_diff::Inventory;

use crate::ApplyError;

pub use self::file::FileLedger;
pub use self::memory::MemoryLedger;

/// A write-ahead record of an inventory, changed by compare-and-swap.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The inventory and its stamp; an empty inventory without a stamp where nothing was stored.
    ///
    /// # Errors
    /// [`ApplyError`]; [`ApplyError::Invalid`] where what is stored cannot be read.
    async fn load(&self) -> Result<Stamped, ApplyError>;

    /// Stores `next` if the stamp still is `expected`; `None` expects that nothing is stored.
    ///
    /// # Errors
    /// [`ApplyError::Fenced`] where another writer was faster: the caller must stop writing to
    /// the target and load again.
    async fn store(&self, next: &Inventory, expected: Option<&str>) -> Result<Stamped, ApplyError>;
}

/// An inventory and the stamp of the record that holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamped {
    /// The inventory.
    pub inventory: Inventory,
    /// Changes with each store; `None` where nothing is stored.
    pub stamp: Option<String>,
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[async_trait]
        impl<T: Ledger + ?Sized> Ledger for $pointer {
            async fn load(&self) -> Result<Stamped, ApplyError> {
                (**self).load().await
            }

            async fn store(
                &self,
                next: &Inventory,
                expected: Option<&str>,
            ) -> Result<Stamped, ApplyError> {
                (**self).store(next, expected).await
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);
