//! Numbers as Go's `strconv` and `encoding/json` read and write them.

use std::borrow::Cow;

use super::scalar::Scalar;

/// `strconv.ParseInt(text, base, 64)`, then `ParseUint`; base 0 takes it from the prefix, and a
/// leading zero means octal.
pub(super) fn go_int(text: &str, base: u32) -> Option<Scalar> {
    let (negative, signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, &text[1..]),
        b'+' => (false, true, &text[1..]),
        _ => (false, false, text),
    };
    let (digits, base) = if base == 0 { prefix(digits) } else { (digits, base) };
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return None;
    }
    let value = u64::from_str_radix(digits, base).ok()?;
    match (i64::try_from(value), negative) {
        (Ok(value), false) => Some(Scalar::Int(value)),
        (Ok(value), true) => Some(Scalar::Int(-value)),
        (Err(_), true) => (value == 1 << 63).then_some(Scalar::Int(i64::MIN)),
        (Err(_), false) => (!signed).then_some(Scalar::Unsigned(value)),
    }
}

fn prefix(digits: &str) -> (&str, u32) {
    match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', b'o' | b'O', ..] => (&digits[2..], 8),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    }
}

/// Whether go-yaml takes `text` for a float: digits with a point or an exponent.
pub(super) fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_digit = if whole.is_empty() { !fraction.is_empty() } else { true };
    let exponent_holds = exponent.is_none_or(|it| {
        let it = it.strip_prefix(['-', '+']).unwrap_or(it);
        !it.is_empty() && digits(it)
    });
    has_digit && digits(whole) && digits(fraction) && exponent_holds
}

/// `strconv.ParseFloat(text, 64)` of a decimal: what is out of range is no number, and a `_` may
/// stand between two digits.
pub(super) fn go_float(text: &str) -> Option<f64> {
    let digits = without_separators(text)?;
    if !is_float(&digits) {
        return None;
    }
    digits.parse().ok().filter(|it: &f64| it.is_finite())
}

fn without_separators(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('_') {
        return Some(Cow::Borrowed(text));
    }
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let between = |at: usize| at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1));
    let sound = text.match_indices('_').all(|(at, _)| between(at));
    sound.then(|| Cow::Owned(text.replace('_', "")))
}

/// A float as `encoding/json` writes it, if JSON can hold it: `1`, `0.1`, `1e+21`, `1e-7`.
pub(crate) fn json_float(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return Some(plain(value));
    }
    Some(scientific(&shortest(value), 1))
}

/// The fewest digits that read as `value`, as Go chooses them, in the form `1.5e-7`: of two that
/// are equally near the one that ends on an even digit.
pub(crate) fn shortest(value: f64) -> String {
    even(value).unwrap_or_else(|| format!("{value:e}"))
}

/// The digits that Go chooses where Rust chooses others.
fn even(value: f64) -> Option<String> {
    /// Of fewer digits there are no two that read as one number.
    const FEWEST: usize = 16;
    let text = format!("{value:e}");
    let (mantissa, power) = text.split_once('e')?;
    let (below, last) = mantissa.split_at(mantissa.len() - 1);
    let last: u8 = last.parse().ok()?;
    let count = mantissa.bytes().filter(u8::is_ascii_digit).count();
    if count < FEWEST || last.is_multiple_of(2) {
        return None;
    }
    let down = format!("{below}{}", last - 1);
    let exact = format!("{value:.40e}");
    let rest = exact.split('e').next()?.strip_prefix(&down)?.strip_prefix('5')?;
    rest.bytes().all(|digit| digit == b'0').then(|| format!("{down}e{power}"))
}

/// The number without an exponent.
fn plain(value: f64) -> String {
    let Some(text) = even(value) else { return value.to_string() };
    let places = usize::try_from(power(&text)).unwrap_or_default();
    let mantissa = text.split('e').next().unwrap_or_default();
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    if power(&text) < 0 {
        let zeros = usize::try_from(-power(&text) - 1).unwrap_or_default();
        return format!("{sign}0.{}{digits}", "0".repeat(zeros));
    }
    match digits.split_at_checked(places + 1) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}", "0".repeat(places + 1 - digits.len())),
    }
}

/// A float as `strconv.FormatFloat(value, 'g', -1, 64)` writes it, and go-yaml with it: `1e-07`,
/// `1e+06`, `0.1`, `.inf`.
pub(crate) fn go_general(value: f64) -> String {
    match special(value) {
        Some(word) => word.to_owned(),
        None => general(plain(value), &shortest(value)),
    }
}

/// The same with the precision of 32 bits, as `sigs.k8s.io/yaml` writes keys.
pub(crate) fn go_general_32(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "as Go formats with bit size 32")]
    let narrow = value as f32;
    match special(narrow.into()) {
        Some(word) => word.to_owned(),
        None => general(narrow.to_string(), &format!("{narrow:e}")),
    }
}

fn special(value: f64) -> Option<&'static str> {
    match (value.is_nan(), value.is_infinite(), value > 0.0) {
        (true, ..) => Some(".nan"),
        (_, true, true) => Some(".inf"),
        (_, true, false) => Some("-.inf"),
        _ => None,
    }
}

/// Plain from 0.0001 up to six digits before the point, else scientific.
fn general(plain: String, exact: &str) -> String {
    match power(exact) {
        -4..=5 => plain,
        _ => scientific(exact, 2),
    }
}

/// Rust's `1.5e300` as Go's `1.5e+300`, with at least `width` digits in the exponent.
fn scientific(exact: &str, width: usize) -> String {
    let mantissa = exact.split('e').next().unwrap_or_default();
    let power = power(exact);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:0width$}", power.unsigned_abs())
}

fn power(exact: &str) -> i32 {
    exact.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_go_writes_them() {
        // value, encoding/json, FormatFloat('g', -1, 64), FormatFloat('g', -1, 32)
        let cases = [
            (1e5, "100000", "100000", "100000"),
            (999_999.0, "999999", "999999", "999999"),
            (1e6, "1000000", "1e+06", "1e+06"),
            (1e20, "100000000000000000000", "1e+20", "1e+20"),
            (1e21, "1e+21", "1e+21", "1e+21"),
            (123_456_789.0, "123456789", "1.23456789e+08", "1.2345679e+08"),
            (1e-4, "0.0001", "0.0001", "0.0001"),
            (1e-5, "0.00001", "1e-05", "1e-05"),
            (1e-7, "1e-7", "1e-07", "1e-07"),
            (12_345_678.25, "12345678.25", "1.234567825e+07", "1.2345678e+07"),
            (-0.0, "-0", "-0", "-0"),
            (1.5e300, "1.5e+300", "1.5e+300", ".inf"),
            // Halfway between two: the even one.
            (903_977_214_320_879.2, "903977214320879.2", "9.039772143208792e+14", "9.039772e+14"),
            (
                -15_451_078_935_359.062,
                "-15451078935359.062",
                "-1.5451078935359062e+13",
                "-1.5451079e+13",
            ),
            (
                15_451_078_935_359.188,
                "15451078935359.188",
                "1.5451078935359188e+13",
                "1.5451079e+13",
            ),
        ];
        for (value, json, wide, narrow) in cases {
            assert_eq!(json_float(value).as_deref(), Some(json));
            assert_eq!(go_general(value), wide);
            assert_eq!(go_general_32(value), narrow);
        }
        assert_eq!(json_float(f64::NAN), None);
    }
}
