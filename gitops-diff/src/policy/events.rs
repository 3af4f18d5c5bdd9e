//! Which changes of live objects are of any interest.

use super::applied::Owners;
use super::{Cursor, Item, Policy, Take, When};
use crate::{FieldPath, Fingerprint, Map, Object, PathElement, Value};

/// What every write changes, and nobody declares.
const BOOKKEEPING: [&str; 4] = ["resourceVersion", "managedFields", "generation", "selfLink"];

impl Policy {
    /// Whether anything changed from `old` to `new` that is not the server's bookkeeping
    /// (`resourceVersion`, `managedFields`, `generation`) and that no rule takes from what lives.
    ///
    /// What does not matter for drift may still matter for health: `status` counts, unless a rule
    /// is about it.
    ///
    /// ```
    /// use gitops_diff::policy::{Policy, Rule, Take};
    ///
    /// let policy = Policy::new(vec![Rule::new("spec.replicas".parse()?, Take::Live)])?;
    /// let web = |version: &str, replicas: u8| {
    ///     serde_json::from_value(serde_json::json!({
    ///         "apiVersion": "apps/v1", "kind": "Deployment",
    ///         "metadata": {"name": "web", "resourceVersion": version},
    ///         "spec": {"replicas": replicas, "paused": replicas > 5},
    ///     }))
    /// };
    /// assert!(!policy.is_relevant_event(&web("1", 3)?, &web("2", 4)?));
    /// assert!(policy.is_relevant_event(&web("1", 3)?, &web("2", 9)?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_relevant_event(&self, old: &Object, new: &Object) -> bool {
        if old.body() == new.body() {
            return false;
        }
        self.relevant(old) != self.relevant(new)
    }

    /// The digest of what matters of a live object: equal where
    /// [`is_relevant_event`](Policy::is_relevant_event) says no. It is cheaper to keep than the
    /// object.
    pub fn relevant_digest(&self, live: &Object) -> Fingerprint {
        Fingerprint::of(&self.relevant(live))
    }

    /// The object without what does not matter.
    fn relevant(&self, live: &Object) -> Value {
        let mut body = live.body().clone();
        let metadata = body.as_map_mut().and_then(|it| it.get_mut("metadata"));
        if let Some(metadata) = metadata.and_then(Value::as_map_mut) {
            metadata.retain(|name, _| !BOOKKEEPING.contains(&name));
        }
        let Some(selected) = self.select(live, When::Drift) else {
            return body;
        };
        let strip = Strip { owners: Owners::new(Some(live), "") };
        strip.stripped(&selected.root(), &mut FieldPath::default(), &body).unwrap_or_default()
    }
}

/// Takes away what rules take from what lives.
struct Strip<'a> {
    owners: Owners<'a>,
}

impl Strip<'_> {
    /// What is left of a value.
    fn stripped(&self, rules: &Cursor<'_>, path: &mut FieldPath, value: &Value) -> Option<Value> {
        if rules.is_spent() {
            return Some(value.clone());
        }
        let verdict = rules.verdict(|by| self.owners.owns(by, path));
        let is_live = |it: Take| matches!(it, Take::Live | Take::LiveElseDesired);
        if !rules.leads_on() && verdict.is_some_and(|it| is_live(it.take)) {
            return None;
        }
        match value {
            Value::Map(members) => Some(Value::Map(self.map(rules, path, members))),
            Value::List(items) => Some(Value::List(self.list(rules, path, items))),
            other => Some(other.clone()),
        }
    }

    fn map(&self, rules: &Cursor<'_>, path: &mut FieldPath, members: &Map) -> Map {
        let left = members.iter().filter_map(|(name, value)| {
            path.push(PathElement::Field(name.clone()));
            let left = self.stripped(&rules.field(name), path, value);
            path.pop();
            Some((name.clone(), left?))
        });
        left.collect()
    }

    fn list(&self, rules: &Cursor<'_>, path: &mut FieldPath, items: &[Value]) -> Vec<Value> {
        let left = items.iter().enumerate().filter_map(|(at, value)| {
            let item = Item { live: Some((at, value)), ..Item::default() };
            path.push(self.owners.element(path, at, value));
            let left = self.stripped(&rules.item(&item), path, value);
            path.pop();
            left
        });
        left.collect()
    }
}
