//! Reads the words of commands.

use memchr::memchr;
use smallvec::SmallVec;

use super::number::number;
use super::{LONGEST_WORD, Parser, position, span};
use crate::helm::go::Str;
use crate::helm::gofmt::{quote, unquote};
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::ast::{Arg, Callee, Code, Command, Many, One, Word};
use crate::helm::gotemplate::lex::{Item, Kind};
use crate::helm::gotemplate::print::Print;

impl<'t> Parser<'t> {
    /// Words up to the end of the command.
    pub(super) fn command(&mut self) -> Result<Command, Fault> {
        let pos = position(self.peek_non_space().pos);
        let start = self.args.len();
        loop {
            self.peek_non_space();
            let operand = self.operand()?;
            self.args.extend(operand);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.tree.tokens.back(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        if self.args.len() == start {
            return Err(self.error("empty command"));
        }
        Ok(Command { pos, args: self.code.add_from(&mut self.args, start) })
    }

    /// A word with the fields that follow it.
    fn operand(&mut self) -> Result<Option<Arg>, Fault> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let pos = position(self.peek().pos);
        let word = match term.word {
            Word::Bool(_) | Word::Str { .. } | Word::Number(_) | Word::Nil | Word::Dot => {
                self.fields(None);
                let shown = quote(&term.show(&self.code));
                return Err(self.error([b"unexpected . after term ", &*shown].concat()));
            }
            Word::Variable { name, .. } => Word::Variable { name, fields: self.fields(None) },
            _ => Word::Chain { of: self.code.add(term), fields: self.fields(None) },
        };
        Ok(Some(Arg { pos, word }))
    }

    fn term(&mut self) -> Result<Option<Arg>, Fault> {
        let token = self.next_non_space();
        let mut pos = position(token.pos);
        let word = match token.kind {
            Kind::Identifier => self.function(&token)?,
            Kind::Dot => Word::Dot,
            Kind::Nil => Word::Nil,
            Kind::Variable => self.variable(&token)?,
            Kind::Field => {
                // Go makes the first field a part of what starts with the second.
                if self.peek().kind == Kind::Field {
                    pos = position(self.peek().pos);
                }
                let first = self.word(&token.text[1..]);
                Word::Field(self.fields(Some(first)))
            }
            Kind::Bool => Word::Bool(token.text == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number = number(&token, span(&token)).map_err(|error| self.error(error))?;
                Word::Number(self.code.add(number))
            }
            Kind::LeftParen => {
                let pipe = self
                    .deeper(|parser| parser.pipeline("parenthesized pipeline", Kind::RightParen))?;
                pos = self.code[pipe].pos;
                Word::Pipe(pipe)
            }
            Kind::String | Kind::RawString => {
                let is_long = plain(token.text).is_some_and(|text| text.len() > LONGEST_WORD);
                let text = if is_long { None } else { Some(self.text(token.text)?) };
                Word::Str { quoted: span(&token), text }
            }
            _ => {
                self.tree.tokens.back();
                return Ok(None);
            }
        };
        Ok(Some(Arg { pos, word }))
    }

    /// The fields that come next, behind `first`.
    fn fields(&mut self, first: Option<One<Str>>) -> Many<One<Str>> {
        let mut fields: SmallVec<[One<Str>; 8]> = first.into_iter().collect();
        while self.peek().kind == Kind::Field {
            let text = self.next().text;
            fields.push(self.word(&text[1..]));
        }
        self.code.add_slice(&fields)
    }

    fn function(&self, token: &Item<'_>) -> Result<Word, Fault> {
        let Some(callee) = (self.functions)(token.text) else {
            let text = [b"function ", &*quote(token.text), b" not defined"].concat();
            return Err(self.error(text));
        };
        Ok(match callee {
            Callee::Builtin(builtin) => Word::Builtin(builtin),
            Callee::Function(function) => Word::Function(function),
        })
    }

    /// What a text in quotes says.
    pub(super) fn text(&mut self, quoted: &'t [u8]) -> Result<One<Str>, Fault> {
        if let Some(text) = plain(quoted) {
            return Ok(self.word(text));
        }
        let text = unquote(quoted).map_err(|error| self.error(error))?;
        Ok(self.code.add(Str::from(text)))
    }

    fn variable(&mut self, token: &Item<'t>) -> Result<Word, Fault> {
        let name = self.word(token.text);
        if name != Code::DOLLAR {
            let Some(at) = self.tree.vars.iter().position(|known| *known == name) else {
                let text = [b"undefined variable ", &*quote(token.text)].concat();
                return Err(self.error(text));
            };
            self.known.uses(at, name);
        }
        Ok(Word::Variable { name, fields: Many::NONE })
    }
}

/// What is in the quotes, where that is what the text means.
fn plain(quoted: &[u8]) -> Option<&[u8]> {
    match quoted {
        [b'`', inner @ .., _] => memchr(b'\r', inner).is_none().then_some(inner),
        [b'"', inner @ .., _] => {
            let is_plain = memchr(b'\\', inner).is_none() && std::str::from_utf8(inner).is_ok();
            is_plain.then_some(inner)
        }
        _ => None,
    }
}
