//! Which ref of a repository to follow.

use crate::Digest;

/// The ref that a source follows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefSelector {
    /// The branch `refs/heads/NAME`.
    Branch(String),
    /// The tag `refs/tags/NAME`.
    Tag(String),
    /// The tag with the highest version in a range.
    Semver {
        /// The range, such as `>=1.2, <2`.
        range: String,
        /// What stands before the version in a tag's name, such as `release-`; a `v` is always
        /// allowed.
        prefix: String,
    },
    /// A full ref name, such as `refs/pull/7/head`.
    Name(String),
    /// A commit.
    Commit(Digest),
}
