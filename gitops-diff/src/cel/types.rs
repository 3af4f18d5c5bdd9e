//! The types of expressions.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::Text;

/// What an expression is, as far as can be known before it is evaluated.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// Anything; checked when it is evaluated.
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Duration,
    Timestamp,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Optional(Box<Type>),
    /// The type of a type.
    Kind(Box<Type>),
    /// A type of a library: `kubernetes.Quantity`.
    Named(Text),
    Object(Arc<Object>),
    /// A type to be found out, by its number.
    Open(usize),
}

/// An object with known fields, their names escaped.
#[derive(Debug, Default)]
pub(super) struct Object {
    /// What tells it from others.
    pub(super) name: String,
    pub(super) fields: BTreeMap<String, Type>,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Type {
    pub(super) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    pub(super) fn map(key: Self, value: Self) -> Self {
        Self::Map(Box::new(key), Box::new(value))
    }

    pub(super) fn optional(of: Self) -> Self {
        Self::Optional(Box::new(of))
    }

    /// Whether `null` may stand in its place.
    pub(super) fn takes_null(&self) -> bool {
        use Type::{Duration, Named, Null, Object, Optional, Timestamp};
        matches!(self, Null | Duration | Timestamp | Named(_) | Object(_) | Optional(_))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Dyn | Self::Open(_) => "dyn",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Duration => "google.protobuf.Duration",
            Self::Timestamp => "google.protobuf.Timestamp",
            Self::List(of) => return write!(f, "list({of})"),
            Self::Map(key, value) => return write!(f, "map({key}, {value})"),
            Self::Optional(of) => return write!(f, "optional_type({of})"),
            Self::Kind(of) => return write!(f, "type({of})"),
            Self::Named(name) => name,
            Self::Object(of) => &of.name,
        };
        f.write_str(name)
    }
}
