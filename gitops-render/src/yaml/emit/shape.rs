//! In which style a text can be written: the rules of libyaml's scalar analysis as go-yaml v2
//! has them (`yaml_emitter_analyze_scalar`, `stringv`).

use crate::yaml::scalar::{Scalar, resolve};
use crate::yaml::{Dialect, timestamp};

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// What a text may be written as, and whether it has line ends.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each style is allowed on its own")]
pub(super) struct Shape {
    pub(super) multiline: bool,
    pub(super) plain: bool,
    pub(super) single: bool,
    pub(super) literal: bool,
}

/// Longer keys are written behind a `?`.
const SIMPLE_KEY: usize = 128;

/// Whether `key` can stand before a `:` on one line.
pub(super) fn is_simple_key(key: &str) -> bool {
    // A line end is no printable ASCII.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    key.len() <= SIMPLE_KEY && (key.bytes().all(is_plain) || !key.chars().any(is_break))
}

/// The style of `text`, on one line only where `one_line` says so.
pub(super) fn style(text: &str, one_line: bool, dialect: Dialect) -> Style {
    if is_harmless(text) {
        return if means_itself(text) { Style::Plain } else { Style::Double };
    }
    let shape = Shape::of(text, dialect);
    if text.contains('\n') || shape.multiline && one_line {
        return if shape.literal && !one_line { Style::Literal } else { Style::Double };
    }
    match (means_itself(text), shape) {
        (true, Shape { plain: true, .. }) => Style::Plain,
        (true, Shape { single: true, .. }) => Style::Single,
        _ => Style::Double,
    }
}

/// Whether `text` can be written as a block.
pub(super) fn allows_block(text: &str, dialect: Dialect) -> bool {
    Shape::of(text, dialect).literal
}

/// Whether the text without quotes is read as that text: under YAML 1.1, which knows all words that
/// v3 knows and more, and by other tools that know numbers to the base 60.
fn means_itself(text: &str) -> bool {
    let number = text.starts_with(|it: char| matches!(it, '0'..='9' | '+' | '-'));
    resolve(text, Dialect::GoV2) == Scalar::Text && (!number || is_no_number(text))
}

/// Whether what looks like a number means nothing elsewhere either.
fn is_no_number(text: &str) -> bool {
    timestamp::rfc3339(text).is_none() && !is_base_60(text)
}

/// Whether this is one line of ASCII in which nothing could be an indicator: what most texts are.
fn is_harmless(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return false };
    let starts = first.is_ascii_alphanumeric() || matches!(first, b'/' | b'_' | b'$' | b'(');
    starts
        && bytes.iter().enumerate().all(|(at, byte)| match byte {
            b':' => bytes.get(at + 1).is_some_and(|next| *next != b' '),
            b'#' => bytes[at - 1] != b' ',
            b' ' => at + 1 < bytes.len(),
            _ => matches!(byte, b'!'..=b'~'),
        })
}

/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit() || it == b'_');
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or_default();
    let mut parts = parts.peekable();
    let led = first.starts_with(|it: char| it.is_ascii_digit()) && digits(first);
    led && parts.peek().is_some() && parts.all(is_sixtieth) && digits(fraction)
}

fn is_sixtieth(part: &str) -> bool {
    match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    }
}

impl Shape {
    pub(super) fn of(text: &str, dialect: Dialect) -> Self {
        if text.is_empty() {
            return Self { plain: true, single: true, ..Self::default() };
        }
        let edge = |it: Option<char>| it.is_some_and(|it| it == ' ' || is_break(it));
        let (first, last) = (text.chars().next(), text.chars().next_back());
        // v3 writes tabs in a literal as they are.
        let tabs = dialect == Dialect::GoV3 && text.contains('\t');
        let Lines { multiline, special, space_break, break_space } =
            if text.is_ascii() { Lines::of_ascii(text, tabs) } else { Lines::of(text, tabs) };
        let broken = special || space_break;
        let plain = !(edge(first) || edge(last) || multiline || has_indicator(text));
        Self {
            multiline,
            plain: plain && !broken && !tabs,
            single: !broken && !break_space && !tabs,
            literal: !broken && last != Some(' '),
        }
    }
}

/// What there is at the line ends of a text, and between them.
#[expect(clippy::struct_excessive_bools, reason = "each is there or not")]
struct Lines {
    multiline: bool,
    /// Something that cannot be printed as it is.
    special: bool,
    space_break: bool,
    break_space: bool,
}

