//! Reads templates, as `text/template/parse/parse.go` does.

mod action;
mod known;
mod number;
mod term;
mod tokens;

use std::sync::Arc;

use foldhash::HashMap;

use self::known::KnownActions;
use self::tokens::Tokens;
use super::Fault;
use super::ast::{Arg, Callee, Code, Command, Many, Node, One, Span, Tree};
use super::lex::{Item, Kind, Lexer};
use crate::helm::go::Str;
use crate::helm::gofmt::quote;

/// How deep control structures and parentheses may nest. Go has 10,000 for parentheses and lets
/// the rest grow with its stack.
const NESTING: usize = 1000;

/// Longer words and texts hardly ever come twice.
const LONGEST_WORD: usize = 64;

/// Reads `text`, which errors call `name`, and gives its templates: those that it defines and last
/// what is left, under the name `name`. `functions` finds functions by their names.
///
/// # Errors
/// What is wrong with the text, as Go says it.
pub(crate) fn parse(
    name: Str,
    text: &Str,
    functions: fn(&[u8]) -> Option<Callee>,
) -> Result<Vec<Arc<Tree>>, Fault> {
    let code = Code::new(name.clone(), text.clone());
    let mut parser = Parser {
        lexer: Lexer::new(text),
        code,
        functions,
        words: HashMap::from_iter([(&b"$"[..], Code::DOLLAR)]),
        known: KnownActions::default(),
        tree: Scope::default(),
        nodes: Vec::new(),
        commands: Vec::new(),
        args: Vec::new(),
        nesting: 0,
        trees: Vec::new(),
        known_trees: HashMap::default(),
    };
    parser.file(name)?;
    Ok(parser.finish())
}

/// Reads one text.
struct Parser<'t> {
    lexer: Lexer<'t>,
    /// What was read.
    code: Code,
    functions: fn(&[u8]) -> Option<Callee>,
    /// Words that were met: each is kept once.
    words: HashMap<&'t [u8], One<Str>>,
    known: KnownActions<'t>,
    /// The template being read.
    tree: Scope<'t>,
    /// Nodes, commands and words of lists that are not over, the innermost last.
    nodes: Vec<Node>,
    commands: Vec<Command>,
    args: Vec<Arg>,
    /// How many control structures and parentheses are open.
    nesting: usize,
    trees: Vec<(Str, Many<Node>)>,
    /// Where in `trees` the template of a name is.
    known_trees: HashMap<Str, usize>,
}

/// What is known while one template is read.
#[derive(Default)]
struct Scope<'t> {
    tokens: Tokens<'t>,
    /// The variables that may be used beside `$`.
    vars: Vec<One<Str>>,
    range_depth: usize,
    /// The line on which the action started; 0 outside of actions.
    action_line: usize,
}

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
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim && self.lexer.is_before(b"define") {
                let delim = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.tree.tokens.back_before(delim);
            }
            match self.text_or_action()? {
                Read::Node(node) => self.nodes.push(node),
                Read::End(end) => return Err(self.error(format!("unexpected {}", end.show()))),
            }
        }
        let root = self.code.add_from(&mut self.nodes, 0);
        self.add(name, root)
    }

    /// The templates of the text.
    fn finish(mut self) -> Vec<Arc<Tree>> {
        self.code.finish();
        if let Some(at) = self.known_trees.remove(&self.code.name) {
            let main = self.trees.remove(at);
            self.trees.push(main);
        }
        let code = Arc::new(self.code);
        let tree = |(name, root)| Arc::new(Tree { name, code: Arc::clone(&code), root });
        self.trees.into_iter().map(tree).collect()
    }

    /// `{{define "name"}}…{{end}}`, of which the first word was read.
    fn definition(&mut self) -> Result<(), Fault> {
        let outer = std::mem::take(&mut self.tree);
        let token = self.next_non_space();
        let name = self.template_name(&token, "define clause")?;
        let name = self.code[name].clone();
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
    fn add(&mut self, name: Str, root: Many<Node>) -> Result<(), Fault> {
        match self.known_trees.get(&name) {
            None => {
                self.known_trees.insert(name.clone(), self.trees.len());
                self.trees.push((name, root));
            }
            Some(&at) if self.code.is_space(self.trees[at].1) => self.trees[at].1 = root,
            Some(_) if self.code.is_space(root) => {}
            Some(_) => {
                let text = [b"template: multiple definition of template ", &*quote(&name)].concat();
                return Err(self.error(text));
            }
        }
        Ok(())
    }

    /// Nodes up to what ends them.
    fn item_list(&mut self) -> Result<(Many<Node>, End), Fault> {
        let start = self.nodes.len();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Read::Node(node) => self.nodes.push(node),
                Read::End(end) => return Ok((self.code.add_from(&mut self.nodes, start), end)),
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Result<Read, Fault> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Read::Node(Node::Text(span(&token)))),
            Kind::LeftDelim => {
                self.tree.action_line = token.line;
                let read = match self.recall() {
                    Some(found) => self.found(&found)?,
                    None => self.action()?,
                };
                self.tree.action_line = 0;
                Ok(read)
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    /// Reads by `read` one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
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
        Fault::new([b"template: ", &*self.code.name, line.as_bytes(), text.as_ref()].concat())
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
        let name = &*self.code.name;
        self.error([failure, word, b" started at ", name, at.as_bytes()].concat())
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Item<'t>, Fault> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    /// The word, which is kept once in the text.
    fn word(&mut self, text: &'t [u8]) -> One<Str> {
        if text.len() > LONGEST_WORD {
            return self.code.add(Str::from(text));
        }
        *self.words.entry(text).or_insert_with(|| self.code.add(Str::from(text)))
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

/// Where an item stands in the text.
fn span(token: &Item<'_>) -> Span {
    Span::new(token.pos, token.pos + token.text.len())
}

/// A place in the text. Texts beyond 4 GiB are refused long before.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
