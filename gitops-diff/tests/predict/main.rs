//! Predicts every recorded apply of a real API server, and counts whole answers that are equal.
//!
//! Found by `GITOPS_CORPUS` (the folder that holds `apply/transcripts`); without it, the test
//! says so and passes. What is compared:
//!
//! - objects: the whole answer, managedFields included; what varies from server to server (uid,
//!   times, allocated addresses and ports) and what the server writes some time later (status of
//!   definitions) is left out of both;
//! - refusals: code, reason, and the set of causes by field and reason.
//!
//! `GITOPS_SHOW=kinds` prints agreement by kind; `GITOPS_SHOW=objects`, `refusals`, `missed`
//! (refused by the server alone) and `false` (refused by us alone) print what differs, of the
//! kind `GITOPS_KIND` alone where that is set, of the file `GITOPS_FILE` alone where that is.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking and says what it left out"
)]

mod accepted;
mod answer;
#[path = "../recorded/applies.rs"]
mod applies;
#[path = "../recorded/mod.rs"]
mod recorded;
mod tally;

use std::path::PathBuf;

use gitops_diff::server::Refusal;
use gitops_diff::{Schema, Value, predict};

use crate::answer::{causes, differences, settled};
use crate::recorded::{Step, custom_kinds, left_out, read, replay};
use crate::tally::{Floor, Tally, Verdict};

/// Agreement in tenths of a percent, as measured; a change that lowers one is a regression.
const FLOORS: [(&str, Floor); 4] = [
    ("custom", Floor { objects: 1000, refusals: 1000 }),
    ("kinds", Floor { objects: 999, refusals: 999 }),
    ("real", Floor { objects: 999, refusals: 997 }),
    ("special", Floor { objects: 993, refusals: 982 }),
];

#[test]
fn recorded_answers_to_applies_are_predicted() {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        return left_out("recorded answers to applies");
    };
    let transcripts = PathBuf::from(corpus).join("apply/transcripts");
    let schema = custom_kinds(&transcripts);
    let wanted = std::env::var("GITOPS_FILE").unwrap_or_default();
    for (file, floor) in FLOORS.iter().filter(|(file, _)| wanted.is_empty() || *file == wanted) {
        let mut tally = Tally::default();
        for script in read(&transcripts.join(format!("{file}.jsonl.gz"))) {
            replay(&schema, &script, |schema, step, live| {
                if let Some(desired) = step.desired() {
                    judge(schema, step, live, desired, &mut tally);
                }
            });
        }
        tally.print(file);
        tally.check(file, floor);
    }
}

/// What is predicted of custom resources from the documents that the server publishes, which do
/// not say in which version objects are stored, nor where `scale` finds its numbers.
const PUBLISHED: Floor = Floor { objects: 859, refusals: 1000 };

#[test]
fn custom_resources_are_predicted_from_published_documents() {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        return left_out("custom resources by published documents");
    };
    let apply = PathBuf::from(corpus).join("apply");
    let schema = published(&apply.join("openapi"));
    let mut tally = Tally::default();
    for script in read(&apply.join("transcripts/custom.jsonl.gz")) {
        replay(&schema, &script, |schema, step, live| {
            if let Some(desired) = step.desired() {
                judge(schema, step, live, desired, &mut tally);
            }
        });
    }
    tally.print("published");
    tally.check("published", &PUBLISHED);
}

/// The kinds of the recorded server's definitions, as it publishes them.
fn published(openapi: &std::path::Path) -> Schema {
    let one = |path: &str| read(&openapi.join(path)).next().unwrap();
    let versions = ["v1", "v1alpha1", "v2"];
    let documents = versions.map(|it| one(&format!("v3/apis__corpus.example.com__{it}.json.gz")));
    let discovery = one("discovery/apis-aggregated.json.gz");
    Schema::from_openapi(&documents, [&discovery]).unwrap()
}

fn judge<'a>(
    schema: &Schema,
    step: &Step<'a>,
    live: Option<&'a Value>,
    desired: &'a Value,
    tally: &mut Tally,
) {
    let kind = desired.get("kind").and_then(Value::as_str).unwrap_or_default();
    let predicted = predict(schema, &step.apply(live, desired));
    let (verdict, what) = compare(step, &predicted);
    tally.count(kind, verdict);
    if let Some(what) = what {
        show(step, kind, verdict, &what);
    }
}

/// Whether the server answered as predicted; if not, where it did not.
fn compare(step: &Step<'_>, predicted: &Result<Value, Refusal>) -> (Verdict, Option<String>) {
    let message = || {
        let message = step.answer().get("message").and_then(Value::as_str);
        format!("{} {}", step.code(), message.unwrap_or_default())
    };
    match (predicted, step.code()) {
        (Ok(object), 200 | 201) => {
            let uid = step.text("/answer/metadata/uid");
            let found = differences(&settled(object, uid), &settled(step.answer(), uid));
            let what = (!found.is_empty()).then(|| found.join("\n  "));
            (Verdict::Object(what.is_none()), what)
        }
        (Err(refusal), 200 | 201) => (Verdict::False, Some(format!("ours: {refusal}"))),
        (Ok(_), _) => (Verdict::Missed, Some(format!("server: {}", message()))),
        (Err(refusal), code) => {
            let ours: Vec<_> =
                refusal.causes.iter().map(|it| (it.field.clone(), it.reason.to_string())).collect();
            let theirs = causes(step.answer());
            let same = i64::from(refusal.code) == code
                && refusal.reason == step.text("/answer/reason")
                && ours.into_iter().collect::<std::collections::BTreeSet<_>>() == theirs;
            let what = format!("ours:   {} {refusal}\n  server: {}", refusal.code, message());
            (Verdict::Refusal(same), (!same).then_some(what))
        }
    }
}

fn show(step: &Step<'_>, kind: &str, verdict: Verdict, what: &str) {
    let wanted = std::env::var("GITOPS_SHOW").unwrap_or_default();
    let of = std::env::var("GITOPS_KIND").unwrap_or_default();
    if wanted.split(',').any(|it| it == verdict.name()) && (of.is_empty() || of == kind) {
        let id = step.script.get("id").and_then(Value::as_str).unwrap_or_default();
        println!("{} {kind} {id} step {}\n  {what}", verdict.name(), step.at);
    }
}
