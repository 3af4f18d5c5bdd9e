//! The words of an expression.

use super::syntax::{Literal, SyntaxError};
use crate::Text;

/// One word and where it starts, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) what: Word,
    pub(super) at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Literal(Literal),
    Name(Text),
    /// Brackets, operators and the operator `in`.
    Sign(&'static str),
    End,
}

/// Longer ones first.
const SIGNS: [&str; 27] = [
    "==", "!=", "<=", ">=", "&&", "||", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
    "+", "*", "/", "%", "<", ">", "?", ";", "=",
];
/// Words that no name may be.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Splits an expression into its words; the last is the end.
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_space();
        let at = lexer.at;
        let what = lexer.word()?;
        let end = what == Word::End;
        tokens.push(Token { what, at });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn error(&self, message: &str) -> SyntaxError {
        SyntaxError { at: self.at, message: format!("Syntax error: {message}") }
    }

    fn skip_space(&mut self) {
        loop {
            let rest = self.rest();
            let space =
                rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{c}']).len();
            self.at += space;
            match self.rest().strip_prefix("//") {
                Some(comment) => self.at += 2 + comment.find('\n').unwrap_or(comment.len()),
                None if space == 0 => return,
                None => {}
            }
        }
    }

    fn word(&mut self) -> Result<Word, SyntaxError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Word::End) };
        if let Some(quoted) = self.quoted()? {
            return Ok(Word::Literal(quoted));
        }
        let second_is_digit = || rest[1..].starts_with(|it: char| it.is_ascii_digit());
        if first.is_ascii_digit() || (first == '.' && second_is_digit()) {
            return self.number().map(Word::Literal);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.name();
        }
        if let Some(name) = rest.strip_prefix('`') {
            let end =
                name.find('`').ok_or_else(|| self.error("token recognition error at: '`'"))?;
            self.at += end + 2;
            return Ok(Word::Name(name[..end].into()));
        }
        let sign = SIGNS.iter().find(|it| rest.starts_with(**it));
        let sign =
            sign.ok_or_else(|| self.error(&format!("token recognition error at: '{first}'")))?;
        self.at += sign.len();
        Ok(Word::Sign(sign))
    }

    fn name(&mut self) -> Result<Word, SyntaxError> {
        let rest = self.rest();
        let end = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        let name = &rest[..end.unwrap_or(rest.len())];
        // Members of dynamic values may have such names.
        let member = self.source[..self.at].trim_end().ends_with('.');
        if RESERVED.contains(&name) && !member {
            return Err(self.error(&format!("reserved identifier: {name}")));
        }
        self.at += name.len();
        Ok(match name {
            "true" => Word::Literal(Literal::Bool(true)),
            "false" => Word::Literal(Literal::Bool(false)),
            "null" => Word::Literal(Literal::Null),
            "in" => Word::Sign("in"),
            name => Word::Name(name.into()),
        })
    }

    fn number(&mut self) -> Result<Literal, SyntaxError> {
        let rest = self.rest();
        let digits = |text: &str| text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
        if let Some(hex) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
            let end = hex.find(|it: char| !it.is_ascii_hexdigit()).unwrap_or(hex.len());
            let value = u64::from_str_radix(&hex[..end], 16);
            self.at += 2 + end;
            return self.whole(value.ok());
        }
        let mut end = digits(rest);
        let mut float = false;
        if rest[end..].starts_with('.') && digits(&rest[end + 1..]) > 0 {
            float = true;
            end += 1 + digits(&rest[end + 1..]);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(&rest[end + 1 + sign..]);
            if exponent > 0 {
                float = true;
                end += 1 + sign + exponent;
            }
        }
        let text = &rest[..end];
        self.at += end;
        if float {
            return text.parse().map(Literal::Double).map_err(|_| self.error("invalid double"));
        }
        self.whole(text.parse().ok())
    }

    /// An integer; a minus before the largest makes it the smallest.
    fn whole(&mut self, value: Option<u64>) -> Result<Literal, SyntaxError> {
        let value = value.ok_or_else(|| self.error("invalid int literal"))?;
        if self.rest().starts_with(['u', 'U']) {
            self.at += 1;
            return Ok(Literal::Uint(value));
        }
        Ok(i64::try_from(value).map_or(Literal::Beyond(value), Literal::Int))
    }

    fn quoted(&mut self) -> Result<Option<Literal>, SyntaxError> {
        let rest = self.rest();
        let prefix = rest.len() - rest.trim_start_matches(['r', 'R', 'b', 'B']).len();
        let (prefix, after) = rest.split_at(prefix.min(2));
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|it| after.starts_with(it));
        let lower = prefix.to_ascii_lowercase();
        let (Some(quote), "" | "r" | "b" | "rb" | "br") = (quote, lower.as_str()) else {
            return Ok(None);
        };
        let (raw, bytes) = (lower.contains('r'), lower.contains('b'));
        let body = &after[quote.len()..];
        let end = closing(body, quote, raw)
            .ok_or_else(|| self.error("token recognition error: unclosed string"))?;
        let content = unescape(&body[..end], raw, bytes)
            .ok_or_else(|| self.error("invalid escape sequence in string"))?;
        self.at += prefix.len() + quote.len() * 2 + end;
        if bytes {
            return Ok(Some(Literal::Bytes(content)));
        }
        let text = String::from_utf8(content).map_err(|_| self.error("invalid string"))?;
        Ok(Some(Literal::Str(text.into())))
    }
}

/// Where the quote stands that closes a string.
fn closing(body: &str, quote: &str, raw: bool) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &body[at..];
        if rest.starts_with(quote) {
            return Some(at);
        }
        let next = rest.chars().next()?;
        if quote.len() == 1 && matches!(next, '\n' | '\r') {
            return None;
        }
        at += next.len_utf8();
        if next == '\\' && !raw {
            at += body[at..].chars().next()?.len_utf8();
        }
    }
}

fn unescape(body: &str, raw: bool, bytes: bool) -> Option<Vec<u8>> {
    if raw {
        return Some(body.replace("\r\n", "\n").into_bytes());
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = rest[at + 1..].chars().next()?;
        let after = &rest[at + 1 + escape.len_utf8()..];
        let plain = match escape {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' | '\'' | '"' | '`' | '?' => u8::try_from(escape).ok()?,
            _ => {
                rest = numbered(escape, after, bytes, &mut out)?;
                continue;
            }
        };
        out.push(plain);
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}

/// `\x41`, `\101`, `\u0041`, `\U00000041`; returns what follows.
fn numbered<'s>(escape: char, after: &'s str, bytes: bool, out: &mut Vec<u8>) -> Option<&'s str> {
    let (count, base, text) = match escape {
        'x' | 'X' => (2, 16, after),
        'u' if !bytes => (4, 16, after),
        'U' if !bytes => (8, 16, after),
        _ => (2, 8, after),
    };
    let first = if base == 8 { escape.to_digit(4)? * 64 } else { 0 };
    let digits = text.get(..count).filter(|it| it.chars().all(|it| it.is_digit(base)))?;
    let value = first + u32::from_str_radix(digits, base).ok()?;
    if bytes {
        out.push(u8::try_from(value).ok()?);
    } else {
        let mut buffer = [0; 4];
        out.extend_from_slice(char::from_u32(value)?.encode_utf8(&mut buffer).as_bytes());
    }
    Some(&text[count..])
}
