//! Values as expressions yield them.

use crate::helm::go::{List, Map, Type, Value};

/// A value, and whether it was taken out of an `interface {}` without looking into it: Go then
/// tells a nil from no value at all, and names the interface as its type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Operand {
    pub(crate) value: Value,
    pub(crate) boxed: bool,
}

impl Operand {
    /// A value by itself.
    pub(crate) fn plain(value: Value) -> Self {
        Self { value, boxed: false }
    }

    /// An element of a collection of `item`.
    pub(crate) fn element(value: Value, item: Type) -> Self {
        Self { value, boxed: item == Type::Any }
    }

    /// What is in the interface, if it is one.
    pub(crate) fn unboxed(self) -> Self {
        Self { boxed: false, ..self }
    }

    /// Whether it is no value at all, Go's zero `reflect.Value`.
    pub(crate) fn is_invalid(&self) -> bool {
        !self.boxed && matches!(self.value, Value::Nil)
    }

    /// Whether it is an `interface {}` that holds nothing.
    pub(crate) fn is_nil_interface(&self) -> bool {
        self.boxed && matches!(self.value, Value::Nil)
    }

    /// Its type as `reflect` sees it.
    pub(crate) fn ty(&self) -> Type {
        if self.boxed { Type::Any } else { self.value.ty().unwrap_or(Type::Any) }
    }
}

/// The type of the items of a collection of the type `ty`.
pub(crate) fn item_type(ty: Type) -> Type {
    match ty {
        Type::Map(item) | Type::Slice(item) => *item,
        Type::Named(named) => named.item,
        _ => Type::Any,
    }
}

/// The zero value of `ty`; for `interface {}` one that holds nothing.
pub(crate) fn zero(ty: Type) -> Operand {
    let value = match ty {
        Type::Bool => Value::Bool(false),
        Type::Int(kind) => Value::Int(0, kind),
        Type::Float64 => Value::Float(0.0),
        Type::Complex128 => Value::Complex(0.0, 0.0),
        Type::Str => Value::string(""),
        Type::BYTES => Value::Bytes("".into()),
        Type::Slice(item) => Value::List(List::nil(item)),
        Type::Map(_) => Value::Map(Map::nil(ty)),
        Type::Any | Type::Named(_) => return Operand { value: Value::Nil, boxed: true },
        Type::Reflect => Value::Nil,
    };
    Operand::plain(value)
}
