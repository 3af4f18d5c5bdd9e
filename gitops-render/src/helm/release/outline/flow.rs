//! Lists and maps in brackets on one line.

use super::word;

/// How deep brackets may nest here.
const DEPTH: usize = 8;

/// What stands behind the brackets that `text` starts with.
pub(super) fn skip(text: &str) -> Option<&str> {
    value(text, 0)
}

fn value(text: &str, depth: usize) -> Option<&str> {
    match text.as_bytes().first()? {
        b'[' if depth < DEPTH => parts(&text[1..], b']', |text| value(text, depth + 1)),
        b'{' if depth < DEPTH => parts(&text[1..], b'}', |text| {
            let rest = scalar(text, true)?.strip_prefix(": ")?;
            value(rest.trim_start_matches(' '), depth + 1)
        }),
        _ => scalar(text, false),
    }
}

/// Parts with commas between them, up to the bracket `end`.
fn parts<'a>(text: &'a str, end: u8, part: impl Fn(&'a str) -> Option<&'a str>) -> Option<&'a str> {
    let mut rest = text.trim_start_matches(' ');
    if rest.as_bytes().first() == Some(&end) {
        return Some(&rest[1..]);
    }
    loop {
        rest = part(rest)?.trim_start_matches(' ');
        match rest.as_bytes().first()? {
            b',' => rest = rest[1..].trim_start_matches(' '),
            first if *first == end => return Some(&rest[1..]),
            _ => return None,
        }
    }
}

/// A text in quotes, or a word that is nothing but a text or number.
fn scalar(text: &str, is_key: bool) -> Option<&str> {
    if let quote @ (b'"' | b'\'') = text.as_bytes().first()? {
        let end = word::closed(*quote, &text[1..])?;
        return Some(&text[end + 2..]);
    }
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_./=+@%$()~^-".contains(&byte);
    let end = text.bytes().position(|byte| !is_part(byte)).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let starts = match word.as_bytes() {
        [b'-', next, ..] => next.is_ascii_alphanumeric(),
        [first, ..] => first.is_ascii_alphanumeric() || b"_/$".contains(first),
        [] => false,
    };
    let is_special = if is_key { word::is_special_key(word) } else { word::is_odd(word) };
    (starts && !is_special).then_some(rest)
}
