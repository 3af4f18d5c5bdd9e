//! Values as text: quoting, joining, and what sprig's `strval` shows.

use super::args::{items, text};
use crate::helm::go::{Str, Type, Value};
use crate::helm::gofmt::{append_value, quote};
use crate::helm::gotemplate::{Fault, Function, Machine};

const A: Type = Type::Any;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("quote", &[], A, |machine, args| {
        spaced(machine, args, |machine, value, out| {
            let shown = shown(machine, value)?;
            machine.charge(shown.len())?;
            out.extend_from_slice(&quote(&shown));
            Ok(())
        })
    }),
    Function::variadic("squote", &[], A, |machine, args| {
        spaced(machine, args, |machine, value, out| {
            out.push(b'\'');
            push_value(machine, value, out)?;
            out.push(b'\'');
            Ok(())
        })
    }),
    Function::variadic("cat", &[], A, |machine, args| spaced(machine, args, push_value)),
    Function::new("toString", &[A], |machine, args| Ok(Value::Str(shown(machine, &args[0])?))),
    Function::new("toStrings", &[A], |machine, args| {
        Ok(match &args[0] {
            Value::List(list) if *list.item == Type::Str => args[0].clone(),
            other => Value::strings(strings(machine, other)?),
        })
    }),
    Function::new("join", &[Type::Str, A], join),
];

/// Writes a value behind what is there.
type Push = fn(&mut Machine<'_>, &Value, &mut Vec<u8>) -> Result<(), Fault>;

/// All values but `nil`, with spaces between them.
fn spaced(machine: &mut Machine<'_>, args: &[Value], push: Push) -> Result<Value, Fault> {
    let mut out = Vec::new();
    for (at, value) in args.iter().filter(|value| !matches!(value, Value::Nil)).enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        push(machine, value, &mut out)?;
    }
    machine.charge(out.len())?;
    Ok(Value::string(out))
}

/// A value as `%v` prints it.
fn push_value(machine: &mut Machine<'_>, value: &Value, out: &mut Vec<u8>) -> Result<(), Fault> {
    append_value(out, value, machine.room())
}

/// sprig's `strval`: strings and bytes as they are, else as `%v` prints it.
pub(super) fn shown(machine: &mut Machine<'_>, value: &Value) -> Result<Str, Fault> {
    match value {
        Value::Str(text) | Value::Bytes(text) => Ok(text.clone()),
        Value::Bool(true) => Ok(Str::from("true")),
        Value::Bool(false) => Ok(Str::from("false")),
        other => {
            let mut out = Vec::new();
            push_value(machine, other, &mut out)?;
            Ok(Str::from(out))
        }
    }
}

/// sprig's `strslice`: the items as text without those that are `nil`; anything else as one text,
/// `nil` as none.
pub(super) fn strings(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<Str>, Fault> {
    match items(value) {
        Some(items) => {
            machine.charge(items.len().saturating_mul(size_of::<Value>() + Str::BYTES))?;
            let items = items.iter().filter(|item| !matches!(item, Value::Nil));
            items.map(|item| shown(machine, item)).collect()
        }
        None if matches!(value, Value::Nil) => Ok(Vec::new()),
        None => Ok(vec![shown(machine, value)?]),
    }
}

fn join(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let separator = text(args, 0);
    let parts = strings(machine, &args[1])?;
    if let [only] = &parts[..] {
        return Ok(Value::Str(only.clone()));
    }
    let total = parts.iter().map(|part| part.len() + separator.len()).sum();
    machine.charge(total)?;
    let mut out = Vec::with_capacity(total);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(part);
    }
    Ok(Value::string(out))
}
