//! The default way to plan: what is declared against what lives, by who owns which field.

use std::collections::BTreeSet;

use crate::cascade::{Holders, Twins, defined_kind, is_definition};
use crate::compare::{Comparison, Difference};
use crate::guard::{Guards, PRUNE_ANNOTATION, still_holds};
use crate::{
    Change, DiffError, Differ, Entry, Failure, FieldChange, GroupKind, Inventory, Live, Object,
    ObjectId, ObjectSet, Observed, Operation, Plan, Preconditions, Reason, Refusal, Schema, Text,
    order, secret,
};

/// Compares by field ownership, as server-side apply does.
///
/// - A declared field that lives with another value, or not at all, is drift; what others added
///   (defaults, their labels, injected containers) is not. Values that a server writes
///   differently (`1000m` and `1`) are the same.
/// - A field that is ours by `managedFields` and no longer declared goes.
/// - An object that is ours by the ledger and no longer declared is deleted, if it is still the
///   one that was made (its uid, or, where the ledger has none yet, its `managedFields`), and if
///   no [guard](Guards) and no annotation keeps it. A namespace or a definition stays as long as
///   something is to stay that would go with it.
///
/// An annotation on the live object keeps it: `gitops-rs.dev/prune: disabled`,
/// `kustomize.toolkit.fluxcd.io/prune: disabled`, `argocd.argoproj.io/sync-options: Prune=false`
/// and `helm.sh/resource-policy: keep`. The object is then released: it is no longer ours.
///
/// ```
/// use gitops_diff::{Differ, Drift, Inventory, ObjectSet, Observed};
///
/// let live: Observed = [serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"7"},"data":{"k":"old"}}"#,
/// )?].into_iter().collect();
/// let desired: ObjectSet = [serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"new"}}"#,
/// )?].into_iter().collect();
///
/// let plan = Drift::default().diff(&desired, &live, &Inventory::new())?;
/// let change = plan.changes().next().unwrap();
/// assert_eq!(change.fields[0].path, "data.k");
/// assert_eq!(change.preconditions.uid.as_deref(), Some("7"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Drift {
    /// The field manager by which we apply. Default: `gitops`.
    pub manager: Text,
    /// Whether objects that are no longer declared are deleted.
    pub prune: Prune,
    /// What must hold for them to be deleted.
    pub guards: Guards,
    /// The kinds. Default: those that are built into Kubernetes; what the declared
    /// `CustomResourceDefinition`s define is added for each diff.
    pub schema: Schema,
}

/// Whether objects that are ours and no longer declared are deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prune {
    /// They are.
    #[default]
    On,
    /// They stay, and stay ours.
    Off,
}

impl Default for Drift {
    fn default() -> Self {
        Self {
            manager: "gitops".into(),
            prune: Prune::default(),
            guards: Guards::default(),
            schema: Schema::builtin(),
        }
    }
}

impl Differ for Drift {
    fn diff(
        &self,
        desired: &ObjectSet,
        observed: &Observed,
        owned: &Inventory,
    ) -> Result<Plan, DiffError> {
        let schema = self.schema_with(desired);
        let run = Run { drift: self, schema: &schema, observed, owned };
        let mut plan = Plan::new();
        let mut changes = Vec::new();
        for object in desired.iter() {
            match run.declared(object) {
                Ok(Some(change)) => changes.push(change),
                Ok(None) => plan.unchanged.push(object.id().clone()),
                Err(message) => plan.failures.push(failure(object.id(), message, Some(object))),
            }
        }
        run.undeclared(desired, &mut plan, &mut changes);
        plan.waves = order::waves(changes);
        Ok(plan)
    }
}

impl Drift {
    /// The fields that applying `desired` would change of `live`, in the order of their paths.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where an object is nested too deeply.
    pub fn compare(&self, desired: &Object, live: &Object) -> Result<Vec<FieldChange>, DiffError> {
        let desired = secret::folded(desired);
        let comparison = Comparison { schema: &self.schema, manager: &self.manager, applied: None };
        comparison.of(&desired, live).map(|it| it.changes)
    }

