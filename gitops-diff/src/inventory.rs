//! The objects that are ours: what a ledger keeps.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Fingerprint, ObjectId, ObjectSet, Text};

/// What is known of one object of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The API version it was last applied in: `v1`.
    pub version: Text,
    /// The uid the target gave it; `None` from before it was applied until its uid is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text>,
    /// The digest of what was applied last and of what the target made of it
    /// ([`Change::applied`](crate::Change::applied)), where it was recorded. While both are as they
    /// were, [`Drift`](crate::Drift) takes what lives otherwise than declared for the target's own
    /// way to write it. Any other text, such as an older version may have left, says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Fingerprint>,
}

/// The objects that are ours, by identity.
///
/// A reconciler stores `owned ∪ desired` before it writes anything to the target, and
/// `desired ∪ not yet gone` after, so that at no instant an object of ours is unknown.
///
/// ```
/// use gitops_diff::{Inventory, Object, ObjectSet};
///
/// let object: Object = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"}}"#,
/// )?;
/// let desired: ObjectSet = [object].into_iter().collect();
/// let owned = Inventory::new().union(&desired);
/// assert!(owned.contains(&"ConfigMap/shop/a".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The revision whose objects these are, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Text>,
    /// The objects.
    #[serde(default)]
    pub entries: BTreeMap<ObjectId, Entry>,
}

impl Inventory {
    /// An inventory without objects.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `id` is ours.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.entries.contains_key(id)
    }

    /// What is known of `id`.
    pub fn get(&self, id: &ObjectId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// This inventory and all objects of `desired`; what is known of an object stays known.
    #[must_use]
    pub fn union(&self, desired: &ObjectSet) -> Self {
        let mut all = self.clone();
        for object in desired.iter() {
            all.entries.entry(object.id().clone()).or_default().version = object.version().into();
        }
        all
    }

    /// The objects that are in this inventory and not in `desired`.
    pub fn minus<'a>(
        &'a self,
        desired: &'a ObjectSet,
    ) -> impl Iterator<Item = (&'a ObjectId, &'a Entry)> {
        // Both are sorted: going along is faster than looking up.
        let mut declared = desired.ids().peekable();
        self.entries.iter().filter(move |(id, _)| {
            while declared.next_if(|it| it < id).is_some() {}
            declared.peek() != Some(id)
        })
    }
}
