//! What became of a change.

use gitops_diff::{Fingerprint, Text};
use serde::{Deserialize, Serialize};

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// The object was made, with this uid where the target gives one.
    Created {
        /// `metadata.uid`.
        uid: Option<Text>,
        /// What the ledger keeps of it ([`Change::applied`](gitops_diff::Change::applied)); never
        /// serialised.
        #[serde(skip)]
        applied: Option<Fingerprint>,
    },
    /// The object was changed.
    Updated {
        /// `metadata.uid`.
        uid: Option<Text>,
        /// What the ledger keeps of it ([`Change::applied`](gitops_diff::Change::applied)); never
        /// serialised.
        #[serde(skip)]
        applied: Option<Fingerprint>,
    },
    /// The object was already as it should be.
    Unchanged {
        /// `metadata.uid`.
        uid: Option<Text>,
        /// What the ledger keeps of it ([`Change::applied`](gitops_diff::Change::applied)); never
        /// serialised.
        #[serde(skip)]
        applied: Option<Fingerprint>,
    },
    /// The object is gone.
    Deleted,
    /// The object is being deleted and waits for its finalizers; it stays in the ledger.
    Deleting,
    /// The object is no longer ours and was left as it is.
    Released,
}

impl Outcome {
    /// The uid that the target gave the object.
    pub fn uid(&self) -> Option<&Text> {
        match self {
            Self::Created { uid, .. } | Self::Updated { uid, .. } | Self::Unchanged { uid, .. } => {
                uid.as_ref()
            }
            _ => None,
        }
    }

    /// The digest of what was applied and of what the target made of it, where it tells what is
    /// ours.
    pub fn applied(&self) -> Option<&Fingerprint> {
        match self {
            Self::Created { applied, .. }
            | Self::Updated { applied, .. }
            | Self::Unchanged { applied, .. } => applied.as_ref(),
            _ => None,
        }
    }
}

/// Whether the next wave can start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Readiness {
    /// It can.
    Ready,
    /// It has to wait, for this reason.
    Waiting(String),
    /// It never will, for this reason.
    Failed(String),
}
