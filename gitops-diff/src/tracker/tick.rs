//! What a tick does: it looks at what moved, and puts a plan together.

use super::Tracker;
use super::row::{Row, Seen};
use crate::drift::{Judged, Run};
use crate::{
    DiffError, Expected, Inventory, Live, Object, ObjectId, Observed, Plan, Value, Verdict, order,
};

impl Tracker {
    /// Finds out about each object that moved.
    pub(super) fn settle(&mut self, owned: &Inventory) {
        for at in std::mem::take(&mut self.moved) {
            let found = self.look(at, owned);
            let row = &mut self.rows[at as usize];
            row.found = found.map(Box::new);
            row.is_moved = false;
            // That what we own is gone has to be known until the ledger forgets it.
            if row.is_empty() && !owned.contains(&row.id) {
                self.places.remove(&row.id);
                self.free.push(at);
            }
        }
    }

    /// What is to be done to an object; `None` where it is in sync or not declared.
    fn look(&mut self, at: u32, owned: &Inventory) -> Option<Judged> {
        if self.is_certain(at) {
            return None;
        }
        let row = &self.rows[at as usize];
        let desired = self.desired.get(&row.id)?;
        let mut observed = Observed::new();
        self.counters.compared += 1;
        self.counters.unpacked += u64::from(row.seen.is_present());
        if let Some(live) = unpacked(row) {
            observed.insert(row.id.clone(), live);
        }
        let run = Run {
            drift: &self.drift,
            schema: &self.schema,
            rules: &self.rules,
            observed: &observed,
            owned,
        };
        let judged = run.judge(desired);
        let is_settled =
            judged.change.is_none() && judged.failure.is_none() && judged.observations.is_empty();
        (!is_settled).then_some(judged)
    }

    /// Whether a quick look is enough to know that an object is in sync.
    fn is_certain(&mut self, at: u32) -> bool {
        let Self { drift, schema, rules, desired, rows, counters, .. } = self;
        let row = &mut rows[at as usize];
        let (Some(declared), Seen::Present(live)) = (&mut row.declared, &row.seen) else {
            return false;
        };
        if !drift.takes_quick_looks() {
            return false;
        }
        if !std::mem::replace(&mut declared.was_compared, true) {
            return false;
        }
        let Some(object) = desired.get(&row.id).filter(|it| rules.spare(it)) else {
            return false;
        };
        let expected = declared.expected.get_or_insert_with(|| {
            counters.compiled += 1;
            Box::new(Expected::new(schema, &drift.manager, object))
        });
        counters.walked += 1;
        expected.holds(&live.packed) == Verdict::InSync
    }

    /// Puts the plan together out of what was found.
    pub(super) fn assemble(&self, owned: &Inventory) -> Result<Plan, DiffError> {
        let mut plan = Plan::new();
        let mut changes = Vec::new();
        plan.unchanged.reserve(self.order.len());
        let mut found = self.found().into_iter().peekable();
        for id in &self.order {
            match found.next_if(|(it, _)| *it == id) {
                Some((_, judged)) => judged.clone().put(id, &mut plan, &mut changes),
                None => plan.unchanged.push(id.clone()),
            }
        }
        if !self.declares_all(owned) {
            let observed = self.observed()?;
            let run = Run {
                drift: &self.drift,
                schema: &self.schema,
                rules: &self.rules,
                observed: &observed,
                owned,
            };
            run.undeclared(&self.desired, &mut plan, &mut changes);
        }
        plan.waves = order::waves(changes);
        Ok(plan)
    }

    /// What was found of declared objects, in the order of their identities.
    fn found(&self) -> Vec<(&ObjectId, &Judged)> {
        let declared = self.rows.iter().filter(|it| it.declared.is_some());
        let mut found: Vec<_> =
            declared.filter_map(|row| Some((&row.id, row.found.as_deref()?))).collect();
        found.sort_unstable_by_key(|(id, _)| *id);
        found
    }

    /// Whether all that is ours is declared.
    fn declares_all(&self, owned: &Inventory) -> bool {
        let mut declared = self.order.iter().peekable();
        owned.entries.keys().all(|id| {
            while declared.next_if(|it| *it < id).is_some() {}
            declared.next_if(|it| *it == id).is_some()
        })
    }

    /// What has to be known of what lives where something is no longer declared: that whole, and
    /// of all else its uid.
    fn observed(&self) -> Result<Observed, DiffError> {
        let mut observed = Observed::new();
        for (id, at) in &self.places {
            let row = self.row(*at);
            let live = match &row.seen {
                Seen::Present(held) if self.desired.contains(id) => {
                    Some(Live::Present(named(id, held.packed.text("/metadata/uid"))?))
                }
                _ => unpacked(row),
            };
            if let Some(live) = live {
                observed.insert(id.clone(), live);
            }
        }
        Ok(observed)
    }
}

/// What is known of how an object lives, as a tree.
fn unpacked(row: &Row) -> Option<Live> {
    Some(match &row.seen {
        Seen::Nothing => return None,
        Seen::Present(held) => match Object::new((&held.packed).into()) {
            Ok(object) => Live::Present(object),
            Err(error) => Live::Unknown(error.to_string().into()),
        },
        Seen::Absent => Live::Absent,
        Seen::Unserved => Live::Unserved,
        Seen::Unknown(why) => Live::Unknown(why.clone()),
    })
}

/// An object of which nothing but its identity and its uid is told.
fn named(id: &ObjectId, uid: Option<&str>) -> Result<Object, DiffError> {
    let group = id.group();
    let slash = if group.is_empty() { "" } else { "/" };
    let metadata = [("name", Some(id.name())), ("namespace", id.namespace()), ("uid", uid)];
    let metadata = metadata.into_iter().filter_map(|(key, text)| Some((key, text?.into())));
    let body = [
        ("apiVersion", format!("{group}{slash}v1").into()),
        ("kind", id.kind().into()),
        ("metadata", Value::Map(metadata.collect())),
    ];
    Object::new(Value::Map(body.into_iter().collect()))
}
