//! Revisions: which state of a source.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Digest, SourceError};

/// A name and the digest it stood for: `main@sha1:8d5b…`, as users of Flux know it.
///
/// The digest decides; two revisions are the same state when their digests are equal. What was
/// asked for by digest alone has no name and prints as `sha1:8d5b…`.
///
/// ```
/// use gitops_source::Revision;
///
/// let revision: Revision = "main@sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709".parse()?;
/// assert_eq!(revision.name(), Some("main"));
/// assert_eq!(revision.short(), "main@da39a3ee");
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision {
    name: Option<String>,
    digest: Digest,
}

impl Revision {
    /// The state `digest`, found under `name`.
    pub fn new(name: impl Into<String>, digest: Digest) -> Self {
        Self { name: Some(name.into()).filter(|name| !name.is_empty()), digest }
    }

    /// The state `digest`, asked for by that digest.
    pub fn detached(digest: Digest) -> Self {
        Self { name: None, digest }
    }

    /// The branch, tag or version it was found under.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The digest: of a Git source the id of the commit.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The text for people: `main@8d5b17aa`.
    pub fn short(&self) -> String {
        match &self.name {
            Some(name) => format!("{name}@{}", self.digest.short()),
            None => self.digest.short(),
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}@{}", self.digest),
            None => self.digest.fmt(f),
        }
    }
}

impl FromStr for Revision {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        match text.rsplit_once('@') {
            Some((name, digest)) => Ok(Self::new(name, digest.parse()?)),
            None => Ok(Self::detached(text.parse()?)),
        }
    }
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
