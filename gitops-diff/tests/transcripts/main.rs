//! Feeds the recorded applies of a real API server through `merge::apply` and counts agreement.
//!
//! Found by `GITOPS_CORPUS` (the folder that holds `apply/transcripts`); without it, the test
//! says so and passes. Every apply whose live object is known, because the answer of an earlier
//! step showed it, is predicted. What is compared:
//!
//! - owners: managedFields as a set of entries, times left out;
//! - refusals: conflicts as a set of owner and field, typed-patch failures (500) as such;
//! - updates: managedFields after creates, updates and patches, whose object is taken from the
//!   answer;
//! - content: the object, where the server did not write into it what neither the live nor the
//!   declared object holds (defaults, allocated values); times and revisions left out.
//!
//! What the server refuses after the merge (validation, admission: 403, 422) counts as agreement
//! only where nothing was refused here; what it refuses before (400, 415) is left out.
//!
//! `GITOPS_SHOW=owners,refusals,updates,content` prints what differs.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking and says what it left out"
)]

mod compare;
mod tally;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use gitops_diff::merge::{self, Apply, Force, MergeError, Update};
use gitops_diff::{Object, Schema, Value};

use crate::compare::{Owners, agrees, content, differences, owners};
use crate::tally::{Floor, Tally};

const NOW: &str = "2026-01-01T00:00:00Z";

/// Agreement in tenths of a percent, as measured; a change that lowers one is a regression.
const FLOORS: [(&str, Floor); 4] = [
    ("custom", Floor { owners: 1000, refusals: 1000, updates: 920, content: 726 }),
    ("kinds", Floor { owners: 999, refusals: 999, updates: 932, content: 810 }),
    ("real", Floor { owners: 1000, refusals: 1000, updates: 1000, content: 749 }),
    ("special", Floor { owners: 999, refusals: 997, updates: 977, content: 887 }),
];

/// Not by macro: the harness hides what passing tests print.
fn left_out(what: &str) {
    let _ = writeln!(std::io::stderr(), "left out: {what} (GITOPS_CORPUS is not set)");
}

#[test]
fn recorded_applies_are_predicted() {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        return left_out("recorded applies");
    };
    let transcripts = PathBuf::from(corpus).join("apply/transcripts");
    let schema = custom_kinds(&transcripts);
    for (file, floor) in FLOORS {
        let mut tally = Tally::default();
        for script in read(&transcripts.join(format!("{file}.jsonl.gz"))) {
            run(&schema, &script, &mut tally);
        }
        tally.print(file);
        tally.check(file, &floor);
    }
}

/// The same for the diff pairs, all of which have a live object.
const PAIRS: Floor = Floor { owners: 1000, refusals: 1000, updates: 1000, content: 740 };

#[test]
fn recorded_dry_runs_on_drifted_objects_are_predicted() {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        return left_out("recorded dry-runs");
    };
    let apply = PathBuf::from(corpus).join("apply");
    let schema = custom_kinds(&apply.join("transcripts"));
    let mut tally = Tally::default();
    for pair in read(&apply.join("diff-pairs/pairs.jsonl.gz")) {
        run(&schema, &script_of(&pair), &mut tally);
    }
    tally.print("pairs");
    tally.check("pairs", &PAIRS);
}

/// A diff pair as a script: the object is read, then applied twice, both times as a dry-run.
fn script_of(pair: &Value) -> Value {
    let at = |pointer: &str| pair.pointer(pointer).cloned().unwrap_or_default();
    let map = |members: Vec<(&str, Value)>| Value::Map(members.into_iter().collect());
    let version = at("/desired/apiVersion");
    let version = version.as_str().unwrap();
    let root = if version.contains('/') { "apis" } else { "api" };
    let path = Value::from(format!("/{root}/{version}/pair"));
    let query = |force: &str| {
        let force = ("force", Value::from(force));
        map(vec![("fieldManager", at("/manager")), ("dryRun", "All".into()), force])
    };
    let dry_run = |force: &str, answer: &str| {
        map(vec![
            ("verb", "apply-dry-run".into()),
            ("path", path.clone()),
            ("query", query(force)),
            ("body", at("/desired")),
            ("code", at(&format!("{answer}/code"))),
            ("answer", at(&format!("{answer}/answer"))),
        ])
    };
    let steps = vec![
        map(vec![
            ("verb", "get".into()),
            ("path", path.clone()),
            ("code", Value::Int(200)),
            ("answer", at("/live")),
        ]),
        dry_run("false", "/dryRun"),
        dry_run("true", "/dryRunForced"),
    ];
    map(vec![("id", at("/id")), ("tags", Value::List(vec![])), ("steps", steps.into())])
}

#[test]
fn the_table_of_kinds_reads_back() {
    let table = Schema::builtin().to_table();
    assert_eq!(table, include_str!("../../src/schema/builtin.txt"));
    assert_eq!(Schema::from_table(&table).unwrap().to_table(), table);
}

