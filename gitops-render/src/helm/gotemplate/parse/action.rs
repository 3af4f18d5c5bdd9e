//! Reads actions: control structures and pipelines.

use smallvec::SmallVec;

use super::known::{Found, Head};
use super::{End, Parser, Read, position};
use crate::helm::go::Str;
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::ast::{Action, Arg, Branch, Many, Node, One, Pipe, Word};
use crate::helm::gotemplate::lex::{Item, Kind};

/// A control structure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    If,
    With,
    Range,
}

/// Variables that a pipeline sets: at most two, of a `range`.
type Variables = SmallVec<[One<Str>; 2]>;

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
                self.learn(Head::End);
                return Ok(Read::End(End::End));
            }
            Kind::If => self.control(Control::If)?,
            Kind::Range => self.control(Control::Range)?,
            Kind::With => self.control(Control::With)?,
            Kind::Template => self.template()?,
            _ => {
                self.tree.tokens.back();
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                self.learn(Head::Action(pipe));
                Node::Action(Action { shift: 0, pipe })
            }
        };
        Ok(Read::Node(node))
    }

    /// An action that was read before, with what it guards.
    pub(super) fn found(&mut self, found: &Found) -> Result<Read, Fault> {
        let Found { head, shift, vars } = *found;
        Ok(Read::Node(match head {
            Head::Action(pipe) => Node::Action(Action { shift, pipe }),
            Head::Control(control, pipe) => {
                let head = Action { shift, pipe };
                control.node(self.deeper(|parser| parser.guarded(control, head, vars))?)
            }
            Head::Template { pos, name, pipe } => Node::Template { pos, shift, name, pipe },
            Head::Else => return Ok(Read::End(End::Else)),
            Head::End => return Ok(Read::End(End::End)),
        }))
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
        if matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
            self.known.forget();
        } else {
            self.expect(Kind::RightDelim, "else")?;
            self.learn(Head::Else);
        }
        Ok(Read::End(End::Else))
    }

    fn control(&mut self, control: Control) -> Result<Node, Fault> {
        let branch = self.deeper(|parser| {
            let vars = parser.tree.vars.len();
            let pipe = parser.pipeline(control.name(), Kind::RightDelim)?;
            parser.learn(Head::Control(control, pipe));
            parser.guarded(control, Action { shift: 0, pipe }, vars)
        })?;
        Ok(control.node(branch))
    }

    /// What `head` guards; of the variables only the first `vars` are left behind it.
    fn guarded(&mut self, control: Control, head: Action, vars: usize) -> Result<Branch, Fault> {
        let ranges = usize::from(control == Control::Range);
        self.tree.range_depth += ranges;
        let (list, end) = self.item_list()?;
        self.tree.range_depth -= ranges;
        let otherwise = match end {
            End::End => None,
            End::Else => Some(self.else_list(control)?),
        };
        self.tree.vars.truncate(vars);
        Ok(Branch { head, list, otherwise })
    }

    /// What follows `{{else`.
    fn else_list(&mut self, control: Control) -> Result<Many<Node>, Fault> {
        let is_same = match self.peek().kind {
            Kind::If => control == Control::If,
            Kind::With => control == Control::With,
            _ => false,
        };
        if is_same {
            self.next();
            let node = self.control(control)?;
            return Ok(self.code.add_slice(&[node]));
        }
        match self.item_list()? {
            (list, End::End) => Ok(list),
            (_, end) => Err(self.error(format!("expected end; found {}", end.show()))),
        }
    }

    fn block(&mut self) -> Result<Node, Fault> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let outer = std::mem::take(&mut self.tree);
        let (root, end) = self.deeper(Self::item_list)?;
        if let End::Else = end {
            self.tree = outer;
            return Err(self.error(format!("unexpected {} in {CONTEXT}", end.show())));
        }
        self.add(self.code[name].clone(), root)?;
        self.tree = outer;
        let pos = position(token.pos);
        Ok(Node::Template { pos, shift: 0, name, pipe: Some(pipe) })
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
        let pos = position(token.pos);
        self.learn(Head::Template { pos, name, pipe });
        Ok(Node::Template { pos, shift: 0, name, pipe })
    }

    pub(super) fn template_name(
        &mut self,
        token: &Item<'t>,
        context: &str,
    ) -> Result<One<Str>, Fault> {
        match token.kind {
            Kind::String | Kind::RawString => self.text(token.text),
            _ => Err(self.unexpected(token, context)),
        }
    }

    /// A pipeline up to an item of the kind `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<One<Pipe>, Fault> {
        let pos = position(self.peek_non_space().pos);
        let mut is_assign = false;
        let mut decl = Variables::new();
        let start = self.commands.len();
        while self.declaration(&mut decl, &mut is_assign, context)? {}
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                self.check_pipeline(start, context)?;
                let decl = self.code.add_slice(&decl);
                let cmds = self.code.add_from(&mut self.commands, start);
                return Ok(self.code.add(Pipe { pos, is_assign, decl, cmds }));
            }
            if !starts_command(token.kind) {
                return Err(self.unexpected(&token, context));
            }
            self.tree.tokens.back();
            let command = self.command()?;
            self.commands.push(command);
        }
    }

    /// Reads a variable that the pipeline sets, if there is one; whether another may follow.
    fn declaration(
        &mut self,
        decl: &mut Variables,
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

    fn declare(&mut self, variable: &Item<'t>, decl: &mut Variables) {
        let name = self.word(variable.text);
        decl.push(name);
        self.tree.vars.push(name);
    }

    /// After a comma: only `range` sets two variables.
    fn second_variable(&mut self, decl: &[One<Str>], context: &str) -> Result<bool, Fault> {
        if context == "range" && decl.len() < 2 {
            return match self.peek_non_space().kind {
                Kind::Variable | Kind::RightDelim | Kind::RightParen => Ok(true),
                _ => Err(self.error("range can only initialize variables")),
            };
        }
        Err(self.error(format!("too many declarations in {context}")))
    }

    /// Whether the commands from the one `start` on make a pipeline.
    fn check_pipeline(&self, start: usize, context: &str) -> Result<(), Fault> {
        let commands = &self.commands[start..];
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        let mut words = commands.iter().map(|command| self.code[command.args].first());
        let is_constant = |word: Option<&Arg>| {
            matches!(
                word.map(|arg| arg.word),
                Some(Word::Bool(_) | Word::Dot | Word::Nil | Word::Number(_) | Word::Str { .. })
            )
        };
        words.next();
        match words.position(is_constant) {
            None => Ok(()),
            Some(n) => {
                let stage = n + 2;
                Err(self.error(format!("non executable command in pipeline stage {stage}")))
            }
        }
    }
}

impl Control {
    /// Its keyword.
    fn name(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::With => "with",
            Self::Range => "range",
        }
    }

    fn node(self, branch: Branch) -> Node {
        match self {
            Self::If => Node::If(branch),
            Self::With => Node::With(branch),
            Self::Range => Node::Range(branch),
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
