//! The default way to plan: what is declared against what lives, by who owns which field.

mod certain;
mod field_ownership;
mod leftovers;
mod look;
mod options;
mod recreate;
mod ruled;
mod run;
mod server_dry_run;
mod strict;
mod three_way;
mod undeclared;

use std::collections::BTreeSet;

use self::look::Look;
pub use self::options::{Demand, Extent, Leftovers, Prune, Recreation, Strategy};
pub use self::recreate::RECREATE_ANNOTATION;
pub(crate) use self::ruled::Rules;
pub(crate) use self::run::{Judged, Run};
use crate::cascade::{defined_kind, is_definition};
use crate::guard::Guards;
use crate::{
    DiffError, Differ, FieldChange, GroupKind, Inventory, Object, ObjectId, ObjectSet, Observed,
    Plan, Policy, Schema, Text, secret,
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
    /// What counts as drift. Default: what an apply would change.
    pub strategy: Strategy,
    /// How much is said of what is not declared. Default: nothing.
    pub extent: Extent,
    /// What becomes of the fields that clients left behind who no longer write. Default: they
    /// stay.
    pub leftovers: Leftovers,
    /// Whether an object is made anew where fields that cannot be changed are to be. Default:
    /// never.
    pub recreate: Recreation,
    /// What must hold of an object when it is changed. Default: that it is the same one.
    pub demand: Demand,
    /// Rules for what decides a field; of what they accept the plan says so
    /// ([`Plan::observations`]), and nothing is changed. Default: none.
    pub policy: Policy,
    /// Whether objects that are no longer declared are deleted.
    pub prune: Prune,
    /// What must hold for them to be deleted.
    pub guards: Guards,
    /// The kinds. Default: those that are built into Kubernetes; what the declared
    /// `CustomResourceDefinition`s define is added for each diff.
    pub schema: Schema,
}

impl Default for Drift {
    fn default() -> Self {
        Self {
            manager: "gitops".into(),
            strategy: Strategy::default(),
            extent: Extent::default(),
            leftovers: Leftovers::default(),
            recreate: Recreation::default(),
            demand: Demand::default(),
            policy: Policy::default(),
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
        let rules = Rules::among(self, &schema, desired, observed);
        let run = Run { drift: self, schema: &schema, rules: &rules, observed, owned };
        Ok(run.plan(desired, |_| None))
    }

    fn asks(&self) -> bool {
        self.strategy == Strategy::ServerDryRun
    }
}

impl Drift {
    /// The fields that applying `desired` would change of `live`, in the order of their paths.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where an object is nested too deeply.
    pub fn compare(&self, desired: &Object, live: &Object) -> Result<Vec<FieldChange>, DiffError> {
        let desired = secret::folded(desired);
        let rules = Rules::new(self, &self.schema);
        let look = Look::new(self, &self.schema, &desired, live);
        rules.judge(look).map(|it| it.verdict.fields)
    }

    /// Gives a plan that was read back its bodies, as [`Plan::attach`], with what rules take from
    /// the live objects.
    ///
    /// # Errors
    /// As [`Plan::attach`]; also where what rules take is not what it was when the plan was made.
    pub fn attach(
        &self,
        plan: &mut Plan,
        desired: &ObjectSet,
        observed: &Observed,
    ) -> Result<(), DiffError> {
        let schema = self.schema_with(desired);
        let rules = Rules::among(self, &schema, desired, observed);
        let mut applied = ObjectSet::new();
        for object in desired.iter() {
            let folded = secret::folded(object);
            let object = rules.applied(&folded, observed.object(object.id()))?;
            applied.insert(object).map_err(|it| {
                DiffError::invalid(format!("`{}` is declared twice", it.first.id()))
            })?;
        }
        plan.attach(&applied)
    }

    /// Whether a quick look at an object that no rule is for says all that this would.
    pub(crate) fn takes_quick_looks(&self) -> bool {
        self.strategy == Strategy::FieldOwnership
            && self.extent == Extent::Changes
            && self.leftovers == Leftovers::Kept
    }

    /// Whether nothing else is to be told of an object in sync than that it is.
    pub(crate) fn can_be_remembered(&self) -> bool {
        self.strategy != Strategy::ServerDryRun
            && self.extent == Extent::Changes
            && !self.policy.refers()
    }

    /// Whether two declarations define the same kinds.
    pub(crate) fn same_definitions(one: &ObjectSet, other: &ObjectSet) -> bool {
        let definitions = |of: &'_ ObjectSet| -> Vec<Object> {
            of.iter().filter(|it| is_definition(it.id())).cloned().collect()
        };
        definitions(one) == definitions(other)
    }

    /// The schema and the declared definitions of kinds of which objects are declared.
    pub(crate) fn schema_with(&self, desired: &ObjectSet) -> Schema {
        let definitions = desired.iter().filter(|it| is_definition(it.id()));
        let mut definitions = definitions.peekable();
        if definitions.peek().is_none() {
            return self.schema.clone();
        }
        let kinds: BTreeSet<&GroupKind> = desired.ids().map(ObjectId::group_kind).collect();
        let is_used = |it: &&Object| kinds.contains(&defined_kind(it));
        let mut schema = self.schema.clone();
        for definition in definitions.filter(is_used) {
            // The server says what is wrong with a definition; here its kind stays unknown.
            let _ = schema.define(definition);
        }
        schema
    }
}
