//! Watches: the events of a resource after a revision.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use gitops_diff::{Map, Text, Value};

use super::cluster::Cluster;
use super::params::Params;
use super::route::Target;
use super::state::State;
use super::status::Status;
use super::store;
use super::view::View;

/// A stream of events. It ends where the cluster was restored from a backup, and after an
/// [`Error`](EventKind::Error).
///
/// It needs no runtime: [`Watch::next`] takes what is there, [`Watch::poll`] wakes a task.
#[derive(Debug)]
pub struct Watch {
    cluster: Cluster,
    target: Target,
    params: Params,
    view: View,
    /// Every event up to this revision was delivered or is queued.
    cursor: u64,
    epoch: u64,
    queue: VecDeque<WatchEvent>,
    ended: bool,
}

/// What happened to an object.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchEvent {
    /// What happened.
    pub kind: EventKind,
    /// The object as it is, or was in the end; the `Status` of an error.
    pub object: Value,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It is there now, or began to match.
    Added,
    /// It changed.
    Modified,
    /// It is gone, or no longer matches.
    Deleted,
    /// Nothing; the resourceVersion up to which everything was told.
    Bookmark,
    /// The watch cannot go on.
    Error,
}

impl EventKind {
    /// As it is sent: `ADDED`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
            Self::Bookmark => "BOOKMARK",
            Self::Error => "ERROR",
        }
    }
}

impl WatchEvent {
    /// As it is sent: `{"type": …, "object": …}`.
    pub fn to_value(&self) -> Value {
        let members = [("type", self.kind.as_str().into()), ("object", self.object.clone())];
        members.into_iter().collect::<Map>().into()
    }
}

impl Watch {
    /// Where a watch starts, as the API server decides it: at a revision, or with everything
    /// that is there.
    pub(super) fn start(
        cluster: &Cluster,
        state: &State,
        target: Target,
        params: Params,
        view: View,
    ) -> Result<Self, Status> {
        let from = match params.resource_version.as_deref() {
            None | Some("0") => None,
            Some(revision) => Some(revision_of(revision)?),
        };
        let mut watch = Self {
            cluster: cluster.clone(),
            target,
            params,
            view,
            cursor: from.unwrap_or(state.store.revision),
            epoch: state.epoch,
            queue: VecDeque::new(),
            ended: false,
        };
        if watch.params.initial_events {
            watch.check_initial_events()?;
            watch.cursor = state.store.revision;
            watch.queue_everything(state);
            watch.queue_initial_end();
        } else if from.is_none() {
            watch.queue_everything(state);
        }
        Ok(watch)
    }

    fn check_initial_events(&self) -> Result<(), Status> {
        let rule = "sendInitialEvents requires resourceVersionMatch=NotOlderThan and \
                    allowWatchBookmarks=true";
        let matches = self.params.version_match.as_deref() == Some("NotOlderThan");
        let fine = matches && self.params.bookmarks;
        fine.then_some(()).ok_or_else(|| Status::new(422, "Invalid", rule))
    }

    fn queue_everything(&mut self, state: &State) {
        let rows = state.store.rows(&self.target.resource.table());
        let matching = rows.into_iter().flat_map(|it| it.values()).filter(|it| self.matches(it));
        let events: Vec<WatchEvent> = matching.map(|it| self.event(EventKind::Added, it)).collect();
        self.queue.extend(events);
    }

    /// The bookmark that says: what was there, was sent.
    fn queue_initial_end(&mut self) {
        let mut bookmark = self.bookmark();
        if let Some(object) = bookmark.object.as_map_mut() {
            let annotations = object.map_at("metadata").map_at("annotations");
            annotations.insert("k8s.io/initial-events-end", "true".into());
        }
        self.queue.push_back(bookmark);
    }

    /// The next event, where there is one now; see [`Watch::is_ended`].
    #[expect(clippy::should_implement_trait, reason = "that there is none now is not the end")]
    pub fn next(&mut self) -> Option<WatchEvent> {
        match self.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => event,
            Poll::Pending => None,
        }
    }

    /// Whether nothing more will come.
    pub fn is_ended(&self) -> bool {
        self.ended && self.queue.is_empty()
    }

    /// The next event, as a stream: `Ready(None)` is the end.
    pub fn poll(&mut self, task: &mut Context<'_>) -> Poll<Option<WatchEvent>> {
        if self.queue.is_empty() && !self.ended {
            let cluster = self.cluster.clone();
            let mut state = cluster.lock();
            self.take(&state);
            if self.queue.is_empty() && !self.ended {
                state.wakers.push(task.waker().clone());
                return Poll::Pending;
            }
        }
        Poll::Ready(self.queue.pop_front())
    }

    /// Queues what happened since the last look.
    fn take(&mut self, state: &State) {
        if state.epoch != self.epoch {
            self.ended = true;
            return;
        }
        let Some(events) = state.store.since(self.cursor) else {
            let message =
                format!("too old resource version: {} ({})", self.cursor, state.store.compacted);
            let object = Status::expired(message).to_value();
            self.queue.push_back(WatchEvent { kind: EventKind::Error, object });
            self.ended = true;
            return;
        };
        let table = self.target.resource.table();
        let found: Vec<WatchEvent> =
            events.filter(|it| it.table == table).filter_map(|it| self.translate(it)).collect();
        self.queue.extend(found);
        self.cursor = self.cursor.max(state.store.revision);
    }

    /// What a change is to somebody who sees only what matches.
    fn translate(&self, event: &store::Event) -> Option<WatchEvent> {
        let matching = |it: &Option<Arc<Value>>| it.as_ref().is_some_and(|it| self.matches(it));
        let (kind, object) = match (matching(&event.before), matching(&event.after)) {
            (false, false) => return None,
            (false, true) => (EventKind::Added, event.after.as_ref()?),
            (true, true) => (EventKind::Modified, event.after.as_ref()?),
            (true, false) => (EventKind::Deleted, event.before.as_ref()?),
        };
        let mut found = self.event(kind, object);
        if let Some(object) = found.object.as_map_mut() {
            let revision = event.revision.to_string();
            object.map_at("metadata").insert("resourceVersion", revision.into());
        }
        Some(found)
    }

    fn matches(&self, object: &Value) -> bool {
        self.target.holds(object) && self.params.selector.matches(object)
    }

    fn event(&self, kind: EventKind, object: &Value) -> WatchEvent {
        WatchEvent { kind, object: self.view.show(&self.target.resource, object) }
    }

    /// A bookmark for what was delivered or is queued.
    pub fn bookmark(&self) -> WatchEvent {
        let resource = &self.target.resource;
        let metadata = [("resourceVersion", Value::from(self.cursor.to_string()))];
        let members = [
            ("apiVersion", Value::from(resource.api_version())),
            ("kind", resource.kind.clone().into()),
            ("metadata", metadata.into_iter().collect::<Map>().into()),
        ];
        let object = Value::Map(members.into_iter().collect());
        self.event(EventKind::Bookmark, &object)
    }

    /// After how many seconds the client wants it to end.
    pub fn timeout_seconds(&self) -> Option<u64> {
        self.params.timeout
    }

    /// Whether the client wants bookmarks.
    pub fn wants_bookmarks(&self) -> bool {
        self.params.bookmarks
    }
}

pub(super) fn revision_of(text: &str) -> Result<u64, Status> {
    text.parse().map_err(|_| {
        let value = Text::from(text);
        Status::bad_request(format!("invalid resource version {value:?}"))
    })
}
