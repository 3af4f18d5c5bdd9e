//! Cuts the text of a template into items, as `text/template/parse/lex.go` does.

mod item;

use memchr::memmem::{self, Finder};
use memchr::{memchr, memchr_iter, memchr3};

pub(crate) use self::item::{Item, Kind};
use crate::helm::gofmt::quote;
use crate::helm::runes::{first, is_letter_or_digit, show};

/// Cuts a text into items.
pub(super) struct Lexer<'t> {
    input: &'t [u8],
    pos: usize,
    /// Where the item starts.
    start: usize,
    parens: usize,
    line: usize,
    /// The line on which the item starts.
    start_line: usize,
    inside_action: bool,
    left: Finder<'static>,
    /// What is wrong, once something is.
    failure: Vec<u8>,
}

/// What a step of the lexer leads to: an item, or another step.
enum Step<'t> {
    Item(Item<'t>),
    Text,
    LeftDelim,
    Comment,
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// Which bytes of ASCII may be in a word.
static IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte.is_ascii() {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    table
};
/// The marker and the space beside it.
const TRIM: usize = 2;

impl<'t> Lexer<'t> {
    pub(super) fn new(input: &'t [u8]) -> Self {
        Self {
            input,
            pos: 0,
            start: 0,
            parens: 0,
            line: 1,
            start_line: 1,
            inside_action: false,
            left: Finder::new(LEFT),
            failure: Vec::new(),
        }
    }

    /// What the item of the kind [`Kind::Error`] is about.
    pub(super) fn failure(&self) -> &[u8] {
        &self.failure
    }

    /// The next item.
    pub(super) fn item(&mut self) -> Item<'t> {
        if self.inside_action {
            return self.inside();
        }
        let mut step = Step::Text;
        loop {
            step = match step {
                Step::Item(item) => return item,
                Step::Text => self.text(),
                Step::LeftDelim => self.left_delim(),
                Step::Comment => self.comment(),
            };
        }
    }

    /// Where the next item starts.
    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    /// What was not cut yet.
    pub(super) fn rest(&self) -> &'t [u8] {
        &self.input[self.pos..]
    }

    /// Whether `word` comes next, behind space.
    pub(super) fn is_before(&self, word: &[u8]) -> bool {
        let rest = self.rest();
        rest[leading_space(rest)..].starts_with(word)
    }

    /// Goes to the end of `action`, which comes next, and gives its right delimiter.
    pub(super) fn leap(&mut self, action: &[u8]) -> Item<'t> {
        let inner = &action[..action.len() - RIGHT.len()];
        let trim =
            if has_right_trim(&inner[inner.len().saturating_sub(TRIM)..]) { TRIM } else { 0 };
        let inner = &inner[..inner.len() - trim];
        self.pos += inner.len();
        self.line += lines(inner);
        self.start = self.pos;
        self.start_line = self.line;
        self.right_delim(trim)
    }

    /// The next character; none at the end. What is no UTF-8 gives U+FFFD for each byte.
    fn next(&mut self) -> Option<char> {
        let (rune, width) = match self.input.get(self.pos) {
            Some(byte) if byte.is_ascii() => (char::from(*byte), 1),
            _ => first(self.rest())?,
        };
        self.pos += width;
        self.line += usize::from(rune == '\n');
        Some(rune)
    }

    fn peek(&self) -> Option<char> {
        first(self.rest()).map(|(rune, _)| rune)
    }

    /// Goes back before `rune`, which was read last.
    fn back(&mut self, before: usize, rune: Option<char>) {
        if rune.is_some() {
            self.pos = before;
            self.line -= usize::from(rune == Some('\n'));
        }
    }

    fn take(&mut self, kind: Kind) -> Item<'t> {
        let text = &self.input[self.start..self.pos];
        let item = Item { kind, pos: self.start, text, line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        item
    }

    /// Skips what was read without counting its lines.
    fn ignore(&mut self) {
        self.count_lines();
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn count_lines(&mut self) {
        self.line += lines(&self.input[self.start..self.pos]);
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| valid.contains(byte));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    /// An error, after which there is nothing more to read.
    fn error(&mut self, text: impl Into<Vec<u8>>) -> Item<'t> {
        self.failure = text.into();
        let item = Item { kind: Kind::Error, pos: self.start, text: &[], line: self.start_line };
        self.start = 0;
        self.pos = 0;
        self.input = &[];
        item
    }

    fn text(&mut self) -> Step<'t> {
        let Some(found) = self.left.find(self.rest()) else {
            self.pos = self.input.len();
            if self.pos == self.start {
                return Step::Item(self.take(Kind::Eof));
            }
            self.count_lines();
            return Step::Item(self.take(Kind::Text));
        };
        if found == 0 {
            return Step::LeftDelim;
        }
        self.pos += found;
        let mut trimmed = 0;
        if has_left_trim(&self.input[self.pos + LEFT.len()..]) {
            trimmed = trailing_space(&self.input[self.start..self.pos]);
        }
        self.pos -= trimmed;
        self.count_lines();
        let item = self.take(Kind::Text);
        self.pos += trimmed;
        self.ignore();
        if item.text.is_empty() { Step::LeftDelim } else { Step::Item(item) }
    }

    fn left_delim(&mut self) -> Step<'t> {
        self.pos += LEFT.len();
        let marker = if has_left_trim(self.rest()) { TRIM } else { 0 };
        if self.input[self.pos + marker..].starts_with(b"/*") {
            self.pos += marker;
            self.ignore();
            return Step::Comment;
        }
        let item = self.take(Kind::LeftDelim);
        self.inside_action = true;
        self.pos += marker;
        self.ignore();
        self.parens = 0;
        Step::Item(item)
    }

    fn comment(&mut self) -> Step<'t> {
        self.pos += 2;
        let Some(end) = memmem::find(self.rest(), b"*/") else {
            return Step::Item(self.error("unclosed comment"));
        };
        self.pos += end + 2;
        let Some(trim) = self.at_right_delim() else {
            return Step::Item(self.error("comment ends before closing delimiter"));
        };
        self.pos += trim + RIGHT.len();
        if trim > 0 {
            self.pos += leading_space(self.rest());
        }
        self.ignore();
        Step::Text
    }

    /// Whether a right delimiter comes next, and how long its trim marker is.
    fn at_right_delim(&self) -> Option<usize> {
        let rest = self.rest();
        if has_right_trim(rest) && rest[TRIM..].starts_with(RIGHT) {
            return Some(TRIM);
        }
        rest.starts_with(RIGHT).then_some(0)
    }

    fn right_delim(&mut self, trim: usize) -> Item<'t> {
        if trim > 0 {
            self.pos += trim;
            self.ignore();
        }
        self.pos += RIGHT.len();
        let item = self.take(Kind::RightDelim);
        if trim > 0 {
            self.pos += leading_space(self.rest());
            self.ignore();
        }
        self.inside_action = false;
        item
    }

    fn inside(&mut self) -> Item<'t> {
        if let Some(item) = self.frequent() {
            return item;
        }
        if let Some(trim) = self.at_right_delim() {
            return match self.parens {
                0 => self.right_delim(trim),
                _ => self.error("unclosed left paren"),
            };
        }
        let before = self.pos;
        let found = self.next();
        let Some(rune) = found else { return self.error("unclosed action") };
        match rune {
            ' ' | '\t' | '\r' | '\n' => {
                self.back(before, found);
                self.space()
            }
            '=' => self.take(Kind::Assign),
            ':' if self.next() == Some('=') => self.take(Kind::Declare),
            ':' => self.error("expected :="),
            '|' => self.take(Kind::Pipe),
            '"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            '\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.raw_string(),
            '$' => self.field_or_variable(Kind::Variable, Kind::Variable),
            '.' | '+' | '-' | '0'..='9' => {
                self.back(before, found);
                self.number()
            }
            _ if is_word(rune) => {
                self.back(before, found);
                self.identifier()
            }
            _ => self.symbol(rune),
        }
    }

    /// Words, fields, variables and single spaces, of which actions consist for the most part.
    fn frequent(&mut self) -> Option<Item<'t>> {
        let [first, second, ..] = *self.rest() else { return None };
        match first {
            b' ' if !is_space(second) && second != b'-' => {
                self.pos += 1;
                Some(self.take(Kind::Space))
            }
            b'.' if !second.is_ascii_digit() => {
                self.pos += 1;
                Some(self.field_or_variable(Kind::Field, Kind::Dot))
            }
            b'$' => {
                self.pos += 1;
                Some(self.field_or_variable(Kind::Variable, Kind::Variable))
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => Some(self.identifier()),
            _ => None,
        }
    }

    fn symbol(&mut self, rune: char) -> Item<'t> {
        match rune {
            '(' => {
                self.parens += 1;
                self.take(Kind::LeftParen)
            }
            ')' if self.parens == 0 => self.error("unexpected right paren"),
            ')' => {
                self.parens -= 1;
                self.take(Kind::RightParen)
            }
            '!'..='~' => self.take(Kind::Char),
            _ => {
                let shown = show(rune);
                self.error(format!("unrecognized character in action: {shown}"))
            }
        }
    }

    /// A run of space. The last may belong to the trim marker of a right delimiter.
    fn space(&mut self) -> Item<'t> {
        let start = self.pos;
        self.pos += leading_space(self.rest());
        self.line += lines(&self.input[start..self.pos]);
        let last = self.pos - 1;
        let tail = &self.input[last..];
        if has_right_trim(tail) && tail[TRIM..].starts_with(RIGHT) {
            self.back(last, Some(char::from(self.input[last])));
            if self.pos == start {
                return self.right_delim(TRIM);
            }
        }
        self.take(Kind::Space)
    }

    fn identifier(&mut self) -> Item<'t> {
        let bad = self.skip_word();
        if !self.at_terminator() {
            return self.bad_character(bad);
        }
        let word = &self.input[self.start..self.pos];
        let kind = match item::keyword(word) {
            Some(kind) => kind,
            None if matches!(word, b"true" | b"false") => Kind::Bool,
            None => Kind::Identifier,
        };
        self.take(kind)
    }

    /// A field or variable, whose `.` or `$` was read; `bare` if no name follows.
    fn field_or_variable(&mut self, kind: Kind, bare: Kind) -> Item<'t> {
        if self.at_terminator() {
            return self.take(bare);
        }
        let bad = self.skip_word();
        if !self.at_terminator() {
            return self.bad_character(bad);
        }
        self.take(kind)
    }

    /// Skips letters and digits, and gives what comes behind them.
    fn skip_word(&mut self) -> Option<char> {
        loop {
            let rest = self.rest();
            let end = rest.iter().position(|byte| !IN_WORD[usize::from(*byte)]);
            self.pos += end.unwrap_or(rest.len());
            match self.rest().first() {
                Some(byte) if byte.is_ascii() => return Some(char::from(*byte)),
                _ => {}
            }
            let found = self.peek();
            if !found.is_some_and(is_word) {
                return found;
            }
            self.next();
        }
    }

    fn bad_character(&mut self, rune: Option<char>) -> Item<'t> {
        let shown = rune.map_or_else(|| "U+FFFFFFFFFFFFFFFF".to_owned(), show);
        self.error(format!("bad character {shown}"))
    }

    /// Whether a name may end here.
    fn at_terminator(&self) -> bool {
        match self.rest() {
            [] | [b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(', ..] => {
                true
            }
            rest => rest.starts_with(RIGHT),
        }
    }

    fn quoted(&mut self, end: u8, kind: Kind, unterminated: &str) -> Item<'t> {
        loop {
            let Some(found) = memchr3(end, b'\\', b'\n', self.rest()) else {
                return self.error(unterminated);
            };
            let byte = self.rest()[found];
            self.pos += found + 1;
            match byte {
                b'\\' if !matches!(self.peek(), None | Some('\n')) => {
                    self.next();
                }
                byte if byte == end => return self.take(kind),
                _ => return self.error(unterminated),
            }
        }
    }

    fn raw_string(&mut self) -> Item<'t> {
        let Some(found) = memchr(b'`', self.rest()) else {
            return self.error("unterminated raw quoted string");
        };
        let inner = &self.rest()[..found];
        self.line += lines(inner);
        self.pos += found + 1;
        self.take(Kind::RawString)
    }

    fn number(&mut self) -> Item<'t> {
        if !self.scan_number() {
            return self.bad_number();
        }
        if !matches!(self.peek(), Some('+' | '-')) {
            return self.take(Kind::Number);
        }
        if !self.scan_number() || self.input[self.pos - 1] != b'i' {
            return self.bad_number();
        }
        self.take(Kind::Complex)
    }

    fn bad_number(&mut self) -> Item<'t> {
        let shown = quote(&self.input[self.start..self.pos]);
        self.error([b"bad number syntax: ", &*shown].concat())
    }

    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        const HEX: &[u8] = b"0123456789abcdefABCDEF_";
        self.accept(b"+-");
        let mut digits = DECIMAL;
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = HEX;
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if (digits == DECIMAL && self.accept(b"eE")) || (digits == HEX && self.accept(b"pP")) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_word) {
            self.next();
            return false;
        }
        true
    }
}

/// How many lines end in `text`, which often is short.
fn lines(text: &[u8]) -> usize {
    const SHORT: usize = 16;
    if text.len() < SHORT {
        return text.iter().map(|byte| usize::from(*byte == b'\n')).sum();
    }
    memchr_iter(b'\n', text).count()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_word(rune: char) -> bool {
    rune == '_' || is_letter_or_digit(rune)
}

fn has_left_trim(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

fn has_right_trim(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}

fn leading_space(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_space(**byte)).count()
}

fn trailing_space(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| is_space(**byte)).count()
}
