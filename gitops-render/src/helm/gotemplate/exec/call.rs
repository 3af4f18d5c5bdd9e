//! Calls of functions.

use smallvec::SmallVec;

use super::{At, Frame};
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::ast::{Arg, Callee};
use crate::helm::gotemplate::builtin::{Builtin, Code};
use crate::helm::gotemplate::operand::Operand;
use crate::helm::gotemplate::print::Print;
use crate::helm::gotemplate::{Fault, Parameters};

/// Arguments; few calls have more.
pub(super) type Values = SmallVec<[Value; 4]>;

impl<'t> Frame<'_, '_, 't> {
    /// Calls a function; `node` is what errors of the call show.
    pub(super) fn function(
        &mut self,
        dot: &Operand,
        callee: Callee,
        node: At<'t>,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        self.step()?;
        match callee {
            Callee::Builtin(builtin) => self.builtin(dot, builtin, node, args, last),
            Callee::Function(function) => {
                let name = function.name.as_bytes();
                let mut values = Values::new();
                self.arguments(dot, name, &function.parameters, args, last, &mut values)?;
                self.weigh(values.iter())?;
                let result = (function.call)(self.machine, &values);
                self.result(result, name, node)
            }
        }
    }

    /// Accounts for the time that a function takes to look at its arguments once.
    fn weigh<'v>(&mut self, args: impl Iterator<Item = &'v Value>) -> Result<(), Fault> {
        /// What is looked at in the time of a step.
        const BYTES: usize = 64;
        const ITEMS: usize = 4;
        let weight = args.map(|value| match value {
            Value::Str(text) | Value::Bytes(text) => text.len() / BYTES,
            Value::List(items) => items.len() / ITEMS,
            _ => 0,
        });
        match weight.sum::<usize>() {
            0 => Ok(()),
            steps => self.machine.work(steps as u64).map_err(|fault| self.stop(fault)),
        }
    }

    /// What a call gave. A nil came as an `interface {}` out of it.
    pub(super) fn result(
        &mut self,
        result: Result<Value, Fault>,
        name: &[u8],
        node: At<'t>,
    ) -> Result<Operand, Fault> {
        match result {
            Ok(value) => Ok(Operand { boxed: matches!(value, Value::Nil), value }),
            Err(fault) => Err(self.failed(fault, name, node)),
        }
    }

    fn failed(&mut self, fault: Fault, name: &[u8], node: At<'t>) -> Fault {
        self.at = node;
        if let Fault::Limit(_) = fault {
            return self.stop(fault);
        }
        fault.wrap([&*self.context(), b"error calling ", name, b": "].concat())
    }

    /// The arguments of a call, checked and converted, behind `values`, which is too large to be
    /// handed back.
    pub(super) fn arguments(
        &mut self,
        dot: &Operand,
        name: &[u8],
        parameters: &Parameters,
        args: &'t [Arg],
        last: Option<Operand>,
        values: &mut Values,
    ) -> Result<(), Fault> {
        self.check_count(name, parameters, args.len(), last.is_some())?;
        for (at, arg) in args.iter().enumerate() {
            values.push(self.argument(dot, parameters.nth(at), arg)?.value);
        }
        if let Some(last) = last {
            values.push(self.check(last, parameters.nth(args.len()))?.value);
        }
        Ok(())
    }

    pub(super) fn check_count(
        &self,
        name: &[u8],
        parameters: &Parameters,
        args: usize,
        has_last: bool,
    ) -> Result<(), Fault> {
        let given = args + usize::from(has_last);
        let fixed = parameters.fixed.len();
        let want = match parameters.rest {
            Some(_) if given < fixed => format!("want at least {fixed} got {args}"),
            None if given != fixed => format!("want {fixed} got {given}"),
            _ => return Ok(()),
        };
        let text = [b"wrong number of args for ", name, b": ", want.as_bytes()].concat();
        Err(self.error(text))
    }

    fn builtin(
        &mut self,
        dot: &Operand,
        builtin: &'static Builtin,
        node: At<'t>,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        let name = builtin.name.as_bytes();
        self.check_count(name, &builtin.parameters, args.len(), last.is_some())?;
        if let Code::Until(truth) = builtin.code {
            return self.until(dot, truth, args, last);
        }
        let mut values = SmallVec::<[Operand; 4]>::new();
        for arg in args {
            values.push(self.argument(dot, Type::Reflect, arg)?);
        }
        self.weigh(values.iter().map(|operand| &operand.value))?;
        let callee = || match args.first() {
            Some(arg) => arg.show(self.code),
            None => called(last.as_ref()),
        };
        let callee = if let Code::Call = builtin.code { callee() } else { Vec::new() };
        values.extend(last);
        let result = match builtin.code {
            Code::Plain(call) => call(&values),
            Code::Not => {
                let truth = values.first().is_some_and(|operand| operand.value.truth());
                return Ok(Operand::plain(Value::Bool(!truth)));
            }
            Code::Call | Code::Until(_) => Err(not_callable(&callee, &values)),
        };
        result.map_err(|fault| self.failed(fault, name, node))
    }

    /// `and`, `or`: the first operand whose truth is `truth`, else the last. The others after it
    /// are not even evaluated.
    fn until(
        &mut self,
        dot: &Operand,
        truth: bool,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        let mut value = Operand::default();
        for arg in args {
            value = self.argument(dot, Type::Reflect, arg)?;
            if value.value.truth() == truth {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }
}

/// How `call` names what it got through the pipeline.
fn called(last: Option<&Operand>) -> Vec<u8> {
    match last.map(|operand| &operand.value) {
        Some(Value::Str(text)) => text.to_vec(),
        Some(value) => match value.ty() {
            Some(ty) => format!("<{ty} Value>").into_bytes(),
            None => b"<invalid Value>".to_vec(),
        },
        None => Vec::new(),
    }
}

/// The error of `call`: no value of a chart is a function.
fn not_callable(name: &[u8], values: &[Operand]) -> Fault {
    match values.first().and_then(|operand| operand.value.ty()) {
        None => Fault::new("call of nil"),
        Some(ty) => {
            let ty = ty.to_string();
            Fault::new([b"non-function ", name, b" of type ", ty.as_bytes()].concat())
        }
    }
}

impl Parameters {
    /// The type of the argument `n`.
    fn nth(&self, n: usize) -> Type {
        self.fixed.get(n).copied().or(self.rest).unwrap_or(Type::Any)
    }
}