    /// The schema and the declared definitions of kinds of which objects are declared.
    fn schema_with(&self, desired: &ObjectSet) -> Schema {
        let definitions = desired.iter().filter(|it| is_definition(it.id()));
        let mut definitions = definitions.peekable();
        if definitions.peek().is_none() {
            return self.schema.clone();
        }
        let kinds: BTreeSet<&GroupKind> = desired.ids().map(ObjectId::group_kind).collect();
        let is_used = |it: &&Object| kinds.contains(&defined_kind(it));
        definitions.filter(is_used).fold(self.schema.clone(), |schema, definition| {
            // The server says what is wrong with a definition; here its kind stays unknown.
            schema.with_crd(definition).unwrap_or(schema)
        })
    }
}

/// One diff under way.
struct Run<'a> {
    drift: &'a Drift,
    schema: &'a Schema,
    observed: &'a Observed,
    owned: &'a Inventory,
}

impl Run<'_> {
    /// What is to be done to a declared object; an error is for this object alone.
    fn declared(&self, object: &Object) -> Result<Option<Change>, String> {
        match self.observed.get(object.id()) {
            None => Err("nobody looked whether it lives".into()),
            Some(Live::Unknown(why)) => Err(format!("it could not be looked at: {why}")),
            Some(Live::Absent | Live::Unserved) => {
                let object = secret::folded(object);
                Ok(Some(writing(Operation::Create, Reason::Missing, &object)))
            }
            Some(Live::Present(live)) if live.is_deleting() => {
                Err("it is being deleted; it can be made anew when it is gone".into())
            }
            Some(Live::Present(live)) => self.compared(object, live),
        }
    }

    fn compared(&self, object: &Object, live: &Object) -> Result<Option<Change>, String> {
        let object = secret::folded(object);
        // What was applied to another object of this name says nothing of this one.
        let entry = self.owned.get(object.id()).filter(|it| it.uid.as_deref() == live.uid());
        let applied = entry.and_then(|it| it.applied.as_ref());
        let comparison = Comparison { schema: self.schema, manager: &self.drift.manager, applied };
        let Difference { changes, unowned } =
            comparison.of(&object, live).map_err(|it| it.to_string())?;
        let reason = match (changes.is_empty(), unowned) {
            (false, _) => Reason::Drifted,
            (true, true) => Reason::Unowned,
            (true, false) => return Ok(None),
        };
        let mut change = writing(Operation::Update, reason, &object);
        change.fields = changes;
        change.preconditions = uid_of(live);
        Ok(Some(change))
    }

    /// What is to be done to the objects that are ours and no longer declared.
    fn undeclared(&self, desired: &ObjectSet, plan: &mut Plan, changes: &mut Vec<Change>) {
        if self.owned.minus(desired).next().is_none() {
            return;
        }
        let twins = self.twins(desired);
        let mut doomed = Vec::new();
        let mut kept = Vec::new();
        for (id, entry) in self.owned.minus(desired) {
            match self.fate(id, entry, &twins) {
                Fate::Delete(live) => doomed.push(live),
                Fate::Release(Reason::Kept) => kept.push((id, entry)),
                Fate::Release(reason) => changes.push(release(id, entry, reason)),
                Fate::Unknown(message) => plan.failures.push(failure(id, message, None)),
            }
        }
        let holders = Holders::among(doomed.iter().copied());
        plan.refusals = match self.drift.prune {
            Prune::On => self.drift.guards.withhold(&mut doomed, desired, self.owned),
            Prune::Off => without_pruning(std::mem::take(&mut doomed)),
        };
        let failed = plan.failures.iter().map(|it| &it.id);
        let withheld = plan.refusals.iter().flat_map(|it| &it.withheld);
        let staying = desired.ids().chain(failed).chain(withheld);
        let staying = staying.chain(kept.iter().map(|(id, _)| *id));
        let held = still_holds(&mut doomed, &holders.holding(staying));
        plan.refusals.extend(held);
        // What is forgotten no longer keeps what it lives in, so it stays ours until that is
        // declared again or gone.
        let (held, kept): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(id, _)| holders.hold(id));
        plan.refusals.extend(kept_inside(held.into_iter().map(|(id, _)| id.clone()).collect()));
        changes.extend(kept.into_iter().map(|(id, entry)| release(id, entry, Reason::Kept)));
        changes.extend(doomed.into_iter().map(deletion));
    }

    /// What is declared, to be found under another group.
    fn twins<'a>(&'a self, desired: &'a ObjectSet) -> Twins<'a> {
        let mut twins = Twins::default();
        for id in desired.ids() {
            match self.observed.get(id) {
                Some(Live::Present(live)) => {
                    let seen = live.uid().map(|uid| (id.namespace(), id.name(), uid));
                    twins.seen.extend(seen);
                }
                Some(Live::Absent | Live::Unserved) => {}
                Some(Live::Unknown(_)) | None => {
                    twins.unseen.insert((id.kind(), id.namespace(), id.name()));
                }
            }
        }
        twins
    }

    fn fate(&self, id: &ObjectId, entry: &Entry, twins: &Twins<'_>) -> Fate<'_> {
        match self.observed.get(id) {
            None => Fate::Unknown("nobody looked whether it lives".into()),
            Some(Live::Unknown(why)) => Fate::Unknown(format!("it could not be looked at: {why}")),
            Some(Live::Absent | Live::Unserved) => Fate::Release(Reason::Gone),
            Some(Live::Present(live)) if !self.is_ours(live, entry) => {
                Fate::Release(Reason::NotOurs)
            }
            Some(Live::Present(live)) if twins.include(live) => Fate::Release(Reason::Moved),
            Some(Live::Present(_)) if twins.may_include(id) => Fate::Unknown(
                "it may be the same as one that is declared in another API group, which could \
                 not be looked at"
                    .into(),
            ),
            Some(Live::Present(live)) if is_kept(live) => Fate::Release(Reason::Kept),
            Some(Live::Present(live)) => Fate::Delete(live),
        }
    }

    /// Whether the live object is the one that the ledger means.
    fn is_ours(&self, live: &Object, entry: &Entry) -> bool {
        match &entry.uid {
            Some(uid) => live.uid() == Some(uid),
            None => crate::ManagedFields::read(live.body())
                .is_ok_and(|it| it.applied_by(&self.drift.manager).is_some()),
        }
    }
}

