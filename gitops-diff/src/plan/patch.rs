//! A change as a patch that other tools understand.

use serde_json::Value as Json;

use crate::report::will;
use crate::{Change, DiffError, Map, Object, Operation, Value};

impl Change {
    /// The change as a JSON Patch (RFC 6902) of the live object; where the uid is known, it is
    /// tested first. Without a live object it adds the declared one.
    ///
    /// To be shown, or to be given to tools that know nothing of server-side apply. Values of
    /// Secrets are masked.
    ///
    /// ```
    /// use gitops_diff::{Differ, Drift, Inventory, Object, ObjectSet, Observed};
    ///
    /// let live: Object = serde_json::from_str(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"old"}}"#,
    /// )?;
    /// let desired: Object = serde_json::from_str(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"new"}}"#,
    /// )?;
    /// let (all, observed) = ([desired].into_iter().collect(), [live.clone()].into_iter().collect());
    /// let plan = Drift::default().diff(&all, &observed, &Inventory::new())?;
    /// let change = plan.changes().next().unwrap();
    /// assert_eq!(
    ///     serde_json::to_string(&change.json_patch(Some(&live))?)?,
    ///     r#"[{"op":"replace","path":"/data/k","value":"new"}]"#,
    /// );
    /// assert_eq!(serde_json::to_string(&change.merge_patch(Some(&live))?)?, r#"{"data":{"k":"new"}}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where the change is none of an object as it is declared, or its
    /// bodies are missing.
    pub fn json_patch(&self, live: Option<&Object>) -> Result<Value, DiffError> {
        let (before, after) = self.sides(live)?;
        let Some(before) = before else {
            let add: Map =
                [("op", "add".into()), ("path", "".into()), ("value", after)].into_iter().collect();
            return Ok(Value::List(vec![add.into()]));
        };
        let patch = json_patch::diff(&json(&before)?, &json(&after)?);
        let patch = serde_json::to_value(patch).and_then(serde_json::from_value);
        let mut patch: Vec<Value> = patch.map_err(|it| self.unwritable(&it))?;
        if let Some(uid) = &self.preconditions.uid {
            let value = Value::from(uid.clone());
            let test: Map =
                [("op", "test".into()), ("path", "/metadata/uid".into()), ("value", value)]
                    .into_iter()
                    .collect();
            patch.insert(0, test.into());
        }
        Ok(Value::List(patch))
    }

    /// The change as a merge patch (RFC 7386) of the live object: lists are whole, what goes is
    /// `null`. Without a live object it is the declared one. Values of Secrets are masked.
    ///
    /// # Errors
    /// As [`Change::json_patch`].
    pub fn merge_patch(&self, live: Option<&Object>) -> Result<Value, DiffError> {
        let (before, after) = self.sides(live)?;
        Ok(match before {
            None => after,
            Some(before) => merge_diff(&before, &after).unwrap_or_else(|| Map::new().into()),
        })
    }

    /// The object before and after, as far as it may be shown.
    fn sides(&self, live: Option<&Object>) -> Result<(Option<Value>, Value), DiffError> {
        let id = &self.id;
        if !self.operation.is_apply() {
            return Err(DiffError::invalid(format!("{id}: to {:?} is no patch", self.operation)));
        }
        match live.filter(|_| self.operation != Operation::Create) {
            Some(live) => {
                let (before, after) = will::whole(self, live);
                Ok((Some(before), after))
            }
            None => match &self.desired {
                Some(desired) => Ok((None, crate::secret::masked(desired).into_owned())),
                None => Err(DiffError::invalid(format!(
                    "{id}: the plan does not hold the object; attach it first"
                ))),
            },
        }
    }

    fn unwritable(&self, error: &serde_json::Error) -> DiffError {
        DiffError::invalid(format!("{}: the patch cannot be written: {error}", self.id))
    }
}

fn json(value: &Value) -> Result<Json, DiffError> {
    serde_json::to_value(value)
        .map_err(|error| DiffError::invalid(format!("this is no JSON: {error}")))
}

/// The merge patch from one value to another; `None` where they are the same.
fn merge_diff(before: &Value, after: &Value) -> Option<Value> {
    if before == after {
        return None;
    }
    let (Value::Map(before), Value::Map(after)) = (before, after) else {
        return Some(after.clone());
    };
    let gone = before.keys().filter(|it| !after.contains_key(it));
    let gone = gone.map(|it| (it.clone(), Value::Null));
    let changed = after.iter().filter_map(|(name, after)| match before.get(name) {
        None => Some((name.clone(), after.clone())),
        Some(before) => Some((name.clone(), merge_diff(before, after)?)),
    });
    Some(Value::Map(gone.chain(changed).collect()))
}
