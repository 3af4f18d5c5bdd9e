//! A set of objects, ordered by identity.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::{Object, ObjectId};

/// Objects by identity, in the order of their identities, so that everything that walks one is
/// deterministic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectSet(BTreeMap<ObjectId, Object>);

/// Two objects claim one identity.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    /// The object that was there.
    pub first: Object,
    /// The object that came later and was not taken.
    pub second: Object,
}

impl ObjectSet {
    /// A set without objects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes `object` in.
    ///
    /// # Errors
    /// [`Duplicate`] where its identity is taken; the set is then as it was.
    pub fn insert(&mut self, object: Object) -> Result<(), Box<Duplicate>> {
        match self.0.entry(object.id().clone()) {
            Entry::Vacant(place) => {
                place.insert(object);
                Ok(())
            }
            Entry::Occupied(first) => {
                Err(Box::new(Duplicate { first: first.get().clone(), second: object }))
            }
        }
    }

    /// Takes `object` in, in the place of one with its identity.
    pub fn replace(&mut self, object: Object) -> Option<Object> {
        self.0.insert(object.id().clone(), object)
    }

    /// The object `id`.
    pub fn get(&self, id: &ObjectId) -> Option<&Object> {
        self.0.get(id)
    }

    /// Whether `id` is in the set.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.0.contains_key(id)
    }

    /// Takes the object `id` out.
    pub fn remove(&mut self, id: &ObjectId) -> Option<Object> {
        self.0.remove(id)
    }

    /// The objects in the order of their identities.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Object> + ExactSizeIterator {
        self.0.values()
    }

    /// The identities in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = &ObjectId> + ExactSizeIterator {
        self.0.keys()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Object> for ObjectSet {
    /// Of objects with one identity the last stays.
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        Self(objects.into_iter().map(|object| (object.id().clone(), object)).collect())
    }
}

impl IntoIterator for ObjectSet {
    type Item = Object;
    type IntoIter = std::collections::btree_map::IntoValues<ObjectId, Object>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_values()
    }
}
