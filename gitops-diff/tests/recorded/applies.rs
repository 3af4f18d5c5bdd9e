//! The applies among the recorded steps.

use gitops_diff::Value;
use gitops_diff::merge::{Apply, Force};

use crate::recorded::Step;

pub(crate) const NOW: &str = "2026-01-01T00:00:00Z";

impl<'a> Step<'a> {
    /// The declared object, where this is an apply that can be predicted.
    pub(crate) fn desired(&self) -> Option<&'a Value> {
        let applies = ["apply", "apply-dry-run", "status-apply"].contains(&self.text("/verb"));
        let merged = ![400, 415].contains(&self.code());
        self.value.get("body").filter(|_| applies && merged)
    }

    /// The apply of `desired` that this step is.
    pub(crate) fn apply(&self, live: Option<&'a Value>, desired: &'a Value) -> Apply<'a> {
        let force = if self.text("/query/force") == "true" { Force::Yes } else { Force::No };
        let manager = self.text("/query/fieldManager");
        Apply { live, desired, manager, force, subresource: self.subresource(), now: NOW }
    }
}
