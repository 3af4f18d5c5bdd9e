//! From words to a tree (the grammar of cel-spec's `langdef.md`, with optional syntax).

use super::macros;
use super::signatures;
use super::syntax::{Access, Call, Expr, Index, Kind, Literal, Presence, Select, SyntaxError};
use super::token::{Token, Word, tokens};
use crate::Text;

/// As deep as cel-go reads; a limit against hostile expressions.
const MAX_DEPTH: usize = 250;
/// As long as cel-go reads, in characters.
const MAX_LENGTH: usize = 100_000;

/// Reads an expression.
pub(super) fn parse(source: &str) -> Result<Expr, SyntaxError> {
    if source.chars().count() > MAX_LENGTH {
        let message = format!(
            "expression code point size exceeds limit: size: {}, limit {MAX_LENGTH}",
            source.len()
        );
        return Err(SyntaxError { at: 0, message });
    }
    let mut parser = Parser { tokens: tokens(source)?, next: 0, depth: 0 };
    let expr = parser.expr()?;
    match parser.peek() {
        Word::End => Ok(expr),
        _ => Err(parser.unexpected("end of expression")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

type Parsed = Result<Expr, SyntaxError>;

/// Operators with how tightly they bind, and the functions that they stand for.
const OPERATORS: [(&str, u8, &str); 14] = [
    ("||", 0, "_||_"),
    ("&&", 1, "_&&_"),
    ("<", 2, "_<_"),
    ("<=", 2, "_<=_"),
    (">", 2, "_>_"),
    (">=", 2, "_>=_"),
    ("==", 2, "_==_"),
    ("!=", 2, "_!=_"),
    ("in", 2, "@in"),
    ("+", 3, "_+_"),
    ("-", 3, "_-_"),
    ("*", 4, "_*_"),
    ("/", 4, "_/_"),
    ("%", 4, "_%_"),
];

impl Parser {
    fn peek(&self) -> &Word {
        &self.tokens[self.next].what
    }

    fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    fn advance(&mut self) -> Word {
        let token = self.tokens[self.next].what.clone();
        // The last word is the end, which stays.
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Word::Sign(it) if *it == sign);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), SyntaxError> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected(&format!("'{sign}'"))) }
    }

    fn unexpected(&self, expected: &str) -> SyntaxError {
        let found = match self.peek() {
            Word::End => "<EOF>".to_owned(),
            Word::Sign(sign) => format!("'{sign}'"),
            Word::Name(name) => format!("'{name}'"),
            Word::Literal(_) => "a literal".to_owned(),
        };
        let message = format!("Syntax error: mismatched input {found} expecting {expected}");
        SyntaxError { at: self.at(), message }
    }

    fn deeper(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("expression recursion limit exceeded: {MAX_DEPTH}");
            return Err(SyntaxError { at: self.at(), message });
        }
        Ok(())
    }

    fn inside(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        let depth = self.depth;
        self.deeper()?;
        let expr = read(self);
        self.depth = depth;
        expr
    }

    fn expr(&mut self) -> Parsed {
        self.inside(|it| {
            let condition = it.operation(0)?;
            let at = it.at();
            if !it.takes("?") {
                return Ok(condition);
            }
            let then = it.operation(0)?;
            it.expect(":")?;
            let otherwise = it.expr()?;
            Ok(Expr { kind: Kind::Choice(Box::new([condition, then, otherwise])), at })
        })
    }

    /// What is joined by operators that bind at least as tightly as `least`.
    fn operation(&mut self, least: u8) -> Parsed {
        let depth = self.depth;
        let mut left = self.unary()?;
        while let Some((tightness, function)) = self.operator(least) {
            let at = self.at();
            self.advance();
            let right = self.operation(tightness + 1)?;
            // A chain of `&&` or `||` is one expression, however long.
            if tightness > 1 {
                self.deeper()?;
            }
            left = joined(function, left, right, at);
        }
        self.depth = depth;
        Ok(left)
    }

    fn operator(&self, least: u8) -> Option<(u8, &'static str)> {
        let Word::Sign(sign) = self.peek() else { return None };
        let (_, tightness, function) = OPERATORS.iter().find(|(it, ..)| it == sign)?;
        (*tightness >= least).then_some((*tightness, function))
    }

    fn unary(&mut self) -> Parsed {
        let at = self.at();
        if self.takes("!") {
            // Two of them cancel out.
            let mut odd = true;
            while self.takes("!") {
                odd = !odd;
            }
            let of = self.member()?;
            return Ok(if odd { call("!_", None, vec![of], at) } else { of });
        }
        if !self.takes("-") {
            return self.member();
        }
        let mut odd = true;
        while self.takes("-") {
            odd = !odd;
        }
        if let (true, Some(literal)) = (odd, self.negative()?) {
            let literal = Expr { kind: Kind::Literal(literal), at };
            return self.members_of(literal);
        }
        let of = self.member()?;
        Ok(if odd { call("-_", None, vec![of], at) } else { of })
    }

    /// A number after a minus is one literal.
    fn negative(&mut self) -> Result<Option<Literal>, SyntaxError> {
        let literal = match self.peek() {
            Word::Literal(Literal::Int(number)) => Literal::Int(-number),
            Word::Literal(Literal::Double(number)) => Literal::Double(-number),
            Word::Literal(Literal::Beyond(number)) if *number == 1 << 63 => Literal::Int(i64::MIN),
            Word::Literal(Literal::Beyond(_)) => return Err(self.too_large()),
            _ => return Ok(None),
        };
        self.advance();
        Ok(Some(literal))
    }

    fn too_large(&self) -> SyntaxError {
        SyntaxError { at: self.at(), message: "Syntax error: invalid int literal".into() }
    }

    fn member(&mut self) -> Parsed {
        let primary = self.primary()?;
        self.members_of(primary)
    }

    fn members_of(&mut self, mut of: Expr) -> Parsed {
        let depth = self.depth;
        loop {
            let at = self.at();
            if self.takes(".") {
                self.deeper()?;
                of = self.select(of, at)?;
            } else if self.takes("[") {
                self.deeper()?;
                let presence = self.presence();
                let index = Index { of, at: self.expr()?, presence };
                self.expect("]")?;
                of = Expr { kind: Kind::Index(Box::new(index)), at };
            } else {
                self.depth = depth;
                return Ok(of);
            }
        }
    }

    fn presence(&mut self) -> Presence {
        if self.takes("?") { Presence::Optional } else { Presence::Required }
    }

    fn select(&mut self, of: Expr, at: usize) -> Parsed {
        let how = if self.takes("?") { Access::Optional } else { Access::Plain };
        let Word::Name(field) = self.peek().clone() else {
            return Err(self.unexpected("an identifier"));
        };
        self.advance();
        if how == Access::Plain && self.takes("(") {
            let args = self.args(")")?;
            return method(of, &field, args, at);
        }
        Ok(Expr { kind: Kind::Select(Box::new(Select { of, field, how })), at })
    }

    fn args(&mut self, close: &'static str) -> Result<Vec<Expr>, SyntaxError> {
        let mut args = Vec::new();
        if self.takes(close) {
            return Ok(args);
        }
        loop {
            args.push(self.expr()?);
            if !self.takes(",") {
                self.expect(close)?;
                return Ok(args);
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let at = self.at();
        match self.peek().clone() {
            Word::Literal(Literal::Beyond(_)) => Err(self.too_large()),
            Word::Literal(literal) => {
                self.advance();
                Ok(Expr { kind: Kind::Literal(literal), at })
            }
            Word::Name(name) => {
                self.advance();
                self.name(name, at)
            }
            Word::Sign(".") => {
                self.advance();
                let Word::Name(name) = self.advance() else {
                    return Err(self.unexpected("an identifier"));
                };
                self.name(name, at)
            }
            Word::Sign("(") => {
                self.advance();
                let inner = self.expr()?;
                self.expect(")")?;
                Ok(inner)
            }
            Word::Sign("[") => self.list(at),
            Word::Sign("{") => self.map(at),
            Word::Sign(_) | Word::End => Err(self.unexpected("an expression")),
        }
    }

    fn name(&mut self, name: Text, at: usize) -> Parsed {
        if !self.takes("(") {
            return Ok(Expr { kind: Kind::Name(name), at });
        }
        let args = self.args(")")?;
        if name == "has" {
            return macros::has(args, at);
        }
        Ok(call(&name, None, args, at))
    }

    fn list(&mut self, at: usize) -> Parsed {
        self.advance();
        let mut items = Vec::new();
        while !self.takes("]") {
            let presence = self.presence();
            items.push((presence, self.expr()?));
            if !self.takes(",") {
                self.expect("]")?;
                break;
            }
        }
        Ok(Expr { kind: Kind::List(items), at })
    }

    fn map(&mut self, at: usize) -> Parsed {
        self.advance();
        let mut entries = Vec::new();
        while !self.takes("}") {
            let presence = self.presence();
            let key = self.expr()?;
            self.expect(":")?;
            entries.push((presence, key, self.expr()?));
            if !self.takes(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Expr { kind: Kind::Map(entries), at })
    }
}

fn joined(function: &str, left: Expr, right: Expr, at: usize) -> Expr {
    let Expr { kind, at: start } = left;
    let kind = match (function, kind) {
        ("_&&_", Kind::And(parts)) => Kind::And(with(parts, right)),
        ("_||_", Kind::Or(parts)) => Kind::Or(with(parts, right)),
        ("_&&_", kind) => Kind::And(vec![Expr { kind, at: start }, right]),
        ("_||_", kind) => Kind::Or(vec![Expr { kind, at: start }, right]),
        (function, kind) => {
            return call(function, None, vec![Expr { kind, at: start }, right], at);
        }
    };
    Expr { kind, at }
}

fn with(mut parts: Vec<Expr>, one: Expr) -> Vec<Expr> {
    parts.push(one);
    parts
}

fn call(function: &str, target: Option<Expr>, args: Vec<Expr>, at: usize) -> Expr {
    Expr { kind: Kind::Call(Box::new(Call { function: function.into(), target, args })), at }
}

/// A method, a macro, or a function whose name has dots (`sets.contains`).
fn method(of: Expr, name: &str, args: Vec<Expr>, at: usize) -> Parsed {
    if let Kind::Name(space) = &of.kind {
        let full = format!("{space}.{name}");
        if signatures::is_function(&full) {
            return Ok(call(&full, None, args, at));
        }
    }
    match macros::expand(of, name, args, at)? {
        macros::Expanded::Fold(fold) => Ok(fold),
        macros::Expanded::Method(of, args) => Ok(call(name, Some(of), args, at)),
    }
}
