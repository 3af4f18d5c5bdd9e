//! Scripts over all kinds: several managers apply, update, patch and scale one object.

use serde::Deserialize;
use serde_json::{Value, json};

use super::change::{change, merge_patch, operation, part};
use super::random::Random;
use crate::script::{BodyFrom, Script, Step};

pub(super) const NAMESPACE: &str = "oracle";

const JSON: &str = "application/json";
const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";
const JSON_PATCH: &str = "application/json-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const MANAGERS: [&str; 3] = ["alpha", "beta", "gamma"];

/// A kind with an object of it as people write it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sample {
    weight: usize,
    path: String,
    api_version: String,
    pub(super) kind: String,
    body: Value,
    #[serde(default)]
    status: Option<Value>,
    #[serde(default)]
    scale: bool,
}

pub(super) fn kinds() -> Vec<Sample> {
    let lines = include_str!("kinds.jsonl").replace("NAMESPACE", NAMESPACE);
    lines.lines().map(|it| serde_json::from_str(it).expect("because each line is a kind")).collect()
}

/// The script with this number; the same seed and number, the same script.
pub(super) fn script(kinds: &[Sample], seed: u64, number: usize) -> Script {
    let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
    let kind = random.weighted(kinds, |it| it.weight);
    let name = format!("o{seed}-{number}");
    let mut writer = Writer {
        random: &mut random,
        kind,
        name,
        declared: [const { None }; 3],
        steps: Vec::new(),
    };
    let steps = 3 + writer.random.below(6);
    writer.first();
    while writer.steps.len() < steps {
        writer.next();
    }
    let Writer { steps, .. } = writer;
    Script { id: format!("{seed}/{number}"), tags: vec![kind.kind.clone()], steps }
}

struct Writer<'a> {
    random: &'a mut Random,
    kind: &'a Sample,
    name: String,
    /// What each manager declared last.
    declared: [Option<Value>; 3],
    steps: Vec<Step>,
}

