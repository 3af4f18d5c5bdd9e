//! A value that a template holds.

use std::rc::Rc;

use super::{IntKind, Kind, List, Map, Object, Str, Type};

/// A value of Go, with the type it has there. Cloning is cheap and shares maps as Go does.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    /// `nil` without a type.
    #[default]
    Nil,
    Bool(bool),
    /// A whole number; one of `uint64` as its bits.
    Int(i64, IntKind),
    Float(f64),
    Complex(f64, f64),
    Str(Str),
    /// `[]uint8`.
    Bytes(Str),
    List(List),
    Map(Map),
    Object(Rc<dyn Object>),
}

impl Value {
    /// An `int`.
    pub(crate) fn int(value: i64) -> Self {
        Self::Int(value, IntKind::Int)
    }

    /// An `int64`.
    pub(crate) fn int64(value: i64) -> Self {
        Self::Int(value, IntKind::Int64)
    }

    /// A `string`.
    pub(crate) fn string(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// A `[]interface {}`.
    pub(crate) fn list(items: Vec<Value>) -> Self {
        Self::List(List::of(items))
    }

    /// A `[]string`.
    pub(crate) fn strings<T: Into<Str>>(items: impl IntoIterator<Item = T>) -> Self {
        let items = items.into_iter().map(Self::string).collect();
        Self::List(List::typed(&Type::Str, items))
    }

    /// The type, as `%T` and `typeOf` print it; none for `nil`, printed `<nil>`.
    pub(crate) fn ty(&self) -> Option<Type> {
        Some(match self {
            Self::Nil => return None,
            Self::Bool(_) => Type::Bool,
            Self::Int(_, kind) => Type::Int(*kind),
            Self::Float(_) => Type::Float64,
            Self::Complex(..) => Type::Complex128,
            Self::Str(_) => Type::Str,
            Self::Bytes(_) => Type::BYTES,
            Self::List(list) => Type::Slice(list.item),
            Self::Map(map) => map.ty,
            Self::Object(object) => object.ty(),
        })
    }

    /// What `reflect` calls it.
    pub(crate) fn kind(&self) -> Kind {
        self.ty().map_or(Kind::Invalid, Type::kind)
    }

    /// Whether `if` takes it for true.
    pub(crate) fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value, _) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::Str(text) | Self::Bytes(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => map.len() > 0,
            Self::Object(object) => object.truth(),
        }
    }

    /// A copy that shares no map.
    pub(crate) fn deep_copy(&self) -> Self {
        match self {
            Self::Map(map) => Self::Map(map.deep_copy()),
            // Lists do not change, but maps in them may.
            Self::List(list)
                if list.iter().any(|it| matches!(it, Self::List(_) | Self::Map(_))) =>
            {
                Self::List(List::typed(list.item, list.iter().map(Self::deep_copy).collect()))
            }
            other => other.clone(),
        }
    }

    /// How many values it is, itself included.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Map(map) => 1 + map.size(),
            Self::List(list) => 1 + list.iter().map(Self::size).sum::<usize>(),
            _ => 1,
        }
    }

    /// The bytes of a string.
    pub(crate) fn as_str(&self) -> Option<&Str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub(crate) fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if this is one.
    pub(crate) fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}
