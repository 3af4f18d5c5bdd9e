//! The recorded scripts of a real API server, and what is known of their objects between steps.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;

use flate2::read::GzDecoder;
use gitops_diff::{Object, Schema, Value};

/// Not by macro: the harness hides what passing tests print.
pub(crate) fn left_out(what: &str) {
    let _ = writeln!(std::io::stderr(), "left out: {what} (GITOPS_CORPUS is not set)");
}

pub(crate) fn read(path: &Path) -> impl Iterator<Item = Value> {
    let file = File::open(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

/// The built-in kinds and those that the recorded server was set up with.
pub(crate) fn custom_kinds(transcripts: &Path) -> Schema {
    let mut schema = Schema::builtin();
    for request in read(&transcripts.join("setup.jsonl.gz")) {
        define(&mut schema, request.get("body"));
    }
    schema
}

/// Learns a kind from a definition.
fn define(schema: &mut Schema, body: Option<&Value>) {
    let object = body.and_then(|it| Object::new(it.clone()).ok());
    let crd = object.filter(|it| it.id().kind() == "CustomResourceDefinition");
    if let Some(next) = crd.and_then(|it| schema.with_crd(&it).ok()) {
        *schema = next;
    }
}

/// Replays one script: hands each step to `judge`, with the object before it where that is known,
/// and believes the answers of the server.
pub(crate) fn replay<'a>(
    schema: &Schema,
    script: &'a Value,
    mut judge: impl FnMut(&Schema, &Step<'a>, Option<&'a Value>),
) {
    let mut schema = schema.clone();
    let mut live = BTreeMap::<String, Known<'a>>::new();
    let steps = script.get("steps").and_then(Value::as_list).unwrap_or_default();
    for (at, value) in steps.iter().enumerate() {
        let step = Step { value, at, script };
        let path = step.object_path();
        match live.get(&path).unwrap_or(&Known::Absent) {
            Known::Absent => judge(&schema, &step, None),
            Known::Present(object) if step.shows_version_of(object) => {
                judge(&schema, &step, Some(*object));
            }
            Known::Present(_) | Known::Unknown => {}
        }
        if let Some(known) = step.leaves() {
            live.insert(path, known);
        }
        if matches!(step.code(), 200 | 201) {
            define(&mut schema, value.get("body"));
        }
    }
}

/// What is known of an object between two steps.
pub(crate) enum Known<'a> {
    Absent,
    Present(&'a Value),
    Unknown,
}

pub(crate) struct Step<'a> {
    pub(crate) value: &'a Value,
    pub(crate) at: usize,
    pub(crate) script: &'a Value,
}

impl<'a> Step<'a> {
    pub(crate) fn text(&self, pointer: &str) -> &'a str {
        let text = self.value.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default()
    }

    pub(crate) fn code(&self) -> i64 {
        let code = self.value.get("code").and_then(Value::as_int);
        code.expect("because every step has a code")
    }

    pub(crate) fn answer(&self) -> &'a Value {
        const NOTHING: &Value = &Value::Null;
        self.value.get("answer").unwrap_or(NOTHING)
    }

    pub(crate) fn subresource(&self) -> Option<&'static str> {
        self.text("/path").ends_with("/status").then_some("status")
    }

    /// Whether the object is shown in the version of this request; what it is in another only
    /// the server knows.
    pub(crate) fn shows_version_of(&self, object: &Value) -> bool {
        let shown = object.get("apiVersion").and_then(Value::as_str);
        shown.is_some_and(|it| self.text("/path").contains(&format!("/{it}/")))
    }

    /// The path of the object, without version and subresource.
    pub(crate) fn object_path(&self) -> String {
        let path = self.text("/path");
        let main = path.strip_suffix("/status").or(path.strip_suffix("/scale"));
        let mut parts: Vec<&str> = main.unwrap_or(path).split('/').collect();
        parts.remove(if parts[1] == "api" { 2 } else { 3 });
        let name = self.text("/answer/metadata/name");
        if self.text("/verb") == "create" && parts.last() != Some(&name) {
            parts.push(name);
        }
        parts.join("/")
    }

    /// What is known of the object after the step; `None` where it did not touch it.
    fn leaves(&self) -> Option<Known<'a>> {
        let answer = self.answer();
        let is_object = answer.pointer("/metadata/uid").is_some();
        let written = matches!(self.code(), 200 | 201);
        let other = self.text("/path").ends_with("/scale") || self.text("/verb") == "delete";
        match self.code() {
            404 => Some(Known::Absent),
            _ if !written || self.value.pointer("/query/dryRun").is_some() => None,
            _ if other || !is_object => Some(Known::Unknown),
            _ => Some(Known::Present(answer)),
        }
    }
}