impl Writer<'_> {
    fn first(&mut self) {
        if self.random.percent(30) {
            self.create();
        } else {
            self.apply(0, "apply");
        }
    }

    fn next(&mut self) {
        let manager = self.random.weighted(&[0, 1, 2], |it| [5, 4, 1][*it]);
        match self.random.below(100) {
            0..42 => self.apply(*manager, "apply"),
            42..50 => self.apply(*manager, "apply-dry-run"),
            50..53 => self.create(),
            53..64 => self.update(),
            64..74 => self.merge(),
            74..80 => self.json(),
            80..86 => self.strategic(),
            86..92 => self.status(),
            92..97 => self.scale(),
            97 => self.delete(),
            _ => self.get(),
        }
    }

    /// The object as it is first written.
    fn object(&self) -> Value {
        let Sample { api_version, kind, body, .. } = self.kind;
        let mut object = json!({"apiVersion": api_version, "kind": kind});
        let members = object.as_object_mut().expect("because it is one");
        members.extend(body.as_object().expect("because bodies are maps").clone());
        object["metadata"]["name"] = self.name.clone().into();
        object
    }

    fn path(&self) -> String {
        format!("{}/{}", self.kind.path, self.name)
    }

    fn step(verb: &str, method: &str, path: String) -> Step {
        Step { verb: verb.to_owned(), method: method.to_owned(), path, ..Step::default() }
    }

    fn patch(&mut self, verb: &str, path: String, media: &str, body: Value) -> Step {
        let mut step = Self::step(verb, "PATCH", path);
        step.content_type = Some(media.to_owned());
        step.body = Some(body);
        let manager = *self.random.pick(&["kubectl-edit", "controller", "alpha"]);
        step.query.insert("fieldManager".to_owned(), manager.into());
        step
    }

    fn declaration(&mut self, manager: usize) -> Value {
        let mut object = match self.declared[manager].take() {
            Some(object) => object,
            None if manager == 0 || self.steps.is_empty() => self.object(),
            None => {
                let whole = self.object();
                let mut object = part(self.random, &whole, 0);
                object["metadata"]["name"] = self.name.clone().into();
                object
            }
        };
        let changes = *self.random.pick(&[0, 1, 1, 1, 2]);
        for _ in 0..changes {
            change(self.random, &mut object);
        }
        object
    }

    fn apply(&mut self, manager: usize, verb: &str) {
        let object = self.declaration(manager);
        let mut step = self.patch(verb, self.path(), APPLY, object.clone());
        step.query.insert("fieldManager".to_owned(), MANAGERS[manager].into());
        if self.random.percent(35) {
            step.query.insert("force".to_owned(), true.into());
        }
        if verb == "apply-dry-run" {
            step.query.insert("dryRun".to_owned(), "All".into());
        }
        // A mistake is not repeated for ever.
        if self.random.percent(60) {
            self.declared[manager] = Some(object);
        }
        self.steps.push(step);
    }

    fn create(&mut self) {
        let mut object = self.object();
        if self.random.percent(40) {
            change(self.random, &mut object);
        }
        let mut step = Self::step("create", "POST", self.kind.path.clone());
        step.content_type = Some(JSON.to_owned());
        step.body = Some(object);
        step.query.insert("fieldManager".to_owned(), "kubectl-create".into());
        self.validate_fields(&mut step);
        self.steps.push(step);
    }

    fn validate_fields(&mut self, step: &mut Step) {
        let rule = *self.random.pick(&["", "", "Strict", "Ignore"]);
        if !rule.is_empty() {
            step.query.insert("fieldValidation".to_owned(), rule.into());
        }
    }

    /// Reads, changes, writes.
    fn update(&mut self) {
        let from = self.steps.len();
        self.get();
        let object = self.object();
        let count = 1 + self.random.below(2);
        let ops = (0..count).map(|_| operation(self.random, &object)).collect();
        let mut step = Self::step("update", "PUT", self.path());
        step.content_type = Some(JSON.to_owned());
        step.body_from = Some(BodyFrom { step: from, ops });
        step.query.insert("fieldManager".to_owned(), "editor".into());
        self.validate_fields(&mut step);
        self.steps.push(step);
    }

    fn get(&mut self) {
        let step = Self::step("get", "GET", self.path());
        self.steps.push(step);
    }

    fn merge(&mut self) {
        let object = self.object();
        let body = merge_patch(self.random, &object);
        let step = self.patch("patch-merge", self.path(), MERGE, body);
        self.steps.push(step);
    }

    fn json(&mut self) {
        let object = self.object();
        let count = 1 + self.random.below(2);
        let operations: Vec<Value> = (0..count).map(|_| operation(self.random, &object)).collect();
        let step = self.patch("patch-json", self.path(), JSON_PATCH, operations.into());
        self.steps.push(step);
    }

    fn strategic(&mut self) {
        let object = self.object();
        let body = merge_patch(self.random, &object);
        let step = self.patch("patch-strategic", self.path(), STRATEGIC, body);
        self.steps.push(step);
    }

    fn status(&mut self) {
        let Some(mut status) = self.kind.status.clone() else {
            return self.merge();
        };
        if self.random.percent(50) {
            change(self.random, &mut status);
        }
        let path = format!("{}/status", self.path());
        let step = if self.random.percent(50) {
            let Sample { api_version, kind, .. } = self.kind;
            let object = json!({"apiVersion": api_version, "kind": kind,
                "metadata": {"name": self.name}, "status": status});
            let mut step = self.patch("status-apply", path, APPLY, object);
            step.query.insert("fieldManager".to_owned(), "controller".into());
            step
        } else {
            self.patch("status-merge", path, MERGE, json!({"status": status}))
        };
        self.steps.push(step);
    }

    fn scale(&mut self) {
        if !self.kind.scale {
            return self.merge();
        }
        let path = format!("{}/scale", self.path());
        let choices = [json!(3), json!(0), json!(5), json!(-1), json!("x")];
        let replicas = self.random.pick(&choices);
        let step = self.patch("scale", path, MERGE, json!({"spec": {"replicas": replicas}}));
        self.steps.push(step);
        self.get();
    }

    fn delete(&mut self) {
        let step = Self::step("delete", "DELETE", self.path());
        self.steps.push(step);
    }
}

/// Calls that leave nothing of a script.
pub(super) fn cleanup(script: &Script) -> Script {
    let path = script.steps.iter().find(|it| it.method == "PATCH" || it.method == "GET");
    let path = path.map(|it| it.path.trim_end_matches("/scale").trim_end_matches("/status"));
    let Some(path) = path else {
        return Script { steps: Vec::new(), ..script.clone() };
    };
    let release = Step {
        method: "PATCH".to_owned(),
        path: path.to_owned(),
        content_type: Some(MERGE.to_owned()),
        body: Some(json!({"metadata": {"finalizers": null}})),
        ..Step::default()
    };
    let delete = Step {
        method: "DELETE".to_owned(),
        path: path.to_owned(),
        content_type: Some(JSON.to_owned()),
        body: Some(json!({"propagationPolicy": "Background", "gracePeriodSeconds": 0})),
        ..Step::default()
    };
    Script { steps: vec![release, delete], ..script.clone() }
}
