//! What is left of an expression, and the small things read from it.

use super::syntax::Refused;

/// The part of an expression that is still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'e> {
    pub(super) whole: &'e [u8],
    pub(super) at: usize,
}

/// Stands for a count of repetitions over Go's limit of 1000.
pub(super) const TOO_LARGE: u32 = u32::MAX;

impl<'e> Cursor<'e> {
    pub(super) fn left(&self) -> &'e [u8] {
        &self.whole[self.at..]
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.whole.get(self.at + ahead).copied()
    }

    /// What was read since `start`.
    pub(super) fn since(&self, start: usize) -> &'e [u8] {
        &self.whole[start..self.at]
    }

    /// The next character.
    pub(super) fn next(&mut self) -> Result<Option<char>, Refused> {
        let left = self.left();
        let text = match std::str::from_utf8(&left[..left.len().min(4)]) {
            Ok(text) => text,
            Err(error) if error.valid_up_to() > 0 => {
                std::str::from_utf8(&left[..error.valid_up_to()]).unwrap_or_default()
            }
            Err(_) => return Err(Refused::new("invalid UTF-8", left)),
        };
        let next = text.chars().next();
        self.at += next.map_or(0, char::len_utf8);
        Ok(next)
    }

    /// Refuses what is no UTF-8 in `text`.
    pub(super) fn check(text: &[u8]) -> Result<&str, Refused> {
        std::str::from_utf8(text)
            .map_err(|error| Refused::new("invalid UTF-8", &text[error.valid_up_to()..]))
    }

    /// `{2}`, `{2,}` or `{2,3}`; `None` where it is none and the brace is a text. A number that
    /// is too large is [`TOO_LARGE`].
    pub(super) fn repetition(&mut self) -> Option<(u32, Option<u32>)> {
        let mut it = *self;
        it.at += 1;
        let least = it.number()?;
        let most = match it.peek(0)? {
            b',' => {
                it.at += 1;
                if it.peek(0)? == b'}' { None } else { Some(it.number()?) }
            }
            _ => Some(least),
        };
        (it.peek(0)? == b'}').then(|| it.at += 1)?;
        *self = it;
        Some((least, most))
    }

    /// A number without zeros in front; [`TOO_LARGE`] for one that is.
    fn number(&mut self) -> Option<u32> {
        let digits = self.left().iter().take_while(|it| it.is_ascii_digit()).count();
        let text = &self.left()[..digits];
        if digits == 0 || (digits > 1 && text[0] == b'0') {
            return None;
        }
        self.at += digits;
        let text = std::str::from_utf8(text).unwrap_or_default();
        Some(text.parse().ok().filter(|it| *it <= 1000).unwrap_or(TOO_LARGE))
    }

    /// A character that is written with a backslash, which is next.
    pub(super) fn escape(&mut self) -> Result<u32, Refused> {
        let start = self.at;
        self.at += 1;
        let Some(next) = self.next()? else {
            return Err(Refused::new("trailing backslash at end of expression", b""));
        };
        let code = match next {
            '1'..='7' if !self.peek(0).is_some_and(|it| matches!(it, b'0'..=b'7')) => None,
            '0'..='7' => Some(self.octal(next)),
            'x' => self.hexadecimal()?,
            'a' => Some(7),
            'f' => Some(0x0C),
            'n' => Some(0x0A),
            'r' => Some(0x0D),
            't' => Some(0x09),
            'v' => Some(0x0B),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => Some(other.into()),
            _ => None,
        };
        code.ok_or_else(|| Refused::new("invalid escape sequence", self.since(start)))
    }

    fn octal(&mut self, first: char) -> u32 {
        let mut code = first.to_digit(8).unwrap_or_default();
        for _ in 0..2 {
            let Some(digit @ b'0'..=b'7') = self.peek(0) else { break };
            code = code * 8 + u32::from(digit - b'0');
            self.at += 1;
        }
        code
    }

    /// What follows `\x`: two digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Result<Option<u32>, Refused> {
        if self.peek(0).is_none() {
            return Ok(None);
        }
        if self.peek(0) != Some(b'{') {
            let (high, low) = (self.digit()?, self.digit()?);
            return Ok(high.zip(low).map(|(high, low)| high * 16 + low));
        }
        self.at += 1;
        let (mut code, mut any) = (0_u32, false);
        loop {
            if self.peek(0) == Some(b'}') {
                self.at += 1;
                return Ok(any.then_some(code));
            }
            let Some(digit) = self.digit()? else { return Ok(None) };
            code = code * 16 + digit;
            if code > super::class::LAST {
                return Ok(None);
            }
            any = true;
        }
    }

    fn digit(&mut self) -> Result<Option<u32>, Refused> {
        Ok(self.next()?.and_then(|it| it.to_digit(16)))
    }
}
