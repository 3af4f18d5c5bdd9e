//! Versions and their ranges as users of Helm and Flux write them.
//!
//! The rules are those of github.com/Masterminds/semver v3.5, down to the texts of its errors;
//! Cargo's differ (`1.2` is a range there, a version here).
//!
//! ```
//! use gitops_source::version::{Constraint, Version};
//!
//! let range = Constraint::parse(">=1.19-0 <2")?;
//! assert!(range.holds(&Version::parse("v1.29.4-gke.100")?));
//! assert!(!Constraint::parse(">=1.19")?.holds(&Version::parse("v1.29.4-gke.100")?));
//! # Ok::<(), gitops_source::version::VersionError>(())
//! ```

mod constraint;
mod scan;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;

pub use self::constraint::Constraint;
use self::scan::Scanned;

/// A semantic version, which may have been written with fewer parts, zeros in front or a `v`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What follows `-`; empty for a release.
    pub pre: String,
    /// What follows `+`; it has no part in comparisons.
    pub metadata: String,
    /// As it was written.
    pub original: String,
}

/// Why a text is no version or no range, in the words of Masterminds/semver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// No version.
    #[error("invalid semantic version")]
    Invalid,
    /// An empty text where a complete version has to be.
    #[error("version string empty")]
    Empty,
    /// A part that is no number where a complete version has to be.
    #[error("invalid characters in version")]
    Characters,
    /// A number with a zero in front.
    #[error("version segment starts with 0")]
    LeadingZero,
    /// A part before `-` and `+` that does not fit into 64 bits.
    #[error("error parsing version segment: strconv.ParseUint: parsing {0:?}: value out of range")]
    Number(String),
    /// What follows `-` is none.
    #[error("invalid prerelease string")]
    Prerelease,
    /// What follows `+` is none.
    #[error("invalid metadata string")]
    Metadata,
    /// More than 256 bytes.
    #[error("version string is too long (max {} bytes)", Version::MAX_LEN)]
    TooLong,
    /// A part of a range, between `||`, that is none.
    #[error("improper constraint: {0:?}")]
    Constraint(String),
    /// A part of a range whose version is none.
    #[error("constraint parser error")]
    ConstraintVersion,
    /// A range of more than 512 bytes.
    #[error("constraint string is too long (max {} bytes)", Constraint::MAX_LEN)]
    ConstraintTooLong,
    /// A range with more than 32 alternatives.
    #[error("too many constraint groups (max {})", Constraint::MAX_GROUPS)]
    ConstraintGroups,
}

impl Version {
    /// The most bytes that a version may have.
    pub const MAX_LEN: usize = 256;

