//! Values that are written differently and mean the same.

use super::Known;
use super::place::Place;
use crate::fields::same;
use crate::{Format, TypeRef, Value, secret};

/// Whether two values that are no maps mean the same at this place.
pub(super) fn means_the_same(
    place: &Place<'_, '_>,
    known: Known,
    one: &Value,
    other: &Value,
) -> bool {
    if same(one, other) || (is_empty(one) && is_empty(other)) {
        return true;
    }
    // Only kinds of the API server's own are read into structs and written back canonically.
    known == Known::Builtin && (same_quantity(place, one, other) || same_base64(place, one, other))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    }
}

fn same_base64(place: &Place<'_, '_>, one: &Value, other: &Value) -> bool {
    let (Value::Str(one), Value::Str(other)) = (one, other) else {
        return false;
    };
    format_of(place) == Some(Format::Bytes) && secret::same_bytes(one, other)
}

fn same_quantity(place: &Place<'_, '_>, one: &Value, other: &Value) -> bool {
    if format_of(place) != Some(Format::Quantity) {
        return false;
    }
    let worth = |value: &Value| match value {
        Value::Str(text) => nanos(text),
        Value::Int(number) => nanos(&number.to_string()),
        Value::Float(number) => nanos(&number.to_string()),
        _ => None,
    };
    worth(one).is_some_and(|one| Some(one) == worth(other))
}

fn format_of(place: &Place<'_, '_>) -> Option<Format> {
    place.of().and_then(TypeRef::format)
}

/// What a quantity is worth in billionths, the finest that Kubernetes tells apart; `None` where
/// the text is no quantity or beyond 128 bits.
fn nanos(text: &str) -> Option<i128> {
    let digits_end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && matches!(c, '+' | '-'))))
        .map_or(text.len(), |(at, _)| at);
    let (number, suffix) = text.split_at(digits_end);
    let (negative, number) = match number.as_bytes().first() {
        Some(b'-') => (true, &number[1..]),
        Some(b'+') => (false, &number[1..]),
        _ => (false, number),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let mantissa: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let (tens, twos) = scale(suffix)?;
    let tens = tens + 9 - i32::try_from(fraction.len()).ok()?;
    let binary = mantissa.checked_mul(1_i128.checked_shl(twos)?)?;
    let worth = match u32::try_from(tens) {
        Ok(up) => binary.checked_mul(10_i128.checked_pow(up)?)?,
        Err(_) => divided(binary, tens.unsigned_abs())?,
    };
    Some(if negative { -worth } else { worth })
}

/// Rounded up, as the API server rounds what is finer than a billionth.
fn divided(value: i128, tens: u32) -> Option<i128> {
    let by = 10_i128.checked_pow(tens)?;
    Some(value / by + i128::from(value % by != 0))
}

/// The suffix of a quantity as powers of ten and of two.
fn scale(suffix: &str) -> Option<(i32, u32)> {
    Some(match suffix {
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => (suffix.strip_prefix(['e', 'E'])?.parse::<i8>().ok()?.into(), 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_of_one_worth_are_the_same() {
        let cases = [
            ("1000m", "1"),
            ("1Gi", "1024Mi"),
            ("0.5", "500m"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("1.50", "1500m"),
            ("-2", "-2000m"),
            ("+3", "3"),
            (".5", "0.5"),
            ("0.1n", "1n"),
            ("1Ei", "1024Pi"),
        ];
        for (one, other) in cases {
            assert!(nanos(one).is_some(), "{one}");
            assert_eq!(nanos(one), nanos(other), "{one} and {other}");
        }
    }

    #[test]
    fn quantities_of_other_worth_are_not_the_same() {
        for (one, other) in [("1", "1m"), ("1G", "1Gi"), ("100m", "0.2"), ("1", "-1")] {
            assert_ne!(nanos(one), nanos(other), "{one} and {other}");
        }
    }

    #[test]
    fn what_is_no_quantity_has_no_worth() {
        let long = "9".repeat(60);
        for text in ["", "-", ".", "1.2.3", "1x", "m", "1 ", "1e", "1e999", "ten", &long, "1MiB"] {
            assert_eq!(nanos(text), None, "{text}");
        }
    }
}
