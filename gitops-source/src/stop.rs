//! Telling work on another thread to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinError;

use crate::SourceError;

/// Tells work on another thread to stop when its result is not wanted any more.
#[derive(Debug, Default)]
pub(crate) struct StopOnDrop(pub(crate) Arc<AtomicBool>);

/// What it means that work on another thread has no result.
pub(crate) fn broken_off(error: &JoinError) -> SourceError {
    if error.is_panic() {
        // Nothing of ours panics; a dependency may, on input that it did not expect.
        return SourceError::Corrupt("what came could not be read".to_owned());
    }
    SourceError::Cancelled
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
