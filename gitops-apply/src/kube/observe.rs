//! Desired and owned objects as they live in the cluster.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use gitops_diff::{Inventory, Live, Object, ObjectId, ObjectSet, Observed, Text, Value};
use http::StatusCode;
use serde::Deserialize;

use super::KubeApplier;
use super::discovery::GroupVersion;
use super::path::Resource;
use super::refusal::Refused;
use super::wire::{Call, Silence};
use crate::{ApplyError, ErrorClass};

/// So many objects of a kind in one namespace are rather listed than looked at one by one.
const LIST_FROM: usize = 4;

/// So many calls for one kind are rather one list of all namespaces.
const LIST_ALL_FROM: usize = 9;

/// Bounds the calls that are started at once; the wire bounds those under way.
const STARTED_AT_A_TIME: usize = 64;

/// How often a list is begun anew when its continuation has expired.
const RESTARTS: u32 = 3;

/// Objects of a kind that are looked for.
#[derive(Debug, PartialEq)]
enum Lookup {
    /// One, by its name.
    Get(ObjectId),
    /// Some, in a list of one namespace or of the whole cluster.
    List(Option<Text>, Vec<ObjectId>),
}

/// What a look at the cluster brought.
type Found = Vec<(ObjectId, Live)>;

impl KubeApplier {
    pub(super) async fn observe_all(
        &self,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Result<Observed, ApplyError> {
        let wanted = wanted(desired, owned);
        let versions: BTreeSet<GroupVersion> =
            wanted.keys().map(|kind| kind.version.clone()).collect();
        self.discovery.learn(&self.wire, versions).await?;
        let mut observed = Observed::new();
        let mut lookups = Vec::new();
        for (kind, ids) in wanted {
            match self.serving(&kind).await? {
                None => ids.into_iter().for_each(|id| observed.insert(id, Live::Unserved)),
                Some(resource) => {
                    lookups.extend(plan(ids).into_iter().map(|it| (resource.clone(), it)));
                }
            }
        }
        for (id, live) in self.look_all(lookups).await? {
            observed.insert(id, live);
        }
        Ok(observed)
    }

    async fn serving(&self, kind: &Wanted) -> Result<Option<Arc<Resource>>, ApplyError> {
        if kind.declared {
            return self.discovery.find(&self.wire, &kind.version, &kind.kind).await;
        }
        // What is no longer declared may have been applied in a version that is gone.
        self.discovery.find_any(&self.wire, &kind.version, &kind.kind).await
    }

    /// Looks everything up. Where nothing at all could be looked up, that is an error; else what
    /// could not be is unknown.
    async fn look_all(&self, lookups: Vec<(Arc<Resource>, Lookup)>) -> Result<Found, ApplyError> {
        let looks = lookups.into_iter().map(|(resource, lookup)| async move {
            let found = self.look(&resource, &lookup).await;
            (lookup, found)
        });
        let mut looked = stream::iter(looks).buffer_unordered(STARTED_AT_A_TIME);
        let (mut found, mut failed, mut answered) = (Vec::new(), None, false);
        while let Some((lookup, result)) = looked.next().await {
            match result {
                Ok(some) => {
                    answered = true;
                    found.extend(some);
                }
                Err(error) => {
                    let message = Text::from(error.to_string());
                    answered |= !matches!(error.class(), ErrorClass::Retry(_));
                    found.extend(lookup.into_ids().map(|id| (id, Live::Unknown(message.clone()))));
                    failed.get_or_insert(error);
                }
            }
        }
        match failed {
            Some(error) if !answered => Err(error),
            _ => Ok(found),
        }
    }

    async fn look(&self, resource: &Resource, lookup: &Lookup) -> Result<Found, ApplyError> {
        match lookup {
            Lookup::Get(id) => Ok(vec![(id.clone(), self.get(resource, id).await?)]),
            Lookup::List(namespace, ids) => {
                match self.list(resource, namespace.as_deref(), ids).await {
                    // Whoever may not list may still be allowed to look at single objects.
                    Err(ApplyError::Denied(_)) => self.get_each(resource, ids).await,
                    found => found,
                }
            }
        }
    }

    async fn get_each(&self, resource: &Resource, ids: &[ObjectId]) -> Result<Found, ApplyError> {
        let gets = ids.iter().cloned().map(|id| async move {
            match self.get(resource, &id).await {
                Err(ApplyError::Denied(message)) => Ok((id, Live::Unknown(message.into()))),
                live => live.map(|live| (id, live)),
            }
        });
        stream::iter(gets)
            .buffered(STARTED_AT_A_TIME)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect()
    }

    /// One object as it lives.
    pub(super) async fn get(&self, resource: &Resource, id: &ObjectId) -> Result<Live, ApplyError> {
        let path = match resource.object(id) {
            Ok(path) => path,
            Err(error) => return Ok(Live::Unknown(error.to_string().into())),
        };
        let answer = self.wire.send(&Call::get(path)).await?;
        if answer.status == StatusCode::OK {
            return Ok(decoded(&answer.body, id));
        }
        let refused = Refused::new(&answer);
        if refused.object_missing() {
            return Ok(Live::Absent);
        }
        if refused.kind_missing() {
            self.discovery.forget(&resource.group);
            return Ok(Live::Unserved);
        }
        Err(refused.error(id))
    }

    /// Those of `ids` that live, found in a list.
    async fn list(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        ids: &[ObjectId],
    ) -> Result<Found, ApplyError> {
        let path = resource.collection(namespace)?;
        let mut listing = Listing::new(resource, ids, self.options.page);
        let mut restarts = RESTARTS;
        loop {
            let call = Call::get(listing.target(&path));
            let answer = match self.wire.try_send(&call).await {
                Ok(answer) => answer,
                Err(Silence::TooLarge) if listing.page > 1 => {
                    listing.page /= 2;
                    continue;
                }
                Err(Silence::TooLarge) => return Err(self.wire.too_large(&call)),
                Err(Silence::Failed(error)) => return Err(error),
            };
            match answer.status {
                StatusCode::OK => {
                    if listing.take(&call, &answer.body)? {
                        return Ok(listing.finish());
                    }
                }
                StatusCode::GONE if restarts > 0 => {
                    restarts -= 1;
                    listing.restart();
                }
                StatusCode::NOT_FOUND => {
                    self.discovery.forget(&resource.group);
                    return Ok(ids.iter().map(|id| (id.clone(), Live::Unserved)).collect());
                }
                _ => return Err(Refused::new(&answer).error_of(&call.to_string())),
            }
        }
    }
}

/// Objects of one kind and version that are looked for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    version: GroupVersion,
    kind: Text,
    declared: bool,
}

