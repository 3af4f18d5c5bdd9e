//! A Kubernetes cluster as a target, through an unmodified `kube::Client`.

mod answers;
mod discovery;
mod ledger;
mod lookup;
mod observe;
mod options;
mod path;
mod ready;
mod refusal;
mod replace;
mod resolve;
mod wire;
mod write;

use async_trait::async_trait;
use gitops_diff::{Change, Inventory, ObjectSet, Observed, Query, Value};

use self::discovery::Discovery;
use self::wire::Wire;
use crate::{Applier, ApplyError, Outcome, Readiness};

pub use self::ledger::KubeLedger;
pub use self::options::{Conflicts, FieldValidation, KubeOptions, Propagation};

/// Applies to a Kubernetes cluster, by server-side apply.
///
/// * Looks at objects by lists where many of a kind are wanted, else one by one; what it may not
///   see is [`Live::Unknown`](gitops_diff::Live::Unknown), what nobody serves
///   [`Live::Unserved`](gitops_diff::Live::Unserved).
/// * Creates and updates by one apply patch, with the uid of the object that was seen, so that an
///   object of another life is never touched; deletes with the same precondition.
/// * Tries again what failed on the way, a few times, within a budget that all calls share, and
///   never before the server wants it.
///
/// The client should not try again by itself: set `default_retry = false` in its
/// [`kube::Config`], or make it by [`kube_client`].
pub struct KubeApplier {
    wire: Wire,
    discovery: Discovery,
    options: KubeOptions,
}

impl KubeApplier {
    /// An applier with default [options](KubeOptions).
    pub fn new(client: kube::Client) -> Self {
        Self::with_options(client, KubeOptions::default())
    }

    /// An applier with these options.
    pub fn with_options(client: kube::Client, options: KubeOptions) -> Self {
        Self {
            wire: Wire::new(client, &options),
            discovery: Discovery::new(options.rediscover),
            options,
        }
    }

    /// How many requests were sent so far, second attempts and discovery included.
    pub fn calls(&self) -> u64 {
        self.wire.calls()
    }
}

/// A client that leaves it to the applier to try again.
///
/// # Errors
/// Where TLS or credentials of `config` cannot be set up.
pub fn kube_client(mut config: kube::Config) -> Result<kube::Client, kube::Error> {
    config.default_retry = false;
    kube::Client::try_from(config)
}

#[async_trait]
impl Applier for KubeApplier {
    async fn resolve(&self, desired: ObjectSet) -> Result<ObjectSet, ApplyError> {
        self.resolve_all(desired).await
    }

    async fn observe(
        &self,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Result<Observed, ApplyError> {
        self.observe_all(desired, owned).await
    }

    async fn answers(
        &self,
        desired: &ObjectSet,
        observed: Observed,
    ) -> Result<Observed, ApplyError> {
        self.ask_all(desired, observed).await
    }

    async fn look_up(&self, query: &Query) -> Result<Option<Value>, ApplyError> {
        self.find(query).await
    }

    async fn apply(&self, change: &Change) -> Result<Outcome, ApplyError> {
        self.write(change).await
    }

    async fn ready(&self, change: &Change) -> Result<Readiness, ApplyError> {
        self.readiness(change).await
    }
}
