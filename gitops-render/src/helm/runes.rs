//! Characters of Go: strings that are not UTF-8 decode to U+FFFD byte by byte, and cases and
//! classes are those of Unicode 15.0, one character to one.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicode, HirKind};

/// What `unicode/utf8` gives for bytes that are no character.
pub(crate) const ERROR: char = char::REPLACEMENT_CHARACTER;

/// The first character and its length, if there is one: [`ERROR`] of length 1 for a byte that
/// starts none.
pub(crate) fn first(bytes: &[u8]) -> Option<(char, usize)> {
    let length = match bytes.first()? {
        byte @ 0..=0x7f => return Some((char::from(*byte), 1)),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((ERROR, 1)),
    };
    let text = bytes.get(..length).and_then(|it| std::str::from_utf8(it).ok());
    Some(text.and_then(|it| it.chars().next()).map_or((ERROR, 1), |it| (it, length)))
}

/// The first character and its length, as `utf8.DecodeRune`: [`ERROR`] of length 0 at the end.
pub(crate) fn decode(bytes: &[u8]) -> (char, usize) {
    first(bytes).unwrap_or((ERROR, 0))
}

/// The characters of a string with their bytes, as `range` over it gives them.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = (char, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (rune, length) = decode(rest);
        let (this, after) = rest.split_at(length);
        rest = after;
        (length > 0).then_some((rune, this))
    })
}

/// The last character and its length, as `utf8.DecodeLastRune`.
pub(crate) fn decode_last(bytes: &[u8]) -> (char, usize) {
    let start = bytes.len().saturating_sub(4);
    for at in start..bytes.len() {
        let (rune, length) = decode(&bytes[at..]);
        if at + length == bytes.len() && (length > 1 || rune != ERROR) {
            return (rune, length);
        }
    }
    (ERROR, usize::from(!bytes.is_empty()))
}

/// Writes the character behind `out`.
pub(crate) fn push(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `strings.Map`: each character through `change`; what is no character becomes U+FFFD.
pub(crate) fn mapped(bytes: &[u8], mut change: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (rune, _) in runes(bytes) {
        push(&mut out, change(rune));
    }
    out
}

/// `unicode.ToUpper`.
pub(crate) fn to_upper(rune: char) -> char {
    match rune {
        '\0'..='\x7f' => rune.to_ascii_uppercase(),
        // What has a capital of one letter beside one of two.
        '\u{1f80}'..='\u{1faf}' if rune as u32 & 8 == 0 => offset(rune, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => offset(rune, 9),
        _ => known(rune, single(rune.to_uppercase())),
    }
}

/// `unicode.ToLower`.
pub(crate) fn to_lower(rune: char) -> char {
    match rune {
        '\0'..='\x7f' => rune.to_ascii_lowercase(),
        '\u{130}' => 'i',
        _ => known(rune, single(rune.to_lowercase())),
    }
}

/// `unicode.ToTitle`.
pub(crate) fn to_title(rune: char) -> char {
    match rune {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian letters start words as they are.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => rune,
        _ => to_upper(rune),
    }
}

fn single(mut to: impl Iterator<Item = char>) -> Option<char> {
    let first = to.next();
    if to.next().is_some() { None } else { first }
}

fn offset(rune: char, by: u32) -> char {
    char::from_u32(rune as u32 + by).unwrap_or(rune)
}

/// The other case of `rune`, where Unicode 15.0 has both.
fn known(rune: char, other: Option<char>) -> char {
    match other {
        Some(other) if other != rune && in_class(&ASSIGNED, other) && in_class(&ASSIGNED, rune) => {
            other
        }
        _ => rune,
    }
}

/// `unicode.IsUpper`.
pub(crate) fn is_upper(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_uppercase() } else { in_class(&UPPER, rune) }
}

/// `unicode.IsLower`.
pub(crate) fn is_lower(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_lowercase() } else { in_class(&LOWER, rune) }
}

/// `unicode.IsTitle`.
pub(crate) fn is_title(rune: char) -> bool {
    !rune.is_ascii() && in_class(&TITLE, rune)
}

/// `unicode.IsLetter`.
pub(crate) fn is_letter(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_alphabetic() } else { in_class(&LETTER, rune) }
}

