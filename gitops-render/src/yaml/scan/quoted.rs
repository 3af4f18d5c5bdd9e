//! Texts in quotes.

use std::borrow::Cow;

use super::cursor::Spot;
use super::fold::{Folds, Pieces};
use super::scanner::Scanner;
use super::token::{Kind, Load};
use crate::yaml::event::Style;
use crate::yaml::{Error, Escapes};

impl<'a> Scanner<'a> {
    pub(super) fn quoted_scalar(&mut self) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let spot = self.cursor.spot();
        let quote = self.cursor.peek(0);
        self.cursor.skip();
        let text = self.quoted_text(quote, spot)?;
        let style = if quote == b'"' { Style::Double } else { Style::Single };
        self.push(Kind::Scalar, spot, Load::Text(text, style));
        Ok(())
    }

    fn quoted_text(&mut self, quote: u8, spot: Spot) -> Result<Cow<'a, str>, Error> {
        let mut pieces = Pieces::new(self.cursor.pos());
        loop {
            self.is_inside(spot)?;
            let escaped_end = self.quoted_run(quote, spot, &mut pieces)?;
            if self.cursor.peek(0) == quote {
                break;
            }
            self.quoted_blanks(escaped_end, &mut pieces);
        }
        pieces.extend(&self.cursor);
        self.cursor.skip();
        Ok(pieces.finish(&self.cursor))
    }

    fn is_inside(&self, spot: Spot) -> Result<(), Error> {
        let problem = match (self.cursor.is_document_mark(), self.cursor.at_end()) {
            (true, _) => "found unexpected document indicator",
            (false, true) => "found unexpected end of stream",
            (false, false) => return Ok(()),
        };
        Err(self.error("while scanning a quoted scalar", spot, problem))
    }

    /// Up to a blank, a line end or the closing quote. Returns whether a line end was escaped.
    fn quoted_run(&mut self, quote: u8, spot: Spot, pieces: &mut Pieces) -> Result<bool, Error> {
        loop {
            self.cursor.skip_quoted(quote);
            pieces.extend(&self.cursor);
            match self.cursor.peek(0) {
                b'\'' if quote == b'\'' && self.cursor.peek(1) == b'\'' => {
                    self.cursor.skip();
                    pieces.extend(&self.cursor);
                    self.cursor.skip();
                    pieces.push(&self.cursor, "", self.cursor.pos());
                }
                b'\\' if quote == b'"' && self.cursor.is_break(1) => {
                    self.cursor.skip();
                    self.cursor.skip_line();
                    pieces.push(&self.cursor, "", self.cursor.pos());
                    return Ok(true);
                }
                b'\\' if quote == b'"' => {
                    let character = self.escape(spot)?;
                    let mut buffer = [0; 4];
                    let meant = character.encode_utf8(&mut buffer);
                    pieces.push(&self.cursor, meant, self.cursor.pos());
                }
                _ => return Ok(false),
            }
        }
    }

    /// Blanks stay if no line end is among them.
    fn quoted_blanks(&mut self, escaped_end: bool, pieces: &mut Pieces) {
        let mut folds = Folds::default();
        let mut folded = escaped_end;
        loop {
            self.cursor.skip_blanks();
            match self.cursor.skip_line() {
                Some(end) if escaped_end => folds.add_other(end),
                Some(end) => folds.add(end),
                None => break,
            }
            folded = true;
        }
        if folded {
            pieces.push(&self.cursor, &folds.take(), self.cursor.pos());
        } else {
            pieces.extend(&self.cursor);
        }
    }

    /// The character that the escape here stands for.
    fn escape(&mut self, spot: Spot) -> Result<char, Error> {
        let letter = self.cursor.peek(1);
        let digits = match letter {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let short = short_escape(letter).or((letter == b'/' && self.is_json()).then_some('/'));
        if digits == 0 && short.is_none() {
            return Err(self.escape_error(spot, "found unknown escape character"));
        }
        self.cursor.skip_to(self.cursor.pos() + 2);
        match short {
            Some(meant) => Ok(meant),
            None => self.code(digits, spot),
        }
    }

    fn is_json(&self) -> bool {
        self.escapes == Escapes::Json
    }

    /// The character with the number that so many digits here say.
    fn code(&mut self, digits: usize, spot: Spot) -> Result<char, Error> {
        let code = self
            .hexadecimal(0, digits)
            .ok_or_else(|| self.escape_error(spot, "did not find expected hexdecimal number"))?;
        let pair = self.surrogates(code, digits).filter(|_| self.is_json());
        let character = pair.or(char::from_u32(code)).ok_or_else(|| {
            self.escape_error(spot, "found invalid Unicode character escape code")
        })?;
        let length = if pair.is_some() { 10 } else { digits };
        self.cursor.skip_to(self.cursor.pos() + length);
        Ok(character)
    }

    /// The character of the surrogate `high` and of the one in the escape behind it.
    fn surrogates(&self, high: u32, digits: usize) -> Option<char> {
        let escaped = digits == 4 && self.cursor.peek(4) == b'\\' && self.cursor.peek(5) == b'u';
        let low = self.hexadecimal(6, 4).filter(|_| escaped)?;
        let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
        match char::decode_utf16(units).next()? {
            Ok(character) if character > '\u{ffff}' => Some(character),
            _ => None,
        }
    }

    /// The number that `digits` digits from `start` say.
    fn hexadecimal(&self, start: usize, digits: usize) -> Option<u32> {
        (start..start + digits).try_fold(0_u32, |code, at| {
            let digit = char::from(self.cursor.peek(at)).to_digit(16)?;
            Some(code.wrapping_shl(4) | digit)
        })
    }

    fn escape_error(&self, spot: Spot, problem: &'static str) -> Error {
        self.error("while parsing a quoted scalar", spot, problem)
    }
}

fn short_escape(letter: u8) -> Option<char> {
    Some(match letter {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' | b'"' | b'\'' | b'\\' => char::from(letter),
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
