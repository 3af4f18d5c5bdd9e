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

const STRATEGIC: &str = "a strategic merge patch is merged otherwise in a corner";

const DEVIATIONS: &[Deviation] = &[
    Deviation { verb: "patch-strategic", part: Part::Body, reason: STRATEGIC, ..NONE },
    Deviation { verb: "patch-strategic", part: Part::ManagedFields, reason: STRATEGIC, ..NONE },
    Deviation {
        part: Part::Warnings,
        verb: "finalizers",
        path: "/widgets",
        reason: "no warning of finalizers without a domain",
        ..NONE
    },
    Deviation {
        verb: "mistake",
        expected: "403 Forbidden",
        reason: "of a missing name and a namespace that ends the name is told first",
        ..NONE
    },
    Deviation {
        part: Part::Body,
        verb: "delete",
        reason: "a second deletion with another propagation",
        ..NONE
    },
];

/// What share of the recorded answers agrees in all but the text of messages, in percent: what
/// was measured, rounded down.
pub(crate) const RECORDED_IN_MEMORY: [(&str, f64); 4] =
    [("kinds", 97.0), ("special", 93.0), ("custom", 97.0), ("real", 98.0)];

/// What share of the answers to scripts over all kinds agrees with an API server's, in percent.
pub(crate) const ORACLE_MEMORY: f64 = 92.0;
/// The same for what is predicted of applies.
pub(crate) const ORACLE_PREDICTED: f64 = 96.0;

/// Why answers over all kinds deviate. What is empty, fits anything.
pub(crate) struct Cause {
    kind: &'static str,
    verb: &'static str,
    part: Option<Part>,
    /// Part of the pointer to the place.
    at: &'static str,
    /// The code that the API server answers; 0 where it does not answer.
    code: Option<u16>,
    pub(crate) reason: &'static str,
}

const ANY: Cause = Cause { kind: "", verb: "", part: None, at: "", code: None, reason: "" };
const MICRO_TIMES: &str = "times with parts of a second are not read where they are applied";

const CAUSES: &[Cause] = &[
    Cause {
        part: Some(Part::Code),
        code: Some(0),
        reason: "the server broke off the connection",
        ..ANY
    },
    Cause {
        kind: "Job",
        at: "controller-uid",
        reason: "the uid in a label is the server's to draw",
        ..ANY
    },
    Cause {
        kind: "Lease",
        verb: "apply",
        part: Some(Part::Code),
        code: Some(500),
        reason: MICRO_TIMES,
        ..ANY
    },
    Cause {
        kind: "Event",
        verb: "apply",
        part: Some(Part::Code),
        code: Some(500),
        reason: MICRO_TIMES,
        ..ANY
    },
    Cause {
        kind: "Service",
        verb: "status-apply",
        part: Some(Part::Code),
        reason: "a status of nothing is validated before it is known that nothing lives",
        ..ANY
    },
];

/// The known cause of a difference in an answer about an object of a kind.
pub(crate) fn cause(kind: &str, step: &Step, found: &Difference) -> Option<&'static Cause> {
    CAUSES.iter().find(|it| {
        (it.kind.is_empty() || it.kind == kind)
            && (it.verb.is_empty() || it.verb == step.verb)
            && it.part.is_none_or(|part| part == found.part)
            && found.at.contains(it.at)
            && it.code.is_none_or(|code| found.expected == code)
    })
}

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
