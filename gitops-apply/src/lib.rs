//! What executes a plan, and what remembers which objects are ours.
//!
//! An [`Applier`] looks at a target, executes single changes of a [`Plan`](gitops_diff::Plan),
//! and says when the next wave can start. A [`Ledger`] keeps the
//! [`Inventory`](gitops_diff::Inventory), written ahead by compare-and-swap, so that nothing we
//! made is ever forgotten and nothing else is ever deleted.
//!
//! | target | applier | ledgers |
//! |---|---|---|
//! | a Kubernetes cluster | [`KubeApplier`], by server-side apply | [`KubeLedger`] in a ConfigMap or Secret |
//! | a cluster in this process | [`KubeApplier`] on the client of a [`memory::Cluster`] | [`MemoryLedger`], [`KubeLedger`] |
//! | a folder of manifests | [`DirApplier`] | [`FileLedger`] |
//!
//! Any ledger goes with any applier. Both are traits: a target or a store of your own takes its
//! place beside these.
//!
//! One round, as a reconciler does it, on the cluster in memory. With a client of a real cluster
//! it is the same:
//!
#![cfg_attr(feature = "kube", doc = "```")]
#![cfg_attr(not(feature = "kube"), doc = "```ignore")]
//! use gitops_apply::memory::Cluster;
//! use gitops_apply::{Applier, KubeApplier, Ledger, MemoryLedger, Outcome};
//! use gitops_diff::{Differ, Drift, Object, ObjectSet};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! let settings: Object = serde_json::from_str(
//!     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"a":"1"}}"#,
//! )?;
//! let applier = KubeApplier::new(Cluster::default().client());
//! let ledger = MemoryLedger::new();
//!
//! // What is declared, as the cluster names it; what is ours; what lives; what is to be done.
//! let desired = applier.resolve([settings].into_iter().collect::<ObjectSet>()).await?;
//! let owned = ledger.load().await?;
//! let observed = applier.observe(&desired, &owned.inventory).await?;
//! let plan = Drift::default().diff(&desired, &observed, &owned.inventory)?;
//!
//! // First the ledger, then the cluster.
//! ledger.store(&owned.inventory.union(&desired), owned.stamp.as_deref()).await?;
//! for change in plan.changes() {
//!     let outcome = applier.apply(change).await?;
//!     assert!(matches!(outcome, Outcome::Created { .. }));
//! }
//!
//! let observed = applier.observe(&desired, &ledger.load().await?.inventory).await?;
//! let live = observed.object(&"ConfigMap/default/settings".parse()?).expect("it was applied");
//! assert_eq!(live.pointer("/data/a").and_then(|it| it.as_str()), Some("1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which failures mean what
//! [`ApplyError::class`] says what a caller can do: try again (perhaps not before a time the
//! target named), have someone fix something, or stop because another writer owns the ledger. What
//! is wrong with a single object never hides the others: it is a
//! [`Live::Unknown`](gitops_diff::Live::Unknown) among what was observed, or the error of its own
//! change. No error holds values of Secrets.
//!
//! # Features
//! * `kube` (default): [`KubeApplier`], [`KubeLedger`] and the client of the cluster in memory.
//!   TLS is rustls on aws-lc-rs; a program that has several providers installs one itself
//!   (`rustls::crypto::CryptoProvider::install_default`), this library never does.
//! * `testkit`: a real API server for tests.

mod applier;
mod dir;
mod ledger;
mod lookup;
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
