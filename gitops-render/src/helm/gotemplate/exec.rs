//! Runs templates, as `text/template/exec.go` does.

mod call;
mod check;
mod field;
mod range;
mod trace;

use std::sync::Arc;

use super::ast::{
    Action, Arg, Branch, Callee, Code, Command, Many, Node, Number, One, Pipe, Span, Tree, Word,
};
use super::operand::Operand;
use super::print::Print;
use super::{Fault, Machine};
use crate::helm::go::{Str, Value};
use crate::helm::gofmt::{append_printed, quote};

/// A run of one template.
pub(super) struct Frame<'m, 'w, 't> {
    pub(super) machine: &'m mut Machine<'w>,
    tree: &'t Tree,
    code: &'t Code,
    /// What runs, for errors.
    at: At<'t>,
    /// How far behind its first occurrence the action stands that runs.
    shift: u32,
    /// Where its variables start.
    base: usize,
}

/// What errors show in `<…>`.
#[derive(Clone, Copy)]
enum At<'t> {
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Arg(&'t Arg),
}

/// Where to go on after a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

/// A variable that was declared.
#[derive(Debug)]
pub(super) struct Variable {
    name: One<Str>,
    value: Operand,
}

/// Runs `tree` with `dot`; what it prints is appended to the machine's output.
pub(super) fn run(machine: &mut Machine<'_>, tree: &Tree, dot: &Operand) -> Result<(), Fault> {
    let base = machine.variables.len();
    machine.variables.push(Variable { name: Code::DOLLAR, value: dot.clone() });
    let code = &*tree.code;
    let result = match code[tree.root].first() {
        None => Ok(Flow::Next),
        Some(first) => {
            let at = At::Node(first);
            Frame { machine, tree, code, at, shift: 0, base }.list(dot, tree.root)
        }
    };
    machine.variables.truncate(base);
    result.map(|_| ())
}

