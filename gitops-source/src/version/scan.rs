//! Where a version ends in a text.

/// A version in a text, cut into its parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanned<'t> {
    /// All of it.
    pub(super) text: &'t str,
    pub(super) major: &'t str,
    pub(super) minor: Option<&'t str>,
    pub(super) patch: Option<&'t str>,
    pub(super) pre: Option<&'t str>,
    pub(super) metadata: Option<&'t str>,
}

impl<'t> Scanned<'t> {
    /// The longest version at the beginning of `text`, whose numbers consist of `digits`.
    pub(super) fn at(text: &'t str, digits: fn(u8) -> bool) -> Option<Self> {
        let mut rest = text.strip_prefix('v').unwrap_or(text);
        let major = take(&mut rest, digits)?;
        let minor = take_after(&mut rest, '.', digits);
        let patch = minor.and_then(|_| take_after(&mut rest, '.', digits));
        let pre = take_identifiers(&mut rest, '-');
        let metadata = take_identifiers(&mut rest, '+');
        let text = &text[..text.len() - rest.len()];
        Some(Self { text, major, minor, patch, pre, metadata })
    }
}

/// The blanks of a regular expression in Go.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

/// What begins after the blanks.
pub(super) fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches(|it: char| u8::try_from(it).is_ok_and(is_blank))
}

fn take<'t>(rest: &mut &'t str, of: fn(u8) -> bool) -> Option<&'t str> {
    let end = rest.bytes().position(|byte| !of(byte)).unwrap_or(rest.len());
    let (taken, after) = rest.split_at(end);
    *rest = after;
    (!taken.is_empty()).then_some(taken)
}

fn take_after<'t>(rest: &mut &'t str, sign: char, of: fn(u8) -> bool) -> Option<&'t str> {
    let mut after = rest.strip_prefix(sign)?;
    let taken = take(&mut after, of)?;
    *rest = after;
    Some(taken)
}

/// Words joined by dots, after `sign`.
fn take_identifiers<'t>(rest: &mut &'t str, sign: char) -> Option<&'t str> {
    let all = rest.strip_prefix(sign)?;
    let mut after = all;
    take(&mut after, super::is_identifier)?;
    while take_after(&mut after, '.', super::is_identifier).is_some() {}
    *rest = after;
    Some(&all[..all.len() - after.len()])
}
