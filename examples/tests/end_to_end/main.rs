//! The engine from end to end: real Git over HTTP, the in-memory cluster and a real API server.
//!
//! The same story runs on both clusters, on the plain manifests of real repositories where the
//! corpus is at hand (`GITOPS_CORPUS`) and on the shop of the examples otherwise.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests")]

mod agent;
mod beside_helm;
mod charts;
mod cluster;
mod git;
mod lookups;
mod manifests;
mod programs;
mod remotes;
mod story;

use std::io::Write as _;

/// Says aloud what a run does not show; not by macro, since the harness hides what passing tests
/// print.
fn left_out(what: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "left out: {what}: {why}");
}
