//! One step of a path into an object.

use std::cmp::Ordering;

use crate::fields::order;
use crate::{Text, Value};

/// One step of a path: a field of a map or an item of a list.
///
/// Elements are ordered as structured-merge-diff orders them: fields, keyed items, set items,
/// indices. Numbers in keys are the same when they are worth the same.
#[derive(Clone, Debug)]
pub enum PathElement {
    /// The field of a map or struct (`f:name`).
    Field(Text),
    /// The item of a list map whose key fields have these values, sorted by name (`k:{…}`).
    Key(Vec<(Text, Value)>),
    /// The item of a set that is this value (`v:…`).
    Value(Value),
    /// The item at this place (`i:…`); the API server never writes it.
    Index(i64),
}

impl PathElement {
    /// The field `name`.
    pub fn field(name: impl Into<Text>) -> Self {
        Self::Field(name.into())
    }

    /// The item with these key fields.
    pub fn key(mut fields: Vec<(Text, Value)>) -> Self {
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        Self::Key(fields)
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Field(_) => 0,
            Self::Key(_) => 1,
            Self::Value(_) => 2,
            Self::Index(_) => 3,
        }
    }
}

impl Ord for PathElement {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Field(a), Self::Field(b)) => a.cmp(b),
            (Self::Key(a), Self::Key(b)) => keys(a, b),
            (Self::Value(a), Self::Value(b)) => order::compare(a, b),
            (Self::Index(a), Self::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

fn keys(a: &[(Text, Value)], b: &[(Text, Value)]) -> Ordering {
    let mut pairs = a.iter().zip(b).map(|((name, value), (other, theirs))| {
        let names = name.cmp(other);
        names.then_with(|| order::compare(value, theirs))
    });
    let first = pairs.find(|it| it.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

impl PartialOrd for PathElement {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for PathElement {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for PathElement {}
