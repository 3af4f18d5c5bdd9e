//! Quantities as the API server prints them (`k8s.io/apimachinery/pkg/api/resource`): `0.5` is
//! `500m`, `1.5Ti` is `1536Gi`.

use crate::{Text, Value};

/// A quantity is kept to a billionth, as in the API server.
const NANOS: i128 = 1_000_000_000;
/// The first exponent of ten beyond every quantity; a limit against hostile input.
const MAX_EXPONENT: i32 = 30;

/// The text of a quantity as the server prints it; `None` for what is none, or too large.
pub(crate) fn canonical(value: &Value) -> Option<Text> {
    let text = match value {
        Value::Str(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => float(*number),
        _ => return None,
    };
    let written = Written::read(text.trim())?;
    let nanos = written.nanos()?;
    if written.is_kept() {
        return Some(text.trim().into());
    }
    Some(print(nanos, written.style).into())
}

/// How many billionths a quantity is; `None` for what is none, or too large.
pub(crate) fn nanos(value: &Value) -> Option<i128> {
    match value {
        Value::Str(text) => Written::read(text.trim())?.nanos(),
        Value::Int(number) => i128::from(*number).checked_mul(NANOS),
        Value::Float(number) => Written::read(&float(*number))?.nanos(),
        _ => None,
    }
}

/// The sum of two quantities, printed as the first is unless that is zero (`Add`).
pub(crate) fn sum(one: &Value, other: &Value) -> Option<Text> {
    let (a, b) = (nanos(one)?, nanos(other)?);
    let leading = if a == 0 { other } else { one };
    let style = match leading {
        Value::Str(text) => Written::read(text.trim())?.style,
        _ => Style::Decimal,
    };
    Some(print(a.checked_add(b)?, style).into())
}

/// A number as Go writes it in JSON: very small and very large ones with an exponent.
fn float(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
}

/// A quantity finer than a thousandth, rounded up to one (`RoundUp(Milli)`); `None` for others.
pub(crate) fn to_milli(value: &Value) -> Option<Text> {
    const MILLI: i128 = NANOS / 1000;
    let text = value.as_str()?.trim();
    let written = Written::read(text).filter(|it| it.scale().is_some_and(|it| it < -3))?;
    let nanos = written.nanos()?;
    let rest = nanos % MILLI;
    let rounded = if rest == 0 { nanos } else { nanos - rest + MILLI * rest.signum() };
    Some(print(rounded, written.style).into())
}

/// How a quantity was written, and will be.
#[derive(Clone, Copy)]
enum Style {
    /// `Ki`, `Mi`, …
    Binary,
    /// `m`, `k`, `M`, …
    Decimal,
    /// `e3`, `e-3`, …
    Exponent,
}

const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// From a billionth upwards, by thousands.
const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

/// The parts of a quantity.
struct Written<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    factor: i128,
    exponent: i32,
    style: Style,
}

impl<'t> Written<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let number = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let (number, suffix) = number.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let (factor, exponent, style) = scale(suffix)?;
        let (negative, whole) = (text.starts_with('-'), whole);
        Some(Self { negative, whole, fraction, factor, exponent, style })
    }

    fn digits(&self) -> String {
        format!("{}{}", self.whole, self.fraction)
    }

    /// The power of ten of the last digit.
    fn scale(&self) -> Option<i32> {
        self.exponent.checked_sub(i32::try_from(self.fraction.len()).ok()?)
    }

    fn nanos(&self) -> Option<i128> {
        let number: i128 = self.digits().parse().ok()?;
        let nanos = shifted(number.checked_mul(self.factor)?, self.scale()?.checked_add(9)?)?;
        let most = i128::from(i64::MAX) * NANOS;
        let capped = if let Style::Binary = self.style { nanos.min(most) } else { nanos };
        Some(if self.negative { -capped } else { capped })
    }

    /// Whether the server takes the text for canonical, and prints it as it is written
    /// (`ParseQuantity`).
    fn is_kept(&self) -> bool {
        let digits = self.digits();
        let digits = digits.trim_start_matches('0');
        if let Style::Binary = self.style {
            let bits = usize::try_from(self.factor.trailing_zeros()).unwrap_or(usize::MAX);
            let odd = digits.parse().is_ok_and(|it: i64| it & 7 != 0);
            return self.fraction.is_empty() && odd && digits.len() + bits * 3 / 10 < 15;
        }
        let scale = self.scale().filter(|it| *it >= -9 && it % 3 == 0);
        let leading_zero = self.whole.trim_start_matches('0').is_empty()
            && (self.fraction.is_empty() || self.fraction.starts_with('0'));
        let whole = !leading_zero && !digits.ends_with("000");
        scale.is_some() && whole && digits.len() <= 18
    }
}

