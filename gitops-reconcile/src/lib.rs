//! GitOps reconciler: composes a source, a renderer, a differ and an applier into a loop that
//! converges.
//!
//! ```
//! use std::sync::Arc;
//!
//! use gitops_apply::memory::Cluster;
//! use gitops_apply::{KubeApplier, KubeLedger};
//! use gitops_reconcile::{Conclusion, Reconciler};
//! use gitops_render::Plain;
//! use gitops_source::{MemorySource, Tree};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
//! let manifest = "\
//! apiVersion: v1
//! kind: ConfigMap
//! metadata: {name: settings, namespace: default}
//! data: {colour: blue}
//! ";
//! let source = Arc::new(MemorySource::new("main"));
//! source.push(Tree::from_files([("settings.yaml", manifest)])?);
//!
//! // Any `kube::Client` will do; this one talks to a cluster in memory.
//! let cluster = Cluster::default();
//! let client = cluster.client();
//! let mut reconciler = Reconciler::new(
//!     Arc::clone(&source),
//!     Plain::default(),
//!     KubeApplier::new(client.clone()),
//!     KubeLedger::config_map(client, "default", "ledger"),
//! );
//!
//! let report = reconciler.run_once().await;
//! assert_eq!(report.conclusion, Conclusion::InSync);
//! assert!(cluster.object(&"ConfigMap/default/settings".parse()?).is_some());
//!
//! // Nothing changed: nothing is rendered, nothing is written.
//! let report = reconciler.run_once().await;
//! assert_eq!((report.counters.renders, report.counters.applies, report.counters.stores), (0, 0, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Reconciler::run`] does that for ever: at once, each [interval](Options::interval), when a
//! [`Handle`] asks, and again soon after a failure.
//!
//! # One run
//!
//! ```text
//!  fetch ─ render ─ resolve ─ load ─ observe ─ diff ─┬─ record ─ apply ─ wait ─┬─ settle ─ report
//!  source  renderer applier   ledger applier  differ │  ledger   └── per wave ─┘  ledger
//!                                                    └─ report only: stops here
//! ```
//!
//! * *record* stores what is ours and what will be, before the first write; *settle* stores what
//!   is ours now, with the uids the target gave. Both are left out where they would store what is
//!   stored already: an unchanged target costs a question to the source, a read of the ledger and
//!   a look at the target, and no write at all.
//! * What goes wrong with one object is a [`Trouble`] in the [`Report`]. The others of its wave go
//!   on; what needs it (objects of a namespace or of a definition) is skipped; nothing is deleted
//!   while anything declared is in trouble.
//! * A conflict is looked at again and planned anew within the run, a few times; nothing is
//!   written blindly.
//! * What goes wrong with the whole run is a [`ReconcileError`], and its [`ErrorClass`] says when
//!   the next run is: after a backoff that doubles up to the interval, not before the time that the
//!   other side asked for, or, where somebody has to fix something, after the interval.
//! * A field that somebody keeps setting back is left alone for longer and longer
//!   ([`RewriteLimit`]), and the report says so.
//!
//! # Remote bases
//!
//! A render that needs what is not in the tree, such as a remote base of a kustomization, says so;
//! a [`Resolver`] fetches all of it side by side, and the folder is rendered again, a few rounds at
//! most ([`RemoteLimits`]). The next runs ask for the same again first: where neither the folder
//! nor anything fetched has changed, nothing is rendered, and a branch that moved is followed.
//! Nothing is fetched unless [`Reconciler::with_resolver`] says how; with the feature `git`,
//! `Remotes` fetches by Git and http(s), with the feature `charts` charts as well.
//!
//! # What charts look up
//!
//! A chart whose [`HelmOptions::lookup`](gitops_render::HelmOptions::lookup) is a
//! [`LiveLookup`](gitops_render::LiveLookup) reads the target through
//! [`Applier::look_up`](gitops_apply::Applier::look_up), with the rights of the applier. It is
//! rendered until it finds all that it asks for, within [`LookupLimits`]: answers that lead to other
//! questions take a round each. The next runs ask the same again, and render again only where an
//! answer has changed. What the target refuses is an error of the template, at its line.
//!
//! # Ends and crashes
//!
//! [`Handle::stop`] finishes and records the change under way. Dropping the future, killing the
//! process or losing the network at any instant costs time and nothing else: each object that was
//! made is in the ledger, and the next run goes on from there.
//!
//! # Two agents
//!
//! The ledger is changed by compare-and-swap, and read again before a write when it was not read
//! for [`Options::confirm`]. Who finds that another one took it stops at once, and stands back
//! until its own source has something new or somebody [resumes](Handle::resume) it: two agents
//! that want different things do not take turns.
//!
//! # Parts
//!
//! [`Options`] are all settings; [`EventSink`] hears what happens while it happens; [`Status`] is
//! what a running reconciler says of itself. [`run::Run`] is the pure state machine under all of
//! this, for other runtimes and for tests.

mod reconciler;

mod control;
mod options;

mod event;
mod report;

pub mod run;

mod lookups;
mod resolver;

#[cfg(feature = "git")]
mod remotes;

mod driver;
mod schedule;

mod error;

pub use crate::control::{Activity, Handle, Status};
pub use crate::error::{ErrorClass, ReconcileError};
pub use crate::event::{Event, EventSink, MemorySink, TracingSink};
pub use crate::options::{
    Backoff, Compute, LookupLimits, Mode, Options, RemoteLimits, RewriteLimit, Timeouts,
};
pub use crate::reconciler::Reconciler;
#[cfg(feature = "git")]
pub use crate::remotes::{Places, RemoteOptions, Remotes};
pub use crate::report::{
    Changed, Conclusion, Counters, REPORT_VERSION, Report, Stage, Trigger, Trouble, TroubleKind,
};
pub use crate::resolver::{Remote, Resolver};
