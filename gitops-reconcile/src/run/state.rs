//! What a reconciler remembers from one run to the next.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gitops_apply::Stamped;
use gitops_diff::Inventory;
use gitops_render::{RenderError, Rendered, Requirement};
use gitops_source::{Digest, Revision, Tree, TreePath};

use super::rewrites::Rewrites;
use crate::Remote;

/// What a reconciler remembers from one run to the next; all of it may be lost at any time.
#[derive(Debug, Default)]
pub struct State {
    pub(super) runs: u64,
    pub(super) seen: Option<(Revision, Tree)>,
    pub(super) rendered: Option<Cached>,
    pub(super) claim: Option<Claim>,
    pub(super) rewrites: Rewrites,
    /// Until when a write of another agent, which stored the ledger a moment ago, may arrive.
    pub(super) shared_until: Moment,
    /// The stamp of the ledger when it was seen last.
    pub(super) stamp: Option<String>,
    /// Until when a write of somebody who is gone, or one whose reply never came, may still
    /// arrive at the target.
    pub(super) in_flight_until: Moment,
}

impl State {
    /// Whether there was no run yet.
    pub(crate) fn is_new(&self) -> bool {
        self.runs == 0
    }

    /// Takes the ledger in the next run, whoever stored it last.
    pub(crate) fn take_over(&mut self) {
        self.claim = None;
    }
}

/// A render, with the key under which it is still good.
#[derive(Debug)]
pub(super) struct Cached {
    key: RenderKey,
    pub(super) result: Result<Arc<Rendered>, RenderError>,
}

/// What decides a render: the renderer, the content of the folder, and what was fetched for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RenderKey {
    pub(super) renderer: Digest,
    pub(super) path: TreePath,
    pub(super) content: Option<Digest>,
    pub(super) remotes: BTreeMap<Requirement, Digest>,
}

impl RenderKey {
    pub(super) fn new(
        renderer: &Digest,
        path: &TreePath,
        tree: &Tree,
        remotes: &BTreeMap<Requirement, Remote>,
    ) -> Self {
        let content = tree.digest_of(path.as_str());
        let digest = |(requirement, remote): (&Requirement, &Remote)| {
            let digest = match requirement {
                Requirement::Object(_) => remote.revision.digest(),
                _ => remote.tree.digest(),
            };
            (requirement.clone(), digest.clone())
        };
        let remotes = remotes.iter().map(digest).collect();
        Self { renderer: renderer.clone(), path: path.clone(), content, remotes }
    }

    /// What was declared of it: all but the state of the target.
    pub(super) fn declared(mut self) -> Self {
        self.remotes.retain(|it, _| !matches!(it, Requirement::Object(_)));
        self
    }
}

impl Cached {
    /// A result to keep. A failed render is not known to have read only its folder, so that it
    /// is good only for the same whole tree.
    pub(super) fn new(
        key: RenderKey,
        tree: &Tree,
        result: Result<Arc<Rendered>, RenderError>,
    ) -> Self {
        let content =
            if result.is_ok() { key.content.clone() } else { Some(tree.digest().clone()) };
        Self { key: RenderKey { content, ..key }, result }
    }

    /// What was fetched for it.
    pub(super) fn remotes(&self) -> &BTreeMap<Requirement, Digest> {
        &self.key.remotes
    }

    /// Whether the render of `key` would give the same: its folder and every file that was read
    /// outside of it are as they were.
    pub(super) fn is_good(&self, key: &RenderKey, tree: &Tree) -> bool {
        let Ok(rendered) = &self.result else {
            let content = Some(tree.digest().clone());
            return self.key == RenderKey { content, ..key.clone() };
        };
        let mut read = rendered.read.iter();
        key.content.is_some()
            && self.key == *key
            && read.all(|(path, digest)| tree.digest_of(path.as_str()).as_ref() == Some(digest))
    }
}

/// The ledger as this reconciler knows it to be its own.
#[derive(Debug, Default)]
pub(super) struct Claim {
    /// The ledger when it was read or stored last.
    pub(super) ledger: Stamped,
    /// What was sent to be stored, while nobody knows whether it was.
    pub(super) attempted: Option<Inventory>,
    /// What was to be applied then, as it was declared: what others do to the target is no reason
    /// to take the ledger back.
    pub(super) input: Option<RenderKey>,
}

impl Claim {
    /// Whether somebody else stored the ledger since.
    pub(super) fn is_lost_to(&self, ledger: &Stamped) -> bool {
        ledger.stamp.is_some()
            && ledger.stamp != self.ledger.stamp
            && self.attempted.as_ref() != Some(&ledger.inventory)
    }
}

/// A time on the reconciler's own monotonic clock, from when it was made.
pub type Moment = Duration;
