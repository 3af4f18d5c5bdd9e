//! What tests of GitOps programs need: a real Kubernetes API server, in seconds, on this machine.
//!
//! [`ApiServer`] runs `etcd` and `kube-apiserver` on free loopback ports, with certificates and
//! data of its own in a temporary folder. There are no nodes and no controllers: what a client
//! writes is admitted, defaulted, validated, stored and watched as in any cluster, and nothing
//! else happens to it. Several servers run side by side.
//!
//! The two programs are found by `KUBEBUILDER_ASSETS`, the layout that `setup-envtest` of
//! controller-runtime makes and that this repository's `.ci/envtest` makes. Where it is unset, a
//! test should say so and pass:
//!
//! ```no_run
//! use gitops_apply::testkit::{ApiServer, left_out};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let Some(server) = ApiServer::from_env().await? else {
//!     left_out("the cluster test");
//!     return Ok(());
//! };
//! let client = server.client().await?;
//! println!("Kubernetes {}", client.apiserver_version().await?.git_version);
//! # Ok(())
//! # }
//! ```
//!
//! Starting takes about three seconds, so a test binary with many tests shares one server: keep
//! it in a `tokio::sync::OnceCell` in a `static`, make a client for each test (a client belongs to
//! the runtime it was made on), and give each test a namespace of its own. The programs end with
//! the process that started them, even when it is killed and no destructor runs.

use std::io::Write as _;

pub use apiserver::ApiServer;
pub use assets::Assets;
pub use error::StartError;
pub use fault::{Fault, FaultService, FaultedCall, Faults};

mod apiserver;
mod assets;
mod certificates;
mod error;
mod fault;
mod process;

/// Says on standard error that `what` was left out because `KUBEBUILDER_ASSETS` is not set.
///
/// The test harness captures what passing tests print; this passes it by, so that a run always
/// tells what it did not cover.
pub fn left_out(what: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(
        std::io::stderr(),
        "left out: {what}, because KUBEBUILDER_ASSETS is not set (.ci/envtest makes the folder)"
    );
}
