//! The state of the model, and what must hold of it after every call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use gitops_diff::{Inventory, Object, ObjectId, Value};
use serde_json::json;

/// A target with its ledger. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<Inner>>);

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not done, and says so.
    Fail,
    /// It is done, and the reply is lost.
    Lose,
    /// It is done, and nobody hears of it any more: the agent is dead.
    Hang,
}

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) objects: BTreeMap<ObjectId, Object>,
    pub(crate) inventory: Inventory,
    pub(crate) stores: u64,
    /// Who stored the ledger last.
    pub(crate) holder: Option<usize>,
    /// The calls in order: which agent, what, and whether it changed anything.
    pub(crate) calls: Vec<(usize, &'static str, bool)>,
    /// Faults by the number of the call, from 0.
    pub(crate) faults: BTreeMap<usize, Fault>,
    pub(crate) violations: Vec<String>,
    /// What was looked up, in order.
    pub(crate) looked_up: Vec<String>,
    /// What may not be looked up, and what is down.
    pub(crate) denied: BTreeSet<String>,
    pub(crate) down: BTreeSet<String>,
    /// Whether values are stored in another way than they are written.
    pub(crate) rewrites: bool,
    uids: u64,
    ours: BTreeSet<String>,
}

impl World {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// The data of all objects, by id.
    pub(crate) fn data(&self) -> BTreeMap<String, String> {
        let inner = self.lock();
        let data = |object: &Object| object.pointer("/data/v")?.as_str().map(ToString::to_string);
        inner.objects.iter().map(|(id, it)| (id.to_string(), data(it).unwrap())).collect()
    }

    /// The data of the objects that are ours, by id.
    pub(crate) fn ours(&self) -> BTreeMap<String, String> {
        let mut data = self.data();
        let inner = self.lock();
        data.retain(|id, _| {
            let object = &inner.objects[&id.parse::<ObjectId>().unwrap()];
            inner.ours.contains(object.uid().unwrap())
        });
        data
    }

    /// How many calls changed anything.
    pub(crate) fn writes(&self) -> usize {
        self.lock().calls.iter().filter(|(_, _, wrote)| *wrote).count()
    }

    /// Somebody else edits, or makes, an object.
    pub(crate) fn edit(&self, id: &str, value: &str) {
        let id: ObjectId = id.parse().unwrap();
        let mut inner = self.lock();
        let uid = match inner.objects.get(&id) {
            Some(object) => object.uid().unwrap().to_string(),
            None => inner.uid(),
        };
        let managed = inner.objects.get(&id).is_some_and(|it| it.pointer(MANAGED).is_some());
        inner.objects.insert(id.clone(), live(&id, value, &uid, managed));
    }

    /// Somebody else deletes an object.
    pub(crate) fn delete(&self, id: &str) {
        self.lock().objects.remove(&id.parse().unwrap());
    }
}

const MANAGED: &str = "/metadata/managedFields/0";

/// An object as the target holds it.
pub(crate) fn live(id: &ObjectId, value: &str, uid: &str, managed: bool) -> Object {
    let entry = json!({
        "manager": "gitops", "operation": "Apply", "apiVersion": "v1",
        "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:v": {}}},
    });
    let body = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {
            "name": id.name(), "namespace": id.namespace(), "uid": uid,
            "managedFields": if managed { vec![entry] } else { vec![] },
        },
        "data": {"v": value},
    });
    Object::new(serde_json::from_value::<Value>(body).unwrap()).unwrap()
}

impl Inner {
    pub(crate) fn uid(&mut self) -> String {
        self.uids += 1;
        format!("uid-{}", self.uids)
    }

    /// A value as the target writes it.
    pub(crate) fn written(&self, value: &str) -> String {
        if self.rewrites { value.to_uppercase() } else { value.to_owned() }
    }

    /// What is to go wrong with the call that starts now.
    pub(crate) fn begin(&mut self, agent: usize, what: &'static str) -> (usize, Option<Fault>) {
        let number = self.calls.len();
        self.calls.push((agent, what, false));
        (number, self.faults.get(&number).copied())
    }

    pub(crate) fn wrote(&mut self, number: usize) {
        self.calls[number].2 = true;
    }

    /// From now on the object with this uid is ours.
    pub(crate) fn claim(&mut self, uid: &str) {
        self.ours.insert(uid.to_string());
    }

    pub(crate) fn deleted(&mut self, id: &ObjectId, uid: &str) {
        if !self.ours.contains(uid) {
            self.violations.push(format!("theft: {id} ({uid}) was deleted and is not ours"));
        }
    }

    /// P2: each object of ours is in the ledger, and recognisable as ours.
    pub(crate) fn check(&mut self) {
        for (id, object) in &self.objects {
            let uid = object.uid().unwrap();
            if !self.ours.contains(uid) {
                continue;
            }
            match self.inventory.get(id) {
                None => self.violations.push(format!("orphan: {id} is not in the ledger")),
                Some(entry) if entry.uid.as_deref().is_some_and(|known| known != uid) => self
                    .violations
                    .push(format!("orphan: {id} is {uid} and {:?} in the ledger", entry.uid)),
                Some(_) => {}
            }
        }
    }
}
