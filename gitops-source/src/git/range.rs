//! Version ranges as Flux and Helm users write them (github.com/Masterminds/semver).

use std::cmp::Ordering;

use semver::{Prerelease, Version};

use crate::SourceError;

/// Alternatives (`||`) of comparisons that all have to hold (joined by spaces or commas).
///
/// Operators are `=`, `!=`, `>`, `<`, `>=`, `<=`, `~`, `~>`, `^`; missing parts and `x`, `X`,
/// `*` stand for any; `1.2 - 1.4` is a range with both ends. A pre-release is taken only by an
/// alternative that names one, such as `>=1.0.0-0`.
#[derive(Clone, Debug)]
pub(super) struct Range(Vec<Vec<Comparison>>);

#[derive(Clone, Debug)]
struct Comparison {
    operator: Operator,
    bound: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// A version whose last parts may be missing.
#[derive(Clone, Debug)]
struct Bound {
    major: Option<u64>,
    minor: Option<u64>,
    patch: Option<u64>,
    pre: Prerelease,
}

impl Range {
    /// Reads `text`.
    pub(super) fn parse(text: &str) -> Result<Self, SourceError> {
        let alternatives = text.split("||").map(alternative).collect::<Option<Vec<_>>>();
        alternatives.map(Self).ok_or_else(|| {
            SourceError::invalid(format!(
                "`{text}` is no version range; write one such as `>=1.2.0 <2.0.0`, `1.x` or `^1.4`"
            ))
        })
    }

    /// Whether `version` lies in it.
    pub(super) fn holds(&self, version: &Version) -> bool {
        self.0.iter().any(|all| {
            let asked = all.iter().any(|one| !one.bound.pre.is_empty());
            (asked || version.pre.is_empty()) && all.iter().all(|one| one.holds(version))
        })
    }
}

fn alternative(text: &str) -> Option<Vec<Comparison>> {
    if let Some((low, high)) = text.split_once(" - ") {
        let end = |operator, text: &str| Some(Comparison { operator, bound: bound(text.trim())? });
        return Some(vec![end(Operator::GreaterEqual, low)?, end(Operator::LessEqual, high)?]);
    }
    let mut rest = text.trim().trim_start_matches('v');
    if rest.is_empty() {
        rest = "*";
    }
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (operator, after) = operator(rest);
        let after = after.trim_start();
        let end = after.find(|c: char| c.is_whitespace() || ",<>=!~^".contains(c));
        let (version, next) = after.split_at(end.unwrap_or(after.len()));
        all.push(Comparison { operator, bound: bound(version)? });
        rest = next.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    Some(all)
}

fn operator(text: &str) -> (Operator, &str) {
    const TABLE: [(&str, Operator); 11] = [
        (">=", Operator::GreaterEqual),
        ("=>", Operator::GreaterEqual),
        ("<=", Operator::LessEqual),
        ("=<", Operator::LessEqual),
        ("!=", Operator::NotEqual),
        ("~>", Operator::Tilde),
        ("~", Operator::Tilde),
        ("^", Operator::Caret),
        (">", Operator::Greater),
        ("<", Operator::Less),
        ("=", Operator::Equal),
    ];
    let found = TABLE.iter().find_map(|(sign, it)| Some((*it, text.strip_prefix(sign)?)));
    found.unwrap_or((Operator::Equal, text))
}

fn bound(text: &str) -> Option<Bound> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split('+').next()?;
    let (numbers, pre) = text.split_once('-').unwrap_or((text, ""));
    let parts: Vec<Option<u64>> = numbers.split('.').map(part).collect::<Result<_, _>>().ok()?;
    let [major, minor, patch] = match parts[..] {
        [major] => [major, None, None],
        [major, minor] => [major, minor, None],
        [major, minor, patch] => [major, minor, patch],
        _ => return None,
    };
    Some(Bound {
        major,
        minor: major.and(minor),
        patch: major.and(minor).and(patch),
        pre: Prerelease::new(pre).ok()?,
    })
}

/// A number, or `None` for any.
fn part(text: &str) -> Result<Option<u64>, std::num::ParseIntError> {
    if matches!(text, "x" | "X" | "*") { Ok(None) } else { text.parse().map(Some) }
}

