//! From text to tokens: indentation, simple keys and the queue, as libyaml and go-yaml have them.
//!
//! Whether a value is a key is known only at the `:` behind it, so tokens wait in a queue as long
//! as a `Key` may have to go before them. A simple key stands on one line and is no longer than
//! 1,024 characters, which bounds the queue.

use std::collections::VecDeque;

use super::cursor::{Cursor, Spot};
use super::token::{Kind, Load, Token};
use crate::yaml::{Dialect, Error, Escapes, Mark, Options};

/// Reads the tokens of a text.
pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) dialect: Dialect,
    pub(super) escapes: Escapes,
    tokens: VecDeque<Token<'a>>,
    /// Where blocks are put together, so that each is allocated once.
    pub(super) scratch: String,
    /// How many tokens left the queue.
    taken: usize,
    /// The column of the innermost block, -1 outside of all.
    pub(super) indent: i64,
    indents: Vec<i64>,
    /// One for each level of brackets, and one for the block around.
    simple_keys: Vec<SimpleKey>,
    /// The tokens that wait until it is clear whether a key starts with them, by number, and
    /// their levels. As in go-yaml one may stay here that is no key any more, and then waits for
    /// another one of its level.
    waiting: VecDeque<(usize, usize)>,
    pub(super) simple_key_allowed: bool,
    /// Whether the last token ended behind the end of its line.
    pub(super) line_ended: bool,
    /// Where the token that was read last starts.
    pub(super) last: Spot,
    /// Comments at the end of a line whose token has not left the queue.
    pub(super) comments: VecDeque<(Spot, &'a str)>,
}

/// A place where a key may start that is known as one by its `:` only.
#[derive(Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    /// Whether nothing but a key can stand there.
    required: bool,
    /// The number of the token that starts it.
    number: usize,
    spot: Spot,
}

