//! A place in a text that moves forward, and what the bytes there are.

use memchr::memchr2;

/// A place in a text: all counts in characters from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) index: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// A text and how far it is read.
pub(super) struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    /// How many of the bytes before `pos` are no first bytes of a character.
    extra: usize,
    line: u32,
    /// The index of the first character of the line.
    line_start: usize,
    /// Whether every character is one byte.
    ascii: bool,
}

const BLANK: u8 = 1;
/// A line end, or a byte that may start one.
const BREAK: u8 = 2;
const WORD: u8 = 4;
const COLON: u8 = 8;
/// What ends a plain text between brackets.
const FLOW: u8 = 16;
const URI: u8 = 32;
const QUOTE: u8 = 64;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let sets: [(&[u8], u8); 7] = [
        (b" \t", BLANK),
        (b"\r\n\xc2\xe2", BREAK),
        (b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-", WORD | URI),
        (b":", COLON),
        (b",?[]{}", FLOW),
        (b";/?:@&=+$,.!~*'()[]%", URI),
        (b"'\"\\", QUOTE),
    ];
    let mut set = 0;
    while set < sets.len() {
        let (bytes, class) = sets[set];
        let mut at = 0;
        while at < bytes.len() {
            table[bytes[at] as usize] |= class;
            at += 1;
        }
        set += 1;
    }
    table
}

fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        Self { text, bytes, pos: 0, extra: 0, line: 0, line_start: 0, ascii: text.is_ascii() }
    }

    pub(super) fn spot(&self) -> Spot {
        let index = self.pos - self.extra;
        let column = narrow(index - self.line_start);
        Spot { index: narrow(index), line: self.line, column }
    }

    /// In bytes.
    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    pub(super) fn column(&self) -> usize {
        self.pos - self.extra - self.line_start
    }

    /// What stands between two places, in bytes.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a str {
        &self.text[start..end]
    }

    /// The byte `ahead` of the place; 0 behind the end, since no text holds one.
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        class(self.peek(ahead)) & BLANK != 0
    }

    pub(super) fn is_word(&self) -> bool {
        class(self.peek(0)) & WORD != 0
    }

    pub(super) fn is_uri(&self) -> bool {
        class(self.peek(0)) & URI != 0
    }

    /// One of the line ends of YAML 1.1.
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        class(self.peek(ahead)) & BREAK != 0 && self.is_break_at(self.pos + ahead)
    }

    fn is_break_at(&self, at: usize) -> bool {
        match self.bytes[at..] {
            [b'\r' | b'\n', ..] => true,
            [0xc2, second, ..] => second == 0x85,
            [0xe2, 0x80, third, ..] => matches!(third, 0xa8 | 0xa9),
            _ => false,
        }
    }

    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.pos + ahead >= self.bytes.len() || self.is_break(ahead)
    }

    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Whether `---` or `...` stands alone at the start of this line.
    pub(super) fn is_document_mark(&self) -> bool {
        matches!(self.peek(0), b'-' | b'.')
            && self.column() == 0
            && matches!(self.bytes.get(self.pos..self.pos + 3), Some(b"---" | b"..."))
            && self.is_blank_or_end(3)
    }

    /// Over one character that is no line end.
    pub(super) fn skip(&mut self) {
        self.skip_to(self.pos + width(self.peek(0)));
    }

    /// To the byte `end`, with no line end on the way.
    pub(super) fn skip_to(&mut self, end: usize) {
        let end = end.min(self.bytes.len());
        if !self.ascii {
            let run = &self.bytes[self.pos..end];
            self.extra += run.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
        }
        self.pos = end;
    }

    /// Over a line end, if there is one; returns what it stands for in a text.
    pub(super) fn skip_line(&mut self) -> Option<char> {
        let (length, characters, meaning) = match self.bytes[self.pos..] {
            [b'\r', b'\n', ..] => (2, 2, '\n'),
            [b'\r' | b'\n', ..] => (1, 1, '\n'),
            [0xc2, 0x85, ..] => (2, 1, '\n'),
            [0xe2, 0x80, 0xa8, ..] => (3, 1, '\u{2028}'),
            [0xe2, 0x80, 0xa9, ..] => (3, 1, '\u{2029}'),
            _ => return None,
        };
        self.pos += length;
        self.extra += length - characters;
        self.start_line();
        Some(meaning)
    }

    /// Takes the place for the start of a line.
    pub(super) fn start_line(&mut self) {
        self.line += 1;
        self.line_start = self.pos - self.extra;
    }

    /// Up to the end of the line.
    pub(super) fn skip_rest_of_line(&mut self) {
        if self.ascii {
            let rest = &self.bytes[self.pos..];
            self.pos += memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        } else {
            self.skip_to(self.find(|byte| class(byte) & BREAK != 0));
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        let end = self.bytes[self.pos..].iter().position(|byte| class(*byte) & BLANK == 0);
        self.pos += end.unwrap_or(self.bytes.len() - self.pos);
    }

    pub(super) fn skip_spaces(&mut self) {
        let end = self.bytes[self.pos..].iter().position(|byte| *byte != b' ');
        self.pos += end.unwrap_or(self.bytes.len() - self.pos);
    }

    /// Over `count` spaces at most.
    pub(super) fn skip_some_spaces(&mut self, count: usize) {
        let spaces = self.bytes[self.pos..].iter().take(count).take_while(|byte| **byte == b' ');
        self.pos += spaces.count();
    }

    /// Up to what ends a run of a plain text.
    pub(super) fn skip_plain(&mut self, in_flow: bool) {
        let stops = BLANK | BREAK | COLON | if in_flow { FLOW } else { 0 };
        loop {
            self.skip_to(self.find(|byte| class(byte) & stops != 0));
            if self.peek(0) != b':' || self.is_blank_or_end(1) {
                return;
            }
            self.pos += 1;
        }
    }

    /// Up to what may end a run of a quoted text: a blank, a line end, `quote` or a `\`.
    pub(super) fn skip_quoted(&mut self, quote: u8) {
        let stops = BLANK | BREAK | QUOTE;
        loop {
            self.skip_to(self.find(|byte| class(byte) & stops != 0));
            match self.peek(0) {
                byte @ (b'\'' | b'"' | b'\\')
                    if byte != quote && (byte != b'\\' || quote != b'"') =>
                {
                    self.pos += 1;
                }
                _ => return,
            }
        }
    }

    /// The first byte from here that `stops`, or that is the end; one that only may start a line
    /// end is none.
    fn find(&self, stops: impl Fn(u8) -> bool) -> usize {
        let mut at = self.pos;
        loop {
            let run = self.bytes[at..].iter().position(|byte| stops(*byte));
            at += run.unwrap_or(self.bytes.len() - at);
            match self.bytes.get(at) {
                Some(0xc2 | 0xe2) if !self.is_break_at(at) => at += 1,
                _ => return at,
            }
        }
    }
}

fn width(byte: u8) -> usize {
    match byte {
        0..0x80 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}
