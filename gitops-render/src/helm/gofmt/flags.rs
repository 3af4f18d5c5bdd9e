//! Flags, width and precision of a verb, and the padding that they ask for.

use crate::helm::runes::first;

/// What stands between `%` and the letter.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own in Go")]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`.
    pub(super) plus_v: bool,
    /// `%#v`.
    pub(super) sharp_v: bool,
}

impl Flags {
    /// Appends `count` bytes of padding.
    pub(super) fn fill(&self, out: &mut Vec<u8>, count: usize) {
        let byte = if self.zero && !self.minus { b'0' } else { b' ' };
        out.resize(out.len() + count, byte);
    }

    /// Appends `text`, padded to the width, which counts characters.
    pub(super) fn pad(&self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = match self.width {
            None | Some(0) => 0,
            Some(width) => width.saturating_sub(count_runes(text)),
        };
        if self.minus {
            out.extend_from_slice(text);
            self.fill(out, missing);
        } else {
            self.fill(out, missing);
            out.extend_from_slice(text);
        }
    }

    /// As much of `text` as the precision allows, in characters.
    pub(super) fn truncate<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let Some(precision) = self.precision else { return text };
        let mut end = 0;
        for _ in 0..precision {
            let Some((_, width)) = first(&text[end..]) else { break };
            end += width;
        }
        &text[..end]
    }

    /// The same flags, padding with spaces.
    pub(super) fn without_zero(&self) -> Self {
        Self { zero: false, ..*self }
    }
}

/// `utf8.RuneCount`.
fn count_runes(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let mut rest = text;
    let mut count = 0;
    while let Some((_, width)) = first(rest) {
        count += 1;
        rest = &rest[width..];
    }
    count
}
