//! Whole ways from the diff to a diff that is empty, on the in-memory cluster and on an API server
//! (`KUBEBUILDER_ASSETS`), through the same client.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod answers;
mod lookups;
mod operations;
mod scene;
