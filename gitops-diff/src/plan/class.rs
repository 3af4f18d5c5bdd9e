//! Why a field differs: whose doing it is, and whether it counts.

use serde::{Deserialize, Serialize};

use crate::Text;

/// What kind of difference a field is.
///
/// The first two are changes of a plan; the others are reported beside it
/// ([`Observation`](crate::Observation)) and change nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Class {
    /// It is ours to set or to take away, and nobody else holds it.
    #[default]
    Ours,
    /// It is declared, and another manager holds it by its own value: the change takes it from
    /// that manager ([`FieldChange::owner`](crate::FieldChange::owner)).
    Taken,
    /// It is not declared; another manager set it.
    Undeclared,
    /// It is not declared; the server filled in a default or allocated it.
    Defaulted,
    /// It is status: what a controller says of the object.
    Status,
    /// It is not declared, nobody owns it and it is no default: admission put it there.
    Injected,
    /// A rule of the policy keeps the live value.
    Suppressed {
        /// The name of the rule.
        rule: Text,
    },
}

impl Class {
    /// Whether a difference of this class is a change of a plan.
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Ours | Self::Taken)
    }

    pub(super) fn is_ours(&self) -> bool {
        *self == Self::Ours
    }
}
