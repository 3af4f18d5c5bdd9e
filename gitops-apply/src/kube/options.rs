//! How a cluster is talked to.

use std::time::Duration;

use crate::RetryOptions;

/// How a [`KubeApplier`](crate::KubeApplier) talks to its cluster.
#[derive(Clone, Debug)]
pub struct KubeOptions {
    /// The name our fields are owned under; at most 128 printable characters.
    pub field_manager: String,
    /// What is done about fields that others own.
    pub conflicts: Conflicts,
    /// What is done about fields that the schema does not know.
    pub validation: FieldValidation,
    /// How dependents of a deleted object are deleted.
    pub propagation: Propagation,
    /// The namespace of namespaced objects that name none.
    pub default_namespace: String,
    /// The most calls at a time.
    pub concurrency: usize,
    /// The longest one attempt of a call may take.
    pub deadline: Duration,
    /// When calls are tried again.
    pub retry: RetryOptions,
    /// Objects in one page of a list.
    pub page: u32,
    /// The largest answer that is read, in bytes. A page over it is asked for in smaller ones.
    pub max_answer: usize,
    /// How long a kind that is not served is remembered as such before discovery is asked again.
    pub rediscover: Duration,
}

/// What is done about fields that other managers own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflicts {
    /// Declared fields become ours: what is declared wins.
    #[default]
    Force,
    /// The change fails with the [fields and their owners](crate::FieldConflict).
    Fail,
}

/// What the API server does about fields its schema does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Drops them and warns; the server's default.
    #[default]
    Warn,
    /// Refuses the object.
    Strict,
    /// Drops them.
    Ignore,
}

/// How dependents of a deleted object are deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    /// After it.
    #[default]
    Background,
    /// Before it; it waits for them.
    Foreground,
    /// Not at all.
    Orphan,
}

impl Default for KubeOptions {
    fn default() -> Self {
        Self {
            field_manager: "gitops".into(),
            conflicts: Conflicts::default(),
            validation: FieldValidation::default(),
            propagation: Propagation::default(),
            default_namespace: "default".into(),
            concurrency: 8,
            deadline: Duration::from_secs(30),
            retry: RetryOptions::default(),
            page: 500,
            max_answer: 64 << 20,
            rediscover: Duration::from_secs(2),
        }
    }
}

impl FieldValidation {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "Warn",
            Self::Strict => "Strict",
            Self::Ignore => "Ignore",
        }
    }
}

impl Propagation {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}
