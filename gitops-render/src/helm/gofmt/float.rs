//! `strconv.FormatFloat`.

use crate::yaml::number::shortest;

/// The form of a float, by the letter that Go has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FloatForm {
    /// `b`: a whole mantissa and a power of two.
    Binary,
    /// `e`, or `E`.
    Exponent(u8),
    /// `f`.
    Fixed,
    /// `g`, or `G`: one of the two, as the exponent is.
    General(u8),
    /// `x`, or `X`.
    Hex(u8),
}

/// Appends `value` in the form `form` with `precision` digits, or as few as tell it from all others.
pub(crate) fn append_float(
    out: &mut Vec<u8>,
    value: f64,
    form: FloatForm,
    precision: Option<usize>,
) {
    if value.is_nan() {
        return out.extend_from_slice(b"NaN");
    }
    if value.is_infinite() {
        return out.extend_from_slice(if value < 0.0 { b"-Inf" } else { b"+Inf" });
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    match form {
        FloatForm::Binary => binary(out, value),
        FloatForm::Hex(letter) => hex(out, value, precision, letter),
        FloatForm::Exponent(letter) => {
            let digits = Digits::new(value, precision.map(|precision| Cut::Digits(precision + 1)));
            let precision = precision.unwrap_or_else(|| digits.text.len().saturating_sub(1));
            exponent(out, &digits, precision, letter);
        }
        FloatForm::Fixed => {
            let digits = Digits::new(value, precision.map(Cut::Places));
            let least = i64::try_from(digits.text.len()).unwrap_or(0) - digits.point;
            let precision = precision.unwrap_or_else(|| least.max(0).try_into().unwrap_or(0));
            fixed(out, &digits, precision);
        }
        FloatForm::General(letter) => general(out, value, precision, letter),
    }
}

fn general(out: &mut Vec<u8>, value: f64, precision: Option<usize>, letter: u8) {
    let wanted = precision.map(|precision| precision.max(1));
    let digits = Digits::new(value, wanted.map(Cut::Digits));
    let count = digits.text.len();
    let signed = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let mut precision = wanted.unwrap_or(count);
    let mut most = precision;
    if most > count && signed(count) >= digits.point {
        most = count;
    }
    let most = if wanted.is_none() { 6 } else { signed(most) };
    let size = digits.point - 1;
    if size < -4 || size >= most {
        precision = precision.min(count);
        return exponent(out, &digits, precision.saturating_sub(1), letter - (b'g' - b'e'));
    }
    if signed(precision) > digits.point {
        precision = count;
    }
    let places = (signed(precision) - digits.point).max(0);
    fixed(out, &digits, places.try_into().unwrap_or(0));
}

/// The digits of a number without zeros at either end: 0.`text` × 10^`point`.
struct Digits {
    text: Vec<u8>,
    point: i64,
}

/// How many digits there shall be.
#[derive(Clone, Copy)]
enum Cut {
    Digits(usize),
    /// Behind the point.
    Places(usize),
}

impl Digits {
    /// The digits of a number that is not negative; the fewest that tell it from all others if
    /// there is no `cut`.
    fn new(value: f64, cut: Option<Cut>) -> Self {
        if value == 0.0 {
            return Self { text: Vec::new(), point: 0 };
        }
        match cut {
            None => Self::of_exponent(&shortest(value)),
            // Longer than any double is, so nothing is lost by stopping there.
            Some(Cut::Digits(count)) => {
                let places = count.saturating_sub(1).min(1100);
                Self::of_exponent(&format!("{value:.places$e}"))
            }
            Some(Cut::Places(places)) => {
                let places = places.min(1100);
                Self::of_fixed(&format!("{value:.places$}"))
            }
        }
    }

    /// Of `1.5e3`.
    fn of_exponent(text: &str) -> Self {
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let text = digits.bytes().filter(|byte| *byte != b'.').collect();
        Self { text, point: exponent.parse::<i64>().unwrap_or(0) + 1 }.trimmed()
    }

    /// Of `1500.0`.
    fn of_fixed(text: &str) -> Self {
        let point = text.find('.').unwrap_or(text.len());
        let text = text.bytes().filter(|byte| *byte != b'.').collect();
        Self { text, point: i64::try_from(point).unwrap_or(0) }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.text.iter().take_while(|byte| **byte == b'0').count();
        self.text.drain(..zeros);
        self.point -= i64::try_from(zeros).unwrap_or(0);
        let end = self.text.iter().rposition(|byte| *byte != b'0').map_or(0, |last| last + 1);
        self.text.truncate(end);
        if self.text.is_empty() {
            self.point = 0;
        }
        self
    }
}

fn exponent(out: &mut Vec<u8>, digits: &Digits, precision: usize, letter: u8) {
    let mut text = digits.text.iter().copied().chain(std::iter::repeat(b'0'));
    out.extend(text.by_ref().take(1));
    if precision > 0 {
        out.push(b'.');
        out.extend(text.take(precision));
    }
    let size = if digits.text.is_empty() { 0 } else { digits.point - 1 };
    let sign = if size < 0 { '-' } else { '+' };
    out.push(letter);
    out.extend_from_slice(format!("{sign}{:02}", size.abs()).as_bytes());
}

fn fixed(out: &mut Vec<u8>, digits: &Digits, precision: usize) {
    let digit = |at: i64| {
        let at = usize::try_from(at).ok();
        at.and_then(|at| digits.text.get(at)).copied().unwrap_or(b'0')
    };
    if digits.point > 0 {
        out.extend((0..digits.point).map(digit));
    } else {
        out.push(b'0');
    }
    if precision > 0 {
        out.push(b'.');
        out.extend((digits.point..).take(precision).map(digit));
    }
}

const MANTISSA: u32 = 52;

/// The mantissa as a whole number, and the power of two that it is multiplied with.
fn parts(value: f64) -> (u64, i64) {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << MANTISSA) - 1);
    match (bits >> MANTISSA) & 0x7ff {
        0 => (mantissa, -1074),
        biased => (mantissa | 1 << MANTISSA, biased.cast_signed() - 1075),
    }
}

fn binary(out: &mut Vec<u8>, value: f64) {
    let (mantissa, exponent) = parts(value);
    out.extend_from_slice(format!("{mantissa}p{exponent:+}").as_bytes());
}

fn hex(out: &mut Vec<u8>, value: f64, precision: Option<usize>, letter: u8) {
    let (mantissa, exponent) = parts(value);
    let mut exponent = if mantissa == 0 { 0 } else { exponent + i64::from(MANTISSA) };
    // One bit before the point, 60 behind it.
    let mut mantissa = mantissa << (60 - MANTISSA);
    while mantissa != 0 && mantissa & 1 << 60 == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let shift = precision * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        mantissa += u64::from(extra | (mantissa & 1) > 1 << 59);
        mantissa <<= 60 - shift;
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits: &[u8; 16] = if letter == b'x' { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
    out.extend_from_slice(&[b'0', letter, digits[usize::from(mantissa >> 60 & 1 == 1)]]);
    mantissa <<= 4;
    let places = precision.unwrap_or_else(|| (64 - mantissa.trailing_zeros() as usize).div_ceil(4));
    if places > 0 {
        out.push(b'.');
    }
    for _ in 0..places {
        out.push(digits[(mantissa >> 60) as usize & 15]);
        mantissa <<= 4;
    }
    out.push(if letter == b'x' { b'p' } else { b'P' });
    let sign = if exponent < 0 { '-' } else { '+' };
    out.extend_from_slice(format!("{sign}{:02}", exponent.abs()).as_bytes());
}
