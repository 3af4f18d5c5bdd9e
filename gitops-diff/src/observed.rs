//! What a target held when it was looked at.

use std::collections::BTreeMap;

use crate::server::Refusal;
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

/// What a server answered to a dry-run of an apply.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// The object as it would be.
    Object(Object),
    /// It would refuse.
    Refused(Refusal),
}

/// Desired and owned objects as they live in the target, and what it answered to dry-runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    live: BTreeMap<ObjectId, Live>,
    answers: BTreeMap<ObjectId, Answer>,
}

impl Observed {
    /// Nothing looked at yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records what is known of `id`.
    pub fn insert(&mut self, id: ObjectId, live: Live) {
        self.live.insert(id, live);
    }

    /// What is known of `id`; `None` where nobody looked.
    pub fn get(&self, id: &ObjectId) -> Option<&Live> {
        self.live.get(id)
    }

    /// The live object `id`, if it is there.
    pub fn object(&self, id: &ObjectId) -> Option<&Object> {
        match self.get(id)? {
            Live::Present(object) => Some(object),
            _ => None,
        }
    }

    /// Records what the server answered to a dry-run of applying `id`
    /// ([`Strategy::ServerDryRun`](crate::Strategy)).
    pub fn answered(&mut self, id: ObjectId, answer: Answer) {
        self.answers.insert(id, answer);
    }

    /// What the server answered to a dry-run of applying `id`; `None` where it was not asked.
    pub fn answer(&self, id: &ObjectId) -> Option<&Answer> {
        self.answers.get(id)
    }

    /// Everything that was looked at, in the order of identities.
    pub fn iter(&self) -> impl Iterator<Item = (&ObjectId, &Live)> {
        self.live.iter()
    }

    /// How many objects were looked at.
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether nobody looked at anything.
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }
}

impl FromIterator<Object> for Observed {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        let live = |object: Object| (object.id().clone(), Live::Present(object));
        Self { live: objects.into_iter().map(live).collect(), answers: BTreeMap::new() }
    }
}
