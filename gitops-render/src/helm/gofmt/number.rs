//! Reads numbers, as `strconv` does.

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberError {
    /// `invalid syntax`.
    Syntax,
    /// `value out of range`.
    Range,
}

/// `strconv.ParseUint(text, base, 64)`; base 0 takes the one that the prefix tells.
///
/// # Errors
/// Why it is no such number.
pub(crate) fn parse_uint(text: &[u8], base: u32) -> Result<u64, NumberError> {
    let (digits, radix) = match (base, text) {
        (0, [b'0', b'x' | b'X', rest @ ..]) if !rest.is_empty() => (rest, 16),
        (0, [b'0', b'b' | b'B', rest @ ..]) if !rest.is_empty() => (rest, 2),
        (0, [b'0', b'o' | b'O', rest @ ..] | [b'0', rest @ ..]) if !rest.is_empty() => (rest, 8),
        (0, _) => (text, 10),
        _ => (text, base),
    };
    if digits.is_empty() {
        return Err(NumberError::Syntax);
    }
    let mut value = Some(0_u64);
    for byte in digits {
        if *byte == b'_' && base == 0 {
            continue;
        }
        let digit = char::from(*byte).to_digit(radix).ok_or(NumberError::Syntax)?;
        let next = value.and_then(|value| value.checked_mul(radix.into()));
        value = next.and_then(|value| value.checked_add(digit.into()));
    }
    if base == 0 && !underscores_fit(text) {
        return Err(NumberError::Syntax);
    }
    value.ok_or(NumberError::Range)
}

/// `strconv.ParseInt(text, base, 64)`; base 0 takes the one that the prefix tells.
///
/// # Errors
/// Why it is no such number.
pub(crate) fn parse_int(text: &[u8], base: u32) -> Result<i64, NumberError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = parse_uint(digits, base)?;
    let signed = if negative { 0_i64.checked_sub_unsigned(value) } else { value.try_into().ok() };
    signed.ok_or(NumberError::Range)
}

/// `strconv.ParseFloat(text, 64)`.
///
/// # Errors
/// Why it is no such number.
pub(crate) fn parse_float(text: &[u8]) -> Result<f64, NumberError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let value = match digits.to_ascii_lowercase().as_slice() {
        b"inf" | b"infinity" => f64::INFINITY,
        b"nan" => return Ok(f64::NAN),
        lower => finite(lower)?,
    };
    Ok(if negative { -value } else { value })
}

fn finite(lower: &[u8]) -> Result<f64, NumberError> {
    if lower.contains(&b'_') && !underscores_fit(lower) {
        return Err(NumberError::Syntax);
    }
    let digits: Vec<u8> = lower.iter().copied().filter(|byte| *byte != b'_').collect();
    let value = match digits.as_slice() {
        [b'0', b'x', rest @ ..] => hexadecimal(rest)?,
        plain => decimal(plain)?,
    };
    if value.is_infinite() { Err(NumberError::Range) } else { Ok(value) }
}

fn decimal(text: &[u8]) -> Result<f64, NumberError> {
    let valid = |byte: &u8| byte.is_ascii_digit() || b".e+-".contains(byte);
    if !text.iter().all(valid) || !text.iter().any(u8::is_ascii_digit) || text[0] == b'e' {
        return Err(NumberError::Syntax);
    }
    if matches!(text[0], b'+' | b'-') {
        return Err(NumberError::Syntax);
    }
    let text = std::str::from_utf8(text).ok().ok_or(NumberError::Syntax)?;
    text.parse().ok().ok_or(NumberError::Syntax)
}

/// `1.8p3` of `0x1.8p3`.
fn hexadecimal(text: &[u8]) -> Result<f64, NumberError> {
    let at = text.iter().position(|byte| *byte == b'p').ok_or(NumberError::Syntax)?;
    let (digits, exponent) = (&text[..at], &text[at + 1..]);
    let plain = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
    if plain.is_empty() || !plain.iter().all(u8::is_ascii_digit) {
        return Err(NumberError::Syntax);
    }
    let size =
        plain.iter().fold(0_i64, |size, digit| (size * 10 + i64::from(digit - b'0')).min(100_000));
    let mut exponent = if exponent[0] == b'-' { -size } else { size };
    let (mut mantissa, mut sticky, mut dot, mut seen) = (0_u64, false, false, false);
    for byte in digits {
        if *byte == b'.' && !dot {
            dot = true;
            continue;
        }
        let digit = char::from(*byte).to_digit(16).ok_or(NumberError::Syntax)?;
        seen = true;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
            exponent -= if dot { 4 } else { 0 };
        } else {
            sticky |= digit != 0;
            exponent += if dot { 0 } else { 4 };
        }
    }
    if seen { Ok(scale(mantissa, sticky, exponent)) } else { Err(NumberError::Syntax) }
}

/// `mantissa` (and a bit more if `sticky`) times 2 to `exponent`, rounded to even.
fn scale(mantissa: u64, sticky: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = i64::from(mantissa.leading_zeros());
    let mantissa = mantissa << shift | u64::from(sticky);
    // The value is mantissa × 2^exponent with the top bit of the mantissa set.
    let exponent = exponent - shift;
    let top = exponent + 63;
    if top > 1023 {
        return f64::INFINITY;
    }
    // Bits to cut: 11 of a normal number, more of one below the least exponent.
    let cut = 11 + (-1022 - top).max(0);
    if cut > 64 {
        return 0.0;
    }
    let wide = u128::from(mantissa);
    let (kept, lost) = (wide >> cut, wide & ((1 << cut) - 1));
    let half = 1_u128 << (cut - 1);
    let up = lost > half || (lost == half && kept & 1 == 1);
    let kept = u64::try_from(kept + u128::from(up)).unwrap_or(u64::MAX);
    let biased = if top < -1022 { 0 } else { top + 1022 };
    // Rounding up may carry into the exponent, which is what it should do.
    f64::from_bits((u64::try_from(biased).unwrap_or(0) << 52) + kept)
}

/// Whether underscores stand only between digits, or between a prefix and a digit.
fn underscores_fit(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    let (mut saw, rest, hex) = match text {
        [b'0', base @ (b'b' | b'B' | b'o' | b'O' | b'x' | b'X'), rest @ ..] => {
            (b'0', rest, matches!(base, b'x' | b'X'))
        }
        _ => (b'^', text, false),
    };
    for byte in rest {
        if byte.is_ascii_digit() || (hex && byte.is_ascii_hexdigit()) {
            saw = b'0';
        } else if *byte == b'_' {
            if saw != b'0' {
                return false;
            }
            saw = b'_';
        } else {
            if saw == b'_' {
                return false;
            }
            saw = b'!';
        }
    }
    saw != b'_'
}
