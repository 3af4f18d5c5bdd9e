//! What a text loses on its way through JSON.
//!
//! Upstream writes JSON and reads that as YAML (go-yaml v2), which JSON is not quite: characters
//! that YAML does not allow are an error, and U+0085 ends a line there, so that it is folded.

use std::borrow::Cow;

/// The text as it comes out. The error is go-yaml's.
pub(super) fn through_json(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if is_harmless(text) {
        return Ok(Cow::Borrowed(text));
    }
    if text.chars().any(is_refused) {
        return Err(CONTROL);
    }
    Ok(if text.contains(NEXT_LINE) { Cow::Owned(fold(text)) } else { Cow::Borrowed(text) })
}

/// Whether a text can be a key: one that ends a line cannot, as it would have to stand on one.
pub(super) fn key_through_json(text: &str) -> Result<(), &'static str> {
    if is_harmless(text) {
        return Ok(());
    }
    through_json(text)?;
    if text.contains(NEXT_LINE) { Err("yaml: did not find expected ',' or '}'") } else { Ok(()) }
}

const CONTROL: &str = "yaml: control characters are not allowed";
const NEXT_LINE: char = '\u{85}';

/// Whether every character is ASCII and comes out as it is: what most texts are.
fn is_harmless(text: &str) -> bool {
    // Without an end on the way, many bytes are looked at in one step.
    text.bytes().fold(0, u8::max) < 0x7f
}

/// JSON writes what is below U+0020 as an escape, and what is here as it stands.
fn is_refused(character: char) -> bool {
    matches!(character, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// As lines in double quotes are folded: one line end is a space, of more the first is lost, and
/// spaces around them are too. What JSON escapes is no space.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NEXT_LINE) {
        folded.push_str(rest[..at].trim_end_matches(' '));
        let mut ends = 0;
        rest = &rest[at..];
        while let Some(behind) = rest.strip_prefix(NEXT_LINE) {
            ends += 1;
            rest = behind.trim_start_matches(' ');
        }
        match ends {
            1 => folded.push(' '),
            more => folded.extend(std::iter::repeat_n('\n', more - 1)),
        }
    }
    folded.push_str(rest);
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        assert_eq!(through_json(text).as_deref(), expected.as_ref().map(|it| *it), "{text:?}");
    }

    #[test]
    fn the_next_line_character_is_folded_away() {
        check("plain", Ok("plain"));
        check("a\u{85}b", Ok("a b"));
        check("a \u{85} b", Ok("a b"));
        check("a\u{85}\u{85}b", Ok("a\nb"));
        check("a\u{85} \u{85}\u{85}b", Ok("a\n\nb"));
        check("\u{85}", Ok(" "));
        check("a\tb\u{2028}", Ok("a\tb\u{2028}"));
    }

    #[test]
    fn characters_that_yaml_does_not_allow_are_refused() {
        for text in ["\u{7f}", "a\u{80}", "\u{9f}b", "\u{fffe}", "\u{ffff}"] {
            check(text, Err(CONTROL));
        }
        check("\u{1}\u{feff}\u{a0}", Ok("\u{1}\u{feff}\u{a0}"));
    }
}
