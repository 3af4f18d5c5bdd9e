//! The diff of many objects by events: work is in proportion to what moved.

mod counters;
mod row;
mod tick;

use std::collections::BTreeMap;

pub use self::counters::Counters;
use self::row::{Declared, Row, Seen};
use crate::drift::Rules;
use crate::{
    DiffError, Drift, Inventory, Live, Object, ObjectId, ObjectSet, Observed, Packed, Plan, Schema,
};

/// What is declared and what lives, kept side by side: told what moves, it compares only that.
///
/// A tick costs as much as objects moved: nothing that was compared is compared again before it
/// is declared otherwise or lives otherwise. [`Counters`] say what was done, so that a program can
/// assert it. What lives is held [packed](Packed). An object that moves is looked at by a
/// [quick walk](crate::Expected), and compared whole where that is not certain, or where a rule of
/// the policy is for it.
///
/// ```
/// use gitops_diff::{Drift, Inventory, ObjectId, Object, ObjectSet, Packed, Tracker};
///
/// let declared: Object = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"new"}}"#,
/// )?;
/// let desired: ObjectSet = [declared].into_iter().collect();
/// let mut tracker = Tracker::new(Drift::default());
/// tracker.declare(&desired);
/// tracker.observe(Packed::from_json(
///     br#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"7","resourceVersion":"1"},
///          "data":{"k":"old"}}"#,
/// )?)?;
/// let plan = tracker.plan(&Inventory::new())?;
/// assert_eq!(plan.changes().count(), 1);
///
/// // Nothing moved: nothing is looked at.
/// let before = tracker.counters();
/// assert!(!tracker.has_moved());
/// assert_eq!(tracker.plan(&Inventory::new())?, plan);
/// assert_eq!(tracker.counters(), before);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What the ledger says of an object counts when it moves: after an apply it does.
#[derive(Clone, Debug)]
pub struct Tracker {
    drift: Drift,
    /// That of `drift`, and what the declared definitions define.
    schema: Schema,
    rules: Rules,
    desired: ObjectSet,
    /// The identities of `desired` in order, one beside the other.
    order: Vec<ObjectId>,
    places: BTreeMap<ObjectId, u32>,
    rows: Vec<Row>,
    /// The rows that are free.
    free: Vec<u32>,
    /// The rows whose outcome is not known.
    moved: Vec<u32>,
    counters: Counters,
}

/// What of a listing is not what a [`Tracker`] holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stale {
    /// Objects that live in another version, or were not seen yet: to be read and
    /// [observed](Tracker::observe).
    pub changed: Vec<ObjectId>,
    /// Objects that are no longer listed: to be observed as [`Live::Absent`].
    pub gone: Vec<ObjectId>,
}

impl Tracker {
    /// Nothing declared and nothing seen yet, to be compared by `drift`.
    pub fn new(drift: Drift) -> Self {
        Self {
            schema: drift.schema.clone(),
            rules: Rules::among(&drift, &drift.schema, &ObjectSet::new(), &Observed::new()),
            drift,
            desired: ObjectSet::new(),
            order: Vec::new(),
            places: BTreeMap::new(),
            rows: Vec::new(),
            free: Vec::new(),
            moved: Vec::new(),
            counters: Counters::default(),
        }
    }

    /// Takes a new declaration in the place of the former one. Only what differs from that is
    /// compared anew.
    pub fn declare(&mut self, desired: &ObjectSet) {
        let schema = self.drift.schema_with(desired);
        let same_kinds = Drift::same_definitions(&self.desired, desired);
        let former = std::mem::replace(&mut self.desired, desired.clone());
        self.rules = Rules::among(&self.drift, &schema, desired, &Observed::new());
        self.schema = schema;
        self.order = desired.ids().cloned().collect();
        for object in desired.iter() {
            if !same_kinds || former.get(object.id()) != Some(object) {
                let at = self.place(object.id());
                self.rows[at as usize].declared = Some(Declared::default());
                self.moves(at);
            }
        }
        for id in former.ids().filter(|id| !desired.contains(id)) {
            let at = self.place(id);
            self.rows[at as usize].declared = None;
            self.moves(at);
        }
        // What one object refers to decides what rules hold for another.
        if self.drift.policy.refers() && former != self.desired {
            self.recheck();
        }
    }