/// How far behind its start the `:` of a simple key may stand, in characters.
const SIMPLE_KEY: u32 = 1024;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, options: &Options) -> Self {
        let mut cursor = Cursor::new(text);
        if text.starts_with('\u{feff}') {
            // A second byte order mark, behind the one that is no part of the text.
            cursor.skip();
        }
        Self {
            cursor,
            dialect: options.dialect,
            escapes: options.escapes,
            tokens: VecDeque::new(),
            scratch: String::new(),
            taken: 0,
            indent: -1,
            indents: Vec::new(),
            simple_keys: vec![SimpleKey::default()],
            waiting: VecDeque::new(),
            simple_key_allowed: true,
            line_ended: false,
            last: Spot::default(),
            comments: VecDeque::new(),
        }
    }

    /// What the next token is, and where it starts.
    pub(super) fn peek(&mut self) -> Result<(Kind, Spot), Error> {
        self.fill()?;
        let end = (Kind::StreamEnd, self.last);
        Ok(self.tokens.front().map_or(end, |token| (token.kind, token.spot)))
    }

    /// Takes the token that was looked at.
    pub(super) fn take(&mut self) -> Load<'a> {
        match self.tokens.pop_front() {
            Some(token) => {
                self.taken += 1;
                token.load
            }
            None => Load::Nothing,
        }
    }

    /// Reads on until it is clear what the first token of the queue is.
    fn fill(&mut self) -> Result<(), Error> {
        // go-yaml v3 looks two tokens ahead, for the sake of comments.
        let ahead = if self.dialect == Dialect::GoV3 { 2 } else { 0 };
        while self.tokens.len() <= ahead || self.may_be_key()? {
            self.fetch()?;
        }
        Ok(())
    }

    /// Whether a `Key` may still go before the first token of the queue.
    fn may_be_key(&mut self) -> Result<bool, Error> {
        while let Some((number, level)) = self.waiting.front().copied() {
            if number >= self.taken {
                return if number == self.taken { self.is_valid(level) } else { Ok(false) };
            }
            self.waiting.pop_front();
        }
        Ok(false)
    }

    /// The token with this number waits no longer.
    fn release(&mut self, number: usize) {
        if let Ok(at) = self.waiting.binary_search_by_key(&number, |it| it.0) {
            self.waiting.remove(at);
        }
    }

    /// Whether the simple key of `level` can still be one here.
    fn is_valid(&mut self, level: usize) -> Result<bool, Error> {
        let key = self.simple_keys.get(level).copied().unwrap_or_default();
        let here = self.cursor.spot();
        if !key.possible || key.spot.line >= here.line && key.spot.index + SIMPLE_KEY >= here.index
        {
            return Ok(key.possible);
        }
        self.simple_keys[level].possible = false;
        if key.required { Err(self.no_colon(key.spot)) } else { Ok(false) }
    }

    fn no_colon(&self, key: Spot) -> Error {
        self.error("while scanning a simple key", key, "could not find expected ':'")
    }

    /// The error that go-yaml finds here, while it reads what starts at `start`.
    pub(super) fn error(&self, context: &'static str, start: Spot, problem: &'static str) -> Error {
        let here = self.cursor.spot();
        let said = match self.dialect {
            Dialect::GoV2 if here.line != 0 => here.line + 1,
            Dialect::GoV2 => start.line,
            Dialect::GoV3 if start.line != 0 => start.line + 1,
            Dialect::GoV3 if here.line != 0 => here.line + 1,
            Dialect::GoV3 => 0,
        };
        Error::syntax(mark(here), context, problem, said)
    }

    /// Reads one token, and those that it implies.
    fn fetch(&mut self) -> Result<(), Error> {
        let before = self.cursor.spot();
        self.skip_to_token();
        self.unroll(self.cursor.column(), before);
        if self.cursor.at_end() {
            return self.stream_end();
        }
        let first = self.cursor.peek(0);
        if first == b'%' && self.cursor.column() == 0 {
            return self.directive();
        }
        if self.cursor.is_document_mark() {
            return self.document_mark(first);
        }
        let commented = self.commented_spot(first);
        self.line_ended = false;
        self.fetch_value(first)?;
        if self.tokens.back().is_some_and(|token| token.kind != Kind::BlockEntry) {
            self.line_comment(commented);
        }
        Ok(())
    }

    /// Which token a comment behind the next one belongs to: a `:` leaves it to its key.
    fn commented_spot(&self, first: u8) -> Spot {
        match (self.in_flow(), first) {
            (false, b':') | (true, b',') => self.last,
            _ => self.cursor.spot(),
        }
    }

    /// The token of a value, which starts with the byte `first`.
    fn fetch_value(&mut self, first: u8) -> Result<(), Error> {
        let in_flow = self.in_flow();
        let alone = |it: &Self| it.cursor.is_blank_or_end(1);
        match first {
            b'[' => self.flow_start(Kind::FlowListStart),
            b'{' => self.flow_start(Kind::FlowMapStart),
            b']' => self.flow_end(Kind::FlowListEnd),
            b'}' => self.flow_end(Kind::FlowMapEnd),
            b',' => self.flow_entry(),
            b'-' if alone(self) => self.block_entry(),
            b'?' if in_flow || alone(self) => self.key(),
            b':' if in_flow || alone(self) => self.value(),
            b'*' => self.anchor(Kind::Alias),
            b'&' => self.anchor(Kind::Anchor),
            b'!' => self.tag(),
            b'|' | b'>' if !in_flow => self.block_scalar(first),
            b'\'' | b'"' => self.quoted_scalar(),
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => Err(self.error(
                "while scanning for the next token",
                self.cursor.spot(),
                "found character that cannot start any token",
            )),
            _ => self.plain_scalar(),
        }
    }

    pub(super) fn in_flow(&self) -> bool {
        self.simple_keys.len() > 1
    }

    /// Puts a token that starts at `spot` at the end of the queue.
    pub(super) fn push(&mut self, kind: Kind, spot: Spot, load: Load<'a>) {
        self.last = spot;
        self.tokens.push_back(Token { kind, spot, load });
    }

    /// Puts a token before the one with this number; at the end if that left the queue.
    fn insert(&mut self, number: usize, kind: Kind, spot: Spot) {
        match number.checked_sub(self.taken) {
            Some(at) if at < self.tokens.len() => {
                self.tokens.insert(at, Token { kind, spot, load: Load::Nothing });
            }
            _ => self.push(kind, spot, Load::Nothing),
        }
    }

    /// Notes that a simple key may start here.
    pub(super) fn save_simple_key(&mut self) -> Result<(), Error> {
        if self.simple_key_allowed {
            self.remove_simple_key()?;
            self.expect_simple_key(self.cursor.spot());
        }
        Ok(())
    }

    /// Notes that the next token, which starts at `spot`, may be a simple key.
    pub(super) fn expect_simple_key(&mut self, spot: Spot) {
        let level = self.simple_keys.len() - 1;
        let number = self.taken + self.tokens.len();
        let required = !self.in_flow() && self.indent == i64::from(spot.column);
        self.waiting.push_back((number, level));
        self.simple_keys[level] = SimpleKey { possible: true, required, number, spot };
    }

    /// Whether the text that was just read, from `spot` on, is the key of a map in a block.
    pub(super) fn is_simple_key(&self, spot: Spot) -> bool {
        let here = self.cursor.spot();
        let is_near = here.line == spot.line && here.index <= spot.index + SIMPLE_KEY;
        let is_alone = self.cursor.is_blank_or_end(1);
        !self.in_flow() && is_near && is_alone && self.cursor.peek(0) == b':'
    }

    /// The tokens of a simple key at `spot` and of the `:` that stands here.
    pub(super) fn simple_key(&mut self, spot: Spot, load: Load<'a>) {
        self.roll(Kind::BlockMapStart, spot, None);
        self.push(Kind::Key, spot, Load::Nothing);
        self.push(Kind::Scalar, spot, load);
        self.simple_key_allowed = false;
        self.indicator(Kind::Value, 1);
    }

    /// What may have been a simple key on this level is none.
    pub(super) fn remove_simple_key(&mut self) -> Result<(), Error> {
        let level = self.simple_keys.len() - 1;
        let key = self.simple_keys[level];
        if key.possible && key.required {
            return Err(self.no_colon(key.spot));
        }
        if key.possible {
            self.simple_keys[level].possible = false;
            self.release(key.number);
        }
        Ok(())
    }

    /// Starts a block at `spot` if it is further in than the innermost one; its token goes before
    /// the token with the number `before`, if that is said.
    fn roll(&mut self, kind: Kind, spot: Spot, before: Option<usize>) {
        if self.in_flow() || self.indent >= i64::from(spot.column) {
            return;
        }
        self.indents.push(self.indent);
        self.indent = i64::from(spot.column);
        match before {
            Some(number) => self.insert(number, kind, spot),
            None => self.push(kind, spot, Load::Nothing),
        }
    }

    /// Ends the blocks that are further in than `column`.
    fn unroll(&mut self, column: usize, before: Spot) {
        let column = i64::try_from(column).unwrap_or(i64::MAX);
        self.unroll_to(column, before);
    }

    fn unroll_to(&mut self, column: i64, before: Spot) {
        if self.in_flow() {
            return;
        }
        let spot = match self.dialect {
            Dialect::GoV2 => self.cursor.spot(),
            Dialect::GoV3 => Spot { index: before.index.wrapping_sub(1), ..before },
        };
        while self.indent > column {
            self.push(Kind::BlockEnd, spot, Load::Nothing);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Ends all blocks; nothing that stands here is a key.
    fn end_blocks(&mut self) -> Result<(), Error> {
        self.unroll_to(-1, self.cursor.spot());
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn stream_end(&mut self) -> Result<(), Error> {
        if self.cursor.column() != 0 {
            self.cursor.start_line();
        }
        self.end_blocks()?;
        self.push(Kind::StreamEnd, self.cursor.spot(), Load::Nothing);
        Ok(())
    }

    fn directive(&mut self) -> Result<(), Error> {
        self.end_blocks()?;
        let spot = self.cursor.spot();
        let (kind, load) = self.scan_directive(spot)?;
        self.push(kind, spot, load);
        Ok(())
    }

    fn document_mark(&mut self, first: u8) -> Result<(), Error> {
        self.end_blocks()?;
        let kind = if first == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
        self.indicator(kind, 3);
        Ok(())
    }

    /// The token of so many bytes here.
    fn indicator(&mut self, kind: Kind, length: usize) {
        let spot = self.cursor.spot();
        self.cursor.skip_to(self.cursor.pos() + length);
        self.push(kind, spot, Load::Nothing);
    }

    fn flow_start(&mut self, kind: Kind) -> Result<(), Error> {
        self.save_simple_key()?;
        let number = self.taken + self.tokens.len();
        self.simple_keys.push(SimpleKey { number, ..SimpleKey::default() });
        self.simple_key_allowed = true;
        let spot = self.cursor.spot();
        self.cursor.skip();
        self.push(kind, spot, Load::Nothing);
        Ok(())
    }

    fn flow_end(&mut self, kind: Kind) -> Result<(), Error> {
        self.remove_simple_key()?;
        if self.in_flow() {
            // go-yaml forgets here that empty brackets may be a key, and does not wait for a `:`.
            let inner = self.simple_keys.pop().unwrap_or_default();
            self.release(inner.number);
        }
        self.simple_key_allowed = false;
        self.indicator(kind, 1);
        Ok(())
    }

    fn flow_entry(&mut self) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.indicator(Kind::FlowEntry, 1);
        Ok(())
    }

    /// A `-`. Between brackets it is wrong, which the parser says better.
    fn block_entry(&mut self) -> Result<(), Error> {
        let problem = "block sequence entries are not allowed in this context";
        self.block_indicator(Kind::BlockListStart, problem)?;
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.indicator(Kind::BlockEntry, 1);
        Ok(())
    }

    /// A `?`.
    fn key(&mut self) -> Result<(), Error> {
        self.block_indicator(Kind::BlockMapStart, "mapping keys are not allowed in this context")?;
        self.remove_simple_key()?;
        self.simple_key_allowed = !self.in_flow();
        self.push_key();
        Ok(())
    }

    fn push_key(&mut self) {
        let spot = self.cursor.spot();
        self.cursor.skip();
        self.push(Kind::Key, spot, Load::Explicit);
    }

    fn value(&mut self) -> Result<(), Error> {
        let level = self.simple_keys.len() - 1;
        if self.is_valid(level)? {
            let SimpleKey { number, spot, .. } = self.simple_keys[level];
            self.insert(number, Kind::Key, spot);
            self.roll(Kind::BlockMapStart, spot, Some(number));
            self.simple_keys[level].possible = false;
            self.release(number);
            self.simple_key_allowed = false;
        } else {
            let problem = "mapping values are not allowed in this context";
            self.block_indicator(Kind::BlockMapStart, problem)?;
            self.simple_key_allowed = !self.in_flow();
        }
        self.indicator(Kind::Value, 1);
        Ok(())
    }

    /// Starts a block for the indicator here if one is needed, where one is allowed.
    fn block_indicator(&mut self, kind: Kind, problem: &'static str) -> Result<(), Error> {
        if self.in_flow() {
            return Ok(());
        }
        let spot = self.cursor.spot();
        if !self.simple_key_allowed {
            return Err(self.error("", spot, problem));
        }
        self.roll(kind, spot, None);
        Ok(())
    }

    /// Over blanks, comments and line ends. A tab is none where a key may start.
    fn skip_to_token(&mut self) {
        loop {
            if self.in_flow() || !self.simple_key_allowed {
                self.cursor.skip_blanks();
            } else {
                self.cursor.skip_spaces();
            }
            if self.cursor.peek(0) == b'#' {
                self.skip_comments();
            }
            if self.cursor.skip_line().is_none() {
                return;
            }
            if !self.in_flow() {
                self.simple_key_allowed = true;
            }
        }
    }
}

/// The place in the words of our errors.
pub(super) fn mark(spot: Spot) -> Mark {
    Mark { line: spot.line.saturating_add(1), column: spot.column.saturating_add(1) }
}
