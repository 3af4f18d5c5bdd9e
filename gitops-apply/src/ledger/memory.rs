//! A ledger in memory, for tests and for targets that do not outlive the process.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use gitops_diff::Inventory;

use super::{Ledger, Stamped};
use crate::ApplyError;

/// Keeps the inventory as long as it lives.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<(Inventory, u64)>);

impl MemoryLedger {
    /// A ledger in which nothing is stored.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn load(&self) -> Result<Stamped, ApplyError> {
        let (inventory, stores) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Stamped { inventory, stamp: stamp(stores) })
    }

    async fn store(&self, next: &Inventory, expected: Option<&str>) -> Result<Stamped, ApplyError> {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stamp(stored.1).as_deref() != expected {
            return Err(ApplyError::Fenced(
                "the ledger was changed by another writer; load it again".into(),
            ));
        }
        *stored = (next.clone(), stored.1 + 1);
        Ok(Stamped { inventory: next.clone(), stamp: stamp(stored.1) })
    }
}

fn stamp(stores: u64) -> Option<String> {
    (stores > 0).then(|| stores.to_string())
}
