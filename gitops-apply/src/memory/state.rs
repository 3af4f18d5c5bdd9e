//! Everything that a cluster is.

use std::sync::Arc;
use std::task::Waker;

use gitops_diff::{Map, Schema, Value};

use super::calls::Calls;
use super::lifecycle::Pending;
use super::options::Options;
use super::resource::{Catalog, Resource};
use super::store::{self, Store};

pub(super) struct State {
    pub(super) options: Options,
    pub(super) store: Store,
    pub(super) catalog: Catalog,
    pub(super) schema: Schema,
    pub(super) calls: Calls,
    /// What controllers have yet to do.
    pub(super) pending: Vec<Pending>,
    /// How many calls there ever were: the controllers' clock.
    pub(super) ticks: u64,
    /// Who waits for events.
    pub(super) wakers: Vec<Waker>,
    /// How often it was restored.
    pub(super) epoch: u64,
    /// Whether owners were deleted since the last collection of garbage.
    pub(super) owners_gone: bool,
    /// How many uids and names were drawn.
    drawn: u64,
}

/// What a backup of etcd holds.
#[derive(Clone)]
pub(super) struct Backup {
    store: Store,
    catalog: Catalog,
    schema: Schema,
    pending: Vec<Pending>,
}

impl Backup {
    pub(super) fn revision(&self) -> u64 {
        self.store.revision
    }
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        let mut state = Self {
            options,
            store: Store::default(),
            catalog: Catalog::builtin(),
            schema: Schema::builtin(),
            calls: Calls::default(),
            pending: Vec::new(),
            ticks: 0,
            wakers: Vec::new(),
            epoch: 0,
            owners_gone: false,
            drawn: 0,
        };
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            state.found(name);
        }
        state
    }

    /// Makes a namespace that is there from the beginning.
    fn found(&mut self, name: &str) {
        let now = self.options.clock.now();
        let uid = self.draw_uid();
        let labels: Map =
            [("kubernetes.io/metadata.name", Value::from(name))].into_iter().collect();
        let metadata: Map = [
            ("creationTimestamp", Value::from(now)),
            ("labels", labels.into()),
            ("name", name.into()),
            ("uid", uid.into()),
        ]
        .into_iter()
        .collect();
        let mut namespace: Map = [
            ("apiVersion", Value::from("v1")),
            ("kind", "Namespace".into()),
            ("metadata", metadata.into()),
        ]
        .into_iter()
        .collect();
        namespace.map_at("spec").insert("finalizers", Value::List(vec!["kubernetes".into()]));
        namespace.map_at("status").insert("phase", "Active".into());
        self.store.put(&("".into(), "namespaces".into()), &name.into(), namespace.into());
    }

    pub(super) fn namespace(&self, name: &str) -> Option<&Arc<Value>> {
        self.store.get(&("".into(), "namespaces".into()), name)
    }

    pub(super) fn stored(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Arc<Value>> {
        self.store.get(&resource.table(), &store::key(namespace, name)).cloned()
    }

    /// A uid in the form of a random UUID, made from the seed.
    pub(super) fn draw_uid(&mut self) -> String {
        let (high, low) = (self.draw(), self.draw());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff
        )
    }

    /// The five characters that the API server puts behind a `generateName`.
    pub(super) fn draw_suffix(&mut self) -> String {
        const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        let drawn = self.draw();
        (0..5)
            .map(|it| {
                let at = usize::try_from((drawn >> (8 * it)) & 0xff).unwrap_or_default();
                char::from(ALPHABET[at % ALPHABET.len()])
            })
            .collect()
    }

    /// The next number of a sequence that the seed decides (`SplitMix64`).
    pub(super) fn draw(&mut self) -> u64 {
        self.drawn += 1;
        let mut z = self.options.seed.wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn backup(&self) -> Backup {
        Backup {
            store: self.store.clone(),
            catalog: self.catalog.clone(),
            schema: self.schema.clone(),
            pending: self.pending.clone(),
        }
    }

    pub(super) fn restore(&mut self, backup: &Backup) {
        let Backup { store, catalog, schema, pending } = backup.clone();
        (self.store, self.catalog, self.schema, self.pending) = (store, catalog, schema, pending);
        let revision = self.store.revision;
        self.store.compact(revision);
        self.epoch += 1;
    }
}
