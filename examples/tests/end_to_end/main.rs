//! The engine from end to end: real Git over HTTP, the in-memory cluster and a real API server.
//!
//! The same story runs on both clusters, on the plain manifests of real repositories where the
//! corpus is at hand (`GITOPS_CORPUS`) and on the shop of the examples otherwise.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests say what they left out"
)]

mod agent;
mod cluster;
mod git;
mod manifests;
mod programs;
mod story;

/// Says aloud what a run does not show.
fn left_out(what: &str, why: &str) {
    eprintln!("left out: {what}: {why}");
}
