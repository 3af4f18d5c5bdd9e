//! Values that do not change: shared between renders and threads, and copied into maps that can be
//! changed only where a template looks.

use std::sync::Arc;

use super::{Entries, IntKind, List, Map, Str, Value};

/// A value that does not change.
#[derive(Clone, Debug)]
pub(crate) enum Frozen {
    Nil,
    Bool(bool),
    Int(i64, IntKind),
    Float(f64),
    Str(Str),
    List(Arc<[Frozen]>),
    Map(Arc<FrozenMap>),
}

/// A map that does not change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FrozenMap {
    /// Sorted by their keys.
    entries: Vec<(Str, Frozen)>,
    /// Whether a `nil` is in it or in a map below.
    has_nil: bool,
    /// How many values are in it and below.
    size: usize,
    /// How many bytes they take, nearly.
    weight: usize,
}

/// Bytes that a value takes by itself, and a key.
const VALUE: usize = 64;
const KEY: usize = 48;

impl FrozenMap {
    /// A map of entries that are sorted by their keys, each key once.
    pub(crate) fn from_sorted(entries: Vec<(Str, Frozen)>) -> Self {
        let has_nil = entries.iter().any(|(_, value)| match value {
            Frozen::Nil => true,
            Frozen::Map(map) => map.has_nil,
            _ => false,
        });
        let size = entries.iter().map(|(_, value)| value.size()).sum();
        let weight = entries.iter().map(|(key, value)| KEY + key.len() + value.weight()).sum();
        Self { entries, has_nil, size, weight }
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &Str) -> Option<&Frozen> {
        let at = self.entries.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        Some(&self.entries[at].1)
    }

    /// Whether a `nil` is in it or in a map below, not counting lists.
    pub(super) fn has_nil(&self) -> bool {
        self.has_nil
    }

    /// How many values are in it and below.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// How many bytes the values in it and below take, nearly.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    /// A `map[string]interface {}` for one render.
    pub(crate) fn thawed(self: &Arc<Self>) -> Map {
        Map::frozen(Arc::clone(self))
    }

    /// Entries of their own for one map. The maps in them stay frozen until they are looked at.
    pub(super) fn thaw(&self) -> Entries {
        let thawed = self.entries.iter().map(|(key, value)| (key.clone(), value.thaw()));
        Entries::from_sorted(thawed.collect())
    }
}

impl Frozen {
    /// How many values it is, itself included.
    fn size(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Self::Map(map) => 1 + map.size,
            _ => 1,
        }
    }

    /// How many bytes it takes, nearly.
    pub(super) fn weight(&self) -> usize {
        VALUE
            + match self {
                Self::Str(text) => text.len(),
                Self::List(items) => items.iter().map(Self::weight).sum(),
                Self::Map(map) => map.weight,
                _ => 0,
            }
    }

    /// The value for one render.
    pub(crate) fn thaw(&self) -> Value {
        match self {
            Self::Nil => Value::Nil,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value, kind) => Value::Int(*value, *kind),
            Self::Float(value) => Value::Float(*value),
            Self::Str(text) => Value::Str(text.clone()),
            Self::List(items) => Value::List(List::of(items.iter().map(Self::thaw).collect())),
            Self::Map(map) => Value::Map(map.thawed()),
        }
    }
}

/// Numbers are the same if they are printed the same: zero is not its negative.
impl PartialEq for Frozen {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nil, Self::Nil) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Int(one, kind), Self::Int(other, of)) => one == other && kind == of,
            (Self::Float(one), Self::Float(other)) => one.to_bits() == other.to_bits(),
            (Self::Str(one), Self::Str(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => Arc::ptr_eq(one, other) || one == other,
            _ => false,
        }
    }
}
