//! The entries of a map, in the order of the bytes of their keys, in which Go prints them and
//! ranges over them.

use std::collections::{BTreeMap, btree_map};
use std::slice;

use super::{Str, Value};

/// Entries of maps. Most maps have few, which lie beside one another and are searched by halves.
#[derive(Clone, Debug)]
pub(crate) enum Entries {
    Few(Vec<(Str, Value)>),
    Many(BTreeMap<Str, Value>),
}

/// More entries are not moved to make room for another one.
const FEW: usize = 128;

impl Entries {
    pub(crate) const fn new() -> Self {
        Self::Few(Vec::new())
    }

    /// Of what is sorted by keys, each key once.
    pub(super) fn from_sorted(entries: Vec<(Str, Value)>) -> Self {
        Self::Few(entries)
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(entries) => entries.len(),
            Self::Many(entries) => entries.len(),
        }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<&Value> {
        match self {
            Self::Few(entries) => find(entries, key).ok().map(|at| &entries[at].1),
            Self::Many(entries) => entries.get(key),
        }
    }

    /// The value of `key`, and where to look for it the next time: quickly where that is `place`.
    pub(crate) fn find_near(&self, key: &Str, place: usize) -> Option<(usize, &Value)> {
        match self {
            Self::Few(entries) => {
                let at = match entries.get(place) {
                    Some((known, _)) if known == key => place,
                    _ => entries.binary_search_by(|(known, _)| known.cmp(key)).ok()?,
                };
                Some((at, &entries[at].1))
            }
            Self::Many(entries) => entries.get(key).map(|value| (0, value)),
        }
    }

    /// The value of `key`, with the key that the map holds.
    pub(crate) fn get_key_value(&self, key: &[u8]) -> Option<(&Str, &Value)> {
        match self {
            Self::Few(entries) => {
                let (key, value) = &entries[find(entries, key).ok()?];
                Some((key, value))
            }
            Self::Many(entries) => entries.get_key_value(key),
        }
    }

    pub(crate) fn contains_key(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// Sets `key`, and gives the value that it had.
    pub(crate) fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        match self {
            Self::Few(entries) => match find(entries, &key) {
                Ok(at) => Some(std::mem::replace(&mut entries[at].1, value)),
                Err(at) if entries.len() < FEW || at == entries.len() => {
                    entries.insert(at, (key, value));
                    None
                }
                Err(_) => {
                    let mut many: BTreeMap<_, _> = std::mem::take(entries).into_iter().collect();
                    many.insert(key, value);
                    *self = Self::Many(many);
                    None
                }
            },
            Self::Many(entries) => entries.insert(key, value),
        }
    }

    /// Takes `key` out.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Value> {
        match self {
            Self::Few(entries) => find(entries, key).ok().map(|at| entries.remove(at).1),
            Self::Many(entries) => entries.remove(key),
        }
    }

    /// Takes out what `keep` does not want.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Str, &mut Value) -> bool) {
        match self {
            Self::Few(entries) => entries.retain_mut(|(key, value)| keep(key, value)),
            Self::Many(entries) => entries.retain(keep),
        }
    }

    pub(crate) fn iter(&self) -> Iter<'_> {
        match self {
            Self::Few(entries) => Iter::Few(entries.iter()),
            Self::Many(entries) => Iter::Many(entries.iter()),
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Str> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = Value> {
        let (few, many) = match self {
            Self::Few(entries) => (entries, BTreeMap::new()),
            Self::Many(entries) => (Vec::new(), entries),
        };
        few.into_iter().map(|(_, value)| value).chain(many.into_values())
    }
}

/// Where `key` is, or where it would be.
fn find(entries: &[(Str, Value)], key: &[u8]) -> Result<usize, usize> {
    let start = Str::start(key);
    entries.binary_search_by(|(known, _)| known.cmp_to(start, key))
}

impl Default for Entries {
    fn default() -> Self {
        Self::new()
    }
}

/// Of two values of a key, the last counts.
impl FromIterator<(Str, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if entries.is_sorted_by(|(one, _), (other, _)| one < other) {
            return Self::Few(entries);
        }
        if entries.len() > FEW {
            return Self::Many(entries.into_iter().collect());
        }
        let mut sorted = Self::Few(Vec::with_capacity(entries.len()));
        for (key, value) in entries.drain(..) {
            sorted.insert(key, value);
        }
        sorted
    }
}

impl<const N: usize> From<[(Str, Value); N]> for Entries {
    fn from(entries: [(Str, Value); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// Entries in their order.
pub(crate) enum Iter<'e> {
    Few(slice::Iter<'e, (Str, Value)>),
    Many(btree_map::Iter<'e, Str, Value>),
}

impl<'e> Iterator for Iter<'e> {
    type Item = (&'e Str, &'e Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(entries) => entries.next().map(|(key, value)| (key, value)),
            Self::Many(entries) => entries.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Few(entries) => entries.size_hint(),
            Self::Many(entries) => entries.size_hint(),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(entries) => entries.next_back().map(|(key, value)| (key, value)),
            Self::Many(entries) => entries.next_back(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'e> IntoIterator for &'e Entries {
    type Item = (&'e Str, &'e Value);
    type IntoIter = Iter<'e>;

    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Entries;
    use crate::helm::go::{Str, Value};

    fn shown<'e>(entries: impl Iterator<Item = (&'e Str, &'e Value)>) -> Vec<(String, i64)> {
        let number = |value: &Value| if let Value::Int(number, _) = value { *number } else { -1 };
        entries.map(|(key, value)| (key.to_string(), number(value))).collect()
    }

    proptest! {
        #[test]
        fn entries_are_those_of_a_sorted_map_however_many_there_are(
            steps in prop::collection::vec((any::<bool>(), 0u32..400), 0..600),
            alone in prop::collection::vec(0u32..400, 0..300),
        ) {
            let key = |number: u32| Str::from(format!("a key of {number}"));
            let (mut entries, mut wanted) = (Entries::new(), BTreeMap::new());
            for (at, (takes_out, number)) in (0..).zip(steps) {
                let key = key(number);
                prop_assert_eq!(entries.get(&key).is_some(), wanted.contains_key(&key));
                let (one, other) = if takes_out && at % 3 == 0 {
                    (entries.remove(&key), wanted.remove(&*key))
                } else {
                    (entries.insert(key.clone(), Value::int(at)), wanted.insert(key, Value::int(at)))
                };
                prop_assert_eq!(one.is_some(), other.is_some());
            }
            prop_assert_eq!(shown(entries.iter()), shown(wanted.iter()));
            prop_assert_eq!(entries.len(), wanted.len());
            let pairs = || alone.iter().zip(0..).map(|(number, at)| (key(*number), Value::int(at)));
            let (entries, wanted): (Entries, BTreeMap<_, _>) = (pairs().collect(), pairs().collect());
            prop_assert_eq!(shown(entries.iter()), shown(wanted.iter()));
        }
    }
}
