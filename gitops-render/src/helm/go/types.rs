//! The types of Go that values and parameters have, and their names.

use std::fmt;

use crate::helm::gotemplate::Function;

/// A type of Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// `interface {}`.
    Any,
    /// `bool`.
    Bool,
    /// `int` and its sisters.
    Int(IntKind),
    /// `float64`.
    Float64,
    /// `complex128`.
    Complex128,
    /// `string`.
    Str,
    /// `[]T`.
    Slice(&'static Type),
    /// `map[string]T`.
    Map(&'static Type),
    /// A type with a name of its own.
    Named(&'static Named),
    /// `reflect.Value`: the parameters of some builtin functions, which take everything as it is.
    Reflect,
}

/// A type with a name, such as `common.Values` or `*semver.Version`.
#[derive(Debug)]
pub(crate) struct Named {
    /// As `%T` prints it, with the package, and with `*` for a pointer.
    pub(crate) name: &'static str,
    /// The kind below the name.
    pub(crate) kind: Kind,
    /// The type of the items, for a map or slice.
    pub(crate) item: Type,
    /// The methods, for a map with a name. Their parameters leave out the map, which they get as
    /// the first argument.
    pub(crate) methods: &'static [Function],
}

impl Named {
    /// A type without methods of its own.
    pub(crate) const fn new(name: &'static str, kind: Kind, item: Type) -> Self {
        Self { name, kind, item, methods: &[] }
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Named {}

/// What `reflect.Kind` tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Invalid,
    Bool,
    Int(IntKind),
    Float64,
    Complex128,
    Str,
    Slice,
    Map,
    Struct,
    Ptr,
    Interface,
}

/// Go's integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum IntKind {
    Int,
    Int64,
    Uint8,
    Uint32,
    Uint64,
}

impl Type {
    /// `int`.
    pub(crate) const INT: Self = Self::Int(IntKind::Int);
    /// `[]uint8`.
    pub(crate) const BYTES: Self = Self::Slice(&Self::Int(IntKind::Uint8));
    /// `[]interface {}`.
    pub(crate) const LIST: Self = Self::Slice(&Self::Any);
    /// `map[string]interface {}`.
    pub(crate) const DICT: Self = Self::Map(&Self::Any);
    /// `map[string]string`.
    pub(crate) const STRING_MAP: Self = Self::Map(&Self::Str);

    /// What lies below names.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Any => Kind::Interface,
            Self::Bool => Kind::Bool,
            Self::Int(kind) => Kind::Int(kind),
            Self::Float64 => Kind::Float64,
            Self::Complex128 => Kind::Complex128,
            Self::Str => Kind::Str,
            Self::Slice(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Named(named) => named.kind,
            Self::Reflect => Kind::Struct,
        }
    }
}

impl Kind {
    /// Whether `nil` is a value of such types.
    pub(crate) fn has_nil(self) -> bool {
        matches!(self, Self::Ptr | Self::Map | Self::Slice | Self::Interface)
    }
}

impl IntKind {
    /// Whether it has no sign.
    pub(crate) fn is_unsigned(self) -> bool {
        matches!(self, Self::Uint8 | Self::Uint32 | Self::Uint64)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint8 => "uint8",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }
}

/// As `%T` prints it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("interface {}"),
            Self::Bool => f.write_str("bool"),
            Self::Int(kind) => f.write_str(kind.name()),
            Self::Float64 => f.write_str("float64"),
            Self::Complex128 => f.write_str("complex128"),
            Self::Str => f.write_str("string"),
            Self::Slice(item) => write!(f, "[]{item}"),
            Self::Map(item) => write!(f, "map[string]{item}"),
            Self::Named(named) => f.write_str(named.name),
            Self::Reflect => f.write_str("reflect.Value"),
        }
    }
}

/// As `reflect.Kind` prints it, which `kindOf` shows.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int(kind) => kind.name(),
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::Str => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
            Self::Interface => "interface",
        })
    }
}
