//! What rules of the policy make of a comparison.

use std::borrow::Cow;

use super::Drift;
use super::look::{Look, Verdict};
use crate::policy::{Applying, OwnedBy, When};
use crate::{
    Class, DiffError, FieldChange, FieldPath, ManagedFields, Object, ObjectSet, Observed, Policy,
    Schema,
};

/// The rules of one diff, with what they need to know.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    policy: Policy,
    by: Option<Applying>,
}

/// A verdict after rules.
pub(super) struct Ruled {
    pub(super) verdict: Verdict,
    /// The differences that rules accept.
    pub(super) suppressed: Vec<FieldChange>,
}

impl Rules {
    /// The rules of `drift`.
    pub(super) fn new(drift: &Drift, schema: &Schema) -> Self {
        let by = || Applying { schema: schema.clone(), manager: drift.manager.clone() };
        Self { policy: drift.policy.clone(), by: (!drift.policy.is_empty()).then(by) }
    }

    /// The rules of `drift`, knowing which objects refer to which others.
    pub(crate) fn among(
        drift: &Drift,
        schema: &Schema,
        desired: &ObjectSet,
        observed: &Observed,
    ) -> Self {
        let rules = Self::new(drift, schema);
        if rules.by.is_none() {
            return rules;
        }
        let live = observed.iter().filter_map(|(id, _)| observed.object(id));
        Self { policy: rules.policy.among(desired.iter().chain(live)), ..rules }
    }

    /// Whether no rule is for an object as it is declared.
    pub(crate) fn spare(&self, desired: &Object) -> bool {
        self.policy.select(desired, When::Drift).is_none()
    }

    /// The verdict on what rules leave to us, and what they accept.
    ///
    /// # Errors
    /// Where the object cannot be compared, or a rule does not fit it.
    pub(super) fn judge(&self, look: Look<'_>) -> Result<Ruled, DiffError> {
        let Some(by) = &self.by else {
            return look.judge().map(|verdict| Ruled { verdict, suppressed: Vec::new() });
        };
        let compared = self.policy.compared(by, look.desired, look.live)?;
        match compared {
            Cow::Borrowed(_) => {
                look.judge().map(|verdict| Ruled { verdict, suppressed: Vec::new() })
            }
            Cow::Owned(compared) => {
                // The rest as declared may be refused; what rules leave of it is what counts.
                let all = look.judge()?.fields;
                let verdict = Look { desired: &compared, ..look }.judge()?;
                let is_left =
                    |it: &FieldChange| verdict.fields.iter().any(|left| left.path == it.path);
                let accepted = all.into_iter().filter(|it| !is_left(it));
                let suppressed = accepted.map(|it| self.suppressed(look, it)).collect();
                Ok(Ruled { verdict, suppressed })
            }
        }
    }

    /// What is written where `desired` is declared.
    ///
    /// # Errors
    /// Where a rule does not fit the object.
    pub(super) fn applied(
        &self,
        desired: &Object,
        live: Option<&Object>,
    ) -> Result<Object, DiffError> {
        match &self.by {
            None => Ok(desired.clone()),
            Some(by) => Ok(self.policy.applied(by, desired, live)?),
        }
    }

    /// The difference with the rule that accepts it.
    fn suppressed(&self, look: Look<'_>, change: FieldChange) -> FieldChange {
        let managed = ManagedFields::read(look.live.body()).unwrap_or_default();
        let path: FieldPath = change.path.parse().unwrap_or_default();
        let owns = |by: &OwnedBy| managed.owners(&path).any(|it| by.matches(it));
        let rules = self.policy.select(look.desired, When::Drift);
        // The path has the keys of items only; rules may select them by any field of either side.
        let bodies = (Some(look.desired.body()), Some(look.live.body()));
        let rule = rules.and_then(|it| it.root().follow(&path, bodies).verdict(owns));
        let rule = rule.map(|it| it.id.clone());
        // Only part of what differs may be accepted, by a rule for what is further down.
        let rule = rule.unwrap_or_else(|| "a rule for a part of it".into());
        FieldChange { class: Class::Suppressed { rule }, ..change }
    }
}
