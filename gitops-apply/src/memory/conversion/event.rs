//! Events: two groups have other names for the same fields.

use gitops_diff::Map;

/// Which form an event gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    FromCore,
    ToCore,
}

/// The names of the core group, and those of `events.k8s.io`.
const NAMES: [(&str, &str); 7] = [
    ("count", "deprecatedCount"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("involvedObject", "regarding"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("message", "note"),
    ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"),
];

pub(super) fn rename(members: &mut Map, direction: Direction) {
    for (core, other) in NAMES {
        let (from, to) = match direction {
            Direction::FromCore => (core, other),
            Direction::ToCore => (other, core),
        };
        if let Some(value) = members.remove(from) {
            members.insert(to, value);
        }
    }
}
