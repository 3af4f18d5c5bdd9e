//! `time.Duration`.

use super::quote::quote;

/// Nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duration(pub(crate) i64);

pub(super) const SECOND: i64 = 1_000_000_000;

const UNITS: [(&[u8], u64); 8] = [
    (b"ns", 1),
    (b"us", 1000),
    ("µs".as_bytes(), 1000),
    ("μs".as_bytes(), 1000),
    (b"ms", 1_000_000),
    (b"s", 1_000_000_000),
    (b"m", 60_000_000_000),
    (b"h", 3_600_000_000_000),
];

/// The largest number of nanoseconds below zero.
const MOST: u64 = 1 << 63;

impl Duration {
    /// Reads `1h30m` and the like (`time.ParseDuration`).
    ///
    /// # Errors
    /// The text of Go's error.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Vec<u8>> {
        let invalid = || error("invalid duration", text);
        let (is_negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut sum = 0_u64;
        while !rest.is_empty() {
            let (nanos, after) = term(rest, text)?;
            sum = sum.checked_add(nanos).filter(|sum| *sum <= MOST).ok_or_else(invalid)?;
            rest = after;
        }
        match (is_negative, i64::try_from(sum)) {
            (true, _) => Ok(Self(sum.wrapping_neg().cast_signed())),
            (false, Ok(nanos)) => Ok(Self(nanos)),
            (false, Err(_)) => Err(invalid()),
        }
    }

    /// To the nearest multiple of `unit`, halves away from zero.
    pub(super) fn rounded(self, unit: i64) -> Self {
        let (nanos, unit) = (i128::from(self.0), i128::from(unit));
        if unit <= 0 {
            return self;
        }
        let rest = nanos.abs() % unit;
        let up = if rest * 2 < unit { 0 } else { unit };
        let rounded = (nanos.abs() - rest + up) * nanos.signum();
        Self(i64::try_from(rounded).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Towards zero to a multiple of `unit`.
    pub(super) fn truncated(self, unit: i64) -> Self {
        if unit <= 0 { self } else { Self(self.0 - self.0 % unit) }
    }
}

/// As Go prints it: `1h30m0s`, `1.5s`, `2ms`.
impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nanos = self.0.unsigned_abs();
        f.write_str(if self.0 < 0 { "-" } else { "" })?;
        match nanos {
            0 => f.write_str("0s"),
            1..1000 => write!(f, "{nanos}ns"),
            1000..1_000_000 => write!(f, "{}µs", Decimal(nanos, 1000)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", Decimal(nanos, 1_000_000)),
            _ => {
                let minutes = nanos / 60_000_000_000;
                match (minutes / 60, minutes % 60) {
                    (0, 0) => {}
                    (0, minutes) => write!(f, "{minutes}m")?,
                    (hours, minutes) => write!(f, "{hours}h{minutes}m")?,
                }
                write!(f, "{}s", Decimal(nanos % 60_000_000_000, 1_000_000_000))
            }
        }
    }
}

/// A number of thousandths, millionths or billionths, without zeros at the end.
struct Decimal(u64, u64);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, fraction) = (self.0 / self.1, self.0 % self.1);
        if fraction == 0 {
            return write!(f, "{whole}");
        }
        let width = self.1.ilog10() as usize;
        let digits = format!("{fraction:0width$}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// One number with its unit, and what follows.
fn term<'t>(text: &'t [u8], whole: &[u8]) -> Result<(u64, &'t [u8]), Vec<u8>> {
    let invalid = || error("invalid duration", whole);
    let is_digit = |it: &u8| it.is_ascii_digit();
    let (digits, rest) = text.split_at(text.iter().take_while(|it| is_digit(it)).count());
    let number = leading_int(digits).ok_or_else(invalid)?;
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => rest.split_at(rest.iter().take_while(|it| is_digit(it)).count()),
        _ => (&[][..], rest),
    };
    if digits.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let end = rest.iter().position(|it| *it == b'.' || is_digit(it)).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(end);
    if unit.is_empty() {
        return Err(error("missing unit in duration", whole));
    }
    let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        let said = [b"unknown unit ", &quote(unit)[..], b" in duration"].concat();
        return Err(error_with(&said, whole));
    };
    if number > MOST / nanos {
        return Err(invalid());
    }
    let sum = number * nanos + times(fraction, *nanos);
    if sum > MOST { Err(invalid()) } else { Ok((sum, rest)) }
}

/// A number of at most 2^63; none above.
pub(super) fn leading_int(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |sum, digit| {
        let sum = sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        (sum <= MOST).then_some(sum)
    })
}

/// A fraction of a unit, with the precision that Go has.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "Go loses the same digits"
)]
fn times(digits: &[u8], unit: u64) -> u64 {
    let (mut number, mut scale) = (0_u64, 1.0_f64);
    for digit in digits {
        if number > i64::MAX.unsigned_abs() / 10 {
            break;
        }
        let next = number * 10 + u64::from(digit - b'0');
        if next > MOST {
            break;
        }
        (number, scale) = (next, scale * 10.0);
    }
    (number as f64 * (unit as f64 / scale)) as u64
}

fn error(what: &str, text: &[u8]) -> Vec<u8> {
    error_with(what.as_bytes(), text)
}

fn error_with(what: &[u8], text: &[u8]) -> Vec<u8> {
    [b"time: ", what, b" ", &quote(text)].concat()
}
