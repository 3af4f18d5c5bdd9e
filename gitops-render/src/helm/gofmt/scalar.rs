//! Numbers and texts under a verb, as `fmt/format.go` prints them.

use super::flags::Flags;
use super::float::{FloatForm, append_float};
use super::quote::{Ascii, quote, quote_ascii, quote_rune};
use crate::helm::runes::{first, is_print, push};

/// Whether the bits of a whole number have a sign.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Signed,
    Unsigned,
}

/// A whole number. False if the verb does not suit it.
pub(super) fn integer(out: &mut Vec<u8>, flags: &Flags, bits: u64, sign: Sign, verb: char) -> bool {
    match verb {
        'v' if flags.sharp_v && sign == Sign::Unsigned => {
            digits(out, &Flags { sharp: true, ..*flags }, bits, sign, 16, 'v');
        }
        'v' | 'd' => digits(out, flags, bits, sign, 10, verb),
        'b' => digits(out, flags, bits, sign, 2, verb),
        'o' | 'O' => digits(out, flags, bits, sign, 8, verb),
        'x' | 'X' => digits(out, flags, bits, sign, 16, verb),
        'c' => {
            let mut text = Vec::new();
            push(&mut text, code_point(bits));
            flags.pad(out, &text);
        }
        'q' => {
            let ascii = if flags.plus { Ascii::Only } else { Ascii::Any };
            flags.pad(out, &quote_rune(bits, ascii));
        }
        'U' => unicode(out, flags, bits),
        _ => return false,
    }
    true
}

/// The character with the number `bits`, cut to 32 bits as Go does; U+FFFD if there is none.
fn code_point(bits: u64) -> char {
    u32::try_from(bits).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}')
}

fn digits(out: &mut Vec<u8>, flags: &Flags, bits: u64, sign: Sign, base: u32, verb: char) {
    let negative = sign == Sign::Signed && bits.cast_signed() < 0;
    let value = if negative { bits.wrapping_neg() } else { bits };
    let mut least = 0;
    if let Some(precision) = flags.precision {
        least = precision;
        if precision == 0 && value == 0 {
            return flags.without_zero().fill(out, flags.width.unwrap_or(0));
        }
    } else if flags.zero && !flags.minus && flags.width.is_some() {
        let signed = negative || flags.plus || flags.space;
        least = flags.width.unwrap_or(0).saturating_sub(usize::from(signed));
    }
    let plain = in_base(value, base, verb);
    let mut text = Vec::with_capacity(plain.len() + 4);
    if negative {
        text.push(b'-');
    } else if flags.plus {
        text.push(b'+');
    } else if flags.space {
        text.push(b' ');
    }
    let zeros = least.saturating_sub(plain.len());
    text.extend_from_slice(prefix(flags, base, verb, zeros > 0 || plain[0] == b'0'));
    text.resize(text.len() + zeros, b'0');
    text.extend_from_slice(&plain);
    flags.without_zero().pad(out, &text);
}

/// What stands before the digits.
fn prefix(flags: &Flags, base: u32, verb: char, leads_with_zero: bool) -> &'static [u8] {
    match (base, verb) {
        (8, 'O') if flags.sharp && !leads_with_zero => b"0o0",
        (8, 'O') => b"0o",
        (2, _) if flags.sharp => b"0b",
        (8, _) if flags.sharp && !leads_with_zero => b"0",
        (16, 'X') if flags.sharp => b"0X",
        (16, _) if flags.sharp => b"0x",
        _ => b"",
    }
}

fn in_base(value: u64, base: u32, verb: char) -> Vec<u8> {
    let text = match (base, verb) {
        (2, _) => format!("{value:b}"),
        (8, _) => format!("{value:o}"),
        (16, 'X') => format!("{value:X}"),
        (16, _) => format!("{value:x}"),
        _ => value.to_string(),
    };
    text.into_bytes()
}

fn unicode(out: &mut Vec<u8>, flags: &Flags, bits: u64) {
    let least = flags.precision.unwrap_or(4).max(4);
    let digits = format!("{bits:X}");
    let mut text = b"U+".to_vec();
    text.resize(text.len() + least.saturating_sub(digits.len()), b'0');
    text.extend_from_slice(digits.as_bytes());
    if flags.sharp
        && let Some(rune) = u32::try_from(bits).ok().and_then(char::from_u32)
        && is_print(rune)
    {
        text.extend_from_slice(format!(" '{rune}'").as_bytes());
    }
    flags.without_zero().pad(out, &text);
}

