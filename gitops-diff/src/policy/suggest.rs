//! The rules that accept what differs.

use super::{Rule, RulePath, Select, Take};
use crate::{FieldChange, FieldPath, ObjectId, Operation, Plan};

/// The narrowest rules after which these differences of one object are none: for this object and
/// these fields alone, what lives is taken.
///
/// ```
/// use gitops_diff::Drift;
/// use gitops_diff::policy::{Applying, Policy, suggest};
///
/// let object = |json| serde_json::from_str(json);
/// let desired = object(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1"}}"#,
/// )?;
/// let live = object(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"2"}}"#,
/// )?;
/// let changes = Drift::default().compare(&desired, &live)?;
/// let rules = suggest(desired.id(), &changes);
/// assert_eq!(rules[0].id(), "live data.k of ConfigMap//a");
///
/// let policy = Policy::new(rules)?;
/// let compared = policy.compared(&Applying::default(), &desired, &live)?;
/// assert!(Drift::default().compare(&compared, &live)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn suggest(id: &ObjectId, changes: &[FieldChange]) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for change in changes.iter().filter(|it| it.class.is_change()) {
        let Ok(path) = change.path.parse::<FieldPath>() else { continue };
        // What is below a field that a rule is about already needs none.
        if rules.iter().any(|it| it.path.covers(&path)) {
            continue;
        }
        let mut rule = Rule::new(RulePath::from(&path), Take::Live);
        rule.select = Select::exactly(id);
        rules.push(rule);
    }
    rules
}

/// [`suggest`] for every object that a plan would update.
///
/// That objects are made, deleted and made anew is nothing that rules about fields could accept.
pub fn suggest_all(plan: &Plan) -> Vec<Rule> {
    let updates = plan.changes_of(Operation::Update);
    updates.flat_map(|it| suggest(&it.id, &it.fields)).collect()
}
