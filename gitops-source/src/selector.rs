//! Which ref of a repository to follow.

use std::fmt;
use std::str::FromStr;

use crate::{Algorithm, Digest, SourceError};

/// The ref that a source follows.
///
/// As text: `main` is a branch, `tag:v1.2.3` a tag, `semver:>=1.2 <2` a range (with a tag prefix:
/// `semver:app-@>=1.2`), `refs/pull/7/head` and `HEAD` full names, `short:v1` whatever Git finds by
/// that name, and 40 or 64 hexadecimal digits a commit.
///
/// ```
/// use gitops_source::RefSelector;
///
/// let selector: RefSelector = "semver:^1.4".parse()?;
/// assert_eq!(selector, RefSelector::Semver { range: "^1.4".into(), prefix: String::new() });
/// assert_eq!("main".parse::<RefSelector>()?.to_string(), "main");
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefSelector {
    /// The branch `refs/heads/NAME`.
    Branch(String),
    /// The tag `refs/tags/NAME`.
    Tag(String),
    /// The tag with the highest version in a range.
    Semver {
        /// The range, as Flux and Helm take it: `>=1.2 <2`, `1.x`, `^1.4 || ~2.0`. Pre-releases
        /// are taken only where the range names one, such as `>=1.0.0-0`.
        range: String,
        /// What stands before the version in a tag's name, such as `release-`; a `v` is always
        /// allowed.
        prefix: String,
    },
    /// A full ref name, such as `refs/pull/7/head`.
    Name(String),
    /// What `git fetch` finds by a short name: the tag of that name, or else the branch
    /// (gitrevisions(7)).
    Short(String),
    /// A commit.
    Commit(Digest),
}

impl fmt::Display for RefSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(name) | Self::Name(name) => f.write_str(name),
            Self::Tag(name) => write!(f, "tag:{name}"),
            Self::Short(name) => write!(f, "short:{name}"),
            Self::Semver { range, prefix } if prefix.is_empty() => write!(f, "semver:{range}"),
            Self::Semver { range, prefix } => write!(f, "semver:{prefix}@{range}"),
            Self::Commit(digest) => f.write_str(&digest.hex()),
        }
    }
}

impl FromStr for RefSelector {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        if let Some(name) = text.strip_prefix("tag:") {
            return Ok(Self::Tag(name.to_owned()));
        }
        if let Some(name) = text.strip_prefix("short:") {
            return Ok(Self::Short(name.to_owned()));
        }
        if let Some(range) = text.strip_prefix("semver:") {
            let (prefix, range) = range.rsplit_once('@').unwrap_or(("", range));
            return Ok(Self::Semver { range: range.to_owned(), prefix: prefix.to_owned() });
        }
        if text == "HEAD" || text.starts_with("refs/") {
            return Ok(Self::Name(text.to_owned()));
        }
        let is_id = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let algorithm = match text.len() {
            40 if is_id => Algorithm::Sha1,
            64 if is_id => Algorithm::Sha256,
            0 => return Err(SourceError::invalid("a ref is needed, such as `main`")),
            _ => return Ok(Self::Branch(text.to_owned())),
        };
        Ok(Self::Commit(format!("{algorithm}:{text}").parse()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_reads_back_from_its_text() {
        let semver = |range: &str, prefix: &str| RefSelector::Semver {
            range: range.into(),
            prefix: prefix.into(),
        };
        let id = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        for (text, selector) in [
            ("main", RefSelector::Branch("main".into())),
            ("feature/x", RefSelector::Branch("feature/x".into())),
            ("tag:v1", RefSelector::Tag("v1".into())),
            ("short:v1", RefSelector::Short("v1".into())),
            ("semver:>=1.2 <2", semver(">=1.2 <2", "")),
            ("semver:app-@1.x", semver("1.x", "app-")),
            ("semver:a@b-@1.x", semver("1.x", "a@b-")),
            ("HEAD", RefSelector::Name("HEAD".into())),
            ("refs/pull/7/head", RefSelector::Name("refs/pull/7/head".into())),
            (id, RefSelector::Commit(format!("sha1:{id}").parse().unwrap())),
        ] {
            assert_eq!(text.parse::<RefSelector>().unwrap(), selector);
            assert_eq!(selector.to_string(), text);
        }
        assert!("".parse::<RefSelector>().is_err());
    }
}