impl Lines {
    fn of(text: &str, tabs: bool) -> Self {
        let pair = |a: fn(char) -> bool, b: fn(char) -> bool| {
            text.chars().zip(text.chars().skip(1)).any(|(x, y)| a(x) && b(y))
        };
        let multiline = text.chars().any(is_break);
        Self {
            multiline,
            special: !text.chars().all(|it| is_printable(it) || tabs && it == '\t'),
            space_break: multiline && pair(is_space, is_break),
            break_space: multiline && pair(is_break, is_space),
        }
    }

    /// The same for long texts in a fraction of the time. A `\r` is no printable line end, so that
    /// what stands beside it says nothing more.
    fn of_ascii(text: &str, tabs: bool) -> Self {
        let bytes = text.as_bytes();
        let is_special =
            |byte: u8| !matches!(byte, b' '..=b'~') && byte != b'\n' && !(tabs && byte == b'\t');
        let special = bytes.iter().fold(false, |found, byte| found | is_special(*byte));
        let ends = || text.match_indices('\n').map(|(at, _)| at);
        Self {
            multiline: text.contains('\n') || text.contains('\r'),
            special,
            space_break: ends().any(|at| at > 0 && bytes[at - 1] == b' '),
            break_space: ends().any(|at| bytes.get(at + 1) == Some(&b' ')),
        }
    }
}

/// Whether something in `text` would be read as part of YAML's syntax.
fn has_indicator(text: &str) -> bool {
    let blank = |it: Option<char>| it.is_none_or(|it| it == ' ' || it == '\t');
    let mut rest = text.chars();
    let starts = match rest.next() {
        Some(
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`',
        ) => true,
        Some('?' | ':' | '-') => blank(rest.next()),
        _ => false,
    };
    starts
        || text.starts_with("---")
        || text.starts_with("...")
        || text.match_indices(':').any(|(at, _)| blank(text[at + 1..].chars().next()))
        || text.match_indices('#').any(|(at, _)| {
            text[..at]
                .chars()
                .next_back()
                .is_some_and(|it| matches!(it, ' ' | '\t') || is_break(it))
        })
}

fn is_space(character: char) -> bool {
    character == ' '
}

/// A line end of YAML 1.1.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes as it is: no tab, and nothing beyond 16 bits.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_way_for_ascii_sees_the_same() {
        let parts = ["a", " ", "\n", "\t", "\r", "\u{7f}", ":", "  b"];
        for at in 0..parts.len().pow(4) {
            let text: String = (0..4).map(|digit| parts[at / 8_usize.pow(digit) % 8]).collect();
            for tabs in [true, false] {
                let (long, short) = (Lines::of(&text, tabs), Lines::of_ascii(&text, tabs));
                assert_eq!((long.multiline, long.special), (short.multiline, short.special));
                if !long.special {
                    let pairs = (short.space_break, short.break_space);
                    assert_eq!((long.space_break, long.break_space), pairs, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn each_text_gets_the_style_of_go() {
        let cases = [
            ("a b", Style::Plain),
            ("a:b", Style::Plain),
            ("<<", Style::Plain),
            ("=", Style::Plain),
            ("-a", Style::Plain),
            ("a#b", Style::Plain),
            ("é", Style::Plain),
            ("1e", Style::Plain),
            ("1:60", Style::Plain),
            ("a: b", Style::Single),
            ("a:", Style::Single),
            ("- a", Style::Single),
            ("-", Style::Single),
            ("a #b", Style::Single),
            (" a", Style::Single),
            ("a ", Style::Single),
            ("*a", Style::Single),
            ("---a", Style::Single),
            ("a\u{2028}b", Style::Single),
            ("", Style::Double),
            ("yes", Style::Double),
            ("y", Style::Double),
            ("012", Style::Double),
            ("1_000", Style::Double),
            ("190:20:30", Style::Double),
            ("1:20", Style::Double),
            ("2020-01-01", Style::Double),
            ("~", Style::Double),
            ("a\tb", Style::Double),
            ("😀", Style::Double),
            ("a\u{7f}", Style::Double),
            ("a \nb", Style::Double),
            ("a\nb ", Style::Double),
            ("a\nb", Style::Literal),
            ("a\n b", Style::Literal),
            ("\na", Style::Literal),
        ];
        for (text, expected) in cases {
            assert_eq!(style(text, false, Dialect::GoV2), expected, "{text:?}");
        }
        assert_eq!(style("a\nb", true, Dialect::GoV2), Style::Double);
        assert_eq!(style("a\u{2028}b", true, Dialect::GoV2), Style::Double);
    }
}
