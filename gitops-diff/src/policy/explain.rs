//! Why a field is as it is, and what an apply would make of it.

mod text;

use serde::{Deserialize, Serialize};

use super::applied::Owners;
use super::{Applying, Policy, PolicyError, Take, Verdict, When};
use crate::merge::{Apply, Force};
use crate::server::{Cause, predict};
use crate::{
    FieldPath, ManagedEntry, Object, ObjectId, Origin, PathElement, Shown, Text, Value, secret,
};

/// What decides one field of one object.
///
/// Prints as a few lines for people; values of Secrets are hidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The object.
    pub object: ObjectId,
    /// The field, with list keys.
    pub path: Text,
    /// Where the object was written, or the field, if the caller knows that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Shown>,
    /// What lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Shown>,
    /// Who owns it in what lives; the one who wrote last comes first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Holder>,
    /// The rule that decides whether it is drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Ruling>,
    /// What an apply would make of it.
    pub apply: Effect,
}

/// A manager that owns a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its name.
    pub manager: Text,
    /// `Apply` or `Update`.
    pub operation: Text,
    /// Through which subresource it wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subresource: Option<Text>,
    /// When it wrote last, as RFC 3339 text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Text>,
}

/// A rule that decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// Its id.
    pub id: Text,
    /// Which side it takes.
    pub take: Take,
    /// Why it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Text>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// What an apply makes of a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Effect {
    /// It stays as it lives.
    Stays,
    /// It gets this value.
    Becomes(Shown),
    /// It goes.
    Goes,
    /// The server refuses the apply, with this message.
    Refused(String),
    /// Nothing is applied: the object is not declared.
    Nothing,
}

/// What is explained: at least one of both objects is there.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The object as declared.
    pub desired: Option<&'a Object>,
    /// The object as it lives.
    pub live: Option<&'a Object>,
    /// The field.
    pub path: &'a FieldPath,
    /// Whether fields of others are taken.
    pub force: Force,
}

impl Policy {
    /// What decides a field: which rule, who owns it, where it is declared, what lives, and what
    /// an apply would do. `None` where there is neither object.
    ///
    /// ```
    /// use gitops_diff::merge::Force;
    /// use gitops_diff::policy::{Applying, Effect, Policy, Question, Rule, Take};
    ///
    /// let policy = Policy::new(vec![Rule::new("data.count".parse()?, Take::Live)])?;
    /// let object = |json| serde_json::from_str(json);
    /// let desired = object(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"count":"1"}}"#,
    /// )?;
    /// let live = object(
    ///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"count":"7"}}"#,
    /// )?;
    /// let question = Question {
    ///     desired: Some(&desired),
    ///     live: Some(&live),
    ///     path: &"data.count".parse()?,
    ///     force: Force::Yes,
    /// };
    /// let explanation = policy.explain(&Applying::default(), question)?.unwrap();
    /// assert_eq!(explanation.rule.unwrap().id, "live data.count");
    /// assert_eq!(explanation.apply, Effect::Stays);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PolicyError::Object`] where a rule fails on the object.
    pub fn explain(
        &self,
        by: &Applying,
        question: Question<'_>,
    ) -> Result<Option<Explanation>, PolicyError> {
        let Question { desired, live, path, .. } = question;
        let folded = desired.map(secret::folded);
        let Some(either) = folded.as_ref().or(live) else { return Ok(None) };
        let owners = Owners::new(live, &by.manager);
        let look = |object: Option<&Object>| {
            object.and_then(|it| path.lookup(it.body())).map(|it| shown(either, path, it))
        };
        let selected = self.select(either, When::Drift);
        let verdict = selected.and_then(|it| {
            let bodies = (folded.as_ref().map(Object::body), live.map(Object::body));
            it.root().follow(path, bodies).verdict(|by| owners.owns(by, path))
        });
        Ok(Some(Explanation {
            object: either.id().clone(),
            path: path.to_string().into(),
            origin: desired.and_then(Object::origin).cloned(),
            declared: look(folded.as_ref()),
            live: look(live),
            owners: holders(&owners, path),
            rule: verdict.map(Ruling::of),
            apply: self.effect(by, &Question { desired: folded.as_ref(), ..question })?,
        }))
    }

    fn effect(&self, by: &Applying, question: &Question<'_>) -> Result<Effect, PolicyError> {
        let Some(desired) = question.desired else { return Ok(Effect::Nothing) };
        let applied = self.applied(by, desired, question.live)?;
        let apply = Apply {
            live: question.live.map(Object::body),
            desired: applied.body(),
            manager: &by.manager,
            force: question.force,
            subresource: None,
            now: "1970-01-01T00:00:00Z",
        };
        let answer = match predict(&by.schema, &apply) {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Effect::Refused(refusal_of(&refusal, question.path))),
        };
        let before = question.live.and_then(|it| question.path.lookup(it.body()));
        let after = question.path.lookup(&answer);
        Ok(match after {
            after if before == after => Effect::Stays,
            Some(value) => Effect::Becomes(shown(desired, question.path, value)),
            None => Effect::Goes,
        })
    }
}

/// What the server says of the field, or else of the object.
fn refusal_of(refusal: &crate::server::Refusal, path: &FieldPath) -> String {
    let form = path.server_form();
    let about = |it: &&Cause| it.field == form || it.field == form.trim_start_matches('.');
    refusal
        .causes
        .iter()
        .find(about)
        .map_or_else(|| refusal.message.clone(), |it| it.message.clone())
}

fn holders(owners: &Owners<'_>, path: &FieldPath) -> Vec<Holder> {
    let mut entries: Vec<&ManagedEntry> = owners.all().owners(path).collect();
    entries.sort_by(|a, b| b.time.cmp(&a.time));
    entries.into_iter().map(Holder::of).collect()
}

impl Holder {
    fn of(entry: &ManagedEntry) -> Self {
        Self {
            manager: entry.manager.clone(),
            operation: entry.operation.to_string().into(),
            subresource: entry.subresource.clone(),
            time: entry.time.clone(),
        }
    }
}

impl Ruling {
    fn of(verdict: Verdict<'_>) -> Self {
        Self {
            id: verdict.id.clone(),
            take: verdict.take,
            because: verdict.rule.because.clone(),
            origin: verdict.rule.origin.clone(),
        }
    }
}

fn shown(object: &Object, path: &FieldPath, value: &Value) -> Shown {
    let names = path.elements().iter().filter_map(|it| match it {
        PathElement::Field(name) => Some(name.as_str()),
        _ => None,
    });
    let names: Vec<&str> = names.collect();
    let hides_below =
        names.is_empty() || matches!(names[..], ["metadata"] | ["metadata", "annotations"]);
    if secret::is_meant(object) && (hides_below || secret::is_hidden(&names)) {
        return Shown::Hidden;
    }
    Shown::Value(value.clone())
}
