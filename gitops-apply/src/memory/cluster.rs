//! The cluster: a handle that is cheap to clone.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gitops_diff::{GroupKind, ObjectId, Value};

use super::calls::Calls;
use super::dispatch;
use super::options::Options;
use super::request::{Reply, Request};
use super::resource::Resource;
use super::state::{Backup, State};
use super::store;

/// A cluster in memory. Clones are handles to the same cluster.
#[derive(Clone)]
pub struct Cluster(Arc<Mutex<State>>);

/// Everything that a cluster stored at a time: a backup of its etcd.
#[derive(Clone)]
pub struct Snapshot(Backup);

impl Cluster {
    /// A cluster with the namespaces `default`, `kube-node-lease`, `kube-public` and
    /// `kube-system`.
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Mutex::new(State::new(options))))
    }

    /// Answers one request, as one step.
    pub fn call(&self, request: &Request) -> Reply {
        let mut state = self.lock();
        let reply = dispatch::answer(&mut state, self, request);
        wake(state);
        reply
    }

    /// The object as it is stored, without a call.
    pub fn object(&self, id: &ObjectId) -> Option<Value> {
        let state = self.lock();
        let resource = state.catalog.of_kind(id.group(), id.kind())?;
        let key = store::key(id.namespace(), id.name());
        state.store.get(&resource.table(), &key).map(|it| Value::clone(it))
    }

    /// How a kind is served: in `version`, or in the version that is preferred; `None` where it
    /// is not.
    pub fn resource(&self, kind: &GroupKind, version: Option<&str>) -> Option<Resource> {
        let state = self.lock();
        let of_kind = |it: &&Arc<Resource>| kind.is(&it.group, &it.kind);
        let served = |it: &&Arc<Resource>| version.is_none_or(|version| it.version == version);
        let found = state.catalog.iter().filter(of_kind).find(served);
        found.map(|it| Resource::clone(it))
    }

    /// All objects as they are stored, without a call, in the order of groups, resources, keys.
    pub fn objects(&self) -> Vec<Value> {
        let state = self.lock();
        let rows = state.store.tables().flat_map(|(_, rows)| rows.values());
        rows.map(|it| Value::clone(it)).collect()
    }

    /// The resourceVersion of the last write.
    pub fn revision(&self) -> u64 {
        self.lock().store.revision
    }

    /// What was called since the beginning, or since [`Cluster::reset_calls`].
    pub fn calls(&self) -> Calls {
        self.lock().calls.clone()
    }

    /// Starts to count calls anew.
    pub fn reset_calls(&self) {
        self.lock().calls = Calls::default();
    }

    /// Forgets all events so far, as etcd is compacted: watches and pages of lists that are
    /// behind get a 410.
    pub fn compact(&self) {
        let mut state = self.lock();
        let revision = state.store.revision;
        state.store.compact(revision);
        wake(state);
    }

    /// A backup of everything that is stored.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.lock().backup())
    }

    /// Goes back to a backup: resourceVersions too, and watches end.
    pub fn restore(&self, snapshot: &Snapshot) {
        let mut state = self.lock();
        state.restore(&snapshot.0);
        wake(state);
    }

    /// A plug-in that panicked left nothing half-written: writes are one step at the end.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of the state, then wakes who waits for events.
fn wake(mut state: MutexGuard<'_, State>) {
    let wakers = std::mem::take(&mut state.wakers);
    drop(state);
    wakers.into_iter().for_each(std::task::Waker::wake);
}

impl Default for Cluster {
    fn default() -> Self {
        Self::new(Options::default())
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cluster")
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("revision", &self.0.revision()).finish()
    }
}
