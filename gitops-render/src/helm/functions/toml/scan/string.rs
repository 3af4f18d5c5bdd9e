//! Strings of TOML.

use super::{Problem, Scanner};
use crate::helm::gofmt::quote;
use crate::helm::runes::push;

impl Scanner<'_> {
    /// A string behind its first quote, on one line or more.
    pub(super) fn quoted(&mut self, mark: char) -> Result<Vec<u8>, Problem> {
        if self.accept(mark)? {
            if self.accept(mark)? {
                return self.long_string(mark);
            }
            self.back();
        }
        if mark == '"' { self.string() } else { self.raw_string() }
    }

    /// A string on one line, behind its first quote.
    pub(super) fn string(&mut self) -> Result<Vec<u8>, Problem> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.problem("unexpected EOF; expected '\"'")),
                Some('\r' | '\n') => {
                    return Err(self.problem_before("strings cannot contain newlines"));
                }
                Some('\\') => self.check_escape(start)?,
                Some('"') => {
                    let text = &self.text[start..self.at - 1];
                    return self.unescaped(text);
                }
                Some(_) => {}
            }
        }
    }

    /// A string without escapes on one line, behind its first quote.
    pub(super) fn raw_string(&mut self) -> Result<Vec<u8>, Problem> {
        let start = self.at;
        loop {
            match self.next()? {
                None => return Err(self.problem("unexpected EOF; expected \"'\"")),
                Some('\r' | '\n') => {
                    return Err(self.problem_before("strings cannot contain newlines"));
                }
                Some('\'') => return Ok(self.text[start..self.at - 1].to_vec()),
                Some(_) => {}
            }
        }
    }

    /// A string of several lines, behind its first three quotes.
    fn long_string(&mut self, mark: char) -> Result<Vec<u8>, Problem> {
        let start = self.at;
        let three = mark.to_string().repeat(3);
        loop {
            match self.next()? {
                None if mark == '"' => {
                    return Err(self.problem("unexpected EOF; expected '\"\"\"'"));
                }
                None => return Err(self.problem("unexpected EOF; expected \"'''\"")),
                Some('\\') if mark == '"' => self.check_long_escape(start)?,
                Some(rune) if rune == mark && self.closes(start, mark)? => break,
                Some(_) => {}
            }
        }
        let text = &self.text[start..self.at - three.len()];
        let text = text.strip_prefix(b"\n").or(text.strip_prefix(b"\r\n")).unwrap_or(text);
        if mark == '"' { self.unescaped(&without_escaped_lines(text)) } else { Ok(text.to_vec()) }
    }

    /// Whether three quotes, of which one was read, end the string: not if a fourth follows.
    fn closes(&mut self, start: usize, mark: char) -> Result<bool, Problem> {
        if !self.accept(mark)? {
            return Ok(false);
        }
        if !self.accept(mark)? {
            self.back();
            return Ok(false);
        }
        if self.peek()? != Some(mark) {
            return Ok(true);
        }
        let five = mark.to_string().repeat(5);
        let current = &self.text[start..self.at];
        let escaped = mark == '"' && current.ends_with(b"\\\"\"\"\"\"");
        if current.ends_with(five.as_bytes()) && !escaped {
            let message =
                if mark == '"' { "unexpected '\"\"\"\"\"\"'" } else { "unexpected \"''''''\"" };
            return Err(self.problem(message));
        }
        self.back();
        self.back();
        Ok(false)
    }

    fn check_long_escape(&mut self, start: usize) -> Result<(), Problem> {
        if matches!(self.next()?, Some('\r' | '\n')) {
            return Ok(());
        }
        self.back();
        self.check_escape(start)
    }

    /// Reads what stands behind a `\` in the string that starts at `start`.
    fn check_escape(&mut self, start: usize) -> Result<(), Problem> {
        let rune = self.next()?;
        match rune {
            Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => Ok(()),
            Some('x') => self.check_hex(start, 2, "two hexadecimal digits after '\\x'"),
            Some('u') => self.check_hex(start, 4, "four hexadecimal digits after '\\u'"),
            Some('U') => self.check_hex(start, 8, "eight hexadecimal digits after '\\U'"),
            other => {
                let shown = other.unwrap_or('\0');
                let message = format!("invalid escape in string '\\{shown}'");
                Err(if self.over { self.problem_before(message) } else { self.problem(message) })
            }
        }
    }

    fn check_hex(&mut self, start: usize, digits: usize, wanted: &str) -> Result<(), Problem> {
        for _ in 0..digits {
            if !self.next()?.is_some_and(|rune| rune.is_ascii_hexdigit()) {
                let shown = quote(&self.text[start..self.at]);
                let before = format!("expected {wanted}, but got ");
                return Err(self.problem([before.as_bytes(), &shown, b" instead"].concat()));
            }
        }
        Ok(())
    }

    /// The text with its escapes, which were checked, replaced.
    fn unescaped(&self, text: &[u8]) -> Result<Vec<u8>, Problem> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            out.extend_from_slice(&rest[..at]);
            let (code, length) = match rest.get(at + 1) {
                Some(b'b') => ('\x08', 1),
                Some(b't') => ('\t', 1),
                Some(b'n') => ('\n', 1),
                Some(b'f') => ('\x0c', 1),
                Some(b'r') => ('\r', 1),
                Some(b'e') => ('\x1b', 1),
                Some(b'x') => (self.code(&rest[at + 2..at + 4])?, 3),
                Some(b'u') => (self.code(&rest[at + 2..at + 6])?, 5),
                Some(b'U') => (self.code(&rest[at + 2..at + 10])?, 9),
                Some(blank @ (b' ' | b'\t')) => {
                    let blank = char::from(*blank);
                    return Err(self.problem(format!("invalid escape: '\\{blank}'")));
                }
                other => (char::from(*other.unwrap_or(&b'\\')), 1),
            };
            push(&mut out, code);
            rest = &rest[(at + 1 + length).min(rest.len())..];
        }
        out.extend_from_slice(rest);
        Ok(out)
    }

    fn code(&self, digits: &[u8]) -> Result<char, Problem> {
        let digits = String::from_utf8_lossy(digits);
        let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
        code.ok_or_else(|| {
            self.problem(format!("Escaped character '\\u{digits}' is not valid UTF-8."))
        })
    }
}

/// The text without each `\` that ends a line, and without all white space behind it.
fn without_escaped_lines(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(b"\\\\") {
            out.extend_from_slice(b"\\\\");
            at += 2;
            continue;
        }
        let blanks = rest[1..].iter().take_while(|it| b" \t\r\n".contains(it)).count();
        if rest[0] == b'\\' && rest[1..=blanks].contains(&b'\n') {
            at += 1 + blanks;
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out
}
