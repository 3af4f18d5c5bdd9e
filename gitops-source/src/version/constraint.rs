//! Ranges of versions.

use std::cmp::Ordering;
use std::fmt;

use super::scan::{Scanned, is_blank, skip_blanks};
use super::{Version, VersionError};

/// Alternatives (`||`) of comparisons that all have to hold (joined by blanks or commas).
///
/// Operators are `=`, `!=`, `>`, `<`, `>=`, `<=`, `~`, `~>`, `^` and none, which means `=` for a
/// complete version and `~` otherwise; missing parts and `x`, `X`, `*` stand for any; `1.2 - 1.4`
/// is a range with both ends. A pre-release is held only by an alternative that names one, such
/// as `>=1.0.0-0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint(Vec<Vec<Comparison>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    operator: Operator,
    sign: String,
    original: String,
    bound: Version,
    missing: Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// The first part of a bound that stands for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Nothing,
    Patch,
    Minor,
    Major,
}

impl Constraint {
    /// The most bytes that a range may have.
    pub const MAX_LEN: usize = 512;
    /// The most alternatives that a range may have.
    pub const MAX_GROUPS: usize = 32;

    /// Reads a range (`semver.NewConstraint`).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > Self::MAX_LEN {
            return Err(VersionError::ConstraintTooLong);
        }
        let text = with_both_ends(text);
        if text.split("||").count() > Self::MAX_GROUPS {
            return Err(VersionError::ConstraintGroups);
        }
        text.split("||").map(alternative).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `version` lies in it.
    pub fn holds(&self, version: &Version) -> bool {
        self.0.iter().any(|all| {
            let asked = all.iter().any(|one| !one.bound.pre.is_empty());
            (asked || version.pre.is_empty()) && all.iter().all(|one| one.holds(version))
        })
    }
}

/// As Masterminds/semver writes it.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, all) in self.0.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { " || " })?;
            for (number, one) in all.iter().enumerate() {
                let blank = if number == 0 { "" } else { " " };
                write!(f, "{blank}{}{}", one.sign, one.original)?;
            }
        }
        Ok(())
    }
}

/// Writes `1.2 - 1.4` as two comparisons, wherever it stands.
fn with_both_ends(text: &str) -> String {
    let (mut rewritten, mut from) = (text.to_owned(), 0);
    while from <= text.len() {
        let found = text.get(from..).and_then(range_at);
        if let Some((whole, low, high)) = found {
            rewritten = rewritten.replacen(whole, &format!(">= {low}, <= {high} "), 1);
            from += whole.len();
        } else {
            from += 1;
        }
    }
    rewritten
}

/// A range at the beginning of `text`: all of it, its low and its high end.
fn range_at(text: &str) -> Option<(&str, &str, &str)> {
    let low = Scanned::at(skip_blanks(text), is_digit_or_any)?.text;
    let start = text.len() - skip_blanks(text).len();
    let dash = after_blanks(&text[start + low.len()..])?.strip_prefix('-')?;
    let after = after_blanks(dash)?;
    let high = Scanned::at(after, is_digit_or_any)?.text;
    let rest = skip_blanks(&after[high.len()..]);
    Some((&text[..text.len() - rest.len()], low, high))
}

/// What begins after at least one blank.
fn after_blanks(text: &str) -> Option<&str> {
    text.bytes().next().is_some_and(is_blank).then(|| skip_blanks(text))
}

/// What the parts of a bound consist of; the bar is a slip of the upstream pattern, refused later.
fn is_digit_or_any(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn alternative(text: &str) -> Result<Vec<Comparison>, VersionError> {
    let parts = parts(text).ok_or_else(|| VersionError::Constraint(text.to_owned()))?;
    parts.into_iter().map(|(operator, sign, bound)| comparison(operator, sign, bound)).collect()
}

/// The comparisons of an alternative, none read yet; `None` where the text is no alternative.
fn parts(text: &str) -> Option<Vec<(Operator, &str, Scanned<'_>)>> {
    let (mut all, mut rest) = (Vec::new(), skip_blanks(text));
    loop {
        let (operator, sign) = operator(rest);
        rest = skip_blanks(&rest[sign.len()..]);
        let bound = Scanned::at(rest, is_digit_or_any)?;
        all.push((operator, sign, bound));
        let after = &rest[bound.text.len()..];
        let next = skip_blanks(after);
        rest = match next.strip_prefix(',') {
            Some(next) => skip_blanks(next),
            None if next.is_empty() => return Some(all),
            None if next.len() < after.len() => next,
            None => return None,
        };
    }
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
        ("=", Operator::TildeOrEqual),
    ];
    let found = TABLE.iter().find(|(sign, _)| text.starts_with(sign));
    found.map_or((Operator::TildeOrEqual, ""), |(sign, it)| (*it, &text[..sign.len()]))
}

