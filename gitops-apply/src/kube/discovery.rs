//! Which kinds the cluster serves, asked once for each group and version.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::stream::{self, StreamExt};
use gitops_diff::{GroupKind, Text};
use http::StatusCode;
use serde::Deserialize;
use tokio::time::Instant;

use super::path::{self, Resource, Scope};
use super::refusal::Refused;
use super::wire::{Call, Wire};
use crate::ApplyError;

/// What was learned about the cluster's kinds.
pub(crate) struct Discovery {
    state: Mutex<State>,
    rediscover: Duration,
}

/// An API group and one of its versions.
pub(crate) type GroupVersion = (Text, Text);

#[derive(Default)]
struct State {
    served: HashMap<GroupVersion, Served>,
    /// The scope of every kind ever seen. A kind that vanishes for a while keeps it, so that the
    /// identities of its objects stay what they were.
    scopes: HashMap<GroupKind, Scope>,
}

struct Served {
    at: Instant,
    kinds: Arc<Kinds>,
}

type Kinds = HashMap<Text, Arc<Resource>>;

/// What is known of a kind.
enum Known {
    Served(Arc<Resource>),
    /// It was not, a moment ago.
    Unserved,
    Nothing,
}

/// `APIResourceList`.
#[derive(Deserialize)]
struct ResourceList {
    #[serde(default)]
    resources: Vec<ApiResource>,
}

#[derive(Deserialize)]
struct ApiResource {
    name: Text,
    kind: Text,
    namespaced: bool,
}

/// `APIGroup`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiGroup {
    preferred_version: Option<ApiVersion>,
    #[serde(default)]
    versions: Vec<ApiVersion>,
}

#[derive(Deserialize)]
struct ApiVersion {
    version: Text,
}

impl Discovery {
    pub(crate) fn new(rediscover: Duration) -> Self {
        Self { state: Mutex::default(), rediscover }
    }

    /// Learns all of `versions` that are not known, some at a time, and answers with those that
    /// could not be learned: the server of one group may be down while all others are served.
    pub(crate) async fn learn(
        &self,
        wire: &Wire,
        versions: BTreeSet<GroupVersion>,
    ) -> HashMap<GroupVersion, ApplyError> {
        let unknown = versions.into_iter().filter(|it| !self.state().served.contains_key(it));
        let unknown: Vec<_> = unknown.collect();
        let asked = unknown.into_iter().map(|it| async move {
            let error = self.ask(wire, &it).await.err()?;
            Some((it, error))
        });
        let asked = stream::iter(asked).buffer_unordered(ASKED_AT_A_TIME);
        asked.filter_map(std::future::ready).collect().await
    }

    /// Where `kind` is served in exactly this version; asks again, though not all the time, where
    /// it was not.
    pub(crate) async fn find(
        &self,
        wire: &Wire,
        version: &GroupVersion,
        kind: &str,
    ) -> Result<Option<Arc<Resource>>, ApplyError> {
        match self.known(version, kind) {
            Known::Served(found) => Ok(Some(found)),
            Known::Unserved => Ok(None),
            Known::Nothing => Ok(self.ask(wire, version).await?.get(kind).cloned()),
        }
    }

    /// As [`Discovery::find`], and where it was not known asks again in any case.
    pub(crate) async fn find_now(
        &self,
        wire: &Wire,
        version: &GroupVersion,
        kind: &str,
    ) -> Result<Option<Arc<Resource>>, ApplyError> {
        if let Known::Served(found) = self.known(version, kind) {
            return Ok(Some(found));
        }
        Ok(self.ask(wire, version).await?.get(kind).cloned())
    }

    /// Where `kind` is served, in `version` or else in the version the server prefers. That it is
    /// served nowhere is never said from memory, since its objects count as gone then.
    pub(crate) async fn find_any(
        &self,
        wire: &Wire,
        version: &GroupVersion,
        kind: &str,
    ) -> Result<Option<Arc<Resource>>, ApplyError> {
        if let Some(found) = self.find(wire, version, kind).await? {
            return Ok(Some(found));
        }
        let mut hollow = None;
        for other in self.versions(wire, &version.0).await? {
            let version = (version.0.clone(), other);
            if let Some(found) = self.find_now(wire, &version, kind).await? {
                return Ok(Some(found));
            }
            if self.is_hollow(&version) {
                hollow = Some(version);
            }
        }
        match hollow {
            None => Ok(None),
            // The list of versions is the last to change: it may not name a new one yet.
            Some((group, version)) => Err(ApplyError::unavailable(format!(
                "{group}: its version {version} is named but not served; its kinds are changing"
            ))),
        }
    }

