//! The words of a selector of labels.

/// A word or sign of a selector. `in` and `notin` are words like others: where they stand says
/// what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Not,
    Equals,
    NotEquals,
    Greater,
    Less,
    Open,
    Close,
    Comma,
    End,
}

impl Token {
    /// What stands in the text, for errors.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Word(text) => text,
            Self::Not => "!",
            Self::Equals => "=",
            Self::NotEquals => "!=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::Open => "(",
            Self::Close => ")",
            Self::Comma => ",",
            Self::End => "",
        }
    }
}

/// The words and signs of a selector, in order. A NUL ends it, as upstream has it.
pub(super) fn lex(source: &str) -> Vec<Token> {
    let mut rest = source.split('\0').next().unwrap_or_default();
    let mut tokens = Vec::new();
    loop {
        rest = rest.trim_start_matches(is_space);
        let Some(first) = rest.chars().next() else { return tokens };
        let (token, length) = if is_sign(first) { sign(rest) } else { word(rest) };
        tokens.push(token);
        rest = &rest[length..];
    }
}

fn word(text: &str) -> (Token, usize) {
    let end = text.find(|it| is_sign(it) || is_space(it)).unwrap_or(text.len());
    (Token::Word(text[..end].to_owned()), end)
}

/// The longest sign at the start of the text, which starts with one.
fn sign(text: &str) -> (Token, usize) {
    match text.as_bytes() {
        [b'=', b'=', ..] => (Token::Equals, 2),
        [b'!', b'=', ..] => (Token::NotEquals, 2),
        [b'=', ..] => (Token::Equals, 1),
        [b'!', ..] => (Token::Not, 1),
        [b'>', ..] => (Token::Greater, 1),
        [b'<', ..] => (Token::Less, 1),
        [b'(', ..] => (Token::Open, 1),
        [b')', ..] => (Token::Close, 1),
        _ => (Token::Comma, 1),
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn is_sign(character: char) -> bool {
    matches!(character, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}
