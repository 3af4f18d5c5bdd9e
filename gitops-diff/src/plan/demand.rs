//! What must hold of an object when it is changed: the fields that a plan has shown.

use std::collections::BTreeMap;

use crate::{Change, DiffError, FieldPath, Fingerprint, ManagedFields, Object, Value, merge};

impl Change {
    /// Demands that the fields which the change touches, and those that `manager` owns, are still
    /// as in `live` when it is executed.
    ///
    /// Of a Secret, whose values are in no digest, it demands the resourceVersion.
    pub fn demand_fields(&mut self, live: &Object, manager: &str) {
        if live.is_secret() {
            self.preconditions.resource_version = live.resource_version().map(Into::into);
        } else {
            self.preconditions.fields = Some(self.digest(live, manager));
        }
    }

    /// Whether what the change demands holds of the object as it lives now.
    ///
    /// # Errors
    /// What does not hold, for people; the change must then do nothing.
    pub fn holds(&self, live: &Object, manager: &str) -> Result<(), String> {
        let must = &self.preconditions;
        if must.uid.as_deref().is_some_and(|uid| live.uid() != Some(uid)) {
            return Err("another object of its name lives now".into());
        }
        let seen = must.resource_version.as_deref();
        if seen.is_some_and(|seen| live.resource_version() != Some(seen)) {
            return Err("it has changed since the plan was made".into());
        }
        if must.fields.as_ref().is_some_and(|seen| *seen != self.digest(live, manager)) {
            return Err("fields that the plan touches have changed since it was made".into());
        }
        Ok(())
    }

    /// Who owns what of `live` once the fields that the change absorbs, and those that it takes
    /// away, are `manager`'s: what an applier writes before it applies
    /// ([`Operation::TakeOver`](crate::Operation), `RepairOwnership`).
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where the managedFields of `live` cannot be read.
    pub fn owners(&self, live: &Object, manager: &str) -> Result<ManagedFields, DiffError> {
        let gone = self.fields.iter().filter(|it| it.new.is_none());
        let gone: Vec<FieldPath> = gone.filter_map(|it| it.path.parse().ok()).collect();
        merge::absorb(live.body(), manager, &self.absorbs, &gone)
            .map_err(|error| DiffError::invalid(format!("{}: {error}", self.id)))
    }

    /// The digest of the values that the change touches or `manager` owns.
    fn digest(&self, live: &Object, manager: &str) -> Fingerprint {
        let all = ManagedFields::read(live.body()).unwrap_or_default();
        let ours = all.applied_by(manager).map(|it| it.fields.paths()).unwrap_or_default();
        let touched = self.fields.iter().filter_map(|it| it.path.parse().ok());
        let values: BTreeMap<String, Option<&Value>> = touched
            .chain(ours)
            .map(|path: FieldPath| (path.to_string(), path.lookup(live.body())))
            .collect();
        Fingerprint::of(&values)
    }
}