fn wanted(desired: &ObjectSet, owned: &Inventory) -> BTreeMap<Wanted, Vec<ObjectId>> {
    let mut wanted: BTreeMap<Wanted, Vec<ObjectId>> = BTreeMap::new();
    let mut want = |id: &ObjectId, version: &str, declared| {
        let version = (id.group().into(), version.into());
        let kind = Wanted { version, kind: id.kind().into(), declared };
        wanted.entry(kind).or_default().push(id.clone());
    };
    desired.iter().for_each(|object| want(object.id(), object.version(), true));
    owned.minus(desired).for_each(|(id, entry)| want(id, &entry.version, false));
    wanted
}

/// The fewest calls that find all `ids` of a kind, within reason: one by one where a namespace
/// holds few of them, else one list for each namespace, and of too many calls one list of all.
fn plan(ids: Vec<ObjectId>) -> Vec<Lookup> {
    let mut places: BTreeMap<Option<Text>, Vec<ObjectId>> = BTreeMap::new();
    for id in ids {
        places.entry(id.namespace().map(Text::from)).or_default().push(id);
    }
    let calls = |ids: &Vec<ObjectId>| if ids.len() < LIST_FROM { ids.len() } else { 1 };
    if places.len() > 1 && places.values().map(calls).sum::<usize>() >= LIST_ALL_FROM {
        return vec![Lookup::List(None, places.into_values().flatten().collect())];
    }
    let mut lookups = Vec::new();
    for (place, ids) in places {
        if ids.len() < LIST_FROM {
            lookups.extend(ids.into_iter().map(Lookup::Get));
        } else {
            lookups.push(Lookup::List(place, ids));
        }
    }
    lookups
}

