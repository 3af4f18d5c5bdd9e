//! A map as a sorted vector: compact, deterministic, fast to walk beside another.

use std::cmp::Ordering;

use super::{Text, Value};

/// String keys to values, sorted by the bytes of the key.
///
/// ```
/// use gitops_diff::{Map, Value};
///
/// let mut labels = Map::new();
/// labels.insert("tier", Value::from("web"));
/// labels.insert("app", Value::from("shop"));
/// assert_eq!(labels.keys().collect::<Vec<_>>(), ["app", "tier"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(Text, Value)>);

impl Map {
    /// A map without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// A map of members that are sorted by their keys, each key once.
    pub(crate) fn from_sorted(members: Vec<(Text, Value)>) -> Self {
        debug_assert!(members.is_sorted_by(|a, b| a.0 < b.0), "sorted, each key once");
        Self(members)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The member `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    /// The member `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.find(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether there is a member `key`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Sets the member `key` and returns what it was.
    pub fn insert(&mut self, key: impl Into<Text>, value: Value) -> Option<Value> {
        let key = key.into();
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// The member `key`, set to `default` first where it is missing.
    pub fn entry(&mut self, key: impl Into<Text>, default: impl FnOnce() -> Value) -> &mut Value {
        let key = key.into();
        let at = self.find(&key).unwrap_or_else(|at| {
            self.0.insert(at, (key, default()));
            at
        });
        &mut self.0[at].1
    }

    /// The map below `key`; what is no map there becomes an empty one.
    pub fn map_at(&mut self, key: &str) -> &mut Map {
        let value = self.entry(key, || Value::Map(Map::new()));
        if value.as_map().is_none() {
            *value = Value::Map(Map::new());
        }
        match value {
            Value::Map(map) => map,
            _ => unreachable!("because it was made a map above"),
        }
    }

    /// Takes the member `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.find(key).ok().map(|at| self.0.remove(at).1)
    }

    /// Keeps the members for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// The members in the order of their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Text, &Value)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The members in the order of their keys, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Text, &mut Value)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Text> + ExactSizeIterator {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(probe, _)| order(probe, key))
    }
}

/// The order of two names: most differ in their first byte, and are told apart without a call.
pub(crate) fn order(one: &str, other: &str) -> Ordering {
    match (one.as_bytes().first(), other.as_bytes().first()) {
        (Some(first), Some(second)) if first != second => first.cmp(second),
        _ => one.cmp(other),
    }
}

impl<K: Into<Text>> FromIterator<(K, Value)> for Map {
    /// Of members with equal keys the last stays.
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Self {
        let mut members: Vec<(Text, Value)> =
            members.into_iter().map(|(key, value)| (key.into(), value)).collect();
        members.sort_by(|a, b| a.0.cmp(&b.0));
        members.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Self(members)
    }
}

impl IntoIterator for Map {
    type Item = (Text, Value);
    type IntoIter = std::vec::IntoIter<(Text, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_keys_the_last_stays() {
        let map: Map = [("b", 1), ("a", 2), ("b", 3), ("b", 4)]
            .into_iter()
            .map(|(key, value)| (key, Value::Int(value)))
            .collect();
        let members: Vec<_> = map.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
        assert_eq!(members, [("a".into(), Value::Int(2)), ("b".into(), Value::Int(4))]);
    }

    #[test]
    fn insert_replaces_and_remove_takes_out() {
        let mut map = Map::new();
        assert_eq!(map.insert("a", Value::Int(1)), None);
        assert_eq!(map.insert("a", Value::Int(2)), Some(Value::Int(1)));
        assert_eq!(map.remove("a"), Some(Value::Int(2)));
        assert_eq!(map.remove("a"), None);
        assert!(map.is_empty());
    }
}
