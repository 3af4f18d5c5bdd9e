//! A differ that remembers, by digests alone, what was in sync.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use twox_hash::XxHash3_128;

use crate::drift::{Judged, Rules, Run};
use crate::{
    Counters, DiffError, Differ, Drift, Entry, Inventory, Live, Object, ObjectId, ObjectSet,
    Observed, Plan,
};

/// [`Drift`] that compares an object only where it is declared otherwise or lives in another
/// version than when it was found in sync.
///
/// It holds two digests an object, and neither what is declared nor what lives: for programs that
/// list what lives for each run. For those that watch, a [`Tracker`](crate::Tracker) does less.
///
/// ```
/// use gitops_diff::{Cached, Differ, Drift, Inventory, Object, ObjectSet, Observed};
///
/// let object: Object = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#,
/// )?;
/// let live = object.clone().edit(|body| {
///     body.map_at("metadata").insert("resourceVersion", "7".into());
/// })?;
/// let desired: ObjectSet = [object].into_iter().collect();
/// let observed: Observed = [live].into_iter().collect();
///
/// let cached = Cached::new(Drift::default());
/// for _ in 0..3 {
///     assert!(cached.diff(&desired, &observed, &Inventory::new())?.is_empty());
/// }
/// assert_eq!((cached.counters().compared, cached.counters().skipped), (1, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Cached {
    drift: Drift,
    memory: Mutex<Memory>,
}

/// What was in sync in the last diff.
#[derive(Debug, Default)]
struct Memory {
    /// The digest of how an object was declared and lived, by that of its identity.
    in_sync: HashMap<u128, u128>,
    counters: Counters,
}

impl Cached {
    /// Remembers nothing yet.
    pub fn new(drift: Drift) -> Self {
        Self { drift, memory: Mutex::default() }
    }

    /// What was done so far.
    pub fn counters(&self) -> Counters {
        self.memory().counters
    }

    /// How many bytes the memory takes.
    pub fn size(&self) -> usize {
        // One byte more for each place says whether it is taken.
        self.memory().in_sync.capacity() * (size_of::<(u128, u128)>() + 1)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // What is remembered is whole at any time.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Differ for Cached {
    fn diff(
        &self,
        desired: &ObjectSet,
        observed: &Observed,
        owned: &Inventory,
    ) -> Result<Plan, DiffError> {
        if !self.drift.can_be_remembered() {
            return self.drift.diff(desired, observed, owned);
        }
        let schema = self.drift.schema_with(desired);
        let definitions = definitions(desired);
        let mut memory = self.memory();
        let mut counters = memory.counters;
        let mut states = Vec::with_capacity(desired.len());
        let rules = Rules::among(&self.drift, &schema, desired, observed);
        let run = Run { drift: &self.drift, schema: &schema, rules: &rules, observed, owned };
        let plan = run.plan(desired, |object| {
            let (id, live) = (object.id(), observed.get(object.id()));
            let state = state(object, live, owned.get(id), definitions);
            let key = key(id);
            let is_known = state.is_some() && memory.in_sync.get(&key).copied() == state;
            states.extend(state.map(|state| (id, key, state)));
            counters.skipped += u64::from(is_known);
            counters.compared += u64::from(!is_known);
            is_known.then(Judged::default)
        });
        memory.counters = counters;
        memory.in_sync = in_sync(&plan, states);
        Ok(plan)
    }

    fn asks(&self) -> bool {
        self.drift.asks()
    }
}

/// The states of what the plan leaves unchanged and tells nothing of; all are in the order of
/// identities.
fn in_sync(plan: &Plan, states: Vec<(&ObjectId, u128, u128)>) -> HashMap<u128, u128> {
    let mut unchanged = plan.unchanged.iter().peekable();
    let mut told = plan.observations.iter().map(|it| &it.id).peekable();
    let kept = states.into_iter().filter(|(id, ..)| {
        while unchanged.next_if(|it| it < id).is_some() {}
        while told.next_if(|it| it < id).is_some() {}
        unchanged.peek() == Some(id) && told.peek() != Some(id)
    });
    kept.map(|(_, key, state)| (key, state)).collect()
}

/// The digest of all that the outcome depends on; `None` where the version is not told.
fn state(
    object: &Object,
    live: Option<&Live>,
    entry: Option<&Entry>,
    definitions: u128,
) -> Option<u128> {
    let Some(Live::Present(live)) = live else {
        return None;
    };
    let applied = entry.and_then(|it| it.applied.as_ref()).map_or("", |it| it.as_str());
    let owned = entry.and_then(|it| it.uid.as_deref()).unwrap_or_default();
    let texts = [live.resource_version()?, live.uid().unwrap_or_default(), owned, applied];
    let mut bytes = Vec::with_capacity(192);
    bytes.extend_from_slice(&object.digest().to_le_bytes());
    bytes.extend_from_slice(&definitions.to_le_bytes());
    Some(digest_of(bytes, texts))
}

fn key(id: &ObjectId) -> u128 {
    let texts = [id.group(), id.kind(), id.namespace().unwrap_or_default(), id.name()];
    digest_of(Vec::with_capacity(128), texts)
}

/// None of the texts holds a zero byte.
fn digest_of(mut bytes: Vec<u8>, texts: [&str; 4]) -> u128 {
    for text in texts {
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
    }
    XxHash3_128::oneshot(&bytes)
}

/// The digest of all declared definitions: they decide how objects of their kinds are compared.
fn definitions(desired: &ObjectSet) -> u128 {
    let definitions = desired.iter().filter(|it| crate::cascade::is_definition(it.id()));
    let digests: Vec<u8> = definitions.flat_map(|it| it.digest().to_le_bytes()).collect();
    XxHash3_128::oneshot(&digests)
}
