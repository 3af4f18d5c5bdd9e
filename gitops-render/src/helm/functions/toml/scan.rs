//! Characters and tokens of TOML, with the words and the lines of the lexer of `BurntSushi/toml`.

mod number;
mod string;

use crate::helm::gofmt::{Ascii, quote, quote_rune};
use crate::helm::runes::{self, is_letter};

pub(super) use self::number::Number;

/// What is wrong with a text, and on which line.
pub(super) struct Problem {
    pub(super) line: i64,
    pub(super) message: Vec<u8>,
}

/// A value without parts, or the start of one with parts.
pub(super) enum Token {
    Text(Vec<u8>),
    Bool(bool),
    Number(Number),
    /// As the text has it.
    Time(Vec<u8>),
    Array,
    Table,
}

/// What ends a key.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum KeyIn {
    /// `]`
    Header,
    /// `=`
    Pair,
}

/// A place in the text.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether the end was read past.
    over: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, over: false }
    }

    /// The line, from 1.
    pub(super) fn line(&self) -> i64 {
        let ends = memchr::memchr_iter(b'\n', &self.text[..self.at]).count();
        i64::try_from(ends).unwrap_or(i64::MAX - 1) + 1
    }

    /// The next character; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<char>, Problem> {
        let Some(&byte) = self.text.get(self.at) else {
            self.over = true;
            return Ok(None);
        };
        let (rune, length) = runes::decode(&self.text[self.at..]);
        if rune == runes::ERROR && length == 1 {
            return Err(self.problem(format!("invalid UTF-8 byte: 0x{byte:02x}")));
        }
        let alone = rune == '\r' && self.text.get(self.at + 1) != Some(&b'\n');
        if alone || rune.is_ascii_control() && !matches!(rune, '\t' | '\r' | '\n') {
            let code = u32::from(rune);
            let message = format!("TOML files cannot contain control characters: '0x{code:02x}'");
            return Err(self.problem(message));
        }
        self.at += length;
        Ok(Some(rune))
    }

    /// Goes back one character, or from past the end.
    pub(super) fn back(&mut self) {
        if std::mem::take(&mut self.over) {
            return;
        }
        let (_, length) = runes::decode_last(&self.text[..self.at]);
        self.at -= length;
    }

    pub(super) fn peek(&mut self) -> Result<Option<char>, Problem> {
        let next = self.next()?;
        self.back();
        Ok(next)
    }

    /// Goes on if the next character is `wanted`.
    pub(super) fn accept(&mut self, wanted: char) -> Result<bool, Problem> {
        let accepted = self.next()? == Some(wanted);
        if !accepted {
            self.back();
        }
        Ok(accepted)
    }

    /// Whether the end was read past.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    pub(super) fn skip_blanks(&mut self) -> Result<(), Problem> {
        while matches!(self.next()?, Some(' ' | '\t')) {}
        self.back();
        Ok(())
    }

    /// Goes to the end of the line, behind a `#`.
    pub(super) fn skip_comment(&mut self) -> Result<(), Problem> {
        while !matches!(self.next()?, None | Some('\r' | '\n')) {}
        self.back();
        Ok(())
    }

    /// A problem here: at the end of the text it is said of the line that ended.
    pub(super) fn problem(&self, message: impl Into<Vec<u8>>) -> Problem {
        let after_line = self.over && self.text[..self.at].ends_with(b"\n");
        Problem { line: self.line() - i64::from(after_line), message: message.into() }
    }

    /// A problem on the line before this one.
    pub(super) fn problem_before(&self, message: impl Into<Vec<u8>>) -> Problem {
        Problem { line: self.line() - 1, message: message.into() }
    }

    /// A problem with the character that was just read.
    pub(super) fn unexpected(&self, before: &str, rune: Option<char>, after: &str) -> Problem {
        let shown = quote_rune(u64::from(u32::from(rune.unwrap_or('\0'))), Ascii::Any);
        let message = [before.as_bytes(), &shown, after.as_bytes()].concat();
        self.problem(message)
    }

    fn from(&self, start: usize) -> &'a [u8] {
        &self.text[start..self.at]
    }

    fn bare(&mut self) -> Result<Vec<u8>, Problem> {
        let start = self.at;
        while matches!(self.next()?, Some(rune) if rune.is_ascii() && super::is_bare(rune as u8)) {}
        self.back();
        Ok(self.from(start).to_vec())
    }

    /// A key of several parts, up to what ends it; `first` gets the line of the first part.
    pub(super) fn key(
        &mut self,
        kind: KeyIn,
        mut first: impl FnMut(i64),
    ) -> Result<Vec<Vec<u8>>, Problem> {
        let mut key = Vec::new();
        loop {
            self.skip_blanks()?;
            let start = self.peek()?;
            if let Some(message) = misplaced(kind, start) {
                return Err(self.problem(message));
            }
            let part = match start {
                Some('"') => {
                    self.next()?;
                    self.string()?
                }
                Some('\'') => {
                    self.next()?;
                    self.raw_string()?
                }
                _ => self.bare()?,
            };
            if key.is_empty() {
                first(self.line());
            }
            key.push(part);
            self.skip_blanks()?;
            match (self.next()?, kind) {
                (Some('.'), _) => {}
                (Some(']'), KeyIn::Header) | (Some('='), KeyIn::Pair) => return Ok(key),
                (end, KeyIn::Header) => {
                    let before = "expected '.' or ']' to end table name, but got ";
                    return Err(self.unexpected(before, end, " instead"));
                }
                (None, KeyIn::Pair) => {
                    return Err(self.problem("unexpected EOF; expected key separator '='"));
                }
                (Some('\n'), KeyIn::Pair) => {
                    let message = "expected '.' or '=', but got '\\n' instead";
                    return Err(self.problem_before(message));
                }
                (end, KeyIn::Pair) => {
                    return Err(self.unexpected("expected '.' or '=', but got ", end, " instead"));
                }
            }
        }
    }

    /// The next value, or where one with parts starts.
    pub(super) fn value(&mut self) -> Result<Token, Problem> {
        self.skip_blanks()?;
        let start = self.at;
        let rune = self.next()?;
        match rune {
            Some('0'..='9') => return self.number_or_time(start),
            Some('[') => return Ok(Token::Array),
            Some('{') => return Ok(Token::Table),
            Some('"') => return self.quoted('"').map(Token::Text),
            Some('\'') => return self.quoted('\'').map(Token::Text),
            Some('.') => return Err(self.problem("floats must start with a digit, not '.'")),
            Some('i' | 'n') => {
                let special = self.accept('n')? && self.accept('f')?;
                if special || self.accept('a')? && self.accept('n')? {
                    return self.float(start);
                }
            }
            Some('-' | '+') => return self.signed(start),
            _ => {}
        }
        match rune {
            Some(rune) if is_letter(rune) => {
                self.back();
                self.word()
            }
            None => Err(self.problem("unexpected EOF; expected value")),
            Some('\n') => Err(self.problem_before("expected value but found '\\n' instead")),
            other => Err(self.unexpected("expected value but found ", other, " instead")),
        }
    }

    fn word(&mut self) -> Result<Token, Problem> {
        let start = self.at;
        while self.next()?.is_some_and(is_letter) {}
        self.back();
        match self.from(start) {
            b"true" => Ok(Token::Bool(true)),
            b"false" => Ok(Token::Bool(false)),
            word => {
                let word = quote(word);
                Err(self.problem([b"expected value but found ", &*word, b" instead"].concat()))
            }
        }
    }
}

/// What is said of a key that starts so.
fn misplaced(kind: KeyIn, start: Option<char>) -> Option<&'static str> {
    Some(match (kind, start) {
        (KeyIn::Header, None | Some(']')) => {
            "unexpected end of table name (table names cannot be empty)"
        }
        (KeyIn::Header, Some('.')) => "unexpected table separator (table names cannot be empty)",
        (KeyIn::Pair, None | Some('=')) => "unexpected '='",
        (KeyIn::Pair, Some('.')) => "unexpected '.'",
        _ => return None,
    })
}
