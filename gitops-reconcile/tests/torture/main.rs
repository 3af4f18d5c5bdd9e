//! Each call of each scenario fails in each way; then the target must converge, and at no instant
//! may an object of ours be unknown or one of others be touched (T2).
//!
//! The calls go through an unmodified `kube::Client` to the in-memory cluster, in paused time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the helpers of tests are tests, and tests say what they tried"
)]

mod cancel;
mod faults;
mod scenarios;

mod target;
mod watchdog;
