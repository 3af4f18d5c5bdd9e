//! Arguments: whether they fit the types of parameters.

use super::{At, Frame};
use crate::helm::go::{Kind, Type, Value};
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::ast::{Arg, Word};
use crate::helm::gotemplate::operand::{Operand, zero};
use crate::helm::gotemplate::print::Print;

impl<'t> Frame<'_, '_, 't> {
    /// The value of `arg` for a parameter of the type `ty`.
    pub(super) fn argument(
        &mut self,
        dot: &Operand,
        ty: Type,
        arg: &'t Arg,
    ) -> Result<Operand, Fault> {
        self.at = At::Arg(arg);
        match arg.word {
            Word::Nil => {
                let wrong = || self.error(format!("cannot assign nil to {ty}"));
                nil_of(ty).ok_or_else(wrong)
            }
            Word::Bool(_) | Word::Number(_) | Word::Str { .. } => self.literal(ty, arg),
            _ => {
                let value = self.operand(dot, arg)?;
                self.check(value, ty)
            }
        }
    }

    /// A constant for a parameter of the type `ty`, which also decides what the number is.
    fn literal(&mut self, ty: Type, arg: &'t Arg) -> Result<Operand, Fault> {
        let number = match arg.word {
            Word::Number(number) => Some(&self.code[number]),
            _ => None,
        };
        let (expected, value) = match ty.kind() {
            _ if matches!(ty, Type::Any | Type::Reflect) => return self.constant(arg),
            Kind::Bool => ("bool", bool_of(arg)),
            Kind::Str => match arg.word {
                Word::Str { quoted, text } => {
                    return self.string(quoted, text).map(Operand::plain);
                }
                _ => ("string", None),
            },
            Kind::Float64 => ("float", number.and_then(|n| n.float).map(Value::Float)),
            Kind::Complex128 => {
                ("complex", number.and_then(|n| n.complex).map(|(re, im)| Value::Complex(re, im)))
            }
            Kind::Int(kind) if kind.is_unsigned() => {
                let bits = number.and_then(|n| n.uint).map(u64::cast_signed);
                ("unsigned integer", bits.map(|bits| Value::Int(bits, kind)))
            }
            Kind::Int(kind) => ("integer", number.and_then(|n| n.int).map(|n| Value::Int(n, kind))),
            _ => {
                let text = [b"can't handle ", &*arg.show(self.code), b" for arg of type "].concat();
                return Err(self.error([&*text, ty.to_string().as_bytes()].concat()));
            }
        };
        let wrong =
            || [b"expected ", expected.as_bytes(), b"; found ", &*arg.show(self.code)].concat();
        value.map(Operand::plain).ok_or_else(|| self.error(wrong()))
    }

    /// `value` as the type `ty`, if it can be assigned to it.
    pub(super) fn check(&self, value: Operand, ty: Type) -> Result<Operand, Fault> {
        if matches!(ty, Type::Any | Type::Reflect) {
            let passed = match &value.value {
                Value::Object(object) if ty == Type::Any => object.passed(),
                _ => None,
            };
            return Ok(passed.map_or(value, Operand::plain));
        }
        if value.is_invalid() {
            let wrong = || self.error(format!("invalid value; expected {ty}"));
            return nil_of(ty).ok_or_else(wrong);
        }
        if value.value.ty() == Some(ty) {
            return Ok(value.unboxed());
        }
        let wrong = || {
            let got = value.value.ty().unwrap_or(Type::Any);
            self.error(format!("wrong type for value; expected {ty}; got {got}"))
        };
        assign(&value.value, ty).map(Operand::plain).ok_or_else(wrong)
    }
}

/// The nil of `ty`, if it has one.
fn nil_of(ty: Type) -> Option<Operand> {
    match ty {
        Type::Any | Type::Reflect => Some(Operand::default()),
        Type::Slice(_) | Type::Map(_) => Some(zero(ty)),
        Type::Named(named) if named.kind.has_nil() => Some(Operand::default()),
        _ => None,
    }
}

/// `value` as the type `ty`, which is not its own. A map with a named type can be assigned to the one below the name.
fn assign(value: &Value, ty: Type) -> Option<Value> {
    match (value, value.ty()?) {
        (Value::Map(map), Type::Named(named)) if ty == Type::DICT && named.item == Type::Any => {
            Some(Value::Map(map.seen_as(ty)))
        }
        (Value::Map(map), Type::DICT) => match ty {
            Type::Named(named) if named.kind == Kind::Map && named.item == Type::Any => {
                Some(Value::Map(map.seen_as(ty)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn bool_of(arg: &Arg) -> Option<Value> {
    match arg.word {
        Word::Bool(value) => Some(Value::Bool(value)),
        _ => None,
    }
}