fn read(path: &Path) -> impl Iterator<Item = Value> {
    let file = File::open(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

/// The built-in kinds and those that the recorded server was set up with.
fn custom_kinds(transcripts: &Path) -> Schema {
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

/// Replays one script: predicts its applies, believes the answers of the server.
fn run(schema: &Schema, script: &Value, tally: &mut Tally) {
    let mut schema = schema.clone();
    let mut live = BTreeMap::<String, Known>::new();
    let steps = script.get("steps").and_then(Value::as_list).unwrap_or_default();
    for (at, value) in steps.iter().enumerate() {
        let step = Step { value, at, script };
        let path = step.object_path();
        let before = match live.get(&path).unwrap_or(&Known::Absent) {
            Known::Absent => Some(None),
            Known::Present(object) if step.shows_version_of(object) => Some(Some(*object)),
            Known::Present(_) | Known::Unknown => None,
        };
        match (before, step.desired()) {
            (Some(before), Some(desired)) => step.judge(&schema, before, desired, tally),
            (Some(before), None) if step.is_update() => step.judge_update(&schema, before, tally),
            _ => {}
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
enum Known<'a> {
    Absent,
    Present(&'a Value),
    Unknown,
}

struct Step<'a> {
    value: &'a Value,
    at: usize,
    script: &'a Value,
}

impl<'a> Step<'a> {
    fn text(&self, pointer: &str) -> &'a str {
        let text = self.value.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default()
    }

    fn code(&self) -> i64 {
        let code = self.value.get("code").and_then(Value::as_int);
        code.expect("because every step has a code")
    }

    fn answer(&self) -> &'a Value {
        const NOTHING: &Value = &Value::Null;
        self.value.get("answer").unwrap_or(NOTHING)
    }

    fn subresource(&self) -> Option<&'static str> {
        self.text("/path").ends_with("/status").then_some("status")
    }

    /// Whether the object is shown in the version of this request; what it is in another only
    /// the server knows.
    fn shows_version_of(&self, object: &Value) -> bool {
        let shown = object.get("apiVersion").and_then(Value::as_str);
        shown.is_some_and(|it| self.text("/path").contains(&format!("/{it}/")))
    }

    /// The path of the object, without version and subresource.
    fn object_path(&self) -> String {
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

    /// The declared object, where this is an apply that can be predicted.
    fn desired(&self) -> Option<&'a Value> {
        let applies = ["apply", "apply-dry-run", "status-apply"].contains(&self.text("/verb"));
        let merged = ![400, 415].contains(&self.code());
        self.value.get("body").filter(|_| applies && merged)
    }

    /// Whether this is another write whose ownership can be predicted from what it wrote.
    fn is_update(&self) -> bool {
        let verb = self.text("/verb");
        let writes = verb == "create" || verb == "update" || verb.starts_with("patch-");
        let names_owners = serde_json::to_string(self.value.get("body").unwrap_or(&Value::Null));
        let scale = self.text("/path").ends_with("/scale");
        let written = matches!(self.code(), 200 | 201) && !scale;
        let named = self.value.pointer("/query/fieldManager").is_some();
        writes && written && named && !names_owners.unwrap().contains("managedFields")
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

    fn judge(&self, schema: &Schema, live: Option<&Value>, desired: &Value, tally: &mut Tally) {
        let force = match self.text("/query/force") {
            "true" => Force::Yes,
            _ => Force::No,
        };
        let manager = self.text("/query/fieldManager");
        let subresource = self.subresource();
        let apply = Apply { live, desired, manager, force, subresource, now: NOW };
        let predicted = merge::apply(schema, &apply);
        self.judge_refusal(&predicted, tally);
        if let (Ok(object), 200 | 201) = (&predicted, self.code()) {
            self.judge_owners(object, tally);
            if let Some(live) = live {
                self.judge_content(object, [live, desired], tally);
            }
        }
    }

    /// The object as the server wrote it, but for its owners, tells who owns what.
    fn judge_update(&self, schema: &Schema, live: Option<&Value>, tally: &mut Tally) {
        let next = compare::without_owners(self.answer());
        let (manager, subresource) = (self.text("/query/fieldManager"), self.subresource());
        let update = Update { live, next: &next, manager, subresource, now: NOW };
        let written = merge::update(schema, &update);
        let (ours, theirs) = (owners(&written), owners(self.answer()));
        tally.count(self.script, |row| row.updates.count(ours == theirs));
        if ours != theirs {
            self.show_owners("updates", &ours, &theirs);
        }
    }

    fn judge_refusal(&self, predicted: &Result<Value, MergeError>, tally: &mut Tally) {
        let agreed = agrees(predicted, self.code(), self.answer());
        tally.count(self.script, |row| row.refusals.count(agreed));
        if !agreed {
            let ours = predicted.as_ref().map_or_else(ToString::to_string, |_| "ok".into());
            let message = self.answer().get("message").and_then(Value::as_str);
            let theirs = format!("{} {}", self.code(), message.unwrap_or_default());
            self.show("refusals", &ours, &theirs);
        }
    }

    fn judge_owners(&self, object: &Value, tally: &mut Tally) {
        let (ours, theirs) = (owners(object), owners(self.answer()));
        tally.count(self.script, |row| row.owners.count(ours == theirs));
        if ours != theirs {
            self.show_owners("owners", &ours, &theirs);
        }
    }

    fn show_owners(&self, what: &str, ours: &Owners, theirs: &Owners) {
        let only = |a: &Owners, b: &Owners| {
            let lines: Vec<_> = a.difference(b).cloned().collect();
            lines.join("\n         ")
        };
        self.show(what, &only(ours, theirs), &only(theirs, ours));
    }

    fn judge_content(&self, object: &Value, known: [&Value; 2], tally: &mut Tally) {
        let (ours, theirs) = (content(object), content(self.answer()));
        let known = known.map(content);
        let found = differences(&ours, &theirs, &known);
        tally.count(self.script, |row| row.content.count(found.is_empty()));
        if !found.is_empty() {
            self.show("content", &found.join("\n         "), "as said");
        }
    }

    fn show(&self, what: &str, ours: &str, theirs: &str) {
        let wanted = std::env::var("GITOPS_SHOW").unwrap_or_default();
        if wanted.split(',').any(|it| it == what) {
            let id = self.script.get("id").and_then(Value::as_str);
            let tags = tally::tags(self.script).join(",");
            let (id, at) = (id.unwrap_or_default(), self.at);
            println!("{what} {id} step {at} [{tags}]\n  ours   {ours}\n  server {theirs}");
        }
    }
}
