//! What is stored, and what happened to it: one counter for all, as etcd keeps it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use gitops_diff::{Text, Value};

use super::resource::Table;
use super::services::{self, Claims};

/// The objects of a table by their keys.
pub(super) type Rows = BTreeMap<Text, Arc<Value>>;

/// The objects at a revision, and how they came to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    /// The resourceVersion of the last write.
    pub(super) revision: u64,
    /// The last revision whose event is forgotten.
    pub(super) compacted: u64,
    tables: BTreeMap<Table, Rows>,
    history: VecDeque<Event>,
    /// What Services hold.
    claims: Claims,
}

/// What happened to an object in one revision.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) revision: u64,
    pub(super) table: Table,
    key: Text,
    /// What it was.
    pub(super) before: Option<Arc<Value>>,
    /// What it is; `None` where it is gone.
    pub(super) after: Option<Arc<Value>>,
}

/// The place of an object in its table: `shop/settings`, or its name alone. Sorts as in etcd.
pub(super) fn key(namespace: Option<&str>, name: &str) -> Text {
    match namespace {
        Some(namespace) => format!("{namespace}/{name}").into(),
        None => name.into(),
    }
}

impl Store {
    pub(super) fn get(&self, table: &Table, key: &str) -> Option<&Arc<Value>> {
        self.tables.get(table)?.get(key)
    }

    /// The addresses and ports of all Services.
    pub(super) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The tables and their rows as they are now.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&Table, &Rows)> {
        self.tables.iter()
    }

    pub(super) fn rows(&self, table: &Table) -> Option<&Rows> {
        self.tables.get(table)
    }

    /// The rows of a table as they were at `revision`; `None` where that is forgotten.
    pub(super) fn rows_at(&self, table: &Table, revision: u64) -> Option<Rows> {
        if revision < self.compacted {
            return None;
        }
        let mut rows = self.tables.get(table).cloned().unwrap_or_default();
        let later = self.history.iter().rev().take_while(|it| it.revision > revision);
        for event in later.filter(|it| it.table == *table) {
            match &event.before {
                Some(before) => rows.insert(event.key.clone(), before.clone()),
                None => rows.remove(&event.key),
            };
        }
        Some(rows)
    }

    /// What happened after `revision`, oldest first; `None` where some of it is forgotten.
    pub(super) fn since(&self, revision: u64) -> Option<impl Iterator<Item = &Event>> {
        if revision < self.compacted {
            return None;
        }
        let from = self.history.partition_point(|it| it.revision <= revision);
        Some(self.history.range(from..))
    }

    /// Stores an object in a new revision, which becomes its resourceVersion.
    pub(super) fn put(&mut self, table: &Table, key: &Text, mut object: Value) -> Arc<Value> {
        self.revision += 1;
        set_revision(&mut object, self.revision);
        let after = Arc::new(object);
        let rows = self.tables.entry(table.clone()).or_default();
        let before = rows.insert(key.clone(), after.clone());
        self.record(table, key, before, Some(after.clone()));
        after
    }

    /// Removes an object in a new revision; `last` is what it was in the end.
    pub(super) fn remove(&mut self, table: &Table, key: &Text, mut last: Value) -> Arc<Value> {
        self.revision += 1;
        set_revision(&mut last, self.revision);
        let last = Arc::new(last);
        if let Some(rows) = self.tables.get_mut(table) {
            rows.remove(key);
        }
        self.record(table, key, Some(last.clone()), None);
        last
    }

    fn record(
        &mut self,
        table: &Table,
        key: &Text,
        before: Option<Arc<Value>>,
        after: Option<Arc<Value>>,
    ) {
        if services::is_services(table) {
            self.claims.move_on(before.as_deref(), after.as_deref());
        }
        let (revision, table, key) = (self.revision, table.clone(), key.clone());
        self.history.push_back(Event { revision, table, key, before, after });
    }

    /// Forgets what happened up to `revision`.
    pub(super) fn compact(&mut self, revision: u64) {
        self.compacted = self.compacted.max(revision.min(self.revision));
        let kept = self.history.partition_point(|it| it.revision <= self.compacted);
        self.history.drain(..kept);
    }

    /// Forgets the oldest events where there are more than `limit`.
    pub(super) fn shorten(&mut self, limit: usize) {
        if let Some(last) = self.history.len().checked_sub(limit + 1) {
            self.compact(self.history[last].revision);
        }
    }
}

fn set_revision(object: &mut Value, revision: u64) {
    if let Some(object) = object.as_map_mut() {
        object.map_at("metadata").insert("resourceVersion", revision.to_string().into());
    }
}