fn writing(operation: Operation, reason: Reason, object: &Object) -> Change {
    let mut change = Change::new(object.id().clone(), object.version(), operation, reason);
    change.origin = object.origin().cloned();
    change.fingerprint = Some(secret::fingerprint(object));
    change.desired = Some(object.clone());
    change
}

fn deletion(live: &Object) -> Change {
    let mut change =
        Change::new(live.id().clone(), live.version(), Operation::Delete, Reason::Undeclared);
    change.preconditions = uid_of(live);
    change
}

fn release(id: &ObjectId, entry: &Entry, reason: Reason) -> Change {
    Change::new(id.clone(), entry.version.clone(), Operation::Release, reason)
}

/// What happens to an object that is ours and no longer declared.
enum Fate<'a> {
    Delete(&'a Object),
    Release(Reason),
    Unknown(String),
}

/// Whether an annotation says that an object is not to be pruned.
fn is_kept(live: &Object) -> bool {
    let is = |key, value: &str| {
        live.annotation(key).is_some_and(|it| it.trim().eq_ignore_ascii_case(value))
    };
    let options = live.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    is(PRUNE_ANNOTATION, "disabled")
        || is("kustomize.toolkit.fluxcd.io/prune", "disabled")
        || is("helm.sh/resource-policy", "keep")
        || options.split(',').any(|it| it.trim() == "Prune=false")
}

fn without_pruning(doomed: Vec<&Object>) -> Vec<Refusal> {
    if doomed.is_empty() {
        return Vec::new();
    }
    let withheld: Vec<ObjectId> = doomed.into_iter().map(|it| it.id().clone()).collect();
    let message = "pruning is off, so that what is no longer declared is kept (consent with \
                   `Prune::On`)";
    vec![Refusal { guard: "prune-off".into(), message: message.into(), withheld }]
}

/// What an annotation keeps inside of a namespace, or of a kind, that is no longer declared.
fn kept_inside(withheld: Vec<ObjectId>) -> Option<Refusal> {
    let message = "kept by an annotation, and not forgotten while the namespace or the definition \
                   that holds it is no longer declared either (declare that again, or take the \
                   annotation away)";
    let refusal = |withheld| Refusal { guard: "kept".into(), message: message.into(), withheld };
    (!withheld.is_empty()).then(|| refusal(withheld))
}

fn uid_of(live: &Object) -> Preconditions {
    Preconditions { uid: live.uid().map(Text::from), ..Preconditions::default() }
}

fn failure(id: &ObjectId, message: String, declared: Option<&Object>) -> Failure {
    let origin = declared.and_then(Object::origin).cloned();
    Failure { id: id.clone(), message, origin }
}
