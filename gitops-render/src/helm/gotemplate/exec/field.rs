//! Fields, entries and methods: `.a.b`.

use std::sync::atomic::Ordering;

use super::call::Values;
use super::{At, Frame};
use crate::helm::go::{Map, Object, Str, Type, Value};
use crate::helm::gotemplate::ast::{Arg, Code, Many, One};
use crate::helm::gotemplate::operand::{Operand, item_type, zero};
use crate::helm::gotemplate::{Fault, Function};

/// The value at the end of `fields`, where all on the way to it are plain entries of maps: then
/// none of these is touched. None in all other cases, which take the long way.
pub(super) fn follow(code: &Code, value: &Value, fields: Many<One<Str>>) -> Option<Operand> {
    let Value::Map(first) = value else { return None };
    let mut inner: Option<Map> = None;
    let mut fields = code.fields(fields);
    while let Some((name, place)) = fields.next() {
        let map = inner.as_ref().unwrap_or(first);
        if method_of(map, name).is_some() {
            return None;
        }
        let is_last = fields.len() == 0;
        let entries = map.entries();
        let near = place.load(Ordering::Relaxed).into();
        let (at, found) = entries.find_near(name, near)?;
        if at != near {
            // What is behind the first few is looked for each time.
            place.store(u8::try_from(at).unwrap_or_default(), Ordering::Relaxed);
        }
        map.note_read(name, Some(found), is_last);
        match found {
            _ if is_last => {
                return Some(Operand::element(found.clone(), item_type(map.ty)));
            }
            Value::Map(below) => {
                let below = below.clone();
                drop(entries);
                inner = Some(below);
            }
            _ => return None,
        }
    }
    None
}

/// The method `name` of a map with a named type.
fn method_of(map: &Map, name: &[u8]) -> Option<&'static Function> {
    let Type::Named(named) = map.ty else { return None };
    // Those that can be called are exported, which few keys seem to be.
    if !name.first().is_some_and(u8::is_ascii_uppercase) {
        return None;
    }
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
        let mut values = Values::new();
        values.push(map.clone());
        self.arguments(dot, name, &method.parameters, args, last, &mut values)?;
        let result = (method.call)(self.machine, &values);
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
            let mut values = Values::new();
            self.arguments(dot, name, &parameters, args, last, &mut values)?;
            let result = object.call(name, &values, self.machine);
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
