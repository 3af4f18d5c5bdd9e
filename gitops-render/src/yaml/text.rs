//! From bytes to text that a scanner may see.

use super::{Error, Limits, Mark};

/// The text of `bytes` without a byte order mark.
///
/// Go's reader takes the same characters: printable ones, tabs and line ends.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, Error> {
    if bytes.len() as u64 > limits.bytes {
        return Err(Error::Limit {
            mark: Mark { line: 1, column: 1 },
            what: "the size of the text",
            limit: limits.bytes,
            option: "bytes",
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match first_unreadable(text) {
        None => Ok(text),
        Some((at, character)) => Err(Error::invalid(
            mark_at(&text[..at]),
            format!(
                "the control character U+{:04X} is not allowed in YAML; is this a text file?",
                u32::from(character)
            ),
        )),
    }
}

fn not_utf8(bytes: &[u8], valid: usize) -> Error {
    let before = std::str::from_utf8(&bytes[..valid]).unwrap_or_default();
    let utf16 = matches!(bytes, [0xfe, 0xff, ..] | [0xff, 0xfe, ..]);
    let found = if utf16 { "UTF-16" } else { "not UTF-8" };
    Error::invalid(mark_at(before), format!("the text is {found}; save it as UTF-8"))
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
    text.bytes().any(suspect).then(|| text.char_indices().find(|(_, it)| !readable(*it)))?
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
            (b"\xff\xfea\x00", "1:1: the text is UTF-16; save it as UTF-8"),
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
        assert_eq!(text, Ok("a: жük\u{85}😀\r\n"));
    }
}
