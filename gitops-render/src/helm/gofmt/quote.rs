//! Quoted strings and characters, as `strconv` writes and reads them.

use crate::helm::runes::{ERROR, first, is_print, push};

/// `strconv.Quote`.
pub(crate) fn quote(text: &[u8]) -> Vec<u8> {
    quote_with(text, b'"', is_print)
}

/// `strconv.QuoteToASCII`.
pub(crate) fn quote_ascii(text: &[u8]) -> Vec<u8> {
    quote_with(text, b'"', |rune| rune.is_ascii() && is_print(rune))
}

/// `strconv.QuoteRune`, or `QuoteRuneToASCII`, of a code point; of U+FFFD if there is none such.
pub(crate) fn quote_rune(code: u64, ascii: Ascii) -> Vec<u8> {
    let rune = u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(ERROR);
    let mut out = vec![b'\''];
    escape(&mut out, rune, b'\'', |rune| {
        is_print(rune) && (ascii == Ascii::Any || rune.is_ascii())
    });
    out.push(b'\'');
    out
}

/// Whether other characters than those of ASCII are written as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ascii {
    Any,
    Only,
}

fn quote_with(text: &[u8], mark: u8, plain: impl Fn(char) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(mark);
    let mut rest = text;
    while let Some((found, width)) = first(rest) {
        if width == 1 && found == ERROR {
            out.extend_from_slice(format!("\\x{:02x}", rest[0]).as_bytes());
        } else {
            escape(&mut out, found, mark, &plain);
        }
        rest = &rest[width..];
    }
    out.push(mark);
    out
}

fn escape(out: &mut Vec<u8>, rune: char, mark: u8, plain: impl Fn(char) -> bool) {
    if rune == char::from(mark) || rune == '\\' {
        out.push(b'\\');
        return push(out, rune);
    }
    if plain(rune) {
        return push(out, rune);
    }
    let code = u32::from(rune);
    let text = match rune {
        '\x07' => "\\a".to_owned(),
        '\x08' => "\\b".to_owned(),
        '\x0c' => "\\f".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\x0b' => "\\v".to_owned(),
        _ if code < 0x20 || code == 0x7f => format!("\\x{code:02x}"),
        _ if code < 0x1_0000 => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    };
    out.extend_from_slice(text.as_bytes());
}

const SYNTAX: &[u8] = b"invalid syntax";

/// `strconv.Unquote` of a string in double or back quotes.
///
/// # Errors
/// `invalid syntax`.
pub(crate) fn unquote(quoted: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    match quoted {
        [b'`', text @ .., b'`'] => Ok(text.iter().copied().filter(|byte| *byte != b'\r').collect()),
        [b'"', text @ .., b'"'] => unescape(text),
        _ => Err(SYNTAX.to_vec()),
    }
}

fn unescape(mut text: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    while !text.is_empty() {
        if text[0] == b'\n' {
            return Err(SYNTAX.to_vec());
        }
        let (found, tail) = read(text, b'"').ok_or_else(|| SYNTAX.to_vec())?;
        match found {
            Unquoted::Byte(byte) => out.push(byte),
            Unquoted::Rune(rune) => push(&mut out, rune),
        }
        text = tail;
    }
    Ok(out)
}

/// `strconv.UnquoteChar`: the first character and what follows it.
///
/// # Errors
/// `invalid syntax`.
pub(crate) fn unquote_char(text: &[u8], mark: u8) -> Result<(char, &[u8]), Vec<u8>> {
    let (found, tail) = read(text, mark).ok_or_else(|| SYNTAX.to_vec())?;
    let rune = match found {
        Unquoted::Byte(byte) => char::from(byte),
        Unquoted::Rune(rune) => rune,
    };
    Ok((rune, tail))
}

/// A character, or a byte that was written as such.
enum Unquoted {
    Byte(u8),
    Rune(char),
}

fn read(text: &[u8], mark: u8) -> Option<(Unquoted, &[u8])> {
    let (letter, width) = first(text)?;
    if letter == char::from(mark) {
        return None;
    }
    if letter != '\\' {
        return Some((Unquoted::Rune(letter), &text[width..]));
    }
    let (code, tail) = (*text.get(1)?, &text[2..]);
    let byte = match code {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' => b'\\',
        b'\'' | b'"' if code == mark => mark,
        b'x' => {
            let value = digits(tail.get(..2)?, 16)?;
            return Some((Unquoted::Byte(u8::try_from(value).ok()?), &tail[2..]));
        }
        b'u' => return read_rune(tail, 4),
        b'U' => return read_rune(tail, 8),
        b'0'..=b'7' => {
            let value = digits(text.get(1..4)?, 8)?;
            return Some((Unquoted::Byte(u8::try_from(value).ok()?), &text[4..]));
        }
        _ => return None,
    };
    Some((Unquoted::Byte(byte), tail))
}

fn read_rune(text: &[u8], width: usize) -> Option<(Unquoted, &[u8])> {
    let rune = char::from_u32(digits(text.get(..width)?, 16)?)?;
    Some((Unquoted::Rune(rune), &text[width..]))
}

fn digits(text: &[u8], radix: u32) -> Option<u32> {
    text.iter().try_fold(0_u32, |value, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}
