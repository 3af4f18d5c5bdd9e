//! One diff under way: what is to be done to each declared object.

use super::Drift;
use super::look::{Look, Verdict};
use super::options::{Demand, Strategy};
use super::recreate::{self, Refused};
use super::ruled::{Ruled, Rules};
use crate::guard::PRUNE_ANNOTATION;
use crate::{
    Change, Failure, Inventory, Live, Object, ObjectId, ObjectSet, Observation, Observed,
    Operation, Plan, Preconditions, Reason, Schema, Text, order, secret,
};

/// One diff under way.
pub(crate) struct Run<'a> {
    pub(crate) drift: &'a Drift,
    pub(crate) schema: &'a Schema,
    pub(crate) rules: &'a Rules,
    pub(crate) observed: &'a Observed,
    pub(crate) owned: &'a Inventory,
}

/// What is known of a declared object after it was compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    /// What is to be done to it.
    pub(crate) change: Option<Change>,
    /// Why nothing can be planned for it.
    pub(crate) failure: Option<Failure>,
    /// What of it changes nothing.
    pub(crate) observations: Vec<Observation>,
}

impl Judged {
    /// Puts what was found of an object into a plan.
    pub(crate) fn put(self, id: &ObjectId, plan: &mut Plan, changes: &mut Vec<Change>) {
        plan.observations.extend(self.observations);
        match (self.change, self.failure) {
            (None, None) => plan.unchanged.push(id.clone()),
            (change, failure) => {
                changes.extend(change);
                plan.failures.extend(failure);
            }
        }
    }
}

impl Run<'_> {
    /// The plan for `desired`, where `known` says what is known of an object already.
    pub(crate) fn plan<'o>(
        &self,
        desired: &'o ObjectSet,
        mut known: impl FnMut(&'o Object) -> Option<Judged>,
    ) -> Plan {
        let mut plan = Plan::new();
        let mut changes = Vec::new();
        for object in desired.iter() {
            let judged = known(object).unwrap_or_else(|| self.judge(object));
            judged.put(object.id(), &mut plan, &mut changes);
        }
        self.undeclared(desired, &mut plan, &mut changes);
        plan.waves = order::waves(changes);
        plan
    }

    /// What is to be done to a declared object; what is wrong with it is a failure of it alone.
    pub(crate) fn judge(&self, object: &Object) -> Judged {
        let mut plan = Plan::new();
        let (change, failure) = match self.outcome(object, &mut plan) {
            Ok(change) => (change, None),
            Err(message) => (None, Some(failure(object.id(), message, Some(object)))),
        };
        Judged { change, failure, observations: plan.observations }
    }

    fn outcome(&self, object: &Object, plan: &mut Plan) -> Result<Option<Change>, String> {
        match self.observed.get(object.id()) {
            None => Err("nobody looked whether it lives".into()),
            Some(Live::Unknown(why)) => Err(format!("it could not be looked at: {why}")),
            Some(Live::Absent | Live::Unserved) => {
                let object = self.rules.applied(&secret::folded(object), None);
                let object = object.map_err(|it| it.to_string())?;
                Ok(Some(writing(Operation::Create, Reason::Missing, &object)))
            }
            Some(Live::Present(live)) if live.is_deleting() => {
                Err("it is being deleted; it can be made anew when it is gone".into())
            }
            Some(Live::Present(live)) => self.compared(object, live, plan),
        }
    }

    fn compared(
        &self,
        object: &Object,
        live: &Object,
        plan: &mut Plan,
    ) -> Result<Option<Change>, String> {
        let object = secret::folded(object);
        // What was applied to another object of this name says nothing of this one.
        let entry = self.owned.get(object.id()).filter(|it| it.uid.as_deref() == live.uid());
        let look = Look {
            applied: entry.and_then(|it| it.applied.as_ref()),
            answer: self.observed.answer(object.id()),
            ..Look::new(self.drift, self.schema, &object, live)
        };
        let Ruled { verdict, suppressed: mut fields } =
            self.rules.judge(look).map_err(|it| it.to_string())?;
        fields.extend(look.notes());
        if !fields.is_empty() {
            plan.observations.push(Observation { id: object.id().clone(), fields });
        }
        self.change(&object, live, verdict)
    }

    fn change(
        &self,
        object: &Object,
        live: &Object,
        verdict: Verdict,
    ) -> Result<Option<Change>, String> {
        let Some((operation, reason)) = self.operation(object, live, &verdict)? else {
            return Ok(None);
        };
        let applied = self.rules.applied(object, Some(live)).map_err(|it| it.to_string())?;
        let mut change = writing(operation, reason, &applied);
        change.fields = verdict.fields;
        change.absorbs = verdict.absorbs;
        change.seen_version = live.resource_version().map(Text::from);
        change.preconditions = uid_of(live);
        let writes_owners = !matches!(operation, Operation::Update);
        if writes_owners || self.drift.demand == Demand::Fields {
            change.demand_fields(live, &self.drift.manager);
        }
        Ok(Some(change))
    }

    fn operation(
        &self,
        object: &Object,
        live: &Object,
        verdict: &Verdict,
    ) -> Result<Option<(Operation, Reason)>, String> {
        if let Some(refusal) = &verdict.refusal {
            match recreate::weigh(refusal, object, self.drift.recreate) {
                Refused::Recreate if self.drift.guards.protects(live) => {
                    return Err(format!(
                        "{} cannot be changed, and the object is not deleted to be made anew, \
                         since what depends on it would be lost with it (consent with the \
                         annotation `{PRUNE_ANNOTATION}: allowed` on the live object, or with \
                         `Guards::protected`)",
                        recreate::fields(refusal)
                    ));
                }
                Refused::Recreate => return Ok(Some((Operation::Recreate, Reason::Immutable))),
                Refused::Immutable(message) => return Err(message),
                // What is wrong the server says when it is applied, and may see otherwise.
                Refused::Otherwise => {}
            }
            if verdict.fields.is_empty() && self.drift.strategy == Strategy::ServerDryRun {
                return Err(format!("the server would refuse it: {refusal}"));
            }
        }
        Ok(match verdict {
            it if it.reaches_further => Some((Operation::TakeOver, Reason::Held)),
            it if !it.absorbs.is_empty() => Some((Operation::RepairOwnership, Reason::Held)),
            it if !it.fields.is_empty() => Some((Operation::Update, Reason::Drifted)),
            it if it.unowned => Some((Operation::Update, Reason::Unowned)),
            _ => None,
        })
    }
}

fn writing(operation: Operation, reason: Reason, object: &Object) -> Change {
    let mut change = Change::new(object.id().clone(), object.version(), operation, reason);
    change.origin = object.origin().cloned();
    change.fingerprint = Some(secret::fingerprint(object));
    change.desired = Some(object.clone());
    change
}

pub(super) fn uid_of(live: &Object) -> Preconditions {
    Preconditions { uid: live.uid().map(Text::from), ..Preconditions::default() }
}

pub(super) fn failure(id: &ObjectId, message: String, declared: Option<&Object>) -> Failure {
    let origin = declared.and_then(Object::origin).cloned();
    Failure { id: id.clone(), message, origin }
}
