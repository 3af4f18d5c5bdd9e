//! Where the in-memory cluster is known to answer otherwise, and why.

use crate::compare::{Difference, Part};
use crate::script::Step;

/// A known deviation. What is empty, fits anything.
pub(crate) struct Deviation {
    part: Part,
    /// The verb of the step.
    verb: &'static str,
    /// Part of the path of the step.
    path: &'static str,
    /// How the pointer to the place begins.
    at: &'static str,
    /// Part of what the API server says there.
    expected: &'static str,
    pub(crate) reason: &'static str,
}

const NONE: Deviation =
    Deviation { part: Part::Code, verb: "", path: "", at: "", expected: "", reason: "" };

const NOT_VALIDATED: &str = "custom resources are not validated by their schema";
const KEYS_NOT_VALIDATED: &str = "data of ConfigMaps and Secrets is not validated";
const EMPTY_MAPS: &str = "empty maps of built-in kinds are kept, Go's structs omit them";
const STRING_DATA: &str = "stringData is not moved into data";
const UNKNOWN_FIELDS: &str = "unknown fields of custom resources are pruned without a warning";
const ORDER_OF_CHECKS: &str = "of two mistakes in one call the other one is told";
const MORE_PAGES: &str = "a page is cut before the selector is looked at, so a token may lead to \
                          an empty page";
const EMPTIED: &str = "an applied empty map is dropped when its last field goes";
const LAST_FINALIZER: &str = "the write that removes an object shows the version of the removal";
const REPLACE: &str = "the JSON Patch library of the API server replaces what is not there";
const DETAILS: &str = "details of a Status that no client reads";

const DEVIATIONS: &[Deviation] = &[
    Deviation { path: "/widgets", expected: "422 Invalid", reason: NOT_VALIDATED, ..NONE },
    Deviation { path: "/configmaps", expected: "422 Invalid", reason: KEYS_NOT_VALIDATED, ..NONE },
    Deviation { path: "/secrets", expected: "422 Invalid", reason: KEYS_NOT_VALIDATED, ..NONE },
    Deviation { part: Part::Body, at: "/data", expected: "null", reason: EMPTY_MAPS, ..NONE },
    Deviation { part: Part::Body, at: "/stringData", reason: STRING_DATA, ..NONE },
    Deviation { part: Part::Body, path: "/secrets", at: "/data", reason: STRING_DATA, ..NONE },
    Deviation {
        part: Part::Body,
        at: "/metadata/labels",
        expected: "null",
        reason: EMPTY_MAPS,
        ..NONE
    },
    Deviation { part: Part::ManagedFields, reason: EMPTY_MAPS, ..NONE },
    Deviation { part: Part::Warnings, path: "/widgets", reason: UNKNOWN_FIELDS, ..NONE },
    Deviation { expected: "415 UnsupportedMediaType", reason: ORDER_OF_CHECKS, ..NONE },
    Deviation { verb: "status-apply", expected: "404 NotFound", reason: ORDER_OF_CHECKS, ..NONE },
    Deviation { part: Part::Body, at: "/metadata/continue", reason: MORE_PAGES, ..NONE },
    Deviation { part: Part::Body, at: "/metadata/remainingItemCount", reason: MORE_PAGES, ..NONE },
    Deviation { part: Part::Body, at: "/details", reason: DETAILS, ..NONE },
    Deviation {
        verb: "finalizers",
        path: "/widgets",
        expected: "200",
        reason: "finalizers of custom resources need no domain",
        ..NONE
    },
    Deviation { part: Part::Body, verb: "apply", at: "/spec", reason: EMPTIED, ..NONE },
    Deviation { part: Part::Body, at: "/metadata/resourceVersion", reason: LAST_FINALIZER, ..NONE },
    Deviation { expected: "403 Forbidden", reason: ORDER_OF_CHECKS, ..NONE },
    Deviation { verb: "patch-json", expected: "200", reason: REPLACE, ..NONE },
];

/// What share of the recorded answers agrees in all but the text of messages, in percent: what
/// was measured, rounded down.
pub(crate) const RECORDED_IN_MEMORY: [(&str, f64); 4] =
    [("kinds", 27.0), ("special", 34.0), ("custom", 42.0), ("real", 34.0)];

/// The known deviation that explains this difference.
pub(crate) fn deviation(step: &Step, difference: &Difference) -> Option<&'static Deviation> {
    DEVIATIONS.iter().find(|it| it.covers(step, difference))
}

impl Deviation {
    fn covers(&self, step: &Step, difference: &Difference) -> bool {
        self.part == difference.part
            && (self.verb.is_empty() || self.verb == step.verb)
            && step.path.contains(self.path)
            && difference.at.starts_with(self.at)
            && difference.expected.to_string().contains(self.expected)
    }
}