/// `unicode.IsDigit`.
pub(crate) fn is_digit(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { in_class(&DIGIT, rune) }
}

/// `unicode.IsLetter` or `unicode.IsDigit`.
pub(crate) fn is_letter_or_digit(rune: char) -> bool {
    is_letter(rune) || is_digit(rune)
}

/// `unicode.IsNumber`.
pub(crate) fn is_number(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { in_class(&NUMBER, rune) }
}

/// `unicode.IsPunct`.
pub(crate) fn is_punct(rune: char) -> bool {
    in_class(&PUNCT, rune)
}

/// `unicode.IsSpace`.
pub(crate) fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

/// `strconv.IsPrint`.
pub(crate) fn is_print(rune: char) -> bool {
    if rune.is_ascii() { (' '..='~').contains(&rune) } else { in_class(&PRINT, rune) }
}

/// As `%#U` prints it: `U+0041 'A'`.
pub(crate) fn show(rune: char) -> String {
    let code = u32::from(rune);
    if is_print(rune) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}

static ASSIGNED: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{any}"));
static UPPER: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{Lu}"));
static LOWER: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{Ll}"));
static TITLE: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{Lt}"));
static LETTER: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{L}"));
static DIGIT: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{Nd}"));
static NUMBER: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{N}"));
static PUNCT: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"\p{P}"));

static PRINT: LazyLock<ClassUnicode> = LazyLock::new(|| class(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]"));

/// The characters of a class that Unicode 15.0 has.
fn class(pattern: &str) -> ClassUnicode {
    let hir = regex_syntax::parse(&format!(r"[{pattern}&&\p{{age=15.0}}]"));
    match hir.map(regex_syntax::hir::Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(class))) => class,
        _ => ClassUnicode::empty(),
    }
}

fn in_class(class: &ClassUnicode, rune: char) -> bool {
    let after = class.ranges().partition_point(|it| it.end() < rune);
    class.ranges().get(after).is_some_and(|it| it.start() <= rune)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_map_one_character_to_one_and_know_unicode_15_only() {
        // rune, upper, lower, title
        let cases = [
            ('a', 'A', 'a', 'A'),
            ('ß', 'ß', 'ß', 'ß'),
            ('ŉ', 'ŉ', 'ŉ', 'ŉ'),
            ('ǆ', 'Ǆ', 'ǆ', 'ǅ'),
            ('İ', 'İ', 'i', 'İ'),
            ('ᾀ', 'ᾈ', 'ᾀ', 'ᾈ'),
            ('ᾳ', 'ᾼ', 'ᾳ', 'ᾼ'),
            ('ა', 'Ა', 'ა', 'ა'),
            ('\u{10d70}', '\u{10d70}', '\u{10d70}', '\u{10d70}'),
        ];
        for (rune, upper, lower, title) in cases {
            assert_eq!((to_upper(rune), to_lower(rune), to_title(rune)), (upper, lower, title));
        }
    }

    #[test]
    fn classes_are_general_categories() {
        assert!(is_letter('ª') && !is_lower('ª') && !is_letter('Ⓐ') && !is_upper('Ⓐ'));
        assert!(is_number('½') && !is_digit('½') && is_digit('٣') && is_title('ǅ'));
        assert!(is_print('é') && is_print('\u{301}') && !is_print('\u{a0}') && !is_print('\u{ad}'));
        assert!(is_letter_or_digit('٣') && !is_letter_or_digit('½') && !is_print('\u{10d70}'));
        assert!(is_punct('_') && !is_punct('$') && is_space('\u{85}') && !is_letter('\u{10d70}'));
    }

    #[test]
    fn bytes_that_are_no_character_count_one_by_one() {
        let bytes = b"a\xe2\x82b\xe2\x82\xac\xf0\x9f";
        let lengths: Vec<usize> = runes(bytes).map(|(_, bytes)| bytes.len()).collect();
        assert_eq!(lengths, [1, 1, 1, 1, 3, 1, 1]);
        assert_eq!(decode_last(bytes), (ERROR, 1));
        assert_eq!(decode_last("é".as_bytes()), ('é', 2));
        assert_eq!(mapped(b"\xff!", |rune| rune), "\u{fffd}!".as_bytes());
    }
}
