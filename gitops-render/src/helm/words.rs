//! Texts and characters as Go's `strconv` quotes them.

use std::fmt::Write as _;

/// `text` as `%q` prints it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    text.chars().for_each(|rune| escape(rune, '"', &mut quoted));
    quoted.push('"');
    quoted
}

/// `rune` as `%q` prints it.
pub(super) fn quote_rune(rune: char) -> String {
    let mut quoted = String::from("'");
    escape(rune, '\'', &mut quoted);
    quoted.push('\'');
    quoted
}

fn escape(rune: char, quote: char, into: &mut String) {
    match rune {
        '\\' => into.push_str("\\\\"),
        '\u{7}' => into.push_str("\\a"),
        '\u{8}' => into.push_str("\\b"),
        '\u{c}' => into.push_str("\\f"),
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        '\u{b}' => into.push_str("\\v"),
        rune if rune == quote => into.extend(['\\', rune]),
        rune if is_print(rune) => into.push(rune),
        rune if u32::from(rune) < 0x80 => {
            let _ = write!(into, "\\x{:02x}", u32::from(rune));
        }
        rune if u32::from(rune) < 0x1_0000 => {
            let _ = write!(into, "\\u{:04x}", u32::from(rune));
        }
        rune => {
            let _ = write!(into, "\\U{:08x}", u32::from(rune));
        }
    }
}

/// Whether a character can be seen: Go's `unicode.IsPrint`, which counts no space but the one of
/// ASCII.
pub(super) fn is_print(rune: char) -> bool {
    let invisible = |rune: char| rune.escape_debug().len() > 2 && rune != '\\';
    rune == ' ' || !(rune.is_whitespace() || rune.is_control() || invisible(rune))
}
