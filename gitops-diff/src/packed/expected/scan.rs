//! A text of JSON, read as far as needed.
//!
//! What is passed over is not checked: only that brackets and strings end.

/// A place in a text. Each step is `None` where the text does not go on as it has to.
pub(super) struct Scan<'j> {
    text: &'j [u8],
    at: usize,
}

impl<'j> Scan<'j> {
    pub(super) fn new(text: &'j [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is no space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    pub(super) fn is_done(&mut self) -> bool {
        self.peek().is_none()
    }

    pub(super) fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The name of the next member, which must have no escapes; `None` inside where the map ends.
    #[expect(clippy::option_option, reason = "the end of a map is no failure")]
    pub(super) fn next_name(&mut self) -> Option<Option<&'j [u8]>> {
        match self.peek()? {
            b'}' => {
                self.at += 1;
                return Some(None);
            }
            b',' => self.at += 1,
            _ => {}
        }
        let name = self.plain()?;
        self.eat(b':')?;
        Some(Some(name))
    }

    /// The content of a string, escapes as they are.
    fn string(&mut self) -> Option<&'j [u8]> {
        self.eat(b'"')?;
        let from = self.at;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.text.get(self.at..)?)?;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Some(&self.text[from..self.at - 1]);
            }
            self.at += 2;
        }
    }

    /// The content of a string, which must have no escapes.
    pub(super) fn plain(&mut self) -> Option<&'j [u8]> {
        self.string().filter(|it| !it.contains(&b'\\'))
    }

    /// Passes over one value.
    pub(super) fn skip(&mut self) -> Option<&'j [u8]> {
        let first = self.peek()?;
        let from = self.at;
        match first {
            b'"' => self.string().map(drop)?,
            b'{' | b'[' => self.skip_brackets()?,
            _ => self.at += self.scalar_len(),
        }
        (self.at > from).then(|| &self.text[from..self.at])
    }

    fn skip_brackets(&mut self) -> Option<()> {
        let mut depth = 0_u32;
        loop {
            match self.text.get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// How long the number or the word here is.
    fn scalar_len(&self) -> usize {
        let rest = &self.text[self.at..];
        let is_end = |it: &u8| matches!(it, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r');
        rest.iter().position(is_end).unwrap_or(rest.len())
    }

    /// Takes this word.
    pub(super) fn literal(&mut self, word: &[u8]) -> Option<()> {
        self.peek()?;
        let len = self.scalar_len();
        (self.text[self.at..self.at + len] == *word).then(|| self.at += len)
    }

    /// Takes this number, where it is written without a fraction and an exponent.
    pub(super) fn int(&mut self, number: i64) -> Option<()> {
        self.peek()?;
        let len = self.scalar_len();
        let digits = std::str::from_utf8(&self.text[self.at..self.at + len]).ok()?;
        (digits.parse() == Ok(number) && digits != "-0").then(|| self.at += len)
    }

    /// Takes this number, where it is written as a float.
    pub(super) fn float(&mut self, number: f64) -> Option<()> {
        self.peek()?;
        let len = self.scalar_len();
        let digits = std::str::from_utf8(&self.text[self.at..self.at + len]).ok()?;
        let is_same = digits.parse::<f64>().is_ok_and(|it| it.to_bits() == number.to_bits());
        (is_same && digits.contains(['.', 'e', 'E'])).then(|| self.at += len)
    }

    /// Takes this string.
    pub(super) fn text(&mut self, text: &[u8]) -> Option<()> {
        self.peek()?;
        // Nearly no string has escapes, and then this is all there is to do.
        let end = self.at + 1 + text.len();
        let is_quoted = self.text.get(self.at) == Some(&b'"') && self.text.get(end) == Some(&b'"');
        if is_quoted && self.text[self.at + 1..end] == *text && !text.contains(&b'\\') {
            self.at = end + 1;
            return Some(());
        }
        is_same(self.string()?, text).then_some(())
    }

    /// Takes this text of a value, or passes over what is there instead.
    pub(super) fn same_or_skip(&mut self, value: &[u8]) -> Option<Result<(), &'j [u8]>> {
        self.peek()?;
        if self.text[self.at..].starts_with(value) {
            self.at += value.len();
            return Some(Ok(()));
        }
        self.skip().map(Err)
    }
}

/// Whether the content of a string, with escapes, is this text.
fn is_same(mut raw: &[u8], mut text: &[u8]) -> bool {
    loop {
        let plain = memchr::memchr(b'\\', raw).unwrap_or(raw.len());
        if text.get(..plain) != Some(&raw[..plain]) {
            return false;
        }
        (raw, text) = (&raw[plain..], &text[plain..]);
        let Some((char, len)) = escaped(raw) else {
            return raw.is_empty() && text.is_empty();
        };
        let mut utf8 = [0; 4];
        let Some(rest) = text.strip_prefix(char.encode_utf8(&mut utf8).as_bytes()) else {
            return false;
        };
        (raw, text) = (&raw[len..], rest);
    }
}

/// What an escape at the start of `raw` stands for, and how long it is; halves of a pair are
/// passed on as unknown.
fn escaped(raw: &[u8]) -> Option<(char, usize)> {
    let simple = match raw.get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => {
            let digits = std::str::from_utf8(raw.get(2..6)?).ok()?;
            return Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, 6));
        }
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        _ => return None,
    };
    Some((simple, 2))
}
