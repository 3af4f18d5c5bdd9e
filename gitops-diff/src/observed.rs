//! What a target held when it was looked at.

use std::collections::BTreeMap;

use crate::{Object, ObjectId, Text};

/// What is known of one object in the target.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Live {
    /// It is there.
    Present(Object),
    /// It is not there.
    Absent,
    /// The target does not know its kind (yet): the definition is missing or not established.
    Unserved,
    /// It could not be looked at, for this reason; nothing is planned for it.
    Unknown(Text),
}

/// Desired and owned objects as they live in the target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed(BTreeMap<ObjectId, Live>);

impl Observed {
    /// Nothing looked at yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records what is known of `id`.
    pub fn insert(&mut self, id: ObjectId, live: Live) {
        self.0.insert(id, live);
    }

    /// What is known of `id`; `None` where nobody looked.
    pub fn get(&self, id: &ObjectId) -> Option<&Live> {
        self.0.get(id)
    }

    /// The live object `id`, if it is there.
    pub fn object(&self, id: &ObjectId) -> Option<&Object> {
        match self.get(id)? {
            Live::Present(object) => Some(object),
            _ => None,
        }
    }

    /// Everything that was looked at, in the order of identities.
    pub fn iter(&self) -> impl Iterator<Item = (&ObjectId, &Live)> {
        self.0.iter()
    }

    /// How many objects were looked at.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody looked at anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Object> for Observed {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        let live = |object: Object| (object.id().clone(), Live::Present(object));
        Self(objects.into_iter().map(live).collect())
    }
}
