//! From bytes to text that a scanner may see.

use std::borrow::Cow;

use super::{Error, Limits, Mark};

/// The text of `bytes` without a byte order mark. UTF-16 is known by its mark.
///
/// Go's reader takes the same characters: printable ones, tabs and line ends.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Cow<'a, str>, Error> {
    // Places in a text are counted in 32 bits.
    let limit = limits.bytes.min(u64::from(u32::MAX - 1));
    if bytes.len() as u64 > limit {
        return Err(Error::Limit {
            mark: Mark { line: 1, column: 1 },
            what: "the size of the text",
            limit,
            option: "bytes",
        });
    }
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        _ => {
            let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, &error))?;
            Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text))
        }
    };
    match first_unreadable(&text) {
        None => Ok(text),
        Some((at, character)) => Err(Error::Syntax {
            mark: mark_at(&text[..at]),
            message: format!(
                "the control character U+{:04X} is not allowed in YAML; is this a text file?",
                u32::from(character)
            ),
            go: "control characters are not allowed".to_owned(),
        }),
    }
}

/// What go-yaml says of bytes that are no UTF-8.
fn not_utf8(bytes: &[u8], error: &std::str::Utf8Error) -> Error {
    let (valid, bad) = bytes.split_at(error.valid_up_to());
    let before = std::str::from_utf8(valid).unwrap_or_default();
    let width = match bad.first() {
        Some(0..0x80) => 1,
        Some(0xc0..0xe0) => 2,
        Some(0xe0..0xf0) => 3,
        Some(0xf0..0xf8) => 4,
        _ => 0,
    };
    let trailing = bad.iter().take(width).skip(1).any(|byte| byte & 0xc0 != 0x80);
    let go = match (width, bad) {
        (0, _) => "invalid leading UTF-8 octet",
        _ if width > bad.len() => "incomplete UTF-8 octet sequence",
        _ if trailing => "invalid trailing UTF-8 octet",
        (2, _) | (3, [0xe0, ..]) | (4, [0xf0, ..]) => "invalid length of a UTF-8 sequence",
        _ => "invalid Unicode character",
    };
    unreadable(before, "the text is not UTF-8; save it as UTF-8", go)
}

fn unreadable(before: &str, message: &str, go: &str) -> Error {
    Error::Syntax { mark: mark_at(before), message: message.to_owned(), go: go.to_owned() }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Error> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => text.push(character),
            Err(error) => {
                let low = error.unpaired_surrogate() >= 0xdc00;
                let go = if low {
                    "unexpected low surrogate area"
                } else {
                    "expected low surrogate area"
                };
                return Err(unreadable(&text, "the text is broken UTF-16; save it as UTF-8", go));
            }
        }
    }
    if bytes.len().is_multiple_of(2) {
        return Ok(text);
    }
    let message = "the text ends within a character of UTF-16; save it as UTF-8";
    Err(unreadable(&text, message, "incomplete UTF-16 character"))
}

/// The place right after `before`.
fn mark_at(before: &str) -> Mark {
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).saturating_add(1);
    Mark {
        line: count(before.bytes().filter(|byte| *byte == b'\n').count()),
        column: count(before[line_start..].chars().count()),
    }
}

fn first_unreadable(text: &str) -> Option<(usize, char)> {
    // Nearly every text is ASCII or has no byte that could be of interest: look at bytes first.
    let suspect = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte >= 0x7f;
    // Without an end on the way, many bytes are looked at in one step.
    let any = |run: &[u8]| run.iter().fold(false, |found, byte| found | suspect(*byte));
    let is_suspect = text.as_bytes().chunks(4096).any(any);
    is_suspect.then(|| text.char_indices().find(|(_, it)| !readable(*it)))?
}

fn readable(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_no_editor_made_is_refused_with_its_place() {
        let cases: [(&[u8], &str); 5] = [
            (b"a: 1\nb: \x00", "2:4: the control character U+0000 is not allowed in YAML"),
            (b"a: \xff", "1:4: the text is not UTF-8; save it as UTF-8"),
            (b"\xff\xfea\x00b", "1:2: the text ends within a character of UTF-16"),
            ("ä: \u{7f}".as_bytes(), "1:4: the control character U+007F"),
            ("\u{fffe}".as_bytes(), "1:1: the control character U+FFFE"),
        ];
        for (bytes, expected) in cases {
            let error = decode(bytes, &Limits::default()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_byte_order_mark_and_any_script_are_taken() {
        let text = decode("\u{feff}a: жük\u{85}😀\r\n".as_bytes(), &Limits::default());
        assert_eq!(text.as_deref(), Ok("a: жük\u{85}😀\r\n"));
        let text = decode(b"\xff\xfe=\xd8\x00\xde", &Limits::default());
        assert_eq!(text.as_deref(), Ok("😀"));
        let text = decode(b"\xfe\xff\xd8=\xde\x00", &Limits::default());
        assert_eq!(text.as_deref(), Ok("😀"));
    }
}