fn comparison(
    operator: Operator,
    sign: &str,
    text: Scanned<'_>,
) -> Result<Comparison, VersionError> {
    let is_any = |part: Option<&str>| matches!(part, None | Some("x" | "X" | "*"));
    let (missing, numbers) = if is_any(Some(text.major)) {
        (Missing::Major, "0.0.0".to_owned())
    } else if is_any(text.minor) {
        (Missing::Minor, format!("{}.0.0", text.major))
    } else if is_any(text.patch) {
        (Missing::Patch, format!("{}.{}.0", text.major, text.minor.unwrap_or_default()))
    } else {
        (Missing::Nothing, text.text.to_owned())
    };
    let bound = match text.pre {
        Some(pre) if missing != Missing::Nothing => format!("{numbers}-{pre}"),
        _ => numbers,
    };
    let bound = Version::parse(&bound).map_err(|_| VersionError::ConstraintVersion)?;
    let (sign, original) = (sign.to_owned(), text.text.to_owned());
    Ok(Comparison { operator, sign, original, bound, missing })
}

impl Comparison {
    fn holds(&self, version: &Version) -> bool {
        let order = version.compare(&self.bound);
        match self.operator {
            Operator::TildeOrEqual if self.missing == Missing::Nothing => order.is_eq(),
            Operator::TildeOrEqual | Operator::Tilde => order.is_ge() && self.tilde(version),
            Operator::Caret => order.is_ge() && self.caret(version),
            Operator::NotEqual => self.differs(version, order),
            Operator::Greater => self.is_below(version, order),
            Operator::Less => order.is_lt(),
            Operator::GreaterEqual => order.is_ge(),
            Operator::LessEqual => self.is_at_most(version, order),
        }
    }

    fn tilde(&self, version: &Version) -> bool {
        let bound = &self.bound;
        let is_zero = (bound.major, bound.minor, bound.patch) == (0, 0, 0);
        // `~0.0.0` is taken for `~x`, as upstream does.
        if is_zero && matches!(self.missing, Missing::Nothing | Missing::Major) {
            return true;
        }
        version.major == bound.major
            && (version.minor == bound.minor || self.missing == Missing::Minor)
    }

    fn caret(&self, version: &Version) -> bool {
        let bound = &self.bound;
        if version.major != bound.major {
            return false;
        }
        if bound.major > 0 || self.missing == Missing::Minor {
            return true;
        }
        if version.minor != bound.minor {
            return false;
        }
        bound.minor > 0 || self.missing == Missing::Patch || version.patch == bound.patch
    }

    fn differs(&self, version: &Version, order: Ordering) -> bool {
        let bound = &self.bound;
        match self.missing {
            Missing::Nothing | Missing::Major => order.is_ne(),
            Missing::Minor => version.major != bound.major,
            Missing::Patch if (version.major, version.minor) != (bound.major, bound.minor) => true,
            Missing::Patch => version.pre != bound.pre,
        }
    }

    /// Whether all that the bound stands for is below `version`.
    fn is_below(&self, version: &Version, order: Ordering) -> bool {
        let bound = &self.bound;
        match self.missing {
            Missing::Nothing => order.is_gt(),
            _ if version.major != bound.major => version.major > bound.major,
            Missing::Minor => false,
            Missing::Patch => version.minor > bound.minor,
            Missing::Major => order.is_gt(),
        }
    }

    fn is_at_most(&self, version: &Version, order: Ordering) -> bool {
        let bound = &self.bound;
        match self.missing {
            Missing::Nothing => order.is_le(),
            Missing::Minor => version.major <= bound.major,
            _ => (version.major, version.minor) <= (bound.major, bound.minor),
        }
    }
}
