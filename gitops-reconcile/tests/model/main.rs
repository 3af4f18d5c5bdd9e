//! Agents on a target, a ledger and a renderer that are as small as their contracts allow, so that
//! thousands of orders of calls and of random scripts can be tried.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the helpers of tests are tests, and tests say what they tried"
)]

mod costs;
mod interleavings;
mod life;
mod lookups;
mod plug_ins;
mod remotes;
mod simulation;
mod trouble;

mod agent;
mod ports;
mod world;