/// What a suffix multiplies with: a factor and a power of ten.
fn scale(suffix: &str) -> Option<(i128, i32, Style)> {
    let power = |it: usize| i32::try_from(it).ok();
    if let Some(at) = DECIMAL.iter().position(|it| *it == suffix) {
        return Some((1, power(at)? * 3 - 9, Style::Decimal));
    }
    if let Some(at) = BINARY.iter().position(|it| *it == suffix) {
        return Some((1 << (at * 10), 0, Style::Binary));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    Some((1, exponent, Style::Exponent))
}

/// `number` times a power of ten, rounded up.
fn shifted(number: i128, exponent: i32) -> Option<i128> {
    let power = || 10_i128.checked_pow(exponent.unsigned_abs());
    match exponent {
        0.. => number.checked_mul(power()?),
        _ if exponent < -MAX_EXPONENT => Some(i128::from(number != 0)),
        _ => {
            let power = power()?;
            Some(number / power + i128::from(number % power != 0))
        }
    }
}

fn print(nanos: i128, style: Style) -> String {
    let whole = nanos % NANOS == 0 && (nanos / NANOS).abs() >= 1024;
    match style {
        _ if nanos == 0 => "0".into(),
        Style::Binary if whole => {
            let (number, times) = divided(nanos / NANOS, 1024, BINARY.len() - 1);
            format!("{number}{}", BINARY[times])
        }
        Style::Binary | Style::Decimal => {
            let (number, times) = divided(nanos, 1000, DECIMAL.len() - 1);
            format!("{number}{}", DECIMAL[times])
        }
        Style::Exponent => {
            let (number, times) = divided(nanos, 1000, DECIMAL.len() - 1);
            match times {
                3 => number.to_string(),
                0..3 => format!("{number}e-{}", 9 - times * 3),
                _ => format!("{number}e{}", times * 3 - 9),
            }
        }
    }
}

/// Divides while nothing is left over, at most so many times.
fn divided(mut number: i128, by: i128, most: usize) -> (i128, usize) {
    let mut times = 0;
    while times < most && number % by == 0 {
        number /= by;
        times += 1;
    }
    (number, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_print_as_the_server_prints_them() {
        let cases = [
            ("0.5", Some("500m")),
            ("1.5Ti", Some("1536Gi")),
            ("0.5Gi", Some("512Mi")),
            ("0.5Ki", Some("512")),
            ("1024Mi", Some("1Gi")),
            ("100000m", Some("100")),
            ("1500", Some("1500")),
            ("01Gi", Some("01Gi")),
            ("16Ei", Some("9223372036854775807")),
            ("0.500", Some("0.500")),
            ("0.05", Some("50m")),
            (" 1 ", Some("1")),
            ("2000", Some("2k")),
            ("1e3", Some("1e3")),
            ("1E-3", Some("1E-3")),
            ("12e2", Some("1200")),
            ("1e+21", Some("1e+21")),
            ("0", Some("0")),
            ("0.0Ki", Some("0")),
            ("-1.5", Some("-1500m")),
            ("+2", Some("+2")),
            (".5", Some("500m")),
            ("5.", Some("5.")),
            ("1.0000000001", Some("1000000001n")),
            ("1e-99", Some("1e-9")),
            ("0.1Ki", Some("102400m")),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("1 Gi", None),
            ("1KB", None),
            ("1e", None),
            ("1e999999999999", None),
            ("1e2147483647", None),
            ("99999999999999999999999999999999999999999", None),
        ];
        for (text, expected) in cases {
            let actual = canonical(&Value::from(text));
            assert_eq!(actual.as_deref(), expected, "{text}");
        }
        assert_eq!(canonical(&Value::Int(2)).as_deref(), Some("2"));
        assert_eq!(canonical(&Value::Float(0.1)).as_deref(), Some("100m"));
        assert_eq!(canonical(&Value::Float(1e21)).as_deref(), Some("1e+21"));
        assert_eq!(canonical(&Value::Float(1e-9)).as_deref(), Some("1e-9"));
        assert_eq!(canonical(&Value::Null), None);
    }

    #[test]
    fn sums_are_printed_as_what_comes_first() {
        let cases = [
            ("1Gi", "512Mi", Some("1536Mi")),
            ("500m", "1", Some("1500m")),
            ("0", "1Ki", Some("1Ki")),
            ("1k", "1Ki", Some("2024")),
            ("x", "1", None),
        ];
        for (one, other, expected) in cases {
            let actual = sum(&Value::from(one), &Value::from(other));
            assert_eq!(actual.as_deref(), expected, "{one} {other}");
        }
    }

    #[test]
    fn resources_are_rounded_up_to_a_thousandth() {
        let cases = [
            ("0.0001", Some("1m")),
            ("100u", Some("1m")),
            ("1500100u", Some("1501m")),
            ("-100u", Some("-1m")),
            ("0.500000", Some("500m")),
            ("1.0000Gi", Some("1Gi")),
            ("0.500", None),
            ("1", None),
            ("1Gi", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(to_milli(&Value::from(text)).as_deref(), expected, "{text}");
        }
    }
}
