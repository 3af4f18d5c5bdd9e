//! What is applied of a declared object, after rules.

mod items;
mod owners;
mod walk;

use std::borrow::Cow;

pub(super) use self::owners::Owners;
use self::walk::{Here, Walk};
use super::{Policy, PolicyError, When};
use crate::{Object, Schema, Text, Value, secret};

/// How rules are put into effect.
#[derive(Clone, Debug)]
pub struct Applying {
    /// The kinds: which lists have keys, and which parts are one value.
    pub schema: Schema,
    /// The field manager by which we apply.
    pub manager: Text,
}

impl Default for Applying {
    /// The kinds that are built into Kubernetes, and the manager `gitops`.
    fn default() -> Self {
        Self { schema: Schema::builtin(), manager: "gitops".into() }
    }
}

impl Policy {
    /// What is to be applied where `desired` is declared and `live` lives; without rules for the
    /// object it is what is declared.
    ///
    /// A field that is taken from what lives
    /// - is left out where others own it too: it stays as it lives, and theirs;
    /// - has the live value where nobody else owns it: left out, it would go;
    /// - is left out where it does not live, and is as declared in an object or an item of a list
    ///   that does not live yet.
    ///
    /// ```
    /// use gitops_diff::policy::{Applying, Policy, Rule, Take};
    ///
    /// let policy = Policy::new(vec![Rule::new("data.count".parse()?, Take::Live)])?;
    /// let object = |json| serde_json::from_str(json);
    /// let desired = object(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"count":"1"}}"#,
    /// )?;
    /// let live = object(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"count":"7"}}"#,
    /// )?;
    /// let applied = policy.applied(&Applying::default(), &desired, Some(&live))?;
    /// assert_eq!(applied.pointer("/data/count"), Some(&"7".into()));
    /// assert_eq!(policy.applied(&Applying::default(), &desired, None)?, desired);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PolicyError::Object`] where a rule for exactly this kind leads into a list where there is
    /// a map, or the other way round, or leaves no object.
    pub fn applied(
        &self,
        by: &Applying,
        desired: &Object,
        live: Option<&Object>,
    ) -> Result<Object, PolicyError> {
        let when = if live.is_some() { When::Update } else { When::Create };
        self.decided(when, by, desired, live).map(Cow::into_owned)
    }

    /// What counts as declared in a comparison of `desired` with `live`: a field that is taken
    /// from what lives is as it lives. Borrowed where no rule changes anything.
    ///
    /// # Errors
    /// As [`Policy::applied`].
    pub fn compared<'o>(
        &self,
        by: &Applying,
        desired: &'o Object,
        live: &Object,
    ) -> Result<Cow<'o, Object>, PolicyError> {
        self.decided(When::Drift, by, desired, Some(live))
    }

    fn decided<'o>(
        &self,
        when: When,
        by: &Applying,
        desired: &'o Object,
        live: Option<&Object>,
    ) -> Result<Cow<'o, Object>, PolicyError> {
        let Some(selected) = self.select(desired, when) else {
            return Ok(Cow::Borrowed(desired));
        };
        let folded = secret::folded(desired);
        let (id, version) = (desired.id(), desired.version());
        let walk = Walk {
            object: id,
            when,
            owners: Owners::new(live, &by.manager),
            is_new: live.is_none(),
        };
        let of = by.schema.type_of(id.group_kind(), version);
        let here = Here::root(selected.root(), of);
        let body = match walk.value(&here, Some(folded.body()), live.map(Object::body))? {
            None => return Ok(Cow::Borrowed(desired)),
            Some(body) => body.unwrap_or(Value::Null),
        };
        let body = body.as_map().cloned().unwrap_or_default();
        let changed = folded.edit(|it| *it = body);
        let changed = changed.map_err(|why| PolicyError::Object {
            rule: "all".into(),
            object: Box::new(id.clone()),
            why: format!("no object is left: {why}"),
        })?;
        Ok(Cow::Owned(changed))
    }
}
