//! Fields, entries and methods: `.a.b`.

use super::{At, Frame};
use crate::helm::go::{Map, Object, Str, Type, Value};
use crate::helm::gotemplate::ast::{Arg, Code, One};
use crate::helm::gotemplate::operand::{Operand, item_type, zero};
use crate::helm::gotemplate::{Fault, Function};

/// How many fields are followed at once.
const WAY: usize = 16;

/// The value at the end of `fields`, where all on the way to it are plain entries of maps: then
/// none of these is touched. None in all other cases, which take the long way.
pub(super) fn follow(code: &Code, value: &Value, fields: &[One<Str>]) -> Option<Operand> {
    let Value::Map(map) = value else { return None };
    match fields {
        [name, rest @ ..] if rest.len() < WAY => entry(code, map, &code[*name], rest),
        _ => None,
    }
}

fn entry(code: &Code, map: &Map, name: &Str, rest: &[One<Str>]) -> Option<Operand> {
    if method_of(map, name).is_some() {
        return None;
    }
    let entries = map.entries();
    let found = entries.get(name)?;
    map.note_read(name, Some(found), rest.is_empty());
    match rest {
        [] => Some(Operand::element(found.clone(), item_type(map.ty))),
        _ => follow(code, found, rest),
    }
}

/// The method `name` of a map with a named type.
fn method_of(map: &Map, name: &[u8]) -> Option<&'static Function> {
    let Type::Named(named) = map.ty else { return None };
    named.methods.iter().find(|method| method.name.as_bytes() == name)
}

impl<'t> Frame<'_, '_, 't> {
    /// `fields` of `value`, one after the other. The last may be a method, and gets the arguments.
    pub(super) fn fields(
        &mut self,
        dot: &Operand,
        value: &Operand,
        fields: &'t [One<Str>],
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        let mut value = value.clone();
        let Some((end, way)) = fields.split_last() else { return Ok(value) };
        for name in way {
            value = self.field(dot, &value, &self.code[*name], node, &[], None)?;
        }
        self.field(dot, &value, &self.code[*end], node, args, last)
    }

    fn field(
        &mut self,
        dot: &Operand,
        value: &Operand,
        name: &Str,
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        if let Value::Map(map) = &value.value {
            if let Some(method) = method_of(map, name) {
                return self.method_of_map(dot, &value.value, method, node, args, last);
            }
            if !args.is_empty() || last.is_some() {
                return Err(self.error([name, &b" is not a method but has arguments"[..]].concat()));
            }
            let item = item_type(map.ty);
            let found = map.get(name);
            return Ok(found.map_or_else(|| zero(item), |found| Operand::element(found, item)));
        }
        if let Value::Object(object) = &value.value {
            let object = std::rc::Rc::clone(object);
            return self.field_of_object(dot, value, &*object, name, node, args, last);
        }
        if value.is_invalid() {
            return Ok(Operand::default());
        }
        if value.is_nil_interface() {
            return Err(self.error([b"nil pointer evaluating interface {}.", &**name].concat()));
        }
        Err(self.no_field(value, name))
    }

    fn no_field(&self, value: &Operand, name: &Str) -> Fault {
        let ty = value.ty().to_string();
        self.error([b"can't evaluate field ", &**name, b" in type ", ty.as_bytes()].concat())
    }

    fn method_of_map(
        &mut self,
        dot: &Operand,
        map: &Value,
        method: &'static Function,
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        let name = method.name.as_bytes();
        let args = self.arguments(dot, name, &method.parameters, args, last)?;
        let args: Vec<Value> = std::iter::once(map.clone()).chain(args).collect();
        let result = (method.call)(self.machine, &args);
        self.result(result, name, At::Arg(node))
    }

    #[expect(clippy::too_many_arguments, reason = "as Go's evalField")]
    fn field_of_object(
        &mut self,
        dot: &Operand,
        value: &Operand,
        object: &dyn Object,
        name: &Str,
        node: &'t Arg,
        args: &'t [Arg],
        last: Option<Operand>,
    ) -> Result<Operand, Fault> {
        if let Some(parameters) = object.method(name) {
            if let Some(why) = object.unsuited(name) {
                self.check_count(name, &parameters, args.len(), last.is_some())?;
                return Err(self.error(why));
            }
            let args = self.arguments(dot, name, &parameters, args, last)?;
            let result = object.call(name, &args, self.machine);
            return self.result(result, name, At::Arg(node));
        }
        let has_args = !args.is_empty() || last.is_some();
        if let Some(field) = object.field(name) {
            if has_args {
                let text = b" has arguments but cannot be invoked as function";
                return Err(self.error([&**name, text].concat()));
            }
            return Ok(Operand::plain(field));
        }
        match object.as_collection() {
            Some(Value::Map(_)) if has_args => {
                Err(self.error([name, &b" is not a method but has arguments"[..]].concat()))
            }
            Some(Value::Map(map)) => {
                let item = item_type(map.ty);
                let found = map.get(name).unwrap_or_else(|| zero(item).value);
                Ok(Operand::element(found, item))
            }
            _ => Err(self.no_field(value, name)),
        }
    }
}
