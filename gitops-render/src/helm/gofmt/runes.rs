//! Characters as Go sees them in strings of bytes.

use std::sync::LazyLock;

use regex::Regex;

/// The first character of `text` and its width. What is no UTF-8 is U+FFFD of width 1.
pub(crate) fn rune(text: &[u8]) -> Option<(char, usize)> {
    let first = *text.first()?;
    if first < 0x80 {
        return Some((char::from(first), 1));
    }
    let width = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Some(('\u{FFFD}', 1)),
    };
    let found = text.get(..width).and_then(|bytes| std::str::from_utf8(bytes).ok());
    Some(found.and_then(|text| text.chars().next()).map_or(('\u{FFFD}', 1), |rune| (rune, width)))
}

/// Appends `rune` as UTF-8.
pub(crate) fn append_rune(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `strconv.IsPrint`.
pub(crate) fn is_print(rune: char) -> bool {
    static PRINT: LazyLock<Regex> = LazyLock::new(|| class(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$"));
    if rune.is_ascii() { (' '..='~').contains(&rune) } else { matches(&PRINT, rune) }
}

/// `unicode.IsLetter` or `unicode.IsDigit`.
pub(crate) fn is_letter_or_digit(rune: char) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| class(r"^[\p{L}\p{Nd}]$"));
    if rune.is_ascii() { rune.is_ascii_alphanumeric() } else { matches(&WORD, rune) }
}

fn class(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the class is a constant")
}

fn matches(class: &Regex, rune: char) -> bool {
    class.is_match(rune.encode_utf8(&mut [0; 4]))
}

/// As `%#U` prints it: `U+0041 'A'`.
pub(crate) fn show_rune(rune: char) -> String {
    let code = u32::from(rune);
    if is_print(rune) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}
