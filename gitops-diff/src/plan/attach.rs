//! Bodies for a plan that was read back.

use crate::{Change, DiffError, Object, ObjectSet, Plan, secret};

impl Plan {
    /// Gives a plan that was read back the bodies of `desired`, so that it can be executed.
    ///
    /// Fails closed: every body must be the one that the plan was made for, by its digest, which
    /// for Secrets says nothing of their values.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] that names the object that is missing or is another one; the plan
    /// is then as it was.
    pub fn attach(&mut self, desired: &ObjectSet) -> Result<(), DiffError> {
        let bodies: Vec<Option<Object>> =
            self.changes().map(|change| body(change, desired)).collect::<Result<_, _>>()?;
        let changes = self.waves.iter_mut().flat_map(|wave| &mut wave.changes);
        for (change, body) in changes.zip(bodies) {
            change.desired = body;
        }
        Ok(())
    }
}

fn body(change: &Change, desired: &ObjectSet) -> Result<Option<Object>, DiffError> {
    if !change.operation.is_apply() {
        return Ok(None);
    }
    let id = &change.id;
    let object = desired.get(id).ok_or_else(|| {
        DiffError::invalid(format!("the plan changes `{id}`, which is not declared: plan again"))
    })?;
    let object = secret::folded(object);
    let same = change.fingerprint.as_ref() == Some(&secret::fingerprint(&object));
    if !same || change.version != *object.version() {
        return Err(DiffError::invalid(format!(
            "`{id}` is declared otherwise than when the plan was made: plan again"
        )));
    }
    Ok(Some(object))
}
