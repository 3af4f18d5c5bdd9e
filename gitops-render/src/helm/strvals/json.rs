//! JSON within a text of settings, with the errors of Go's `encoding/json`.

use crate::helm::go::{Map, Str, Value};
use crate::helm::words as gofmt;

/// The value at the start of `text`, and how many bytes it takes.
pub(super) fn prefix(text: &str) -> Result<(Value, usize), String> {
    let start = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    let end = Scanner { bytes: text.as_bytes(), at: start, open: Vec::new() }.scan()?;
    let value = serde_json::from_str(&text[start..end]).map_err(|error| error.to_string())?;
    Ok((value_of(value), end))
}

/// The object that all of `text` is, if it is one.
pub(in crate::helm) fn object(text: &str) -> Option<Map> {
    let members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    Some(map_of(members))
}

fn map_of(members: serde_json::Map<String, serde_json::Value>) -> Map {
    members.into_iter().map(|(key, value)| (Str::from(key), value_of(value))).collect()
}

/// All numbers are `float64`, as Go has them.
fn value_of(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Value::string(text),
        serde_json::Value::Array(items) => Value::list(items.into_iter().map(value_of).collect()),
        serde_json::Value::Object(members) => Value::Map(map_of(members)),
    }
}

/// Finds the end of a value, byte by byte as Go does, since it is the errors that matter.
struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The brackets that are open.
    open: Vec<u8>,
}

impl Scanner<'_> {
    fn scan(mut self) -> Result<usize, String> {
        loop {
            self.space();
            match self.peek()? {
                bracket @ (b'{' | b'[') => {
                    self.at += 1;
                    self.open.push(bracket);
                    if self.opened(bracket)? {
                        continue;
                    }
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => return Err(self.wrong("looking for beginning of value")),
            }
            if self.closed()? {
                return Ok(self.at);
            }
        }
    }

    /// Behind an opening bracket: whether a value comes next. Else the bracket is closed again.
    fn opened(&mut self, bracket: u8) -> Result<bool, String> {
        self.space();
        match (bracket, self.peek()?) {
            (b'{', b'}') | (b'[', b']') => {
                self.at += 1;
                self.open.pop();
                Ok(false)
            }
            (b'{', _) => self.key().map(|()| true),
            _ => Ok(true),
        }
    }

    fn key(&mut self) -> Result<(), String> {
        self.space();
        if self.peek()? != b'"' {
            return Err(self.wrong("looking for beginning of object key string"));
        }
        self.string()?;
        self.space();
        if self.peek()? != b':' {
            return Err(self.wrong("after object key"));
        }
        self.at += 1;
        Ok(())
    }

    /// Behind a value: whether it was the last one. Else another one follows.
    fn closed(&mut self) -> Result<bool, String> {
        while let Some(bracket) = self.open.last().copied() {
            self.space();
            match (bracket, self.peek()?) {
                (b'{', b'}') | (b'[', b']') => {
                    self.at += 1;
                    self.open.pop();
                }
                (b'{', b',') => {
                    self.at += 1;
                    return self.key().map(|()| false);
                }
                (_, b',') => {
                    self.at += 1;
                    return Ok(false);
                }
                (b'{', _) => return Err(self.wrong("after object key:value pair")),
                _ => return Err(self.wrong("after array element")),
            }
        }
        Ok(true)
    }

    fn string(&mut self) -> Result<(), String> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    self.escape()?;
                }
                0..0x20 => return Err(self.wrong("in string literal")),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        match self.peek()? {
            b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek()?.is_ascii_hexdigit() {
                        return Err(self.wrong("in \\u hexadecimal character escape"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.wrong("in string escape code")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
            if !self.peek()?.is_ascii_digit() {
                return Err(self.wrong("in numeric literal"));
            }
        }
        if self.bytes[self.at] == b'0' {
            self.at += 1;
        } else {
            self.digits();
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek()?, b'+' | b'-') {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        Ok(())
    }

    fn some_digits(&mut self, place: &str) -> Result<(), String> {
        if !self.peek()?.is_ascii_digit() {
            return Err(self.wrong(place));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        self.at += 1;
        for letter in word.bytes().skip(1) {
            if self.peek()? != letter {
                let shown = gofmt::quote_rune(char::from(letter));
                return Err(self.wrong(&format!("in literal {word} (expecting {shown})")));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, String> {
        self.bytes.get(self.at).copied().ok_or_else(|| "unexpected EOF".to_owned())
    }

    /// The error at the next byte.
    fn wrong(&self, place: &str) -> String {
        let shown = match self.bytes[self.at] {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            byte => gofmt::quote_rune(char::from(byte)),
        };
        format!("invalid character {shown} {place}")
    }
}
