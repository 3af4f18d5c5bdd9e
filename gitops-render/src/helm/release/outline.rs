//! A quick look at a document that is plainly written.
//!
//! Helm reads each document whole for the few words that it wants, and for the errors in it. Most
//! documents keep to a small part of YAML: blocks, one key a line, texts with or without quotes.
//! Whether one does can be told line by line, without values. All that is in doubt (anchors, tags,
//! tabs, odd numbers, anything wrong) is no part of it, and is left to the reader of YAML: what is
//! told here must be what that would say, and never an error.

mod flow;
mod lines;
mod place;
mod word;

use self::lines::Lines;
use self::place::{Place, Places};
use self::word::Closing;

/// How deep blocks may nest here. The reader of YAML allows more.
const DEPTH: usize = 64;

/// How large a document may be here, far below the limits of the reader of YAML.
const BYTES: usize = 2 << 20;

/// What a document says at its top.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outline<'a> {
    pub(super) kind: Option<&'a str>,
    /// The annotations that are Helm's.
    pub(super) annotations: Vec<(&'a str, &'a str)>,
}

/// The outline of a document, if it is plainly written.
pub(super) fn read(text: &str) -> Option<Outline<'_>> {
    if text.len() > BYTES || !word::is_plain_text(text) {
        return None;
    }
    let mut reader = Reader {
        lines: Lines::new(text),
        blocks: Vec::new(),
        last: Last::Pending,
        places: Places::default(),
        outline: Outline::default(),
    };
    while let Some((column, line)) = reader.lines.next() {
        reader.line(column, line)?;
    }
    // A text, or nothing at all, is no object.
    (!reader.blocks.is_empty()).then_some(reader.outline)
}

struct Reader<'a> {
    lines: Lines<'a>,
    /// The blocks around, the innermost last.
    blocks: Vec<Block>,
    last: Last,
    places: Places,
    outline: Outline<'a>,
}

/// A list or map, and the column of its parts.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Block {
    column: usize,
    is_list: bool,
}

/// What the line before ended with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// A key or a dash without its value.
    Pending,
    /// A text without quotes, which may go on.
    Open,
    Closed,
}

impl<'a> Reader<'a> {
    /// Takes in a line that is not blank. `column` is where its text starts.
    fn line(&mut self, column: usize, line: &'a str) -> Option<()> {
        if self.lines.has_tab(line) || column == 0 && lines::is_document_mark(line) {
            return None;
        }
        if line.starts_with('#') {
            // No text goes on behind a comment.
            self.last = if self.last == Last::Open { Last::Closed } else { self.last };
            return Some(());
        }
        let is_list = word::is_dash(line);
        let inside = self.blocks.last().is_none_or(|it| column > it.column);
        // A list may stand as far out as the key that it is the value of.
        let level = is_list && self.blocks.last() == Some(&Block { column, is_list: false });
        match self.last {
            Last::Pending if inside || level => self.node(column, line),
            Last::Open if inside => self.go_on(line),
            _ => self.part(Block { column, is_list }, line),
        }
    }

    /// The next part of a block that is open.
    fn part(&mut self, wanted: Block, line: &'a str) -> Option<()> {
        let over = |it: &Block| {
            it.column > wanted.column || it.column == wanted.column && it.is_list && !wanted.is_list
        };
        while self.blocks.last().is_some_and(over) {
            self.blocks.pop();
        }
        if self.blocks.last() != Some(&wanted) {
            return None;
        }
        if wanted.is_list { self.item(wanted.column, line) } else { self.member(word::key(line)?) }
    }

    /// A value that starts a line or stands behind a dash.
    fn node(&mut self, column: usize, line: &'a str) -> Option<()> {
        let is_list = word::is_dash(line);
        let key = if is_list { None } else { word::key(line) };
        if !is_list && key.is_none() {
            let fits = !self.blocks.is_empty() && !self.places.is_wanted();
            return if fits { self.value(line) } else { None };
        }
        if self.blocks.len() == DEPTH || !self.places.may_open(is_list, self.blocks.len()) {
            return None;
        }
        self.blocks.push(Block { column, is_list });
        match key {
            Some(key) => self.member(key),
            None => self.item(column, line),
        }
    }

    fn item(&mut self, column: usize, line: &'a str) -> Option<()> {
        let text = line[1..].trim_start_matches(' ');
        self.places.enter_item();
        self.last = Last::Pending;
        if text.is_empty() || text.starts_with('#') {
            return Some(());
        }
        self.node(column + line.len() - text.len(), text)
    }

    /// A key, and what stands behind its colon.
    fn member(&mut self, (key, rest): (&'a str, &'a str)) -> Option<()> {
        self.places.enter(self.blocks.len(), key)?;
        self.last = Last::Pending;
        let text = rest.trim_start_matches(' ');
        if text.is_empty() || text.starts_with('#') {
            return (self.places.now != Place::HelmAnnotation).then_some(());
        }
        match self.places.now {
            Place::Kind => self.outline.kind = Some(word::text(text)?),
            Place::HelmAnnotation => self.outline.annotations.push((key, word::text(text)?)),
            _ => {}
        }
        self.value(text)
    }

    /// A value that is no block of its own, and starts with `text`.
    fn value(&mut self, text: &'a str) -> Option<()> {
        let is_empty_map = text.starts_with("{}");
        if !self.places.may_hold(is_empty_map) {
            return None;
        }
        let rest = match text.as_bytes()[0] {
            quote @ (b'"' | b'\'') => self.quoted(quote, &text[1..])?,
            b'[' | b'{' if self.places.now == Place::Elsewhere || is_empty_map => flow::skip(text)?,
            b'|' | b'>' => {
                if !matches!(&text[1..], "" | "-" | "+") {
                    return None;
                }
                self.lines.skip_block(self.blocks.last()?.column)?;
                ""
            }
            _ => {
                let is_over = word::plain(text)?;
                self.last = if is_over { Last::Closed } else { Last::Open };
                return Some(());
            }
        };
        self.last = Last::Closed;
        word::is_nothing(rest).then_some(())
    }

    /// A text in quotes, from behind the first; returns what stands behind the last.
    fn quoted(&mut self, quote: u8, text: &'a str) -> Option<&'a str> {
        let mut line = text;
        loop {
            match word::closing(quote, line) {
                Closing::At(end) => return Some(&line[end + 1..]),
                Closing::InDoubt => return None,
                Closing::Later => line = self.lines.next_raw()?,
            }
            if self.lines.has_tab(line) || lines::is_document_mark(line) {
                return None;
            }
        }
    }

    /// Another line of a text without quotes.
    fn go_on(&mut self, line: &'a str) -> Option<()> {
        (!self.places.is_wanted() && word::is_continuation(line)).then_some(())
    }
}

#[cfg(test)]
mod tests;
