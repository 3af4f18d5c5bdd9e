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

/// Why an object is not known to be gone though nothing was found where it should be.
pub(super) const UNFOUND: &str =
    "discovery says that its kind is served, but the API server does not find the kind";

/// Objects of a kind that are looked for.
#[derive(Clone, Debug, PartialEq)]
enum Lookup {
    /// One, by its name.
    Get(ObjectId),
    /// Some, in a list of one namespace or of the whole cluster.
    List(Option<Text>, Vec<ObjectId>),
}

/// What a look at the cluster brought.
type Found = Vec<(ObjectId, Live)>;

/// What is to be looked up, and where its kind is said to be served.
struct Search {
    wanted: Arc<Wanted>,
    resource: Arc<Resource>,
    lookup: Lookup,
}

/// What all looks brought together.
#[derive(Default)]
struct Looked {
    found: Found,
    /// The first failure.
    failed: Option<ApplyError>,
    /// Whether anything at all could be looked up.
    answered: bool,
}

impl Looked {
    /// These could not be looked up.
    fn unknown(&mut self, ids: impl IntoIterator<Item = ObjectId>, error: &ApplyError) {
        let message = Text::from(error.to_string());
        self.found.extend(ids.into_iter().map(|id| (id, Live::Unknown(message.clone()))));
    }

    fn fail(&mut self, ids: impl IntoIterator<Item = ObjectId>, error: ApplyError) {
        self.unknown(ids, &error);
        self.failed.get_or_insert(error);
    }

    /// Where nothing at all could be looked up, that is an error; else what could not be is
    /// unknown.
    fn finish(self) -> Result<Observed, ApplyError> {
        match self.failed {
            Some(error) if !self.answered => Err(error),
            _ => {
                let mut observed = Observed::new();
                self.found.into_iter().for_each(|(id, live)| observed.insert(id, live));
                Ok(observed)
            }
        }
    }
}

impl KubeApplier {
    pub(super) async fn observe_all(
        &self,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Result<Observed, ApplyError> {
        let wanted = wanted(desired, owned);
        let versions: BTreeSet<GroupVersion> =
            wanted.keys().map(|kind| kind.version.clone()).collect();
        let failed = self.discovery.learn(&self.wire, versions).await;
        let (mut looked, mut searches) = (Looked::default(), Vec::new());
        for (wanted, ids) in wanted {
            if let Some(error) = failed.get(&wanted.version) {
                looked.unknown(ids, error);
                continue;
            }
            match self.serving(&wanted).await {
                Err(error) => looked.fail(ids, error),
                Ok(None) => looked.found.extend(ids.into_iter().map(|id| (id, Live::Unserved))),
                Ok(Some(resource)) => {
                    searches.extend(searched(wanted, &resource, ids, &mut looked.found));
                }
            }
        }
        looked.failed = looked.failed.or(failed.into_values().next());
        self.search_all(searches, looked).await.finish()
    }

    async fn serving(&self, kind: &Wanted) -> Result<Option<Arc<Resource>>, ApplyError> {
        if kind.declared {
            return self.discovery.find(&self.wire, &kind.version, &kind.kind).await;
        }
        // What is no longer declared may have been applied in a version that is gone.
        self.discovery.find_any(&self.wire, &kind.version, &kind.kind).await
    }

    async fn search_all(&self, searches: Vec<Search>, mut looked: Looked) -> Looked {
        let searches = searches.into_iter().map(|search| async move {
            let found = self.search(&search).await;
            (search.lookup, found)
        });
        let mut results = stream::iter(searches).buffer_unordered(STARTED_AT_A_TIME);
        while let Some((lookup, result)) = results.next().await {
            match result {
                Ok(found) => {
                    looked.answered = true;
                    looked.found.extend(found);
                }
                Err(error) => {
                    looked.answered |= !matches!(error.class(), ErrorClass::Retry(_));
                    looked.fail(lookup.into_ids(), error);
                }
            }
        }
        looked
    }

    /// Looks where the kind is said to be served; where it is not found there, discovery was
    /// stale, and asked anew it may know another place.
    async fn search(&self, search: &Search) -> Result<Found, ApplyError> {
        let Search { wanted, resource, lookup } = search;
        let mut found = self.look(resource, lookup).await?;
        let lost = take_unserved(&mut found);
        if lost.is_empty() {
            return Ok(found);
        }
        let Some(resource) = self.serving(wanted).await? else {
            found.extend(lost.into_iter().map(|id| (id, Live::Unserved)));
            return Ok(found);
        };
        let mut again = self.look(&resource, &lookup.of(lost)).await?;
        // What is declared is made then, or refused; what is not would be forgotten.
        let unfound = if wanted.declared { Live::Unserved } else { Live::Unknown(UNFOUND.into()) };
        let lost = take_unserved(&mut again);
        found.extend(again.into_iter().chain(lost.into_iter().map(|id| (id, unfound.clone()))));
        Ok(found)
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

    /// One object as it lives; unserved where discovery says that its kind is served but the API
    /// server does not find the kind there.
    pub(super) async fn get(&self, resource: &Resource, id: &ObjectId) -> Result<Live, ApplyError> {
        if resource.fits(id).is_err() {
            return Ok(Live::Absent);
        }
        let answer = self.wire.send(&Call::get(resource.object(id)?)).await?;
        if answer.status == StatusCode::OK {
            return Ok(decoded(&answer.body, id));
        }
        let refused = Refused::new(&answer);
        if refused.object_missing() {
            return Ok(Live::Absent);
        }
        if refused.kind_missing() {
            self.discovery.doubt(resource);
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
                    self.discovery.doubt(resource);
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

/// The lookups that find `ids`. Those that objects of the kind cannot have, such as were recorded
/// before its scope was known, are absent without a look.
fn searched(
    wanted: Wanted,
    resource: &Arc<Resource>,
    ids: Vec<ObjectId>,
    found: &mut Found,
) -> impl Iterator<Item = Search> {
    let (ids, misfits): (Vec<_>, Vec<_>) =
        ids.into_iter().partition(|id| resource.fits(id).is_ok());
    found.extend(misfits.into_iter().map(|id| (id, Live::Absent)));
    let (wanted, resource) = (Arc::new(wanted), resource.clone());
    let search =
        move |lookup| Search { wanted: wanted.clone(), resource: resource.clone(), lookup };
    plan(ids).into_iter().map(search)
}

fn take_unserved(found: &mut Found) -> Vec<ObjectId> {
    found.extract_if(.., |(_, live)| *live == Live::Unserved).map(|(id, _)| id).collect()
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
    /// The same lookup of some of its objects.
    fn of(&self, ids: Vec<ObjectId>) -> Self {
        match self {
            Self::Get(_) => self.clone(),
            Self::List(namespace, _) => Self::List(namespace.clone(), ids),
        }
    }

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
        let absent = self.missing.into_iter().map(|id| (id.clone(), Live::Absent));
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
