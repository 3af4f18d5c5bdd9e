//! The place in the text, and the steps through it.

/// Reads a text character by character.
pub(super) struct Cursor<'a> {
    rest: &'a str,
    /// Whether `\` takes the next character as it is.
    escapes: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn escaped(text: &'a str) -> Self {
        Self { rest: text, escapes: true }
    }

    pub(super) fn literal(text: &'a str) -> Self {
        Self { rest: text, escapes: false }
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Goes on behind the next `bytes`.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// The next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.skip(next.len_utf8());
        Some(next)
    }

    /// Takes `wanted` if it comes next.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.rest.starts_with(wanted);
        if found {
            self.skip(wanted.len_utf8());
        }
        found
    }

    /// Reads up to one of `stops`; with the one that stopped it, none where the text is over.
    pub(super) fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut read = String::new();
        while let Some(next) = self.next() {
            if stops.contains(&next) {
                return (read, Some(next));
            }
            if next == '\\' && self.escapes {
                match self.next() {
                    Some(escaped) => read.push(escaped),
                    None => break,
                }
            } else {
                read.push(next);
            }
        }
        (read, None)
    }
}
