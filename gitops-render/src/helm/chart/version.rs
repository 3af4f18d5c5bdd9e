//! Versions of charts and ranges of them, by the rules of Masterminds' `semver`.

use gitops_source::version::{Constraint, Version};

/// Whether `text` is a version.
pub(in crate::helm) fn is_version(text: &str) -> bool {
    Version::parse(text).is_ok()
}

/// Whether `version` lies in `range`; false where one of them is none.
pub(in crate::helm) fn in_range(range: &str, version: &str) -> bool {
    match (Constraint::parse(range), Version::parse(version)) {
        (Ok(range), Ok(version)) => range.holds(&version),
        _ => false,
    }
}
