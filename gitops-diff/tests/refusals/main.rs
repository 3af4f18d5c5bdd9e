//! Validates what every recorded POST and PUT of a real API server wrote, and counts answers that
//! are refused for the same causes.
//!
//! Found by `GITOPS_CORPUS` (the folder that holds `apply/transcripts`); without it, the test
//! says so and passes. Only what is refused as invalid (422), or accepted, is looked at: the rest
//! is refused before or after. What is compared is the set of causes by field and reason.
//!
//! `GITOPS_SHOW=1` prints what differs, of the kind `GITOPS_KIND` alone where that is set.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking and says what it left out"
)]

#[path = "../recorded/mod.rs"]
mod recorded;

use std::collections::BTreeSet;
use std::path::PathBuf;

use gitops_diff::server::{Cause, Write, read};
use gitops_diff::{GroupKind, Schema, Value};

use crate::recorded::{Step, custom_kinds, left_out};

/// How many answers may differ, as measured; a change that raises one is a regression.
const CEILINGS: [(&str, Tally); 3] = [
    ("kinds", Tally { equal: 791, wrong: 4, refused: 0 }),
    ("special", Tally { equal: 96, wrong: 0, refused: 1 }),
    ("custom", Tally { equal: 144, wrong: 0, refused: 0 }),
];

/// How many answers are the same.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Refused for the same causes, or accepted.
    equal: usize,
    /// Refused by the server for others, or for none of ours.
    wrong: usize,
    /// Refused by us alone.
    refused: usize,
}

#[test]
fn what_was_written_is_refused_for_the_recorded_causes() {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        return left_out("recorded refusals of writes");
    };
    let transcripts = PathBuf::from(corpus).join("apply/transcripts");
    let schema = custom_kinds(&transcripts);
    for (file, ceiling) in CEILINGS {
        let mut tally = Tally::default();
        for script in recorded::read(&transcripts.join(format!("{file}.jsonl.gz"))) {
            recorded::replay(&schema, &script, |schema, step, live| {
                judge(schema, step, live, &mut tally);
            });
        }
        println!("{file}: {tally:?}");
        assert!(tally.equal >= ceiling.equal, "{file}: {tally:?}");
        assert!(tally.wrong <= ceiling.wrong, "{file}: {tally:?}");
        assert!(tally.refused <= ceiling.refused, "{file}: {tally:?}");
    }
}

fn judge(schema: &Schema, step: &Step<'_>, live: Option<&Value>, tally: &mut Tally) {
    let updates = step.text("/verb") == "update";
    let code = step.code();
    if !(updates || step.text("/verb") == "create") || !matches!(code, 200 | 201 | 422) {
        return;
    }
    let Some(body) = written(step) else { return };
    let options = step.text("/answer/details/kind").ends_with("Options");
    if options || updates != live.is_some() || step.text("/path").ends_with("/scale") {
        return;
    }
    let Some(ours) = refused(schema, step, live, &body) else { return };
    let theirs = if code == 422 { recorded_causes(step.answer()) } else { BTreeSet::new() };
    // The store asks for a revision before anything is validated.
    if theirs.iter().any(|(field, _)| field == "metadata.resourceVersion") {
        return;
    }
    let by_field: BTreeSet<(String, String)> =
        ours.iter().map(|it| (it.field.clone(), it.reason.to_string())).collect();
    match () {
        () if by_field == theirs => tally.equal += 1,
        () if code != 422 => tally.refused += 1,
        () => tally.wrong += 1,
    }
    if by_field != theirs {
        show(step, &body, &ours);
    }
}

/// What the step wrote, as far as it is spelled out.
fn written(step: &Step<'_>) -> Option<Value> {
    let body = step.value.get("body").filter(|it| it.as_map().is_some())?;
    (!serde_json::to_string(body).ok()?.contains("${")).then(|| body.clone())
}

fn refused(
    schema: &Schema,
    step: &Step<'_>,
    live: Option<&Value>,
    body: &Value,
) -> Option<Vec<Cause>> {
    let text = |name| body.get(name).and_then(Value::as_str);
    let (group, version) =
        text("apiVersion")?.rsplit_once('/').unwrap_or(("", text("apiVersion")?));
    let kind = GroupKind::new(group, text("kind")?);
    let mut object = read(schema, &kind, version, body.clone()).ok()?.object;
    let write = Write { schema, kind: &kind, version, subresource: step.subresource(), live };
    write.default(&mut object);
    write.prepare(&mut object);
    Some(write.validate(&object))
}

/// Fields and reasons of what the server refused.
fn recorded_causes(answer: &Value) -> BTreeSet<(String, String)> {
    let causes = answer.pointer("/details/causes").and_then(Value::as_list).unwrap_or_default();
    let text =
        |it: &Value, name| it.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    causes.iter().map(|it| (text(it, "field"), text(it, "reason"))).collect()
}

fn show(step: &Step<'_>, body: &Value, ours: &[Cause]) {
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default();
    let of = std::env::var("GITOPS_KIND").unwrap_or_default();
    if std::env::var_os("GITOPS_SHOW").is_some() && (of.is_empty() || of == kind) {
        let id = step.script.get("id").and_then(Value::as_str).unwrap_or_default();
        let ours: Vec<String> =
            ours.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
        let theirs = step.text("/answer/message");
        println!(
            "{kind} {id} step {}\n  ours:   {ours:?}\n  server: {} {theirs}",
            step.at,
            step.code()
        );
    }
}
