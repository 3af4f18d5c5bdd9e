//! Texts over several lines, put together only where they are.

use std::borrow::Cow;

use super::cursor::Cursor;

/// A text out of pieces of the source: borrowed as long as there is one.
pub(super) struct Pieces {
    start: usize,
    end: usize,
    /// What stands before the piece between `start` and `end`.
    before: Option<String>,
}

impl Pieces {
    pub(super) fn new(start: usize) -> Self {
        Self { start, end: start, before: None }
    }

    /// The piece goes on to the place of `cursor`.
    pub(super) fn extend(&mut self, cursor: &Cursor<'_>) {
        self.end = cursor.pos();
    }

    /// Something that the source does not say so, and the next piece from `start`.
    pub(super) fn push(&mut self, cursor: &Cursor<'_>, extra: &str, start: usize) {
        let before = self.before.get_or_insert_with(|| String::with_capacity(LONG));
        before.push_str(cursor.between(self.start, self.end));
        before.push_str(extra);
        (self.start, self.end) = (start, start);
    }

    pub(super) fn finish<'a>(self, cursor: &Cursor<'a>) -> Cow<'a, str> {
        let last = cursor.between(self.start, self.end);
        match self.before {
            None => Cow::Borrowed(last),
            Some(before) => Cow::Owned([&before, last].concat()),
        }
    }
}

/// How long a text over several lines often is, at least.
const LONG: usize = 256;

/// The line ends between two lines of a text.
#[derive(Default)]
pub(super) struct Folds {
    first: Option<char>,
    others: String,
}

impl Folds {
    pub(super) fn has_break(&self) -> bool {
        self.first.is_some()
    }

    pub(super) fn add(&mut self, end: char) {
        match self.first {
            None => self.first = Some(end),
            Some(_) => self.others.push(end),
        }
    }

    /// One more behind a line end that was escaped, and so counts for nothing.
    pub(super) fn add_other(&mut self, end: char) {
        self.others.push(end);
    }

    /// What they stand for: one is a space, of several the first is nothing. U+2028 and U+2029
    /// stay.
    pub(super) fn take(&mut self) -> Cow<'static, str> {
        let others = std::mem::take(&mut self.others);
        match self.first.take() {
            Some('\n') if others.is_empty() => Cow::Borrowed(" "),
            Some('\n') | None => Cow::Owned(others),
            Some(kept) => Cow::Owned(format!("{kept}{others}")),
        }
    }
}
