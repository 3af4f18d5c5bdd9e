//! The Kubernetes applier and its ledgers on the in-memory cluster, over a bad wire.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod faults;
mod ledger;
mod looks;
mod lookups;
mod moves;
mod wire;
