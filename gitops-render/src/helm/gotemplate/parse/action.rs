//! Reads actions: control structures and pipelines.

use smallvec::SmallVec;

use super::{End, Parser, Read, Scope};
use crate::helm::go::Str;
use crate::helm::gofmt::unquote;
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::ast::{Branch, Command, Name, Node, Pipe, Word};
use crate::helm::gotemplate::lex::{Item, Kind};

impl<'t> Parser<'t> {
    /// An action, of which the left delimiter was read.
    pub(super) fn action(&mut self) -> Result<Read, Fault> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => self.jump("break", Node::Break)?,
            Kind::Continue => self.jump("continue", Node::Continue)?,
            Kind::Else => return self.otherwise(),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Read::End(End::End));
            }
            Kind::If => self.deeper(Self::if_control)?,
            Kind::Range => self.deeper(Self::range_control)?,
            Kind::With => self.deeper(Self::with_control)?,
            Kind::Template => self.template()?,
            _ => {
                self.tree.tokens.back();
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Read::Node(node))
    }

    fn jump(&mut self, word: &str, node: Node) -> Result<Node, Fault> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(&token, &format!("{{{{{word}}}}}")));
        }
        if self.tree.range_depth == 0 {
            return Err(self.error(format!("{{{{{word}}}}} outside {{{{range}}}}")));
        }
        Ok(node)
    }

    fn otherwise(&mut self) -> Result<Read, Fault> {
        if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Read::End(End::Else))
    }

    fn if_control(&mut self) -> Result<Node, Fault> {
        self.control("if").map(Node::If)
    }

    fn with_control(&mut self) -> Result<Node, Fault> {
        self.control("with").map(Node::With)
    }

    fn range_control(&mut self) -> Result<Node, Fault> {
        self.control("range").map(Node::Range)
    }

    fn control(&mut self, context: &str) -> Result<Branch, Fault> {
        let vars = self.tree.vars.len();
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let ranges = usize::from(context == "range");
        self.tree.range_depth += ranges;
        let (list, end) = self.item_list()?;
        self.tree.range_depth -= ranges;
        let otherwise = match end {
            End::End => None,
            End::Else => Some(self.else_list(context)?),
        };
        self.tree.vars.truncate(vars);
        Ok(Branch { pipe, list, otherwise })
    }

    /// What follows `{{else`.
    fn else_list(&mut self, context: &str) -> Result<Box<[Node]>, Fault> {
        match (context, self.peek().kind) {
            ("if", Kind::If) => {
                self.next();
                Ok(Box::new([self.deeper(Self::if_control)?]))
            }
            ("with", Kind::With) => {
                self.next();
                Ok(Box::new([self.deeper(Self::with_control)?]))
            }
            _ => match self.item_list()? {
                (list, End::End) => Ok(list),
                (_, end) => Err(self.error(format!("expected end; found {}", end.show()))),
            },
        }
    }

    fn block(&mut self) -> Result<Node, Fault> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let outer = std::mem::replace(&mut self.tree, Scope::new());
        let (root, end) = self.deeper(Self::item_list)?;
        if let End::Else = end {
            self.tree = outer;
            return Err(self.error(format!("unexpected {} in {CONTEXT}", end.show())));
        }
        self.add(name.clone(), root)?;
        self.tree = outer;
        Ok(Node::Template { pos: position(&token), name, pipe: Some(pipe) })
    }

    fn template(&mut self) -> Result<Node, Fault> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.tree.tokens.back();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        }
        Ok(Node::Template { pos: position(&token), name, pipe })
    }

    pub(super) fn template_name(&self, token: &Item<'_>, context: &str) -> Result<Str, Fault> {
        match token.kind {
            Kind::String | Kind::RawString => {
                let name = unquote(token.text).map_err(|error| self.error(error))?;
                Ok(Str::from(name))
            }
            _ => Err(self.unexpected(token, context)),
        }
    }

    /// A pipeline up to an item of the kind `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipe, Fault> {
        let pos = position(self.peek_non_space());
        let mut is_assign = false;
        let mut decl = Vec::new();
        let mut cmds = SmallVec::<[Command; 4]>::new();
        while self.declaration(&mut decl, &mut is_assign, context)? {}
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                self.check_pipeline(&cmds, context)?;
                let (decl, cmds) = (decl.into_boxed_slice(), cmds.into_boxed_slice());
                return Ok(Pipe { pos, is_assign, decl, cmds });
            }
            if !starts_command(token.kind) {
                return Err(self.unexpected(&token, context));
            }
            self.tree.tokens.back();
            cmds.push(self.command()?);
        }
    }

    /// Reads a variable that the pipeline sets, if there is one; whether another may follow.
    fn declaration(
        &mut self,
        decl: &mut Vec<Name>,
        is_assign: &mut bool,
        context: &str,
    ) -> Result<bool, Fault> {
        if self.peek_non_space().kind != Kind::Variable {
            return Ok(false);
        }
        let variable = self.next();
        let after = *self.peek();
        let next = *self.peek_non_space();
        if matches!(next.kind, Kind::Assign | Kind::Declare) {
            *is_assign = next.kind == Kind::Assign;
            self.next_non_space();
            self.declare(&variable, decl);
        } else if next.kind == Kind::Char && next.text == b"," {
            self.next_non_space();
            self.declare(&variable, decl);
            return self.second_variable(decl, context);
        } else if after.kind == Kind::Space {
            self.tree.tokens.back_before_two(variable, after);
        } else {
            self.tree.tokens.back_before(variable);
        }
        Ok(false)
    }

    fn declare(&mut self, variable: &Item<'t>, decl: &mut Vec<Name>) {
        let new = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let id = *self.names.entry(variable.text).or_insert(new);
        decl.push(Name { id, text: self.word(variable.text) });
        self.tree.vars.push(id);
    }

    /// After a comma: only `range` sets two variables.
    fn second_variable(&mut self, decl: &[Name], context: &str) -> Result<bool, Fault> {
        if context == "range" && decl.len() < 2 {
            return match self.peek_non_space().kind {
                Kind::Variable | Kind::RightDelim | Kind::RightParen => Ok(true),
                _ => Err(self.error("range can only initialize variables")),
            };
        }
        Err(self.error(format!("too many declarations in {context}")))
    }

    fn check_pipeline(&self, cmds: &[Command], context: &str) -> Result<(), Fault> {
        if cmds.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        let constant = |command: &Command| {
            let word = command.args.first().map(|arg| &arg.word);
            matches!(
                word,
                Some(Word::Bool(_) | Word::Dot | Word::Nil | Word::Number(_) | Word::Str { .. })
            )
        };
        match cmds.iter().skip(1).position(constant) {
            None => Ok(()),
            Some(n) => {
                let stage = n + 2;
                Err(self.error(format!("non executable command in pipeline stage {stage}")))
            }
        }
    }
}

fn starts_command(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::CharConstant
            | Kind::Complex
            | Kind::Dot
            | Kind::Field
            | Kind::Identifier
            | Kind::Number
            | Kind::Nil
            | Kind::RawString
            | Kind::String
            | Kind::Variable
            | Kind::LeftParen
    )
}

/// Where an item starts. Texts beyond 4 GiB are refused long before.
pub(super) fn position(token: &Item<'_>) -> u32 {
    u32::try_from(token.pos).unwrap_or(u32::MAX)
}