    /// Takes what lives now, as a watch or a list gives it.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where it has no identity.
    pub fn observe(&mut self, live: Packed) -> Result<(), DiffError> {
        let id = live.id()?;
        self.see(&id, Seen::Present(live.into()));
        Ok(())
    }

    /// Takes what is known of an object.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where it is too long to be packed.
    pub fn observe_as(&mut self, id: &ObjectId, live: &Live) -> Result<(), DiffError> {
        let seen = Seen::of(live)?;
        self.see(id, seen);
        Ok(())
    }

    fn see(&mut self, id: &ObjectId, seen: Seen) {
        let at = self.place(id);
        let row = &mut self.rows[at as usize];
        if row.seen.is_same_version(&seen) {
            self.counters.skipped += 1;
        } else {
            row.seen = seen;
            self.moves(at);
        }
    }

    /// Whether something moved since the last plan.
    pub fn has_moved(&self) -> bool {
        !self.moved.is_empty()
    }

    /// What of a whole listing of identities and resource versions is not what is held here.
    /// Fastest where the listing is in the order of identities.
    pub fn stale<'l>(&self, listed: impl IntoIterator<Item = (&'l ObjectId, &'l str)>) -> Stale {
        let mut stale = Stale::default();
        let mut held = self.places.iter().peekable();
        for (id, version) in listed {
            while let Some((other, at)) = held.next_if(|(other, _)| *other < id) {
                stale.gone.extend(self.row(*at).seen.is_present().then(|| other.clone()));
            }
            let at = match held.next_if(|(other, _)| *other == id) {
                Some((_, at)) => Some(*at),
                None => self.places.get(id).copied(),
            };
            if at.is_none_or(|at| self.row(at).seen.resource_version() != Some(version)) {
                stale.changed.push(id.clone());
            }
        }
        stale.gone.extend(
            held.filter(|(_, at)| self.row(**at).seen.is_present()).map(|(id, _)| id.clone()),
        );
        stale
    }

    /// Compares everything anew, as if all had moved.
    pub fn recheck(&mut self) {
        for at in self.places.clone().into_values() {
            self.moves(at);
        }
    }

    /// The object as it lives; unpacked.
    pub fn live(&self, id: &ObjectId) -> Option<Object> {
        let at = self.places.get(id)?;
        match &self.row(*at).seen {
            Seen::Present(held) => Object::new((&held.packed).into()).ok(),
            _ => None,
        }
    }

    /// The plan for all that is declared, where `owned` says what may be pruned.
    ///
    /// # Errors
    /// As [`Differ::diff`](crate::Differ::diff).
    pub fn plan(&mut self, owned: &Inventory) -> Result<Plan, DiffError> {
        self.settle(owned);
        self.assemble(owned)
    }

    /// What was done so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// How many bytes are held of what lives and what is expected.
    pub fn size(&self) -> usize {
        self.rows.iter().map(Row::size).sum()
    }

    fn row(&self, at: u32) -> &Row {
        &self.rows[at as usize]
    }

    /// The row of an object, a new one where there is none.
    fn place(&mut self, id: &ObjectId) -> u32 {
        if let Some(at) = self.places.get(id) {
            return *at;
        }
        let row = Row::new(id.clone());
        let at = if let Some(at) = self.free.pop() {
            self.rows[at as usize] = row;
            at
        } else {
            self.rows.push(row);
            u32::try_from(self.rows.len() - 1).expect("because memory ends before so many rows")
        };
        self.places.insert(id.clone(), at);
        at
    }

    fn moves(&mut self, at: u32) {
        let row = &mut self.rows[at as usize];
        if !row.is_moved {
            row.is_moved = true;
            self.moved.push(at);
        }
    }
}
