//! Reads templates, as `text/template/parse/parse.go` does.

mod action;
mod number;
mod term;
mod tokens;

use std::sync::Arc;

use foldhash::HashMap;
use smallvec::SmallVec;

use self::tokens::Tokens;
use super::Fault;
use super::ast::{Callee, Node, Piece, Source, Tree};
use super::lex::{Item, Kind, Lexer};
use crate::helm::go::Str;
use crate::helm::gofmt::quote;

/// How deep control structures and parentheses may nest. Go has 10,000 for parentheses and lets
/// the rest grow with its stack.
const NESTING: usize = 1000;

/// Reads `text`, which errors call `name`, and gives its templates: those that it defines and
/// last what is left, under the name `name`. `functions` finds functions by their names.
///
/// # Errors
/// What is wrong with the text, as Go says it.
pub(crate) fn parse(
    name: Str,
    text: Str,
    functions: fn(&[u8]) -> Option<Callee>,
) -> Result<Vec<Arc<Tree>>, Fault> {
    let source = Arc::new(Source { name: name.clone(), text });
    let text = Arc::clone(&source);
    let mut parser = Parser {
        lexer: Lexer::new(&text.text),
        source,
        functions,
        names: HashMap::from_iter([(&b"$"[..], 0)]),
        words: HashMap::default(),
        tree: Scope::new(),
        nesting: 0,
        trees: Vec::new(),
    };
    parser.file(name)?;
    Ok(parser.trees)
}

/// Reads one text.
struct Parser<'t> {
    lexer: Lexer<'t>,
    source: Arc<Source>,
    functions: fn(&[u8]) -> Option<Callee>,
    /// The numbers of the names of variables.
    names: HashMap<&'t [u8], u32>,
    /// Words that were met: each is kept once.
    words: HashMap<&'t [u8], Str>,
    /// The template being read.
    tree: Scope<'t>,
    /// How many control structures and parentheses are open.
    nesting: usize,
    trees: Vec<Arc<Tree>>,
}

/// What is known while one template is read.
struct Scope<'t> {
    tokens: Tokens<'t>,
    /// The variables that may be used.
    vars: Vec<u32>,
    range_depth: usize,
    /// The line on which the action started; 0 outside of actions.
    action_line: usize,
}

/// Nodes of a list that is not over; few lists are long.
type Nodes = SmallVec<[Node; 4]>;

/// What ends a list.
enum End {
    End,
    Else,
}

/// A node, or what ends the list of nodes.
enum Read {
    Node(Node),
    End(End),
}

impl Scope<'_> {
    fn new() -> Self {
        Self { tokens: Tokens::default(), vars: vec![0], range_depth: 0, action_line: 0 }
    }
}

impl End {
    fn show(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

impl<'t> Parser<'t> {
    fn file(&mut self, name: Str) -> Result<(), Fault> {
        let mut root = Nodes::new();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.tree.tokens.back_before(delim);
            }
            match self.text_or_action()? {
                Read::Node(node) => root.push(node),
                Read::End(end) => return Err(self.error(format!("unexpected {}", end.show()))),
            }
        }
        self.add(name, root.into_boxed_slice())
    }

    /// `{{define "name"}}…{{end}}`, of which the first word was read.
    fn definition(&mut self) -> Result<(), Fault> {
        let outer = std::mem::replace(&mut self.tree, Scope::new());
        let token = self.next_non_space();
        let name = self.template_name(&token, "define clause")?;
        self.expect(Kind::RightDelim, "define clause")?;
        self.rest_of_template(name, "define clause")?;
        self.tree = outer;
        Ok(())
    }

    /// Reads up to the end of a template that the text defines, and keeps it.
    fn rest_of_template(&mut self, name: Str, context: &str) -> Result<(), Fault> {
        let (root, end) = self.item_list()?;
        if let End::Else = end {
            return Err(self.error(format!("unexpected {} in {context}", end.show())));
        }
        self.add(name, root)
    }

    /// Keeps a template. Of two with one name, at most one may be more than space.
    fn add(&mut self, name: Str, root: Box<[Node]>) -> Result<(), Fault> {
        let tree = Tree { name, source: Arc::clone(&self.source), root };
        match self.trees.iter().position(|other| other.name == tree.name) {
            None => self.trees.push(Arc::new(tree)),
            Some(at) if self.trees[at].is_empty() => {
                self.trees.remove(at);
                self.trees.push(Arc::new(tree));
            }
            Some(_) if tree.is_empty() => {}
            Some(_) => {
                let name = quote(&tree.name);
                let text = [b"template: multiple definition of template ", &*name].concat();
                return Err(self.error(text));
            }
        }
        Ok(())
    }

    /// Nodes up to what ends them.
    fn item_list(&mut self) -> Result<(Box<[Node]>, End), Fault> {
        let mut list = Nodes::new();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Read::Node(node) => list.push(node),
                Read::End(end) => return Ok((list.into_boxed_slice(), end)),
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Read, Fault> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Read::Node(Node::Text(self.piece(&token)))),
            Kind::LeftDelim => {
                self.tree.action_line = token.line;
                let read = self.action()?;
                self.tree.action_line = 0;
                Ok(read)
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    /// Reads by `read` one level deeper.
    fn deeper<T>(&mut self, read: fn(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.nesting == NESTING {
            return Err(self.error("max expression depth exceeded"));
        }
        self.nesting += 1;
        let result = super::stack::grow(|| read(self));
        self.nesting -= 1;
        result
    }

    fn error(&self, text: impl AsRef<[u8]>) -> Fault {
        let line = self.tree.tokens.line();
        let line = format!(":{line}: ");
        Fault::new([b"template: ", &*self.source.name, line.as_bytes(), text.as_ref()].concat())
    }

    fn unexpected(&self, token: &Item<'_>, context: &str) -> Fault {
        if token.kind != Kind::Error {
            let shown = token.show();
            return self.error([b"unexpected ", &*shown, b" in ", context.as_bytes()].concat());
        }
        let line = self.tree.action_line;
        if line == 0 || line == token.line {
            return self.error(self.lexer.failure());
        }
        let failure = self.lexer.failure();
        let word: &[u8] = if failure.ends_with(b" action") { b"" } else { b" in action" };
        let at = format!(":{line}");
        let name = &*self.source.name;
        self.error([failure, word, b" started at ", name, at.as_bytes()].concat())
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Item<'t>, Fault> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    fn piece(&self, token: &Item<'_>) -> Piece {
        Piece::new(&self.source, token.pos, token.pos + token.text.len())
    }

    /// The word, which is kept once in the text.
    fn word(&mut self, text: &'t [u8]) -> Str {
        self.words.entry(text).or_insert_with(|| Str::from(text)).clone()
    }

    fn next(&mut self) -> Item<'t> {
        self.tree.tokens.next(&mut self.lexer)
    }

    fn peek(&mut self) -> &Item<'t> {
        self.tree.tokens.peek(&mut self.lexer)
    }

    fn next_non_space(&mut self) -> Item<'t> {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> &Item<'t> {
        while self.peek().kind == Kind::Space {
            self.next();
        }
        self.peek()
    }
}
