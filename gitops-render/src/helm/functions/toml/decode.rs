//! TOML to values: what keys may be set where, as the parser of `BurntSushi/toml` has it.

mod tables;

use self::tables::{Item, Table, Tables};
use super::path_text;
use super::scan::{KeyIn, Number, Problem, Scanner, Token};
use crate::helm::go::{Map, Str, Value};
use crate::helm::gofmt::quote;
use crate::helm::gotemplate::{Fault, Machine};
use crate::helm::sprig::NESTING;

/// The table that `text` is, or what is wrong with it.
///
/// # Errors
/// A limit.
pub(super) fn decode(
    machine: &mut Machine<'_>,
    text: &[u8],
) -> Result<Result<Map, Vec<u8>>, Fault> {
    // A byte can become half a value: `[1,1]`.
    machine.charge(text.len().saturating_mul(size_of::<Value>() / 2))?;
    let text = [&b"\xff\xfe"[..], b"\xfe\xff", b"\xef\xbb\xbf"]
        .iter()
        .find_map(|mark| text.strip_prefix(*mark))
        .unwrap_or(text);
    if text[..text.len().min(6)].contains(&0) {
        let message = "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML \
                       files must be UTF-8";
        return Ok(Err(message.into()));
    }
    let (scanner, tables) = (Scanner::new(text), Tables::default());
    let mut parser = Parser { machine, scanner, tables, line: 0, depth: 0 };
    Ok(match parser.run() {
        Ok(()) => Ok(parser.tables.into_map()),
        Err(Stop::Problem(problem)) => Err(parser.worded(&problem)),
        Err(Stop::Fault(fault)) => return Err(fault),
    })
}

enum Stop {
    Problem(Problem),
    Fault(Fault),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

struct Parser<'m, 'w, 'a> {
    machine: &'m mut Machine<'w>,
    scanner: Scanner<'a>,
    tables: Tables,
    /// Of the key that was read last.
    line: i64,
    depth: usize,
}

