//! Which of the versions that there are is taken.

use crate::SourceError;
use crate::version::{Constraint, Version};

/// A version or a range of them, as a chart's dependency names it.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    text: String,
    range: Constraint,
}

impl Wanted {
    pub(super) fn parse(text: &str) -> Result<Self, SourceError> {
        let range = Constraint::parse(if text.is_empty() { "*" } else { text });
        let range = range.map_err(|error| {
            SourceError::invalid(format!("`{text}` is no version and no range of them: {error}"))
        })?;
        Ok(Self { text: text.to_owned(), range })
    }

    /// The version, where it is exact.
    pub(super) fn exact(&self) -> Option<&str> {
        Version::parse(&self.text).is_ok().then_some(self.text.as_str())
    }

    /// The best of `found`: the one that is spelled the same, else the newest that fits.
    pub(super) fn best<T>(
        &self,
        found: impl IntoIterator<Item = T>,
        version: impl Fn(&T) -> &str,
    ) -> Option<T> {
        let mut best: Option<(Version, T)> = None;
        for one in found {
            if !self.text.is_empty() && version(&one) == self.text {
                return Some(one);
            }
            let Ok(parsed) = Version::parse(version(&one)) else { continue };
            // Of two that are equal the first stays, as a stable sort leaves it.
            let newer = best.as_ref().is_none_or(|(known, _)| parsed.compare(known).is_gt());
            if newer && self.range.holds(&parsed) {
                best = Some((parsed, one));
            }
        }
        best.map(|(_, one)| one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_that_fits_is_taken_unless_one_is_spelled_the_same() {
        let found = ["1.0.0", "nightly", "2.0.0-rc.1", "v1.3.0", "1.2.0", "0.9.0"];
        for (wanted, expected) in [
            ("", Some("v1.3.0")),
            ("*", Some("v1.3.0")),
            ("1.2.0", Some("1.2.0")),
            ("1.3.0", Some("v1.3.0")),
            ("^1", Some("v1.3.0")),
            ("~1.2", Some("1.2.0")),
            ("<1", Some("0.9.0")),
            (">=1-0", Some("2.0.0-rc.1")),
            ("2.0.0-rc.1", Some("2.0.0-rc.1")),
            (">3", None),
        ] {
            let best = Wanted::parse(wanted).unwrap().best(found, |it| it);
            assert_eq!(best, expected, "{wanted:?}");
        }
        assert!(Wanted::parse("latest").is_err());
    }
}