/// A float. False if the verb does not suit it.
pub(super) fn float(out: &mut Vec<u8>, flags: &Flags, value: f64, verb: char) -> bool {
    let (form, precision) = match verb {
        'v' | 'g' => (FloatForm::General(b'g'), None),
        'G' => (FloatForm::General(b'G'), None),
        'b' => (FloatForm::Binary, None),
        'x' => (FloatForm::Hex(b'x'), None),
        'X' => (FloatForm::Hex(b'X'), None),
        'f' | 'F' => (FloatForm::Fixed, Some(6)),
        'e' => (FloatForm::Exponent(b'e'), Some(6)),
        'E' => (FloatForm::Exponent(b'E'), Some(6)),
        _ => return false,
    };
    let precision = flags.precision.or(precision);
    let mut text = vec![b'+'];
    append_float(&mut text, value, form, precision);
    if matches!(text[1], b'-' | b'+') {
        text.remove(0);
    }
    if flags.space && text[0] == b'+' && !flags.plus {
        text[0] = b' ';
    }
    if matches!(text[1], b'I' | b'N') {
        let bare = text[1] == b'N' && !flags.space && !flags.plus;
        flags.without_zero().pad(out, &text[usize::from(bare)..]);
        return true;
    }
    if flags.sharp && form != FloatForm::Binary {
        complete(&mut text, form, precision);
    }
    pad_float(out, flags, &text);
    true
}

/// Pads with zeros behind the sign.
fn pad_float(out: &mut Vec<u8>, flags: &Flags, text: &[u8]) {
    if !flags.plus && text[0] == b'+' {
        return flags.pad(out, &text[1..]);
    }
    let missing = flags.width.unwrap_or(0).saturating_sub(text.len());
    if flags.zero && !flags.minus && missing > 0 {
        out.push(text[0]);
        flags.fill(out, missing);
        return out.extend_from_slice(&text[1..]);
    }
    flags.pad(out, text);
}

/// `%#g`: the point and the zeros behind it stay.
fn complete(text: &mut Vec<u8>, form: FloatForm, precision: Option<usize>) {
    let counts = matches!(form, FloatForm::General(_) | FloatForm::Hex(b'x'));
    let wanted = if counts { precision.unwrap_or(6) } else { 0 };
    let mut digits = i64::try_from(wanted).unwrap_or(i64::MAX);
    let is_hex = matches!(form, FloatForm::Hex(_));
    let is_exponent = |byte: u8| match byte {
        b'p' | b'P' => true,
        b'e' | b'E' => !is_hex,
        _ => false,
    };
    let end = (1..text.len()).find(|&at| is_exponent(text[at])).unwrap_or(text.len());
    let tail = text.split_off(end);
    let mut seen = false;
    for byte in &text[1..] {
        seen |= !matches!(byte, b'0' | b'.');
        digits -= i64::from(seen && *byte != b'.');
    }
    if !text.contains(&b'.') {
        digits -= i64::from(text.len() == 2 && text[1] == b'0');
        text.push(b'.');
    }
    text.resize(text.len() + usize::try_from(digits).unwrap_or(0), b'0');
    text.extend_from_slice(&tail);
}

/// A string. False if the verb does not suit it.
pub(super) fn string(out: &mut Vec<u8>, flags: &Flags, text: &[u8], verb: char) -> bool {
    match verb {
        'v' if flags.sharp_v => quoted(out, flags, text),
        'v' | 's' => flags.pad(out, flags.truncate(text)),
        'x' => hex(out, flags, text, b"0123456789abcdefx"),
        'X' => hex(out, flags, text, b"0123456789ABCDEFX"),
        'q' => quoted(out, flags, text),
        _ => return false,
    }
    true
}

pub(super) fn quoted(out: &mut Vec<u8>, flags: &Flags, text: &[u8]) {
    let text = flags.truncate(text);
    if flags.sharp && can_backquote(text) {
        flags.pad(out, &[b"`", text, b"`"].concat());
    } else if flags.plus {
        flags.pad(out, &quote_ascii(text));
    } else {
        flags.pad(out, &quote(text));
    }
}

/// `strconv.CanBackquote`.
fn can_backquote(mut text: &[u8]) -> bool {
    while let Some((found, width)) = first(text) {
        let bad = match found {
            '\u{FEFF}' | '`' | '\u{7F}' => true,
            '\u{FFFD}' => width == 1,
            _ => found < ' ' && found != '\t',
        };
        if bad {
            return false;
        }
        text = &text[width..];
    }
    true
}

/// The bytes in hexadecimal, by the digits (and the letter of the prefix) of `digits`.
pub(super) fn hex(out: &mut Vec<u8>, flags: &Flags, text: &[u8], digits: &[u8; 17]) {
    let text = &text[..flags.precision.map_or(text.len(), |most| most.min(text.len()))];
    let mut shown = Vec::with_capacity(text.len() * 2);
    for (n, byte) in text.iter().enumerate() {
        if flags.space && n > 0 {
            shown.push(b' ');
        }
        if flags.sharp && (flags.space || n == 0) {
            shown.extend_from_slice(&[b'0', digits[16]]);
        }
        shown.extend_from_slice(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
    }
    flags.pad(out, &shown);
}