impl<'t> Frame<'_, '_, 't> {
    fn list(&mut self, dot: &Operand, nodes: Many<Node>) -> Result<Flow, Fault> {
        if self.machine.is_traced() {
            return self.traced_list(dot, nodes);
        }
        for node in &self.code[nodes] {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Operand, node: &'t Node) -> Result<Flow, Fault> {
        self.at = At::Node(node);
        self.shift = node.shift();
        self.step()?;
        match node {
            Node::Text(span) => self.write(self.code.piece(*span))?,
            Node::Action(action) => self.action(dot, node, *action)?,
            Node::If(branch) => return self.branch(dot, branch, false),
            Node::With(branch) => return self.branch(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template { name, pipe, .. } => {
                self.template(dot, &self.code[*name], *pipe)?;
            }
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    /// Prints the value of a pipeline, unless it only sets variables. These live on until the
    /// end of the list that the action is in.
    fn action(&mut self, dot: &Operand, node: &'t Node, action: Action) -> Result<(), Fault> {
        let pipe = &self.code[action.pipe];
        if let Some(text) = self.only_text(pipe) {
            return self.write(text);
        }
        let value = self.pipeline(dot, pipe)?;
        if !pipe.decl.is_empty() {
            return Ok(());
        }
        self.at = At::Node(node);
        if let Value::Str(text) = &value.value {
            return self.write(text);
        }
        let start = self.machine.output.len();
        if value.is_invalid() {
            self.machine.output.extend_from_slice(b"<no value>");
        } else {
            let room = self.machine.room();
            let result = append_printed(&mut self.machine.output, &value.value, room);
            result.map_err(|fault| self.stop(fault))?;
        }
        self.machine.charge(self.machine.output.len() - start).map_err(|fault| self.stop(fault))
    }

    /// The text that is all of a pipeline.
    fn only_text(&self, pipe: &Pipe) -> Option<&'t [u8]> {
        let ([command], []) = (&self.code[pipe.cmds], &self.code[pipe.decl]) else { return None };
        match &self.code[command.args] {
            [Arg { word: Word::Str { quoted, text }, .. }] => {
                Some(self.code.meaning(*quoted, *text))
            }
            _ => None,
        }
    }

    fn branch(&mut self, dot: &Operand, branch: &'t Branch, sets_dot: bool) -> Result<Flow, Fault> {
        let mark = self.machine.variables.len();
        let value = self.pipeline(dot, &self.code[branch.head.pipe])?;
        let flow = match branch.otherwise {
            _ if value.value.truth() => {
                let dot = if sets_dot { &value } else { dot };
                super::stack::grow(|| self.list(dot, branch.list))?
            }
            Some(list) => super::stack::grow(|| self.list(dot, list))?,
            None => Flow::Next,
        };
        self.machine.variables.truncate(mark);
        Ok(flow)
    }

    fn template(
        &mut self,
        dot: &Operand,
        name: &Str,
        pipe: Option<One<Pipe>>,
    ) -> Result<(), Fault> {
        let Some(tree) = self.machine.template(name) else {
            let text = [b"template ", &*quote(name), b" not defined"].concat();
            return Err(self.error(text));
        };
        let tree = Arc::clone(tree);
        let dot = match pipe {
            None => Operand::default(),
            Some(pipe) => self.pipeline(dot, &self.code[pipe])?,
        };
        self.machine.run(&tree, &dot).map_err(|fault| self.stop(fault))
    }

    /// The value of a pipeline, to which its variables are set.
    fn pipeline(&mut self, dot: &Operand, pipe: &'t Pipe) -> Result<Operand, Fault> {
        self.at = At::Pipe(pipe);
        let mut value = None;
        for command in &self.code[pipe.cmds] {
            value = Some(self.command(dot, command, value)?.unboxed());
        }
        let value = value.unwrap_or_default();
        for &name in &self.code[pipe.decl] {
            if pipe.is_assign {
                self.assign(name, value.clone())?;
            } else {
                self.machine.variables.push(Variable { name, value: value.clone() });
            }
        }
        Ok(value)
    }

    /// The value of a command, whose last argument is `last`, the value of the command before.
    fn command(
        &mut self,
        dot: &Operand,
        command: &'t Command,
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        let [first, args @ ..] = &self.code[command.args] else { return Ok(Operand::default()) };
        match first.word {
            Word::Field(fields) => {
                self.at = At::Arg(first);
                if args.is_empty()
                    && last.is_none()
                    && let Some(found) = field::follow(self.code, &dot.value, fields)
                {
                    return Ok(found);
                }
                return self.fields(dot, dot, &self.code[fields], first, args, last);
            }
            Word::Chain { of, fields } => {
                return self.chain(dot, &self.code[of], &self.code[fields], first, args, last);
            }
            Word::Builtin(builtin) => {
                self.at = At::Arg(first);
                let callee = Callee::Builtin(builtin);
                return self.function(dot, callee, At::Command(command), args, last);
            }
            Word::Function(function) => {
                self.at = At::Arg(first);
                let callee = Callee::Function(function);
                return self.function(dot, callee, At::Command(command), args, last);
            }
            Word::Pipe(pipe) => {
                self.refuse_args(first, args, last.as_ref())?;
                return self.pipeline(dot, &self.code[pipe]);
            }
            Word::Variable { name, fields } => {
                self.at = At::Arg(first);
                if args.is_empty() && last.is_none() {
                    return self.of_variable(dot, name, fields, first);
                }
                let fields = &self.code[fields];
                let value = self.variable(name)?.clone();
                if fields.is_empty() {
                    self.refuse_args(first, args, last.as_ref())?;
                }
                return self.fields(dot, &value, fields, first, args, last);
            }
            _ => {}
        }
        self.at = At::Arg(first);
        self.refuse_args(first, args, last.as_ref())?;
        match first.word {
            Word::Nil => Err(self.error("nil is not a command")),
            Word::Dot => Ok(dot.clone()),
            _ => self.constant(first),
        }
    }

    fn chain(
        &mut self,
        dot: &Operand,
        of: &'t Arg,
        fields: &'t [One<Str>],
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        self.at = At::Arg(node);
        self.at = At::Arg(of);
        let value = self.operand(dot, of)?;
        self.fields(dot, &value, fields, node, args, last)
    }

    /// The value of a word that is more than a constant.
    fn operand(&mut self, dot: &Operand, arg: &'t Arg) -> Result<Operand, Fault> {
        match arg.word {
            Word::Field(fields) => match field::follow(self.code, &dot.value, fields) {
                Some(found) => Ok(found),
                None => self.fields(dot, dot, &self.code[fields], arg, &[], None),
            },
            Word::Variable { name, fields } => self.of_variable(dot, name, fields, arg),
            Word::Pipe(pipe) => super::stack::grow(|| self.pipeline(dot, &self.code[pipe])),
            Word::Builtin(builtin) => {
                self.function(dot, Callee::Builtin(builtin), At::Arg(arg), &[], None)
            }
            Word::Function(function) => {
                self.function(dot, Callee::Function(function), At::Arg(arg), &[], None)
            }
            Word::Chain { of, fields } => {
                self.chain(dot, &self.code[of], &self.code[fields], arg, &[], None)
            }
            _ => Ok(dot.clone()),
        }
    }

    /// The value of a constant, of the type that it has by itself.
    fn constant(&mut self, arg: &'t Arg) -> Result<Operand, Fault> {
        let value = match arg.word {
            Word::Bool(value) => Value::Bool(value),
            Word::Str { quoted, text } => self.string(quoted, text)?,
            Word::Number(number) => {
                self.at = At::Arg(arg);
                return self.number(&self.code[number]);
            }
            _ => Value::Nil,
        };
        Ok(Operand::plain(value))
    }

    /// A text in quotes; a long one is copied, which counts.
    fn string(&mut self, quoted: Span, text: Option<One<Str>>) -> Result<Value, Fault> {
        if text.is_none() {
            let length = self.code.meaning(quoted, text).len();
            self.machine.charge(length).map_err(|fault| self.stop(fault))?;
        }
        Ok(Value::Str(self.code.string(quoted, text)))
    }

    fn number(&self, number: &Number) -> Result<Operand, Fault> {
        let text = self.code.piece(number.text);
        let is_hex = matches!(text, [b'0', b'x' | b'X', _, ..])
            && !text.iter().any(|byte| matches!(byte, b'p' | b'P'));
        let has_point = text.iter().any(|byte| b".eEpP".contains(byte));
        let value = match *number {
            Number { complex: Some((real, imaginary)), .. } => Value::Complex(real, imaginary),
            Number { float: Some(float), .. } if !is_hex && text[0] != b'\'' && has_point => {
                Value::Float(float)
            }
            Number { int: Some(int), .. } => Value::int(int),
            Number { uint: Some(_), .. } => {
                return Err(self.error([text, b" overflows int"].concat()));
            }
            _ => Value::Nil,
        };
        Ok(Operand::plain(value))
    }

    fn refuse_args(&self, first: &Arg, args: &[Arg], last: Option<&Operand>) -> Result<(), Fault> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        Err(self.error([b"can't give argument to non-function ", &*first.show(self.code)].concat()))
    }

    /// A variable, or fields of it.
    fn of_variable(
        &mut self,
        dot: &Operand,
        name: One<Str>,
        fields: Many<One<Str>>,
        node: &'t Arg,
    ) -> Result<Operand, Fault> {
        let value = self.variable(name)?;
        if fields.is_empty() {
            return Ok(value.clone());
        }
        if let Some(found) = field::follow(self.code, &value.value, fields) {
            return Ok(found);
        }
        let value = value.clone();
        self.fields(dot, &value, &self.code[fields], node, &[], None)
    }

    /// The variable that was declared last under the name. Where control went past its
    /// declaration there may be none, though the parser saw one.
    fn variable(&self, name: One<Str>) -> Result<&Operand, Fault> {
        let own = &self.machine.variables[self.base..];
        match own.iter().rev().find(|variable| variable.name == name) {
            Some(variable) => Ok(&variable.value),
            None => Err(self.undefined(name)),
        }
    }

    fn assign(&mut self, name: One<Str>, value: Operand) -> Result<(), Fault> {
        let own = &mut self.machine.variables[self.base..];
        match own.iter_mut().rev().find(|variable| variable.name == name) {
            Some(variable) => {
                variable.value = value;
                Ok(())
            }
            None => Err(self.undefined(name)),
        }
    }

    fn undefined(&self, name: One<Str>) -> Fault {
        self.error([b"undefined variable: ", &*self.code[name]].concat())
    }

    fn write(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.machine.charge(text.len()).map_err(|fault| self.stop(fault))?;
        self.machine.output.extend_from_slice(text);
        Ok(())
    }

    fn step(&mut self) -> Result<(), Fault> {
        self.machine.step().map_err(|fault| self.stop(fault))
    }

    /// A fault of something that runs inside, which stays as it is but for the place of a limit.
    fn stop(&self, fault: Fault) -> Fault {
        fault.located(|| Str::from(self.place()))
    }

    /// Where that is in the text which runs.
    fn place(&self) -> Vec<u8> {
        self.code.place(self.at.pos(self.code) + self.shift)
    }

    /// The error `text` of what runs.
    fn error(&self, text: impl AsRef<[u8]>) -> Fault {
        Fault::new([&*self.context(), text.as_ref()].concat())
    }

    /// What errors have before their texts.
    fn context(&self) -> Vec<u8> {
        let place = self.place();
        let name = quote(&self.tree.name);
        let node = self.at.show(self.code);
        [b"template: ", &*place, b": executing ", &name, b" at <", &node, b">: "].concat()
    }
}

impl At<'_> {
    fn pos(self, code: &Code) -> u32 {
        match self {
            Self::Node(node) => match node {
                Node::Action(action) => code[action.pipe].pos,
                Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                    code[branch.head.pipe].pos
                }
                Node::Template { pos, .. } => *pos,
                Node::Text(span) => span.start(),
                Node::Break | Node::Continue => 0,
            },
            Self::Pipe(pipe) => pipe.pos,
            Self::Command(command) => command.pos,
            Self::Arg(arg) => arg.pos,
        }
    }

    fn show(self, code: &Code) -> Vec<u8> {
        match self {
            Self::Node(node) => node.show(code),
            Self::Pipe(pipe) => pipe.show(code),
            Self::Command(command) => command.show(code),
            Self::Arg(arg) => arg.show(code),
        }
    }
}
