//! Reads the words of commands.

use smallvec::SmallVec;

use super::Parser;
use super::action::position;
use super::number::number;
use crate::helm::go::Str;
use crate::helm::gofmt::{quote, unquote};
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::ast::{Arg, Command, Name, Word};
use crate::helm::gotemplate::lex::{Item, Kind};
use crate::helm::gotemplate::print::Print;

impl<'t> Parser<'t> {
    /// Words up to the end of the command.
    pub(super) fn command(&mut self) -> Result<Command, Fault> {
        let pos = position(self.peek_non_space());
        let mut args = SmallVec::<[Arg; 6]>::new();
        loop {
            self.peek_non_space();
            args.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.tree.tokens.back(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        if args.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(Command { pos, args: args.into_boxed_slice() })
    }

    /// A word with the fields that follow it.
    fn operand(&mut self) -> Result<Option<Arg>, Fault> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let pos = position(self.peek());
        let mut fields = SmallVec::<[Str; 8]>::new();
        if let Word::Field(first) = &term.word {
            fields.extend(first.iter().cloned());
        }
        while self.peek().kind == Kind::Field {
            let text = self.next().text;
            fields.push(self.word(&text[1..]));
        }
        let fields = fields.into_boxed_slice();
        let word = match term.word {
            Word::Field(_) => Word::Field(fields),
            Word::Variable { name, .. } => Word::Variable { name, fields },
            Word::Bool(_) | Word::Str { .. } | Word::Number(_) | Word::Nil | Word::Dot => {
                let text = [b"unexpected . after term ", &*quote(&term.show())].concat();
                return Err(self.error(text));
            }
            _ => Word::Chain { of: Box::new(term), fields },
        };
        Ok(Some(Arg { pos, word }))
    }

    fn term(&mut self) -> Result<Option<Arg>, Fault> {
        let token = self.next_non_space();
        let mut pos = position(&token);
        let word = match token.kind {
            Kind::Identifier => self.function(&token)?,
            Kind::Dot => Word::Dot,
            Kind::Nil => Word::Nil,
            Kind::Variable => self.variable(&token)?,
            Kind::Field => Word::Field(Box::new([self.word(&token.text[1..])])),
            Kind::Bool => Word::Bool(token.text == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                let number =
                    number(&token, self.piece(&token)).map_err(|error| self.error(error))?;
                Word::Number(Box::new(number))
            }
            Kind::LeftParen => {
                let pipe = self
                    .deeper(|parser| parser.pipeline("parenthesized pipeline", Kind::RightParen))?;
                pos = pipe.pos;
                Word::Pipe(Box::new(pipe))
            }
            Kind::String | Kind::RawString => {
                Word::Str { quoted: self.piece(&token), text: self.text(token.text)? }
            }
            _ => {
                self.tree.tokens.back();
                return Ok(None);
            }
        };
        Ok(Some(Arg { pos, word }))
    }

    fn function(&self, token: &Item<'_>) -> Result<Word, Fault> {
        let Some(callee) = (self.functions)(token.text) else {
            let text = [b"function ", &*quote(token.text), b" not defined"].concat();
            return Err(self.error(text));
        };
        Ok(Word::Function(callee))
    }

    /// What a text in quotes says.
    fn text(&mut self, quoted: &'t [u8]) -> Result<Str, Fault> {
        if let [b'"' | b'`', inner @ .., _] = quoted
            && !inner.iter().any(|byte| matches!(byte, b'\\' | b'\r'))
            && std::str::from_utf8(inner).is_ok()
        {
            return Ok(self.word(inner));
        }
        unquote(quoted).map(Str::from).map_err(|error| self.error(error))
    }

    fn variable(&mut self, token: &Item<'t>) -> Result<Word, Fault> {
        let id = self.names.get(token.text).filter(|id| self.tree.vars.contains(id));
        let Some(&id) = id else {
            let text = [b"undefined variable ", &*quote(token.text)].concat();
            return Err(self.error(text));
        };
        let name = Name { id, text: self.word(token.text) };
        Ok(Word::Variable { name, fields: Box::new([]) })
    }
}
