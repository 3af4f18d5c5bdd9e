//! Texts in the four styles, folded after column 80.

use std::fmt::Write;

use super::layout::Layout;
use super::shape::{Style, is_break, is_printable, style};

/// Where a text stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// Before a `:`, on one line.
    Key,
    /// Anywhere else.
    Value,
}

const SPACES: &str = "                                                                ";

/// Writes text and knows its column.
pub(super) struct Pen {
    out: String,
    layout: Layout,
    /// In characters.
    column: usize,
    /// Whether nothing stands on the line yet.
    fresh: bool,
}

impl Pen {
    /// A pen that writes behind `out`, which is empty or ends with a line end.
    pub(super) fn new(layout: &Layout, out: String) -> Self {
        let fresh = !out.is_empty();
        Self { out, layout: layout.clone(), column: 0, fresh }
    }

    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// Something without line ends.
    pub(super) fn raw(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
        self.fresh = false;
    }

    /// Goes to the start of a line, at `indent`.
    pub(super) fn line(&mut self, indent: usize) {
        if !self.out.is_empty() {
            self.end_line();
        }
        self.pad(indent);
    }

    /// Ends the line if there is something on it.
    pub(super) fn end_line(&mut self) {
        if !self.fresh {
            self.line_end('\n');
        }
    }

    /// Goes to `indent` on this line.
    pub(super) fn pad(&mut self, indent: usize) {
        let mut missing = indent.saturating_sub(self.column);
        while missing > 0 {
            let some = missing.min(SPACES.len());
            self.out.push_str(&SPACES[..some]);
            missing -= some;
        }
        self.column = self.column.max(indent);
        self.fresh = false;
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
        self.fresh = false;
    }

    /// One of the line ends of YAML 1.1, as it is.
    fn line_end(&mut self, character: char) {
        self.out.push(character);
        self.column = 0;
        self.fresh = true;
    }

    /// A text whose further lines go to `indent`.
    pub(super) fn scalar(&mut self, text: &str, indent: usize, place: Place) {
        let fold = (place == Place::Value).then_some(indent);
        let style = style(text, place == Place::Key, self.layout.dialect);
        self.in_style(text, style, fold, indent);
    }

    /// A text in a style that can hold it, never folded.
    pub(super) fn styled(&mut self, text: &str, style: Style, indent: usize) {
        self.in_style(text, style, None, indent);
    }

    fn in_style(&mut self, text: &str, style: Style, fold: Option<usize>, indent: usize) {
        match style {
            Style::Plain => self.spaced(text, 0..text.len(), fold, indent),
            Style::Single => {
                self.put('\'');
                // A fold next to a quote would be read as part of the text.
                self.spaced(text, 1..text.len().saturating_sub(1), fold, indent);
                self.put('\'');
            }
            Style::Double => self.double(text, fold),
            Style::Literal => self.literal(text, indent),
        }
    }

    /// A plain or single-quoted text: folded at single spaces whose offset is in `foldable`.
    fn spaced(
        &mut self,
        text: &str,
        foldable: std::ops::Range<usize>,
        fold: Option<usize>,
        indent: usize,
    ) {
        let quoted = foldable.start > 0;
        if text.is_ascii() && !(quoted && text.contains(['\'', '\n', '\r'])) {
            return self.words(text, foldable, fold);
        }
        let mut before = None;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, it)| *it);
            let single = character == ' ' && before != Some(' ') && next != Some(' ');
            match fold {
                Some(indent)
                    if single && self.column > self.layout.width() && foldable.contains(&at) =>
                {
                    self.line(indent);
                }
                _ if is_break(character) => self.line_end(character),
                _ => {
                    if before.is_some_and(is_break) && character != ' ' {
                        self.pad(indent);
                    }
                    if quoted && character == '\'' {
                        self.put('\'');
                    }
                    self.put(character);
                }
            }
            before = Some(character);
        }
    }

    /// The same for a text where each byte is a column and no byte is doubled.
    fn words(&mut self, text: &str, foldable: std::ops::Range<usize>, fold: Option<usize>) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while let Some(indent) = fold {
            let near = start + (self.layout.width() - self.column.min(self.layout.width()));
            let far = near.saturating_add(1).max(foldable.start);
            let single = |at: &usize| {
                bytes[*at] == b' ' && bytes.get(*at + 1) != Some(&b' ') && bytes[*at - 1] != b' '
            };
            let Some(at) = (far..foldable.end).find(single) else { break };
            self.raw(&text[start..at]);
            self.line(indent);
            start = at + 1;
        }
        self.raw(&text[start..]);
    }

    fn double(&mut self, text: &str, fold: Option<usize>) {
        // go-yaml looks for a byte order mark at the start of the text instead of at the
        // character, and escapes everything behind one.
        let marked = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        self.put('"');
        while let Some((at, character)) = characters.next() {
            let escaped = marked || !is_printable(character) || is_break(character);
            if escaped || matches!(character, '"' | '\\') {
                self.escape(character);
                after_space = false;
                continue;
            }
            let inside = at > 0 && at + 1 < text.len();
            match fold {
                Some(indent)
                    if character == ' '
                        && !after_space
                        && inside
                        && self.column > self.layout.width() =>
                {
                    self.line(indent);
                    if characters.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.put('\\');
                    }
                }
                _ => self.put(character),
            }
            after_space = character == ' ';
        }
        self.put('"');
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => character,
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => return self.hexadecimal(character),
        };
        self.put('\\');
        self.put(short);
    }

    fn hexadecimal(&mut self, character: char) {
        let (kind, digits) = match u32::from(character) {
            0..=0xff => ('x', 2),
            0x100..=0xffff => ('u', 4),
            _ => ('U', 8),
        };
        write!(self.out, "\\{kind}{:0digits$X}", u32::from(character))
            .expect("because writing to a string never fails");
        self.column += 2 + digits;
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.put('|');
        if text.starts_with(|it| it == ' ' || is_break(it)) {
            // Of the layout, where the text stands elsewhere behind a `-`: as go-yaml has it.
            self.raw(&self.layout.step().to_string());
        }
        self.raw(chomping(text));
        self.line_end('\n');
        let is_simple = text.is_ascii() && !text.contains('\r');
        if is_simple || !text.contains(|it| is_break(it) && it != '\n') {
            return self.lines(text, indent);
        }
        for character in text.chars() {
            if is_break(character) {
                self.line_end(character);
            } else {
                if self.fresh {
                    self.pad(indent);
                }
                self.put(character);
            }
        }
    }
}

impl Pen {
    /// The lines of a literal that knows no other line end.
    fn lines(&mut self, text: &str, indent: usize) {
        for line in text.split_inclusive('\n') {
            let content = line.strip_suffix('\n').unwrap_or(line);
            if !content.is_empty() {
                self.pad(indent);
                self.raw(content);
            }
            if content.len() < line.len() {
                self.line_end('\n');
            }
        }
    }
}

/// Whether the line ends at the end of a literal are kept: none is, one is, all are.
fn chomping(text: &str) -> &'static str {
    let mut ends = text.chars().rev().map(is_break);
    match (ends.next(), ends.next()) {
        (Some(true), Some(false)) => "",
        (Some(true), _) => "+",
        _ => "-",
    }
}
