//! Rules for objects that other objects refer to, as an autoscaler refers to what it scales.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Policy, Reference};
use crate::{GroupKind, Object, ObjectId, Value};

/// The objects that are referred to in one way.
pub(super) type Targets = BTreeSet<ObjectId>;

impl Policy {
    /// The same policy, knowing which of `objects` refer to which others: rules with
    /// [`Select::target_of`](super::Select::target_of) select what they refer to, as declared
    /// or as it lives. Costs nothing where there is no such rule.
    ///
    /// ```
    /// use gitops_diff::policy::{Policy, Reference, Rule, Take, When};
    ///
    /// let mut rule = Rule::new("spec.replicas".parse()?, Take::Live);
    /// rule.select.target_of = Some(Reference {
    ///     group: "autoscaling".into(),
    ///     kind: "HorizontalPodAutoscaler".into(),
    ///     path: "spec.scaleTargetRef".into(),
    /// });
    /// let policy = Policy::new(vec![rule])?;
    ///
    /// let object = |json| serde_json::from_str(json);
    /// let scaler = object(
    ///     r#"{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler",
    ///         "metadata":{"name":"a","namespace":"shop"},"spec":{"scaleTargetRef":
    ///         {"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}"#,
    /// )?;
    /// let web = object(
    ///     r#"{"apiVersion":"apps/v1","kind":"Deployment",
    ///         "metadata":{"name":"web","namespace":"shop"}}"#,
    /// )?;
    /// assert!(policy.select(&web, When::Drift).is_none());
    /// assert!(policy.among([&scaler]).select(&web, When::Drift).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn among<'a>(&self, objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let references = &self.trie.references;
        if references.is_empty() {
            return self.clone();
        }
        let mut targets = vec![Targets::new(); references.len()];
        for object in objects {
            for (reference, targets) in references.iter().zip(&mut targets) {
                targets.extend(target(reference, object));
            }
        }
        Self { trie: Arc::clone(&self.trie), targets: targets.into() }
    }

    pub(super) fn is_target(&self, reference: usize, object: &ObjectId) -> bool {
        self.targets.get(reference).is_some_and(|it| it.contains(object))
    }
}

/// What `object` refers to. What it leaves out is as KEDA fills it in: a Deployment of `apps/v1`.
fn target(reference: &Reference, object: &Object) -> Option<ObjectId> {
    if !object.id().group_kind().is(&reference.group, &reference.kind) {
        return None;
    }
    let mut steps = reference.path.split('.');
    let target = steps.try_fold(object.body(), Value::get)?;
    let text = |key| target.get(key).and_then(Value::as_str).filter(|it| !it.is_empty());
    let api_version = text("apiVersion").unwrap_or("apps/v1");
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let kind = GroupKind::new(group, text("kind").unwrap_or("Deployment"));
    Some(ObjectId::new(kind, object.id().namespace(), text("name")?))
}