impl Parser<'_, '_, '_> {
    fn worded(&self, problem: &Problem) -> Vec<u8> {
        let key = self.tables.current_key();
        let mut error = format!("toml: line {}", problem.line).into_bytes();
        if !key.is_empty() {
            error.extend_from_slice(&[b" (last key ", &*quote(&key), b")"].concat());
        }
        error.extend_from_slice(b": ");
        error.extend_from_slice(&problem.message);
        error
    }

    /// A problem with a key that cannot be set.
    fn at_key(&self, message: Vec<u8>) -> Stop {
        Stop::Problem(Problem { line: self.line, message })
    }

    fn run(&mut self) -> Result<(), Stop> {
        loop {
            match self.scanner.next()? {
                None => return Ok(()),
                Some(' ' | '\t' | '\r' | '\n') => {}
                Some('#') => self.scanner.skip_comment()?,
                Some('[') => {
                    self.header()?;
                    self.end_line()?;
                }
                Some(_) => {
                    self.scanner.back();
                    let context = self.tables.context.clone();
                    self.pair()?;
                    self.tables.context = context;
                    self.tables.key = Str::default();
                    self.end_line()?;
                }
            }
        }
    }

    /// Nothing but a comment may follow on a line.
    fn end_line(&mut self) -> Result<(), Stop> {
        loop {
            match self.scanner.next()? {
                Some(' ' | '\t') => {}
                Some('#') => return Ok(self.scanner.skip_comment()?),
                None | Some('\r' | '\n') => {
                    if self.scanner.is_over() {
                        self.scanner.back();
                    }
                    return Ok(());
                }
                other => {
                    let before = "expected a top-level item to end with a newline, comment, or EOF, but got ";
                    return Err(self.scanner.unexpected(before, other, " instead").into());
                }
            }
        }
    }

    fn read_key(&mut self, kind: KeyIn) -> Result<Vec<Str>, Stop> {
        let line = &mut self.line;
        let key = self.scanner.key(kind, |first| *line = first)?;
        let key: Vec<Str> = key.into_iter().map(Str::from).collect();
        self.charge(&key, kind)?;
        Ok(key)
    }

    /// Accounts for the paths of all tables that a key goes through.
    fn charge(&mut self, key: &[Str], kind: KeyIn) -> Result<(), Stop> {
        let above: &[Str] = if matches!(kind, KeyIn::Header) { &[] } else { &self.tables.context };
        let length = |path: &[Str]| path.iter().map(|part| part.len() + 1).sum::<usize>();
        let bytes = (length(above) + length(key)).saturating_mul(key.len() + 1);
        self.machine.charge(bytes).map_err(Stop::Fault)?;
        if above.len() + key.len() > NESTING {
            let limit = NESTING as u64;
            return Err(Stop::Fault(Fault::limit("values that hold one another", limit, "")));
        }
        Ok(())
    }

    /// `[table]` or `[[table]]`.
    fn header(&mut self) -> Result<(), Stop> {
        let is_array = self.scanner.accept('[')?;
        let key = self.read_key(KeyIn::Header)?;
        if is_array {
            let end = self.scanner.next()?;
            if end != Some(']') {
                let before = "expected end of table array name delimiter ']', but got ";
                return Err(self.scanner.unexpected(before, end, " instead").into());
            }
        }
        self.tables.enter(&key, is_array).map_err(|message| self.at_key(message))?;
        self.tables.note_type(false);
        Ok(())
    }

    /// `key = value`; gives both.
    fn pair(&mut self) -> Result<(Vec<Str>, Value), Stop> {
        self.scanner.skip_blanks()?;
        let blank = match self.scanner.peek()? {
            None | Some('=') => Some("unexpected '=': key name appears blank"),
            Some('.') => Some("unexpected '.': keys cannot start with a '.'"),
            _ => None,
        };
        if let Some(message) = blank {
            return Err(self.scanner.problem(message).into());
        }
        let mut key = self.read_key(KeyIn::Pair)?;
        let last = key.pop().unwrap_or_default();
        self.tables.key = last.clone();
        for part in &key {
            self.tables.enter_implicit(part).map_err(|message| self.at_key(message))?;
        }
        let (value, is_array) = self.value(false)?;
        self.set(&last, value.clone())?;
        self.tables.note_type(is_array);
        key.push(last);
        Ok((key, value))
    }

    fn set(&mut self, key: &Str, value: Value) -> Result<(), Stop> {
        self.tables.set(key, Item::Value(value)).map_err(|message| self.at_key(message))
    }

    /// A value, and whether it is an array.
    fn value(&mut self, in_array: bool) -> Result<(Value, bool), Stop> {
        Ok(match self.scanner.value()? {
            Token::Text(text) => (Value::string(text), false),
            Token::Bool(value) => (Value::Bool(value), false),
            Token::Number(Number::Int(value)) => (Value::int64(value), false),
            Token::Number(Number::Float(value)) => (Value::Float(value), false),
            Token::Time(text) => (self.time(&text)?, false),
            Token::Array => (self.within(Self::array)?, true),
            Token::Table => (self.within(|parser| parser.inline(in_array))?, false),
        })
    }

    fn within(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Stop>,
    ) -> Result<Value, Stop> {
        if self.depth == NESTING {
            let limit = NESTING as u64;
            return Err(Stop::Fault(Fault::limit("values that hold one another", limit, "")));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn time(&self, text: &[u8]) -> Result<Value, Stop> {
        let error = || self.scanner.problem([b"invalid datetime: ", &*quote(text)].concat());
        Ok(super::time::parse(text).ok_or_else(error)?)
    }

    fn array(&mut self) -> Result<Value, Stop> {
        self.tables.note_type(true);
        let mut items = Vec::new();
        loop {
            match self.scanner.next()? {
                Some(' ' | '\t' | '\r' | '\n') => continue,
                Some('#') => {
                    self.scanner.skip_comment()?;
                    continue;
                }
                Some(',') => return Err(self.scanner.problem("unexpected comma").into()),
                Some(']') => return Ok(Value::list(items)),
                _ => self.scanner.back(),
            }
            items.push(self.value(true)?.0);
            if self.array_ends()? {
                return Ok(Value::list(items));
            }
        }
    }

    /// Whether the array is over behind an item.
    fn array_ends(&mut self) -> Result<bool, Stop> {
        loop {
            match self.scanner.next()? {
                Some(' ' | '\t' | '\r' | '\n') => {}
                Some('#') => self.scanner.skip_comment()?,
                Some(',') => return Ok(false),
                Some(']') => return Ok(true),
                other => {
                    let found = shown(other);
                    let message = format!(
                        "expected a comma (',') or array terminator (']'), but got {found}"
                    );
                    return Err(self.scanner.problem(message).into());
                }
            }
        }
    }

    fn inline(&mut self, in_array: bool) -> Result<Value, Stop> {
        let (outer, outer_key) = (self.tables.context.clone(), self.tables.key.clone());
        self.tables.begin_inline(in_array).map_err(|message| self.at_key(message))?;
        let context = self.tables.context.clone();
        let mut table = Table::default();
        while self.inline_goes_on()? {
            let (path, value) = self.pair()?;
            if !tables::insert(&mut table, &path, value) {
                let context = quote(&path_text(&self.tables.context));
                return Err(self.at_key([&context[..], b" is not a table"].concat()));
            }
            self.tables.context.clone_from(&context);
            if self.inline_ends()? {
                break;
            }
        }
        self.tables.context = outer;
        self.tables.key = outer_key;
        Ok(tables::value(Item::Table(table)))
    }

    /// Whether a pair follows in an inline table.
    fn inline_goes_on(&mut self) -> Result<bool, Stop> {
        loop {
            match self.scanner.next()? {
                Some(' ' | '\t' | '\r' | '\n') => {}
                Some('#') => self.scanner.skip_comment()?,
                Some(',') => return Err(self.scanner.problem("unexpected comma").into()),
                Some('}') => return Ok(false),
                _ => {
                    self.scanner.back();
                    return Ok(true);
                }
            }
        }
    }

    /// Whether an inline table is over behind a pair.
    fn inline_ends(&mut self) -> Result<bool, Stop> {
        loop {
            match self.scanner.next()? {
                Some(' ' | '\t' | '\r' | '\n') => {}
                Some('#') => self.scanner.skip_comment()?,
                Some(',') => {
                    self.scanner.skip_blanks()?;
                    if self.scanner.peek()? != Some('}') {
                        return Ok(false);
                    }
                }
                Some('}') => return Ok(true),
                other => {
                    let found = shown(other);
                    let message = format!(
                        "expected a comma or an inline table terminator '}}', but got {found} \
                         instead"
                    );
                    return Err(self.scanner.problem(message).into());
                }
            }
        }
    }
}

fn shown(rune: Option<char>) -> String {
    rune.map_or_else(|| "end of file".to_owned(), |rune| format!("'{rune}'"))
}
