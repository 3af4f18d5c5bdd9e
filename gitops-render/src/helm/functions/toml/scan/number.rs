//! Numbers and times of TOML.

use super::{Problem, Scanner, Token};
use crate::helm::gofmt::{NumberError, parse_float, parse_int, quote};

/// A number.
pub(in crate::helm::functions::toml) enum Number {
    Int(i64),
    Float(f64),
}

impl Scanner<'_> {
    /// What starts with the digit that was just read.
    pub(super) fn number_or_time(&mut self, start: usize) -> Result<Token, Problem> {
        if self.text[start] == b'0' {
            match self.next()? {
                Some('0'..='9') => {}
                Some('_') => return self.decimal(start),
                Some('.' | 'e' | 'E') => return self.fraction(start),
                Some('b') => return self.based(start, 2, "a binary"),
                Some('o') => return self.based(start, 8, "an octal"),
                Some('x') => return self.based(start, 16, "a hexadecimal"),
                _ => {
                    self.back();
                    return self.integer(start);
                }
            }
        }
        loop {
            match self.next()? {
                Some('0'..='9') => {}
                Some('-' | ':') => return self.time(start),
                Some('_') => return self.decimal(start),
                Some('.' | 'e' | 'E') => return self.fraction(start),
                _ => {
                    self.back();
                    return self.integer(start);
                }
            }
        }
    }

    /// What starts with the sign that was just read.
    pub(super) fn signed(&mut self, start: usize) -> Result<Token, Problem> {
        let rune = self.next()?;
        match rune {
            Some('i') if self.accept('n')? && self.accept('f')? => return self.float(start),
            Some('n') if self.accept('a')? && self.accept('n')? => return self.float(start),
            Some('i' | 'n') => {
                let message = [b"invalid float: '", self.from(start), b"'"].concat();
                return Err(self.problem(message));
            }
            Some('0') => {
                if let Some(base @ ('b' | 'o' | 'x')) = self.peek()? {
                    let shown = String::from_utf8_lossy(self.from(start));
                    let message =
                        format!("cannot use sign with non-decimal numbers: '{shown}{base}'");
                    return Err(self.problem(message));
                }
            }
            Some('.') => return Err(self.problem("floats must start with a digit, not '.'")),
            _ => {}
        }
        match rune {
            Some('0'..='9') => self.decimal(start),
            other => Err(self.unexpected("expected a digit but got ", other, "")),
        }
    }

    fn based(&mut self, start: usize, base: u32, name: &str) -> Result<Token, Problem> {
        let next = self.peek()?;
        if !next.is_some_and(|rune| rune.is_digit(base)) {
            let shown = String::from_utf8_lossy(self.from(start));
            let next = next.unwrap_or('\0');
            return Err(self.problem(format!("not {name} number: '{shown}{next}'")));
        }
        while self.next()?.is_some_and(|rune| rune.is_digit(base) || rune == '_') {}
        self.back();
        self.integer(start)
    }

    fn decimal(&mut self, start: usize) -> Result<Token, Problem> {
        loop {
            match self.next()? {
                Some('0'..='9' | '_') => {}
                Some('.' | 'e' | 'E') => return self.fraction(start),
                _ => {
                    self.back();
                    return self.integer(start);
                }
            }
        }
    }

    fn fraction(&mut self, start: usize) -> Result<Token, Problem> {
        while matches!(self.next()?, Some('0'..='9' | '_' | '.' | '-' | '+' | 'e' | 'E')) {}
        self.back();
        self.float(start)
    }

    fn time(&mut self, start: usize) -> Result<Token, Problem> {
        while matches!(
            self.next()?,
            Some('0'..='9' | '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+')
        ) {}
        self.back();
        let text = self.from(start).trim_ascii();
        let upper = |byte: &u8| match byte {
            b'z' => b'Z',
            b't' | b' ' => b'T',
            other => *other,
        };
        Ok(Token::Time(text.iter().map(upper).collect()))
    }

    fn refused(&self, kind: &str, text: &[u8], why: &str) -> Problem {
        let kind = format!("Invalid {kind} ");
        self.problem([kind.as_bytes(), &quote(text), why.as_bytes()].concat())
    }

    fn out_of_range(&self, text: &[u8], size: &str) -> Problem {
        let size = format!(" is out of range for {size}");
        self.problem([text, size.as_bytes()].concat())
    }

    fn integer(&self, start: usize) -> Result<Token, Problem> {
        let text = self.from(start);
        if !has_sound_separators(text) {
            let why = ": underscores must be surrounded by digits";
            return Err(self.refused("integer", text, why));
        }
        if has_leading_zero(text) {
            return Err(self.refused("integer", text, ": cannot have leading zeroes"));
        }
        match parse_int(text, 0) {
            Ok(value) => Ok(Token::Number(Number::Int(value))),
            Err(_) => Err(self.out_of_range(text, "int64")),
        }
    }

    pub(super) fn float(&self, start: usize) -> Result<Token, Problem> {
        let text = self.from(start);
        let part = |byte: &u8| matches!(byte, b'.' | b'e' | b'E');
        let mut parts = text.split(part).filter(|part| !part.is_empty());
        let first = parts.clone().next();
        if !parts.all(has_sound_separators) {
            let why = ": underscores must be surrounded by digits";
            return Err(self.refused("float", text, why));
        }
        if first.is_some_and(has_leading_zero) {
            return Err(self.refused("float", text, ": cannot have leading zeroes"));
        }
        if !has_sound_points(text) {
            let why = ": '.' must be followed by one or more digits";
            return Err(self.refused("float", text, why));
        }
        let digits: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'_').collect();
        let value = match &digits[..] {
            b"+nan" | b"nan" => Ok(f64::NAN),
            b"-nan" => Ok(-f64::NAN),
            digits => parse_float(digits),
        };
        match value {
            Ok(value) => Ok(Token::Number(Number::Float(value))),
            Err(NumberError::Range) => Err(self.out_of_range(text, "float64")),
            Err(NumberError::Syntax) => {
                Err(self.problem([b"Invalid float value: ", &*quote(text)].concat()))
            }
        }
    }
}

fn has_sound_separators(text: &[u8]) -> bool {
    if matches!(text, b"nan" | b"+nan" | b"-nan" | b"inf" | b"+inf" | b"-inf") {
        return true;
    }
    let mut digit = false;
    for byte in text {
        if *byte == b'_' && !digit {
            return false;
        }
        digit = byte.is_ascii_hexdigit();
    }
    digit
}

fn has_leading_zero(text: &[u8]) -> bool {
    match text {
        [b'0', base, ..] => !matches!(base, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

fn has_sound_points(text: &[u8]) -> bool {
    let followed = |at: usize| text.get(at + 1).is_some_and(u8::is_ascii_digit);
    text.iter().enumerate().all(|(at, byte)| *byte != b'.' || followed(at))
}