impl Comparison {
    fn holds(&self, version: &Version) -> bool {
        let Bound { major, minor, patch, .. } = self.bound;
        let Some(major) = major else {
            return !matches!(
                self.operator,
                Operator::NotEqual | Operator::Greater | Operator::Less
            );
        };
        let (low, above) = (self.bound.low(), self.bound.compare(version));
        match self.operator {
            Operator::Equal => above == Ordering::Equal,
            Operator::NotEqual => above != Ordering::Equal,
            Operator::Greater => above == Ordering::Greater,
            Operator::Less => version < &low,
            Operator::GreaterEqual => version >= &low,
            Operator::LessEqual => above != Ordering::Greater,
            Operator::Tilde => {
                version >= &low
                    && version.major == major
                    && minor.is_none_or(|minor| version.minor == minor)
            }
            Operator::Caret => {
                let same_minor = || minor.is_none_or(|minor| version.minor == minor);
                let same_patch = || patch.is_none_or(|patch| version.patch == patch);
                version >= &low
                    && version.major == major
                    && (major > 0 || same_minor())
                    && (major > 0 || minor != Some(0) || same_patch())
            }
        }
    }
}

impl Bound {
    /// The lowest version it stands for.
    fn low(&self) -> Version {
        let or_zero = |part: Option<u64>| part.unwrap_or(0);
        Version {
            major: or_zero(self.major),
            minor: or_zero(self.minor),
            patch: or_zero(self.patch),
            pre: self.pre.clone(),
            build: semver::BuildMetadata::EMPTY,
        }
    }

    /// Where `version` stands to all versions that this stands for.
    fn compare(&self, version: &Version) -> Ordering {
        let one = |own: Option<u64>, other: u64| own.map_or(Ordering::Equal, |own| other.cmp(&own));
        one(self.major, version.major)
            .then_with(|| one(self.minor, version.minor))
            .then_with(|| one(self.patch, version.patch))
            .then_with(|| match self.patch {
                Some(_) => version.pre.cmp(&self.pre),
                None => Ordering::Equal,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_they_hold_for_users_of_flux_and_helm() {
        for (range, inside, outside) in [
            ("*", "0.0.1 1.2.3 9.9.9", "1.0.0-rc.1"),
            ("", "1.2.3", "1.0.0-rc.1"),
            (">=1.2.0 <2.0.0", "1.2.0 1.9.9", "1.1.9 2.0.0 1.3.0-rc.1"),
            (">=1.2.0, <2.0.0", "1.2.0 1.9.9", "1.1.9 2.0.0"),
            (">= 1.2 , < 2", "1.2.0 1.9.9", "1.1.9 2.0.0"),
            (">=1.0.0-0", "1.0.0-rc.1 1.0.0 1.1.0-rc.1 2.0.0", "0.9.9 0.9.0-rc.1"),
            ("1.x", "1.0.0 1.9.0", "0.9.9 2.0.0 1.1.0-a"),
            ("1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"),
            ("=1.2.3", "1.2.3", "1.2.4 1.2.3-a"),
            ("1.2.3-beta.2", "1.2.3-beta.2", "1.2.3 1.2.3-beta.1"),
            ("!=1.2", "1.1.0 1.3.0", "1.2.0 1.2.7"),
            (">1", "2.0.0", "1.0.0 1.9.9"),
            (">1.2.3", "1.2.4 2.0.0", "1.2.3 1.2.2"),
            ("<=1.2", "1.2.9 0.1.0", "1.3.0"),
            ("<1.2", "1.1.9", "1.2.0"),
            ("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
            ("~>1.2", "1.2.0 1.2.9", "1.3.0"),
            ("~1", "1.0.0 1.9.0", "2.0.0"),
            ("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0"),
            ("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4 0.1.0"),
            ("^0.0", "0.0.3 0.0.9", "0.1.0"),
            ("^0", "0.0.3 0.9.0", "1.0.0"),
            ("1.2 - 1.4.5", "1.2.0 1.4.5", "1.1.9 1.4.6"),
            ("<1.0.0 || >=2.0.0", "0.9.0 2.1.0", "1.5.0"),
            ("v1.2.3", "1.2.3", "1.2.4"),
        ] {
            let holds =
                |version: &str| Range::parse(range).unwrap().holds(&version.parse().unwrap());
            assert!(inside.split(' ').all(holds), "{range:?} should hold all of {inside}");
            assert!(!outside.split(' ').any(holds), "{range:?} should hold none of {outside}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["latest", ">=", "1.2.3.4", ">=1.a", "1..2", "||x.y.z.w", "^^1"] {
            assert!(Range::parse(text).is_err(), "{text:?}");
        }
    }
}
