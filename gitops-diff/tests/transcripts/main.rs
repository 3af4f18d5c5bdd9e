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

#[path = "../recorded/applies.rs"]
mod applies;
mod compare;
#[path = "../recorded/mod.rs"]
mod recorded;
mod tally;

use std::path::PathBuf;

use gitops_diff::merge::{self, MergeError, Update};
use gitops_diff::server::{self, Write};
use gitops_diff::{GroupKind, Map, Schema, Value};

use crate::applies::NOW;
use crate::compare::{Owners, agrees, content, differences, owners};
use crate::recorded::{Step, custom_kinds, left_out, read, replay};
use crate::tally::{Floor, Tally};

/// Agreement in tenths of a percent, as measured; a change that lowers one is a regression.
const FLOORS: [(&str, Floor); 4] = [
    ("custom", Floor { owners: 1000, refusals: 1000, updates: 990, content: 726 }),
    ("kinds", Floor { owners: 999, refusals: 999, updates: 990, content: 810 }),
    ("real", Floor { owners: 1000, refusals: 1000, updates: 1000, content: 749 }),
    ("special", Floor { owners: 999, refusals: 997, updates: 977, content: 887 }),
];

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

/// RFC 7386.
fn merge_patched(target: Value, patch: Value) -> Value {
    let Value::Map(changes) = patch else {
        return patch;
    };
    let mut members = match target {
        Value::Map(members) => members,
        _ => Map::new(),
    };
    for (key, change) in changes {
        if change.is_null() {
            members.remove(&key);
        } else {
            let before = members.remove(&key).unwrap_or_default();
            members.insert(key, merge_patched(before, change));
        }
    }
    Value::Map(members)
}

/// Replays one script: predicts its applies, believes the answers of the server.
fn run(schema: &Schema, script: &Value, tally: &mut Tally) {
    replay(schema, script, |schema, step, before| {
        if let Some(desired) = step.desired() {
            step.judge(schema, before, desired, tally);
        } else if step.is_update() {
            step.judge_update(schema, before, tally);
        }
    });
}

impl Step<'_> {
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

    fn judge(&self, schema: &Schema, live: Option<&Value>, desired: &Value, tally: &mut Tally) {
        let predicted = merge::apply(schema, &self.apply(live, desired));
        self.judge_refusal(&predicted, tally);
        if let (Ok(object), 200 | 201) = (&predicted, self.code()) {
            self.judge_owners(object, tally);
            if let Some(live) = live {
                self.judge_content(object, [live, desired], tally);
            }
        }
    }

    /// The object as it is written tells who owns what.
    fn judge_update(&self, schema: &Schema, live: Option<&Value>, tally: &mut Tally) {
        let next = self.next(schema, live);
        let next = next.unwrap_or_else(|| compare::without_owners(self.answer()));
        let (manager, subresource) = (self.text("/query/fieldManager"), self.subresource());
        let update = Update { live, next: &next, manager, subresource, now: NOW };
        let written = merge::update(schema, &update);
        let (ours, theirs) = (owners(&written), owners(self.answer()));
        tally.count(self.script, |row| row.updates.count(ours == theirs));
        if ours != theirs {
            self.show_owners("updates", &ours, &theirs);
        }
    }

    /// The object that the body makes, before the server prepares it; `None` for patches whose
    /// language is not spoken here.
    fn next(&self, schema: &Schema, live: Option<&Value>) -> Option<Value> {
        let body = self.value.get("body")?.clone();
        let mut body = match self.text("/verb") {
            "create" | "update" => body,
            "patch-merge" => merge_patched(live?.clone(), body),
            _ => return None,
        };
        let answer = self.answer();
        let members = body.as_map_mut()?;
        for key in ["apiVersion", "kind"] {
            members.insert(key, answer.get(key)?.clone());
        }
        if self.text("/verb") == "create" {
            members.map_at("metadata").remove("deletionTimestamp");
        }
        let (group, version) = {
            let api_version = answer.get("apiVersion")?.as_str()?;
            api_version.split_once('/').unwrap_or(("", api_version))
        };
        let kind = GroupKind::new(group, answer.get("kind")?.as_str()?);
        let mut object = server::read(schema, &kind, version, body).ok()?.object;
        let write = Write { schema, kind: &kind, version, subresource: self.subresource(), live };
        write.default(&mut object);
        Some(object)
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
