//! Scripts of calls on a few objects, so that they meet: two managers, two names, one kind.

mod calls;
mod mistakes;
mod objects;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) use objects::widget_definition;

use crate::script::{Script, Step};
use calls::{
    apply, create, delete, delete_collection, finalizers, get, json_patch, list, merge_patch,
    replace, status, strategic_patch,
};
use mistakes::{mistake, namespace};
use objects::kind;

/// The namespace of a script, until [`Script::in_namespace`] gives it its own.
const NAMESPACE: &str = "NAMESPACE";

const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const JSON_PATCH: &str = "application/json-patch+json";
const JSON: &str = "application/json";

/// A script that begins with its namespace.
pub(crate) fn script() -> impl Strategy<Value = Script> {
    (kind().prop_flat_map(|kind| vec(call(kind), 1..16))).prop_map(|calls| {
        let mut steps = vec![Step {
            verb: "create-namespace".to_owned(),
            method: "POST".to_owned(),
            path: "/api/v1/namespaces".to_owned(),
            content_type: Some(JSON.to_owned()),
            body: Some(
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}),
            ),
            ..Step::default()
        }];
        for call in calls {
            let earlier = steps.len();
            steps.extend(call.into_iter().map(|step| step.after(earlier)));
        }
        Script { id: String::new(), tags: Vec::new(), steps }
    })
}

impl Script {
    /// The same script in a namespace of its own.
    #[must_use]
    pub(crate) fn in_namespace(&self, name: &str) -> Self {
        let own = |text: &str| text.replace(NAMESPACE, name);
        let step = |step: &Step| Step {
            path: own(&step.path),
            body: step.body.as_ref().map(|body| {
                serde_json::from_str(&own(&body.to_string())).expect("because names need no escape")
            }),
            ..step.clone()
        };
        Self {
            id: self.id.clone(),
            tags: self.tags.clone(),
            steps: self.steps.iter().map(step).collect(),
        }
    }
}

impl Step {
    /// A call does not know its place in a script: `${THIS.…}` is its first step.
    fn after(mut self, earlier: usize) -> Self {
        let place = |text: String| text.replace("${THIS.", &format!("${{{earlier}."));
        if let Some(body) = &self.body {
            self.body = serde_json::from_str(&place(body.to_string())).ok();
        }
        for value in self.query.values_mut() {
            if let Value::String(text) = value {
                *text = place(std::mem::take(text));
            }
        }
        self
    }

    fn new(verb: &str, method: &str, path: impl Into<String>) -> Self {
        Self {
            verb: verb.to_owned(),
            method: method.to_owned(),
            path: path.into(),
            ..Self::default()
        }
    }

    fn with(mut self, content_type: &str, body: Value) -> Self {
        self.content_type = Some(content_type.to_owned());
        self.body = Some(body);
        self
    }

    fn param(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.query.insert(name.to_owned(), value.into());
        self
    }

    fn params(mut self, params: &[(&str, &str)]) -> Self {
        for (name, value) in params {
            self.query.insert((*name).to_owned(), (*value).into());
        }
        self
    }
}

/// One call, or a few that belong together.
fn call(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        12 => apply(kind),
        3 => create(kind),
        5 => replace(kind),
        5 => merge_patch(kind),
        3 => json_patch(kind),
        2 => strategic_patch(kind),
        3 => finalizers(kind),
        2 => status(),
        5 => delete(kind),
        2 => delete_collection(kind),
        3 => get(kind),
        4 => list(kind),
        3 => mistake(),
        1 => namespace(),
    ]
}
