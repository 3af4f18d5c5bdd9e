//! Items: what the lexer makes of the text of a template.

use crate::helm::gofmt::quote;

/// A piece of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'t> {
    pub(crate) kind: Kind,
    /// Where it starts, in bytes.
    pub(crate) pos: usize,
    pub(crate) text: &'t [u8],
    /// The line on which it starts, from 1.
    pub(crate) line: usize,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Error,
    Bool,
    /// A character without a meaning of its own, such as a comma.
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    // Keywords from here on.
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Item<'_> {
    /// What stands in a slot for items before any was read.
    pub(crate) const NONE: Self = Self { kind: Kind::Error, pos: 0, text: &[], line: 0 };

    /// As errors show it.
    pub(crate) fn show(&self) -> Vec<u8> {
        match self.kind {
            Kind::Eof => b"EOF".to_vec(),
            kind if kind >= Kind::Block => [b"<", self.text, b">"].concat(),
            _ if self.text.len() > 10 => [&*quote(first_runes(self.text, 10)), b"..."].concat(),
            _ => quote(self.text),
        }
    }
}

/// The keyword that `word` is.
pub(super) fn keyword(word: &[u8]) -> Option<Kind> {
    Some(match word {
        b"." => Kind::Dot,
        b"block" => Kind::Block,
        b"break" => Kind::Break,
        b"continue" => Kind::Continue,
        b"define" => Kind::Define,
        b"else" => Kind::Else,
        b"end" => Kind::End,
        b"if" => Kind::If,
        b"nil" => Kind::Nil,
        b"range" => Kind::Range,
        b"template" => Kind::Template,
        b"with" => Kind::With,
        _ => return None,
    })
}

/// The first `count` characters of `text`.
fn first_runes(text: &[u8], count: usize) -> &[u8] {
    let mut end = 0;
    for _ in 0..count {
        let Some((_, width)) = crate::helm::runes::first(&text[end..]) else { break };
        end += width;
    }
    &text[..end]
}
