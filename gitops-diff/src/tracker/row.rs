//! One object: what is declared of it, how it lives, and what was found.

use crate::drift::Judged;
use crate::{DiffError, Expected, Live, ObjectId, Packed, Text};

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: ObjectId,
    /// `None` where it is not declared.
    pub(super) declared: Option<Declared>,
    pub(super) seen: Seen,
    /// Whether what was found is out of date.
    pub(super) is_moved: bool,
    /// What was found; `None` where it is in sync.
    pub(super) found: Option<Box<Judged>>,
}

/// What is kept of a declared object beside itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared {
    /// Made when the object is looked at for the second time: many move only once.
    pub(super) expected: Option<Box<Expected>>,
    pub(super) was_compared: bool,
}

/// What is known of how an object lives.
#[derive(Clone, Debug, Default)]
pub(super) enum Seen {
    /// Nobody looked.
    #[default]
    Nothing,
    Present(Held),
    Absent,
    Unserved,
    Unknown(Text),
}

/// An object as it lives, with its resource version, so that a listing is compared without a look
/// at the objects.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) packed: Packed,
    version: Option<Text>,
}

impl From<Packed> for Held {
    fn from(packed: Packed) -> Self {
        Self { version: packed.text("/metadata/resourceVersion").map(Text::from), packed }
    }
}

impl Row {
    pub(super) fn new(id: ObjectId) -> Self {
        Self { id, declared: None, seen: Seen::Nothing, is_moved: false, found: None }
    }

    /// Whether there is nothing to keep of it.
    pub(super) fn is_empty(&self) -> bool {
        self.declared.is_none() && !self.seen.is_present()
    }

    pub(super) fn size(&self) -> usize {
        let expected = self.declared.as_ref().and_then(|it| it.expected.as_ref());
        let live = match &self.seen {
            Seen::Present(held) => held.packed.size(),
            _ => 0,
        };
        size_of::<Self>() + live + expected.map_or(0, |it| size_of::<Expected>() + it.size())
    }
}

impl Seen {
    /// What is known, packed.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where it is too long to be packed.
    pub(super) fn of(live: &Live) -> Result<Self, DiffError> {
        Ok(match live {
            Live::Present(object) => Self::Present(Packed::try_from(object.body())?.into()),
            Live::Absent => Self::Absent,
            Live::Unserved => Self::Unserved,
            Live::Unknown(why) => Self::Unknown(why.clone()),
        })
    }

    pub(super) fn is_present(&self) -> bool {
        matches!(self, Self::Present(_))
    }

    pub(super) fn resource_version(&self) -> Option<&str> {
        match self {
            Self::Present(held) => held.version.as_deref(),
            _ => None,
        }
    }

    /// Whether both are the same object in the same version.
    pub(super) fn is_same_version(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Present(one), Self::Present(other)) => {
                const UID: &str = "/metadata/uid";
                one.version.is_some()
                    && one.version == other.version
                    && one.packed.text(UID) == other.packed.text(UID)
            }
            (Self::Absent, Self::Absent) | (Self::Unserved, Self::Unserved) => true,
            (Self::Unknown(one), Self::Unknown(other)) => one == other,
            _ => false,
        }
    }
}
