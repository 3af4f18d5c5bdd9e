//! Texts and characters as Go quotes them in its errors.

use super::gofmt;

pub(super) use super::runes::is_print;

/// `text` as `%q` prints it.
pub(super) fn quote(text: &str) -> String {
    utf8(gofmt::quote(text.as_bytes()))
}

/// `rune` as `%q` prints it.
pub(super) fn quote_rune(rune: char) -> String {
    utf8(gofmt::quote_rune(u64::from(rune), gofmt::Ascii::Any))
}

fn utf8(quoted: Vec<u8>) -> String {
    String::from_utf8(quoted).expect("because what is quoted is UTF-8")
}
