//! Which old value a new one stands for (`apiserver/pkg/cel/common/equality.go`): what is
//! invalid and was so before does not make an update fail.

use crate::schema::{Keys, Structural};
use crate::{Map, Text, Value};

/// A value beside the one that it replaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) of: &'a Structural,
    pub(super) new: &'a Value,
    pub(super) old: &'a Value,
}

impl Pair<'_> {
    /// The member `name` of both; `None` where one lacks it, or the schema does.
    pub(super) fn key(self, name: &str) -> Option<Self> {
        let (new, old) = (self.new.get(name)?, self.old.get(name)?);
        Some(Self { of: self.of.field(name)?, new, old })
    }

    /// An item of the new list and the old one with the same keys; only items of list maps stand
    /// for others.
    pub(super) fn index(self, at: usize) -> Option<Self> {
        let new = self.new.as_list()?.get(at)?;
        let old = same_item(self.of, self.old.as_list()?, new)?;
        Some(Self { of: self.of.items.as_deref()?, new, old })
    }

    /// Whether both are the same; the order of a list map says nothing.
    pub(super) fn is_same(self) -> bool {
        match (self.new, self.old) {
            (Value::List(new), Value::List(old)) if new.len() == old.len() => {
                let by_key = matches!(self.of.list, Some(Keys::Map(_)));
                if by_key {
                    (0..new.len()).all(|at| self.index(at).is_some_and(Self::is_same))
                } else {
                    new == old
                }
            }
            (Value::Map(new), Value::Map(old)) => {
                let same = |name: &Text| self.key(name).is_some_and(Self::is_same);
                new.len() == old.len() && new.keys().all(same)
            }
            (new, old) => new == old,
        }
    }
}

/// The first of the items that has the keys of `item`; `None` in what is no list map.
pub(super) fn same_item<'a>(
    of: &Structural,
    items: &'a [Value],
    item: &Value,
) -> Option<&'a Value> {
    let Some(Keys::Map(keys)) = &of.list else { return None };
    let wanted = item.as_map()?;
    let equal = |it: &&Value| it.as_map().is_some_and(|it| same_keys(keys, wanted, it));
    items.iter().find(equal)
}

fn same_keys(keys: &[Text], a: &Map, b: &Map) -> bool {
    let is_scalar = |it: &Value| !matches!(it, Value::Null | Value::List(_) | Value::Map(_));
    let same = |key: &Text| {
        let value = a.get(key).filter(|it| is_scalar(it));
        value.is_some() && value == b.get(key)
    };
    !keys.is_empty() && keys.iter().all(same)
}