    /// Whether nothing is served of a version.
    pub(crate) fn is_hollow(&self, version: &GroupVersion) -> bool {
        self.state().served.get(version).is_none_or(|it| it.kinds.is_empty())
    }

    /// Whether objects of a kind live in namespaces, if it was ever seen.
    pub(crate) fn scope(&self, kind: &GroupKind) -> Option<Scope> {
        self.state().scopes.get(kind).copied()
    }

    /// Forgets what is served of `group`, since it has changed.
    pub(crate) fn forget(&self, group: &str) {
        self.state().served.retain(|(of, _), _| *of != group);
    }

    /// Forgets what is served of the group of `resource`, since an answer spoke against it; unless
    /// it was learned anew already, as others that met the same answer do.
    pub(crate) fn doubt(&self, resource: &Resource) {
        let version = (resource.group.clone(), resource.version.clone());
        if let Known::Served(known) = self.known(&version, &resource.kind)
            && std::ptr::eq(&raw const *known, resource)
        {
            self.forget(&resource.group);
        }
    }

    fn known(&self, version: &GroupVersion, kind: &str) -> Known {
        let state = self.state();
        let Some(served) = state.served.get(version) else { return Known::Nothing };
        match served.kinds.get(kind) {
            Some(resource) => Known::Served(resource.clone()),
            None if served.at.elapsed() < self.rediscover => Known::Unserved,
            None => Known::Nothing,
        }
    }

    /// The answer is handed on, since what is recorded may be forgotten by others at once.
    async fn ask(&self, wire: &Wire, version: &GroupVersion) -> Result<Arc<Kinds>, ApplyError> {
        let Ok(path) = path::group_version(&version.0, &version.1) else {
            return Ok(self.record(version, Vec::new()));
        };
        let list: Option<ResourceList> = fetch(wire, path).await?;
        Ok(self.record(version, list.map(|it| it.resources).unwrap_or_default()))
    }

    fn record(&self, version: &GroupVersion, resources: Vec<ApiResource>) -> Arc<Kinds> {
        let resource = |it: ApiResource| Resource {
            group: version.0.clone(),
            version: version.1.clone(),
            scope: if it.namespaced { Scope::Namespaced } else { Scope::Cluster },
            kind: it.kind,
            plural: it.name,
        };
        // `pods/log` is a part of a pod, not a kind.
        let whole = resources.into_iter().filter(|it| !it.name.contains('/')).map(resource);
        let kinds: Kinds = whole.map(|it| (it.kind.clone(), Arc::new(it))).collect();
        let kinds = Arc::new(kinds);
        let mut state = self.state();
        for resource in kinds.values() {
            let kind = GroupKind::new(version.0.clone(), resource.kind.clone());
            state.scopes.insert(kind, resource.scope);
        }
        let served = Served { at: Instant::now(), kinds: kinds.clone() };
        state.served.insert(version.clone(), served);
        kinds
    }

    /// The versions of `group`, the preferred one first.
    async fn versions(&self, wire: &Wire, group: &str) -> Result<Vec<Text>, ApplyError> {
        let path = match group {
            "" => return Ok(vec!["v1".into()]),
            group => format!("/apis/{}", path::segment(group)?),
        };
        let Some(group) = fetch::<ApiGroup>(wire, path).await? else {
            return Ok(Vec::new());
        };
        let all = group.preferred_version.into_iter().chain(group.versions).map(|it| it.version);
        let mut seen = BTreeSet::new();
        Ok(all.filter(|version| seen.insert(version.clone())).collect())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bounds what is started at once; the wire bounds what is under way.
const ASKED_AT_A_TIME: usize = 16;

/// What is at `path`, if anything is.
async fn fetch<T: for<'de> Deserialize<'de>>(
    wire: &Wire,
    path: String,
) -> Result<Option<T>, ApplyError> {
    let call = Call::get(path);
    let answer = wire.send(&call).await?;
    match answer.status {
        StatusCode::NOT_FOUND => Ok(None),
        StatusCode::OK => serde_json::from_slice(&answer.body).map(Some).map_err(|error| {
            ApplyError::unavailable(format!("{call}: the answer is no discovery document: {error}"))
        }),
        _ => Err(Refused::new(&answer).error_of(&call.to_string())),
    }
}
