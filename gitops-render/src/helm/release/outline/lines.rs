//! The lines of a document.

use memchr::memchr;

/// Lines that were not looked at yet.
pub(super) struct Lines<'a> {
    rest: &'a str,
    has_tabs: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, has_tabs: memchr(b'\t', text.as_bytes()).is_some() }
    }

    /// The next line that is not blank: the column where its text starts, and that text.
    pub(super) fn next(&mut self) -> Option<(usize, &'a str)> {
        loop {
            let line = self.next_raw()?;
            let column = spaces(line);
            let text = line[column..].trim_end_matches(' ');
            if !text.is_empty() {
                return Some((column, text));
            }
        }
    }

    /// The next line, with all its spaces.
    pub(super) fn next_raw(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = self.look();
        self.rest = rest;
        Some(line)
    }

    /// The next line, and what is behind it.
    fn look(&self) -> (&'a str, &'a str) {
        match memchr(b'\n', self.rest.as_bytes()) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, ""),
        }
    }

    /// Whether a tab is in a line.
    pub(super) fn has_tab(&self, line: &str) -> bool {
        self.has_tabs && memchr(b'\t', line.as_bytes()).is_some()
    }

    /// Over the lines of a block of text that belongs to a part in the column `parent`.
    pub(super) fn skip_block(&mut self, parent: usize) -> Option<()> {
        let mut indent = None;
        let mut blank = 0;
        while !self.rest.is_empty() {
            let (line, rest) = self.look();
            let column = spaces(line);
            let is_blank = column == line.len();
            match indent {
                None if is_blank => blank = blank.max(column),
                None if line.as_bytes()[column] == b'\t' => return None,
                None if column <= parent => break,
                None => indent = Some(column),
                Some(indent) if !is_blank && column < indent => break,
                Some(_) => {}
            }
            self.rest = rest;
        }
        // Blank lines at the start may be wider than those with text, which then are none.
        (blank <= indent.unwrap_or(parent)).then_some(())
    }
}

/// Whether a line that starts in the first column ends a document.
pub(super) fn is_document_mark(line: &str) -> bool {
    line.starts_with("---") || line.starts_with("...")
}

fn spaces(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}
