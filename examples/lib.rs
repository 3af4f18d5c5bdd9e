//! What the examples share: a small shop to play with, reading folders, files and schemas, words
//! for people.

pub mod demo;
pub mod folder;
pub mod kustomization;
pub mod manifests;
pub mod schema;

use gitops_apply::Outcome;

/// Compiles the README's code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Prepares a program: one TLS provider for everything, and traces if they are wanted.
pub fn start(verbose: bool) {
    // An error only says that a provider was installed before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if verbose {
        let filter = tracing_subscriber::EnvFilter::new("info,gitops=debug");
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}

/// The word for what became of a change.
pub fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Created { .. } => "created",
        Outcome::Updated { .. } => "updated",
        Outcome::Unchanged { .. } => "unchanged",
        Outcome::Deleted => "deleted",
        Outcome::Deleting => "being deleted",
        Outcome::Released => "released",
        _ => "done",
    }
}