    /// Reads a version, taking `v1.2` for `1.2.0` (`semver.NewVersion`).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > Self::MAX_LEN {
            return Err(VersionError::TooLong);
        }
        let scanned = Scanned::at(text, |byte| byte.is_ascii_digit());
        let scanned = scanned.filter(|it| it.text.len() == text.len());
        Self::from_parts(&scanned.ok_or(VersionError::Invalid)?)
    }

    /// Reads a version that is complete: three numbers and no `v` (`semver.StrictNewVersion`).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(VersionError::TooLong);
        }
        let (major, rest) = text.split_once('.').ok_or(VersionError::Invalid)?;
        let (minor, rest) = rest.split_once('.').ok_or(VersionError::Invalid)?;
        let (rest, metadata) = rest.split_once('+').map_or((rest, None), |(a, b)| (a, Some(b)));
        metadata.map_or(Ok(()), check_metadata)?;
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
        pre.map_or(Ok(()), check_prerelease)?;
        let (pre, metadata) = (pre.unwrap_or_default(), metadata.unwrap_or_default());
        Ok(Self {
            major: strict_number(major)?,
            minor: strict_number(minor)?,
            patch: strict_number(patch)?,
            pre: pre.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    fn from_parts(parts: &Scanned<'_>) -> Result<Self, VersionError> {
        let number = |part: Option<&str>| part.map_or(Ok(0), number);
        let (major, minor) = (number(Some(parts.major))?, number(parts.minor)?);
        let patch = number(parts.patch)?;
        parts.pre.map_or(Ok(()), check_prerelease)?;
        Ok(Self {
            major,
            minor,
            patch,
            pre: parts.pre.unwrap_or_default().to_owned(),
            metadata: parts.metadata.unwrap_or_default().to_owned(),
            original: parts.text.to_owned(),
        })
    }

    /// Which comes first. Metadata has no part in it, and a pre-release comes before its release.
    pub fn compare(&self, other: &Self) -> Ordering {
        let numbers = |it: &Self| (it.major, it.minor, it.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| compare_prerelease(&self.pre, &other.pre))
    }

    /// The same version with another pre-release; empty for none.
    ///
    /// # Errors
    /// [`VersionError::Prerelease`] or [`VersionError::LeadingZero`].
    pub fn with_prerelease(&self, pre: &str) -> Result<Self, VersionError> {
        if !pre.is_empty() {
            check_prerelease(pre)?;
        }
        Ok(Self { pre: pre.to_owned(), ..self.clone() }.rewritten())
    }

    /// The same version with other metadata; empty for none.
    ///
    /// # Errors
    /// [`VersionError::Metadata`].
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, VersionError> {
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        Ok(Self { metadata: metadata.to_owned(), ..self.clone() }.rewritten())
    }

    /// The next release: of a pre-release its own; `None` where the number would overflow.
    pub fn next_patch(&self) -> Option<Self> {
        let patch = self.patch.checked_add(u64::from(self.pre.is_empty()))?;
        Some(self.release(self.major, self.minor, patch))
    }

    /// The first release of the next minor version; `None` where the number would overflow.
    pub fn next_minor(&self) -> Option<Self> {
        Some(self.release(self.major, self.minor.checked_add(1)?, 0))
    }

    /// The first release of the next major version; `None` where the number would overflow.
    pub fn next_major(&self) -> Option<Self> {
        Some(self.release(self.major.checked_add(1)?, 0, 0))
    }

    fn release(&self, major: u64, minor: u64, patch: u64) -> Self {
        let (pre, metadata) = (String::new(), String::new());
        let original = self.original.clone();
        Self { major, minor, patch, pre, metadata, original }.rewritten()
    }

    /// Writes the original anew, with the `v` that it had.
    fn rewritten(mut self) -> Self {
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
        self
    }
}

/// With all three numbers and no `v`.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn number(digits: &str) -> Result<u64, VersionError> {
    digits.parse().map_err(|_| VersionError::Number(digits.to_owned()))
}

fn strict_number(digits: &str) -> Result<u64, VersionError> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(VersionError::Characters);
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(VersionError::LeadingZero);
    }
    number(digits)
}

fn check_prerelease(pre: &str) -> Result<(), VersionError> {
    for part in pre.split('.') {
        if part.is_empty() || !part.bytes().all(is_identifier) {
            return Err(VersionError::Prerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|it| it.is_ascii_digit()) {
            return Err(VersionError::LeadingZero);
        }
    }
    Ok(())
}

fn check_metadata(metadata: &str) -> Result<(), VersionError> {
    let is_good = |part: &str| !part.is_empty() && part.bytes().all(is_identifier);
    if metadata.split('.').all(is_good) { Ok(()) } else { Err(VersionError::Metadata) }
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn compare_prerelease(one: &str, other: &str) -> Ordering {
    match (one.is_empty(), other.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut ones, mut others) = (one.split('.'), other.split('.'));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) if one == other => {}
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(one), Some(other)) => return compare_part(one, other),
        }
    }
}

/// Numbers come before words; parts that differ are never equal, not even `1` and `01`.
fn compare_part(one: &str, other: &str) -> Ordering {
    match (one.parse::<u64>(), other.parse::<u64>()) {
        (Ok(one), Ok(other)) if one > other => Ordering::Greater,
        (Ok(_), _) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => one.cmp(other),
    }
}