impl Lookup {
    fn into_ids(self) -> impl Iterator<Item = ObjectId> {
        match self {
            Self::Get(id) => vec![id].into_iter(),
            Self::List(_, ids) => ids.into_iter(),
        }
    }
}

/// A list that is read page by page; only what is looked for is kept.
struct Listing<'a> {
    resource: &'a Resource,
    ids: &'a [ObjectId],
    missing: HashSet<&'a ObjectId>,
    found: Found,
    page: u32,
    next: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: PageMetadata,
    #[serde(default)]
    items: Option<Vec<Value>>,
}

#[derive(Default, Deserialize)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: String,
}

impl<'a> Listing<'a> {
    fn new(resource: &'a Resource, ids: &'a [ObjectId], page: u32) -> Self {
        let missing = ids.iter().collect();
        Self { resource, ids, missing, found: Vec::new(), page: page.max(1), next: String::new() }
    }

    fn target(&self, path: &str) -> String {
        match path_query(&self.next) {
            next if next.is_empty() => format!("{path}?limit={}", self.page),
            next => format!("{path}?limit={}&continue={next}", self.page),
        }
    }

    /// Takes a page in; whether it was the last one.
    fn take(&mut self, call: &Call, body: &[u8]) -> Result<bool, ApplyError> {
        let page: Page = serde_json::from_slice(body).map_err(|error| {
            ApplyError::unavailable(format!("{call}: the answer is no list: {error}"))
        })?;
        for item in page.items.into_iter().flatten() {
            let Ok(object) = self.whole(item) else { continue };
            if self.missing.remove(object.id()) {
                self.found.push((object.id().clone(), Live::Present(object)));
            }
        }
        self.next = page.metadata.next;
        Ok(self.next.is_empty() || self.missing.is_empty())
    }

    /// Items of a list do not say what they are.
    fn whole(&self, mut item: Value) -> Result<Object, gitops_diff::DiffError> {
        let (group, version) = (&self.resource.group, &self.resource.version);
        let api_version = match &**group {
            "" => version.clone(),
            group => Text::from(format!("{group}/{version}")),
        };
        if let Some(item) = item.as_map_mut() {
            item.insert("apiVersion", api_version.into());
            item.insert("kind", self.resource.kind.clone().into());
        }
        Object::new(item)
    }

    fn restart(&mut self) {
        *self = Self::new(self.resource, self.ids, self.page);
    }

    fn finish(self) -> Found {
        let absent = self.missing.into_iter().map(|id| match self.resource.fits(id) {
            Ok(()) => (id.clone(), Live::Absent),
            Err(error) => (id.clone(), Live::Unknown(error.to_string().into())),
        });
        self.found.into_iter().chain(absent).collect()
    }
}

/// A token of the server, for use in a query.
fn path_query(token: &str) -> String {
    super::path::segment(token).unwrap_or_default()
}

/// The object `id` out of an answer, and nothing else.
fn decoded(body: &[u8], id: &ObjectId) -> Live {
    let unknown = |why: String| Live::Unknown(why.into());
    match serde_json::from_slice::<Object>(body) {
        Ok(object) if object.id() == id => Live::Present(object),
        Ok(object) => unknown(format!("asked for {id}, the API server answered {}", object.id())),
        Err(error) => unknown(format!("the API server's answer is no object: {error}")),
    }
}
