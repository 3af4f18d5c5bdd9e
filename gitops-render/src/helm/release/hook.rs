//! Hooks: documents that are applied at some moments of a release's life.

use super::head::Head;

/// A moment at which a hook is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HookEvent {
    /// Before a release is installed.
    PreInstall,
    /// After that.
    PostInstall,
    /// Before a release is deleted.
    PreDelete,
    /// After that.
    PostDelete,
    /// Before a release is upgraded.
    PreUpgrade,
    /// After that.
    PostUpgrade,
    /// Before a release goes back to an older revision.
    PreRollback,
    /// After that.
    PostRollback,
    /// When someone asks for the tests of the release.
    Test,
}

/// When the object of a hook is deleted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HookDeletePolicy {
    /// Once it succeeded.
    Succeeded,
    /// Once it failed.
    Failed,
    /// Before the next one is created.
    BeforeCreation,
    /// Something that Helm does not know, and keeps.
    Other(String),
}

/// When the logs of a hook's pods are shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HookOutputLogPolicy {
    /// Once it succeeded.
    Succeeded,
    /// Once it failed.
    Failed,
    /// Something that Helm does not know, and keeps.
    Other(String),
}

/// When a hook is applied, and what becomes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::helm) struct Terms {
    pub(in crate::helm) events: Vec<HookEvent>,
    pub(in crate::helm) weight: i64,
    pub(in crate::helm) delete_policies: Vec<HookDeletePolicy>,
    pub(in crate::helm) output_log_policies: Vec<HookOutputLogPolicy>,
}

/// What a document is.
#[derive(Debug)]
pub(super) enum Role {
    Manifest,
    Hook(Terms),
    /// A hook for a moment that does not exist: Helm drops it.
    Unknown,
}

impl Role {
    /// What the annotations say.
    pub(super) fn of(head: &Head) -> Self {
        let Some(events) = head.annotation("helm.sh/hook") else { return Self::Manifest };
        let Some(events) = words(events).map(|word| event(&word)).collect() else {
            return Self::Unknown;
        };
        let list = |key: &str| head.annotation(key).into_iter().flat_map(words);
        Self::Hook(Terms {
            events,
            weight: head.annotation("helm.sh/hook-weight").map_or(0, weight),
            delete_policies: list("helm.sh/hook-delete-policy").map(delete_policy).collect(),
            output_log_policies: list("helm.sh/hook-output-log-policy").map(log_policy).collect(),
        })
    }
}

/// The weight, 0 where it is no number.
fn weight(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(|word| word.trim().to_lowercase())
}

fn event(word: &str) -> Option<HookEvent> {
    Some(match word {
        "pre-install" => HookEvent::PreInstall,
        "post-install" => HookEvent::PostInstall,
        "pre-delete" => HookEvent::PreDelete,
        "post-delete" => HookEvent::PostDelete,
        "pre-upgrade" => HookEvent::PreUpgrade,
        "post-upgrade" => HookEvent::PostUpgrade,
        "pre-rollback" => HookEvent::PreRollback,
        "post-rollback" => HookEvent::PostRollback,
        "test" | "test-success" => HookEvent::Test,
        _ => return None,
    })
}

fn delete_policy(word: String) -> HookDeletePolicy {
    match &*word {
        "hook-succeeded" => HookDeletePolicy::Succeeded,
        "hook-failed" => HookDeletePolicy::Failed,
        "before-hook-creation" => HookDeletePolicy::BeforeCreation,
        _ => HookDeletePolicy::Other(word),
    }
}

fn log_policy(word: String) -> HookOutputLogPolicy {
    match &*word {
        "hook-succeeded" => HookOutputLogPolicy::Succeeded,
        "hook-failed" => HookOutputLogPolicy::Failed,
        _ => HookOutputLogPolicy::Other(word),
    }
}
