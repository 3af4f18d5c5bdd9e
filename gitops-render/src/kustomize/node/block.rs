//! What a text of several lines loses when go-yaml v3 prints it as a block and reads it again.
//!
//! Upstream prints each resource and reads it back before it prints JSON. In quotes a text
//! survives that; as a block it does so but for two slips of go-yaml's emitter.

use std::borrow::Cow;

use super::{Scalar, Style};

/// The text of a string as it comes back. The error is go-yaml's.
pub(super) fn through_block(scalar: &Scalar) -> Result<Cow<'_, str>, &'static str> {
    let text = scalar.text.as_str();
    let block = match scalar.style {
        Style::Literal | Style::Folded => true,
        Style::Plain => text.contains('\n'),
        Style::Single | Style::Double => false,
    };
    let folded = scalar.style == Style::Folded && text.contains('\n');
    let led_by_tab = text.starts_with('\t');
    if !block || !(folded || led_by_tab) || !crate::yaml::allows_block(text) {
        return Ok(Cow::Borrowed(text));
    }
    if led_by_tab {
        return Err("yaml: found a tab character where an indentation space is expected");
    }
    Ok(Cow::Owned(refold(text)))
}

/// A folded text gets one line end more wherever a line that starts with a blank follows one that
/// does not: the emitter looks at the start of the text instead of at the next line to find out
/// whether the reader is going to fold.
fn refold(text: &str) -> String {
    let doubles = !text.trim_start_matches('\n').starts_with(is_blank);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\n') {
        let line = &rest[..at];
        let behind = rest[at..].trim_start_matches('\n');
        let ends = rest.len() - at - behind.len();
        out.push_str(line);
        let led = line.is_empty() || line.starts_with(is_blank);
        let printed = if doubles && !led { ends + 1 } else { ends };
        out.push_str(&read(printed, led, behind, ends));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// What a reader makes of so many line ends between a line and the one behind them.
fn read(printed: usize, led: bool, behind: &str, ends: usize) -> String {
    if behind.is_empty() {
        // At the end one line end is one, and more are all kept.
        return "\n".repeat(if ends == 1 { 1 } else { printed });
    }
    if led || behind.starts_with(is_blank) {
        return "\n".repeat(printed);
    }
    if printed == 1 { " ".to_owned() } else { "\n".repeat(printed - 1) }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, style: Style, expected: Result<&str, ()>) {
        let scalar = Scalar { style, ..Scalar::string(text) };
        assert_eq!(through_block(&scalar).as_deref().map_err(|_| ()), expected, "{text:?}");
    }

    #[test]
    fn a_folded_text_gains_a_line_end_before_lines_that_start_with_a_blank() {
        check("a\nb", Style::Folded, Ok("a\nb"));
        check("a\n b\n", Style::Folded, Ok("a\n\n b\n"));
        check("a\n\tb\nc", Style::Folded, Ok("a\n\n\tb\nc"));
        check(" a\nb\nc", Style::Folded, Ok(" a\nb c"));
        check("a\n b\n", Style::Literal, Ok("a\n b\n"));
        check("a\n\n", Style::Folded, Ok("a\n\n\n"));
    }

    #[test]
    fn a_block_that_starts_with_a_tab_cannot_be_read_again() {
        check("\ta", Style::Literal, Err(()));
        check("\ta\nb", Style::Plain, Err(()));
        check("\ta", Style::Plain, Ok("\ta"));
        check("\ta\nb", Style::Double, Ok("\ta\nb"));
        check("\n\ta", Style::Literal, Ok("\n\ta"));
    }
}
