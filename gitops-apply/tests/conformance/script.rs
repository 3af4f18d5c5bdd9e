//! Scripts of calls, whether generated or recorded, and how they run against a server.

use std::collections::BTreeMap;
use std::fmt;

use kube::Client;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::wire::{self, Answer};

/// Calls that are made one after the other, on objects that no other script touches.
#[derive(Clone, Deserialize)]
pub(crate) struct Script {
    /// Where it was recorded; empty where it was generated.
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

/// One call. Strings may hold `${2.metadata.uid}`: that value of the answer to step 2 (from 0).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Step {
    pub(crate) verb: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Map<String, Value>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Option<Value>,
    pub(crate) body_text: Option<String>,
    pub(crate) body_from: Option<BodyFrom>,
    /// What was recorded; empty in generated scripts.
    pub(crate) code: u16,
    pub(crate) warnings: Vec<String>,
    pub(crate) answer: Value,
}

/// A body that is made of an earlier answer.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct BodyFrom {
    pub(crate) step: usize,
    #[serde(default)]
    pub(crate) ops: Vec<Value>,
}

impl Script {
    /// What a server answers to each step.
    pub(crate) async fn run(&self, client: &Client) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let answer = if step.verb == "wait-established" {
                wait_established(client, step, &answers).await
            } else {
                wire::send(client, step.request(&answers)).await
            };
            answers.push(answer);
        }
        answers
    }

    /// What was recorded.
    pub(crate) fn recorded(&self) -> Vec<Answer> {
        let answer = |step: &Step| Answer {
            code: step.code,
            warnings: step.warnings.clone(),
            body: step.answer.clone(),
        };
        self.steps.iter().map(answer).collect()
    }
}

async fn wait_established(client: &Client, step: &Step, answers: &[Answer]) -> Answer {
    let is_established = |it: &Value| it["type"] == "Established" && it["status"] == "True";
    let mut questions = 0;
    loop {
        let answer = wire::send(client, step.request(answers)).await;
        let conditions = answer.body["status"]["conditions"].as_array();
        if conditions.is_some_and(|all| all.iter().any(is_established)) || answer.code >= 400 {
            return answer;
        }
        questions += 1;
        assert!(questions < 100, "not established within five seconds: {}", step.path);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

impl Step {
    /// The request, with what it takes from earlier answers filled in.
    pub(crate) fn request(&self, answers: &[Answer]) -> http::Request<Vec<u8>> {
        let path = fill(&self.path, answers);
        let query = self.query_string(answers);
        let uri = if query.is_empty() { path } else { format!("{path}?{query}") };
        let mut request = http::Request::builder().method(self.method.as_str()).uri(uri);
        if let Some(content_type) = &self.content_type {
            request = request.header("content-type", content_type);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(self.body(answers)).expect("because scripts hold valid paths and headers")
    }

    fn query_string(&self, answers: &[Answer]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.query {
            match value {
                Value::Array(values) => {
                    query.extend_pairs(values.iter().map(|it| (name, it.as_str().unwrap_or(""))));
                }
                Value::String(text) => drop(query.append_pair(name, &fill(text, answers))),
                other => drop(query.append_pair(name, &other.to_string())),
            }
        }
        query.finish()
    }

    fn body(&self, answers: &[Answer]) -> Vec<u8> {
        let value = match (&self.body_text, &self.body_from, &self.body) {
            (Some(text), ..) => return text.clone().into_bytes(),
            (_, Some(from), _) => from.body(answers),
            (.., Some(body)) => body.clone(),
            _ => return Vec::new(),
        };
        fill(&value.to_string(), answers).into_bytes()
    }
}

impl BodyFrom {
    /// An operation whose path does not exist is skipped.
    fn body(&self, answers: &[Answer]) -> Value {
        let mut body = answers[self.step].body.clone();
        for op in &self.ops {
            let patch: json_patch::Patch = serde_json::from_value(Value::Array(vec![op.clone()]))
                .expect("because scripts hold valid operations");
            let before = body.clone();
            if json_patch::patch(&mut body, &patch).is_err() {
                body = before;
            }
        }
        body
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            let Step { method, path, content_type, body, body_text, .. } = step;
            write!(f, "{index:2} {method} {path}")?;
            let query: Vec<_> =
                step.query.iter().map(|(name, it)| format!("{name}={it}")).collect();
            write!(f, "{}{}", if query.is_empty() { "" } else { "?" }, query.join("&"))?;
            let body = body.as_ref().map(Value::to_string).or_else(|| body_text.clone());
            let body = body.unwrap_or_default();
            writeln!(f, " {} {body}", content_type.as_deref().unwrap_or(""))?;
        }
        Ok(())
    }
}

/// `text` with each `${step.path.to.value}` replaced; what is missing there becomes empty.
fn fill(text: &str, answers: &[Answer]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (reference, after) = after.split_once('}').expect("because references are closed");
        let (step, path) = reference.split_once('.').expect("because references name a value");
        let step: usize = step.parse().expect("because references begin with a step");
        let pointer = format!("/{}", path.replace('.', "/"));
        let value = answers[step].body.pointer(&pointer).and_then(Value::as_str);
        filled.push_str(before);
        filled.push_str(value.unwrap_or(""));
        rest = after;
    }
    filled.push_str(rest);
    filled
}
