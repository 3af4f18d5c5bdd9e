//! Appliers and ledgers: what executes a plan, and what remembers which objects are ours.

mod applier;
mod dir;
mod ledger;
mod outcome;

pub mod memory;

#[cfg(feature = "kube")]
mod kube;
#[cfg(feature = "kube")]
mod retry;

#[cfg(feature = "testkit")]
pub mod testkit;

mod disk;
mod error;

pub use crate::applier::Applier;
pub use crate::dir::{DirApplier, DirOptions, Format};
pub use crate::error::{ApplyError, ErrorClass, FieldConflict};
pub use crate::ledger::{FileLedger, Ledger, MemoryLedger, Stamped};
pub use crate::outcome::{Outcome, Readiness};

#[cfg(feature = "kube")]
pub use crate::kube::{
    Conflicts, FieldValidation, KubeApplier, KubeLedger, KubeOptions, Propagation, kube_client,
};
#[cfg(feature = "kube")]
pub use crate::retry::{Jitter, RetryOptions};
