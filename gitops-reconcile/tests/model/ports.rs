//! The seams of the model.

use std::future::{Future, pending, poll_fn};
use std::task::Poll;

use async_trait::async_trait;
use gitops_apply::{Applier, ApplyError, Ledger, Outcome, Stamped};
use gitops_diff::{
    Change, Inventory, Live, Object, ObjectId, ObjectSet, Observed, Operation, Query, Text, Value,
};
use gitops_render::{Input, RenderError, Rendered, Renderer};
use gitops_source::{Digest, Fetched, MemorySource, Revision, Source, SourceError};

use super::world::{Fault, Inner, World, live};

/// One agent's way into the world; every call is two polls: it begins, then it is done.
#[derive(Clone)]
pub(crate) struct Port {
    pub(crate) world: World,
    pub(crate) agent: usize,
}

impl Port {
    async fn call<T>(
        &self,
        what: &'static str,
        work: impl FnOnce(&mut Inner, usize) -> Result<T, ApplyError>,
    ) -> Result<T, ApplyError> {
        once().await;
        let (result, fault) = {
            let mut inner = self.world.lock();
            let (number, fault) = inner.begin(self.agent, what);
            let result = if fault == Some(Fault::Fail) {
                Err(unavailable("failed"))
            } else {
                work(&mut inner, number)
            };
            inner.check();
            (result, fault)
        };
        match fault {
            Some(Fault::Hang) => pending().await,
            Some(Fault::Lose) => Err(unavailable("the reply was lost")),
            _ => result,
        }
    }
}

/// Lets everybody else go first, once.
fn once() -> impl Future<Output = ()> {
    let mut yielded = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

fn unavailable(message: &str) -> ApplyError {
    ApplyError::Unavailable { message: message.into(), retry_after: None }
}

fn conflict(id: &ObjectId) -> ApplyError {
    ApplyError::conflict(id, "another uid")
}

#[async_trait]
impl Applier for Port {
    async fn observe(
        &self,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Result<Observed, ApplyError> {
        self.call("observe", |inner, _| {
            let mut observed = Observed::new();
            for id in desired.ids().chain(owned.entries.keys()) {
                let live = inner.objects.get(id).cloned().map_or(Live::Absent, Live::Present);
                observed.insert(id.clone(), live);
            }
            Ok(observed)
        })
        .await
    }

    async fn look_up(&self, query: &Query) -> Result<Option<Value>, ApplyError> {
        self.call("look up", |inner, _| look_up(inner, query)).await
    }

    async fn apply(&self, change: &Change) -> Result<Outcome, ApplyError> {
        self.call("apply", |inner, number| match change.operation {
            Operation::Delete => delete(inner, number, change),
            _ => write(inner, number, change),
        })
        .await
    }
}

/// A list has another revision each time, as that of a busy cluster.
fn look_up(inner: &mut Inner, query: &Query) -> Result<Option<Value>, ApplyError> {
    let asked = query.to_string();
    inner.looked_up.push(asked.clone());
    if inner.denied.contains(&asked) {
        return Err(ApplyError::Denied(format!("{asked} is forbidden")));
    }
    if inner.down.contains(&asked) {
        return Err(unavailable("down"));
    }
    let is_of = |id: &&ObjectId| id.namespace() == Some(&*query.namespace);
    let bodies = inner.objects.iter().filter(|(id, _)| is_of(id));
    if query.is_list() {
        let items: Vec<Value> = bodies.map(|(_, object)| object.body().clone()).collect();
        let revision = inner.calls.len().to_string();
        let mut list = Value::from(serde_json::json!({"metadata": {"resourceVersion": revision}}));
        list.as_map_mut().unwrap().insert("items", Value::List(items));
        return Ok(Some(list));
    }
    let mut named = bodies.filter(|(id, _)| id.name() == &*query.name);
    Ok(named.next().map(|(_, object)| object.body().clone()))
}

fn write(inner: &mut Inner, number: usize, change: &Change) -> Result<Outcome, ApplyError> {
    let before = inner.objects.get(&change.id).cloned();
    let uid = before.as_ref().and_then(Object::uid).map(ToString::to_string);
    if change.preconditions.uid.is_some() && change.preconditions.uid.as_deref() != uid.as_deref() {
        return Err(conflict(&change.id));
    }
    let desired = change.desired.as_ref().unwrap();
    let value = desired.pointer("/data/v").unwrap().as_str().unwrap();
    let new = uid.clone().unwrap_or_else(|| inner.uid());
    let object = live(&change.id, &inner.written(value), &new, true);
    let given = Some(Text::from(new.as_str()));
    let applied = change.applied(&object, "gitops");
    if before.as_ref() == Some(&object) {
        return Ok(Outcome::Unchanged { uid: given, applied });
    }
    inner.claim(&new);
    inner.objects.insert(change.id.clone(), object);
    inner.wrote(number);
    Ok(if uid.is_none() {
        Outcome::Created { uid: given, applied }
    } else {
        Outcome::Updated { uid: given, applied }
    })
}

fn delete(inner: &mut Inner, number: usize, change: &Change) -> Result<Outcome, ApplyError> {
    let Some(object) = inner.objects.get(&change.id).cloned() else { return Ok(Outcome::Deleted) };
    let uid = object.uid().unwrap();
    if change.preconditions.uid.as_deref() != Some(uid) {
        return Err(conflict(&change.id));
    }
    inner.deleted(&change.id, uid);
    inner.objects.remove(&change.id);
    inner.wrote(number);
    Ok(Outcome::Deleted)
}

#[async_trait]
impl Ledger for Port {
    async fn load(&self) -> Result<Stamped, ApplyError> {
        self.call("load", |inner, _| Ok(stamped(inner))).await
    }

    async fn store(&self, next: &Inventory, expected: Option<&str>) -> Result<Stamped, ApplyError> {
        self.call("store", |inner, number| {
            if stamped(inner).stamp.as_deref() != expected {
                return Err(ApplyError::Fenced("another writer was faster".into()));
            }
            inner.inventory = next.clone();
            inner.stores += 1;
            inner.holder = Some(self.agent);
            inner.wrote(number);
            Ok(stamped(inner))
        })
        .await
    }
}

fn stamped(inner: &Inner) -> Stamped {
    let stamp = (inner.stores > 0).then(|| inner.stores.to_string());
    Stamped { inventory: inner.inventory.clone(), stamp }
}

/// A source that takes a poll to answer.
pub(crate) struct Slow<S>(pub(crate) S);

#[async_trait]
impl Source for Slow<std::sync::Arc<MemorySource>> {
    async fn fetch(&self, seen: Option<&Revision>) -> Result<Fetched, SourceError> {
        once().await;
        self.0.fetch(seen).await
    }
}

/// Renders lines `name value` of the folder's file `objects` into `ConfigMap`s.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lines;

impl Renderer for Lines {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        let folder = input.path.as_str();
        let file = if folder.is_empty() { "objects".into() } else { format!("{folder}/objects") };
        let text = String::from_utf8_lossy(input.tree.read(&file).unwrap_or_default());
        let object = |line: &str| {
            let (name, value) = line.split_once(' ').unwrap();
            let body = serde_json::json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": "shop"}, "data": {"v": value},
            });
            Object::new(serde_json::from_value(body).unwrap()).unwrap()
        };
        Ok(Rendered::new(text.lines().map(object).collect()))
    }

    fn fingerprint(&self) -> Digest {
        Digest::sha256("lines")
    }
}
