//! Appliers and ledgers: what executes a plan, and what remembers which objects are ours.

mod applier;
mod ledger;
mod outcome;

#[cfg(feature = "testkit")]
pub mod testkit;

mod error;

pub use crate::applier::Applier;
pub use crate::error::{ApplyError, ErrorClass, FieldConflict};
pub use crate::ledger::{Ledger, MemoryLedger, Stamped};
pub use crate::outcome::{Outcome, Readiness};
