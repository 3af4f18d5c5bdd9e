//! A cluster in memory with the semantics of the Kubernetes API server.
//!
//! [`Cluster::call`] answers a [`Request`] as an API server 1.36 with the usual controllers would:
//! discovery, reads, lists with selectors and paging, writes with optimistic locking and
//! server-side apply with managedFields, dry runs, finalizers, watches, namespaces, definitions
//! of custom resources. It needs neither a runtime nor a socket; time, entropy and admission are
//! injected, so that the same calls give the same answers, byte for byte. With the feature `kube`
//! the same cluster is the service under an unmodified `kube::Client` (`Cluster::client`).
//!
//! ```
//! use gitops_apply::memory::{Cluster, Request};
//!
//! let cluster = Cluster::default();
//! let settings = serde_json::from_str(
//!     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"a":"1"}}"#,
//! )?;
//! let path = "/api/v1/namespaces/default/configmaps/settings";
//! assert_eq!(cluster.call(&Request::apply(path, "gitops", &settings)).code, 201);
//!
//! let revision = cluster.revision();
//! assert_eq!(cluster.call(&Request::apply(path, "gitops", &settings)).code, 200);
//! assert_eq!(cluster.revision(), revision, "nothing changed, nothing was written");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! What a server makes of a write (defaults, what its strategies and usual admission plug-ins set,
//! validation) is [`gitops_diff::server`]'s; the cluster adds what only a server can know: uids,
//! names, times, addresses and ports of Services.
//!
//! What it leaves out: authorisation, reviews, logs and the like, bodies in protobuf. Controllers
//! there are three, and [`Lifecycle`] rules them: namespaces are emptied and removed, definitions
//! become established, dependents of what is gone are collected.

mod admission;
mod answers;
mod applier;
mod calls;
mod cluster;
mod lookup;
mod options;
mod request;
mod status;
mod watch;

mod apply;
mod body;
mod conversion;
mod create;
mod definition;
mod delete;
mod discovery;
mod dispatch;
mod lifecycle;
mod list;
mod metadata;
mod params;
mod patch;
mod resource;
mod route;
mod scale;
mod selector;
mod services;
mod state;
mod store;
mod strategic;
mod update;
mod view;
mod warnings;

#[cfg(feature = "kube")]
mod service;

pub use self::admission::{Admission, Attributes, Verb};
pub use self::applier::MemoryApplier;
pub use self::calls::{Call, Calls};
pub use self::cluster::{Cluster, Snapshot};
pub use self::options::{After, Clock, Garbage, Lifecycle, Options};
pub use self::request::{Body, Method, Reply, Request};
pub use self::resource::Resource;
#[cfg(feature = "kube")]
pub use self::service::ClusterService;
pub use self::status::{Cause, Details, Status};
pub use self::watch::{EventKind, Watch, WatchEvent};
