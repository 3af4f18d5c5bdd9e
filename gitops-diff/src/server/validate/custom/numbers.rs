//! Ranges and multiples of numbers, and how they compare.

use super::fault::{Fault, Found};
use super::schema::Place;
use crate::Value;
use crate::schema::{Checks, JsonType, Structural};

/// The largest number up to which all whole ones are exact.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
/// How far from whole a number may be that counts as whole.
const NEARLY: f64 = 1e-9;

pub(super) fn check(of: &Structural, place: Place<'_>) -> Found {
    let range = Range::of(of);
    let mut found = Found::matched();
    found.merge(range.check(place, place.value, "Checked"));
    let Some(checks) = of.checks.as_deref() else { return found };
    found.merge(check_multiple(checks, range, place));
    found.merge(check_bound(checks, range, place, Side::Maximum));
    found.merge(check_bound(checks, range, place, Side::Minimum));
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Maximum,
    Minimum,
}

fn check_bound(checks: &Checks, range: Range, place: Place<'_>, side: Side) -> Found {
    let (bound, name, words) = match side {
        Side::Maximum => {
            (checks.maximum, "Maximum boundary", ["less than", "less than or equal to"])
        }
        Side::Minimum => {
            (checks.minimum, "Minimum boundary", ["greater than", "greater than or equal to"])
        }
    };
    let Some(bound) = bound else { return Found::default() };
    let mut found = range.check(place, &Value::Float(bound.at), name);
    let exact = found.is_valid();
    let order = match place.value {
        Value::Int(number) if exact => number.cmp(&truncated(bound.at)),
        value => as_float(value).partial_cmp(&bound.at).unwrap_or(std::cmp::Ordering::Equal),
    };
    let beyond = if side == Side::Maximum { order.is_gt() } else { order.is_lt() };
    if beyond || (bound.exclusive && order.is_eq()) {
        let words = words[usize::from(!bound.exclusive)];
        let message = format!("should be {words} {}", go_number(bound.at));
        found.add(Fault::invalid(place, place.value.clone(), &message));
    }
    found
}

fn check_multiple(checks: &Checks, range: Range, place: Place<'_>) -> Found {
    let Some(factor) = checks.multiple_of else { return Found::default() };
    let mut found = range.check(place, &Value::Float(factor), "MultipleOf");
    let (positive, multiple) = match place.value {
        Value::Int(number) if found.is_valid() => {
            let factor = truncated(factor);
            (factor > 0, factor > 0 && number % factor == 0)
        }
        value => {
            let number = as_float(value);
            let times = if factor < 1.0 { 1.0 / factor * number } else { number / factor };
            (factor > 0.0, is_whole(times))
        }
    };
    if !positive {
        let message = format!(
            "factor MultipleOf declared for {} must be positive: {}",
            place.path,
            go_number(factor)
        );
        found.add(Fault::invalid(place, Value::Float(factor), &message));
    } else if !multiple {
        let message = format!("should be a multiple of {}", go_number(factor));
        found.add(Fault::invalid(place, place.value.clone(), &message));
    }
    found
}

/// What numbers a type holds.
#[derive(Clone, Copy)]
enum Range {
    Any,
    Float32,
    Int32,
    Int64 { said: bool },
}

impl Range {
    fn of(of: &Structural) -> Self {
        let kind = of.kind.filter(|_| !of.int_or_string);
        let format = of.checks.as_deref().and_then(|it| it.format.as_deref());
        match (kind, format) {
            (Some(JsonType::Integer), Some("int32")) => Self::Int32,
            (Some(JsonType::Integer), format) => Self::Int64 { said: format == Some("int64") },
            (Some(JsonType::Number), Some("float")) => Self::Float32,
            _ => Self::Any,
        }
    }

    fn check(self, place: Place<'_>, value: &Value, what: &str) -> Found {
        let number = as_float(value);
        let whole = number.fract() == 0.0;
        let fits = match self {
            Self::Any => true,
            Self::Float32 => number.abs() <= f64::from(f32::MAX),
            Self::Int32 => whole && number.abs() <= 2_147_483_648.0 && number < 2_147_483_648.0,
            Self::Int64 { .. } => whole && number.abs() <= 9_223_372_036_854_775_808.0,
        };
        if fits {
            return Found::default();
        }
        let of = match self {
            Self::Any => "number (default format)",
            Self::Float32 => "number with format float",
            Self::Int32 => "integer with format int32",
            Self::Int64 { said: true } => "integer with format int64",
            Self::Int64 { said: false } => "integer (default format)",
        };
        let message = format!("{what} value must be of type {of} in {}", place.path);
        Fault::whole(place, message).into()
    }
}

/// Whether a float counts as a whole number.
pub(super) fn is_whole(number: f64) -> bool {
    if !number.is_finite() || number.abs() > MAX_EXACT {
        return false;
    }
    let whole = number.trunc();
    let off = (number - whole).abs();
    off == 0.0 || (whole != 0.0 && off / (number.abs() + whole.abs()) < NEARLY)
}

/// Whether a value is one of an `enum`: numbers are converted to the type of the allowed one.
pub(super) fn converts(value: &Value, allowed: &Value) -> bool {
    match (value, allowed) {
        (Value::Null, _) => false,
        (Value::Int(_), Value::Float(allowed)) => as_float(value).total_cmp(allowed).is_eq(),
        (Value::Float(number), Value::Int(allowed)) => truncated(*number) == *allowed,
        (value, allowed) => value == allowed,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the server compares numbers")]
fn as_float(value: &Value) -> f64 {
    match value {
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        _ => 0.0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "as the server compares numbers")]
fn truncated(number: f64) -> i64 {
    number as i64
}

/// A float as Go's `%v` prints it.
pub(super) fn go_number(number: f64) -> String {
    if number == 0.0 || (1e-4..1e21).contains(&number.abs()) {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |it| ('-', it));
    format!("{digits}e{sign}{exponent:0>2}")
}
