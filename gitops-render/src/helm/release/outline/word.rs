//! Keys and texts on a line.

use memchr::memchr2;

/// How long a key may be here. YAML allows 1,024 characters.
const KEY: usize = 512;

/// Whether a text has no characters but those that mean the same to everybody: no control
/// characters, no line ends but `\n`, no byte order marks.
pub(super) fn is_plain_text(text: &str) -> bool {
    let suspect = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n') || byte >= 0x7f;
    let any = |run: &[u8]| run.iter().fold(false, |found, byte| found | suspect(*byte));
    let odd = |it: char| {
        it.is_control() && !matches!(it, '\t' | '\n')
            || matches!(it, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    !text.as_bytes().chunks(4096).any(any) || !text.chars().any(odd)
}

/// Whether a line starts with the dash of a list.
pub(super) fn is_dash(line: &str) -> bool {
    matches!(line.as_bytes(), [b'-'] | [b'-', b' ', ..])
}

/// The key that a line starts with, and what stands behind its colon.
pub(super) fn key(line: &str) -> Option<(&str, &str)> {
    let bytes = line.as_bytes();
    if let Some(found) = word(line) {
        return Some(found);
    }
    let (key, end) = if let quote @ (b'"' | b'\'') = bytes[0] {
        let end = memchr2(quote, b'\\', &bytes[1..])? + 1;
        if bytes[end] != quote {
            return None;
        }
        (&line[1..end], end + 1)
    } else {
        let end = colon(bytes)?;
        let key = line[..end].trim_end_matches(' ');
        if !starts_plain(bytes) || is_special_key(key) {
            return None;
        }
        (key, end)
    };
    let is_key = end <= KEY && is_colon(bytes, end);
    is_key.then(|| (key, &line[end + 1..]))
}

/// The same of a key that is but a word, as nearly all are.
fn word(line: &str) -> Option<(&str, &str)> {
    let bytes = line.as_bytes();
    let in_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'.');
    if !bytes[0].is_ascii_alphabetic() {
        return None;
    }
    let end = bytes.iter().position(|byte| !in_word(byte))?;
    let is_plain = end <= KEY && is_colon(bytes, end) && !line[..end].eq_ignore_ascii_case("null");
    is_plain.then(|| (&line[..end], &line[end + 1..]))
}

/// The first colon that ends a key.
fn colon(bytes: &[u8]) -> Option<usize> {
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b':' if is_colon(bytes, at) => return Some(at),
            b'#' if at > 0 && bytes[at - 1] == b' ' => return None,
            _ => {}
        }
    }
    None
}

fn is_colon(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b':') && matches!(bytes.get(at + 1), None | Some(b' '))
}

/// Whether a text without quotes may start like that.
fn starts_plain(bytes: &[u8]) -> bool {
    match bytes {
        [b'-', next, ..] => *next != b' ',
        [first, ..] => !b"-?:,[]{}#&*!|>'\"%@`<=".contains(first),
        [] => false,
    }
}

/// Keys that are no texts, so that they may be refused, or that do more than name something.
pub(super) fn is_special_key(key: &str) -> bool {
    let is_small = key.len() < 10 && key.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = |byte: u8| byte.is_ascii_hexdigit() || b"xXoO_.+-:TZ ".contains(&byte);
    let starts = |byte: u8| byte.is_ascii_digit() || b"+-.".contains(&byte);
    let may_be_number = key.bytes().next().is_some_and(starts) && key.bytes().all(is_number);
    matches!(key, "" | "~")
        || key.eq_ignore_ascii_case("null")
        || may_be_number && !is_small
        || is_odd(key)
}

/// A number that may be none in JSON.
pub(super) fn is_odd(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text).as_bytes();
    match unsigned {
        [b'.', next, ..] => b"iInN0123456789".contains(next),
        [first, ..] if first.is_ascii_digit() => {
            unsigned.iter().any(|byte| matches!(byte, b'e' | b'E'))
                && unsigned.iter().all(|byte| byte.is_ascii_digit() || b"._eE+-".contains(byte))
        }
        _ => false,
    }
}

/// A text without quotes that starts on a line and goes to its end; whether a comment ends it.
pub(super) fn plain(text: &str) -> Option<bool> {
    let bytes = text.as_bytes();
    if !starts_plain(bytes) {
        return None;
    }
    let end = end_of_plain(bytes)?;
    let word = text[..end].trim_end_matches(' ');
    (!is_odd(word)).then_some(end < text.len())
}

/// Where a text ends: at a comment, or with the line; none where a colon makes a key of it.
fn end_of_plain(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memchr2(b':', b'#', &bytes[from..]) {
        let at = from + found;
        match bytes[at] {
            b':' if is_colon(bytes, at) => return None,
            b'#' if at > 0 && bytes[at - 1] == b' ' => return Some(at),
            _ => from = at + 1,
        }
    }
    Some(bytes.len())
}

/// Whether a line goes on with a text that has no quotes.
pub(super) fn is_continuation(line: &str) -> bool {
    end_of_plain(line.as_bytes()) == Some(line.len())
}

/// A text that is no number, boolean or null to anybody, and is over at the end of the line.
pub(super) fn text(text: &str) -> Option<&str> {
    const NO_TEXTS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if let quote @ (b'"' | b'\'') = text.as_bytes()[0] {
        let end = closed(quote, &text[1..])? + 1;
        let inner = &text[1..end];
        let is_literal = memchr2(quote, b'\\', inner.as_bytes()).is_none();
        return (is_literal && is_nothing(&text[end + 1..])).then_some(inner);
    }
    let word = text[..end_of_plain(text.as_bytes())?].trim_end_matches(' ');
    let is_text = word.starts_with(|it: char| it.is_ascii_alphabetic())
        && !NO_TEXTS.iter().any(|it| word.eq_ignore_ascii_case(it));
    is_text.then_some(word)
}

/// Whether nothing but a comment stands there.
pub(super) fn is_nothing(rest: &str) -> bool {
    let text = rest.trim_start_matches(' ');
    text.is_empty() || text.starts_with('#') && text.len() < rest.len()
}

/// What ends a text in quotes.
pub(super) enum Closing {
    /// The quote there.
    At(usize),
    /// A later line.
    Later,
    /// There are escapes but the usual ones.
    InDoubt,
}

/// Where the quote is that ends a text, if it is on this line.
pub(super) fn closed(quote: u8, text: &str) -> Option<usize> {
    match closing(quote, text) {
        Closing::At(end) => Some(end),
        Closing::Later | Closing::InDoubt => None,
    }
}

/// What ends a text in quotes, of which `text` is what stands on a line.
pub(super) fn closing(quote: u8, text: &str) -> Closing {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) =
        memchr2(quote, if quote == b'"' { b'\\' } else { quote }, &bytes[from..])
    {
        let at = from + found;
        match (bytes[at], bytes.get(at + 1)) {
            (b'\\', None | Some(b'"' | b'\\' | b'n' | b't' | b' ')) | (b'\'', Some(b'\'')) => {}
            (b'\\', _) => return Closing::InDoubt,
            _ => return Closing::At(at),
        }
        from = (at + 2).min(bytes.len());
    }
    Closing::Later
}
