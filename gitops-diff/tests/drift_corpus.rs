//! Drift on what a real API server answered: the pairs and transcripts of `GITOPS_CORPUS`.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says aloud what it leaves out and fails where it cannot go on"
)]

use std::io::{BufRead, Write as _};
use std::path::PathBuf;

use gitops_diff::{Differ, Drift, Entry, Inventory, Live, Object, Observed, Plan, Schema, Value};

/// The rows of a corpus file; `None`, said aloud, where there is no corpus.
fn rows(file: &str) -> Option<Vec<Value>> {
    let Some(root) = std::env::var_os("GITOPS_CORPUS") else {
        // Not by macro: the harness hides what passing tests print.
        let _ = writeln!(std::io::stderr(), "left out: {file} (GITOPS_CORPUS is not set)");
        return None;
    };
    let path = PathBuf::from(root).join("apply").join(file);
    let file = std::fs::File::open(&path).unwrap_or_else(|it| panic!("{}: {it}", path.display()));
    let lines = std::io::BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    Some(lines.map(|it| serde_json::from_str(&it.unwrap()).unwrap()).collect())
}

fn object(value: Option<&Value>) -> Option<Object> {
    Object::new(value?.clone()).ok()
}

/// Without what every write changes.
fn settled(object: &Object) -> Value {
    let strip = |body: &mut gitops_diff::Map| {
        let metadata = body.map_at("metadata");
        for field in ["managedFields", "resourceVersion", "generation"] {
            metadata.remove(field);
        }
        // The status of definitions is written a moment later.
        if object.id().kind() == "CustomResourceDefinition" {
            body.remove("status");
        }
    };
    object.clone().edit(strip).unwrap().into_body()
}

#[test]
fn drift_is_what_a_forced_apply_would_change() {
    let Some(pairs) = rows("diff-pairs/pairs.jsonl.gz") else { return };
    let drift = Drift::default();
    let mut wrong = Vec::new();
    for pair in &pairs {
        let part = |pointer| object(pair.pointer(pointer));
        let (Some(desired), Some(live)) = (part("/desired"), part("/live")) else {
            wrong.push(format!("{:?} has no objects", pair.get("id")));
            continue;
        };
        let Some(answer) = part("/dryRunForced/answer") else { continue };
        let changes = drift.compare(&desired, &live).unwrap();
        if changes.is_empty() != (settled(&live) == settled(&answer)) {
            let paths: Vec<_> = changes.iter().map(|it| it.path.to_string()).collect();
            wrong.push(format!("{:?}: {} {paths:?}", pair.get("id"), desired.id()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), pairs.len(), wrong.join("\n"));
}

/// The kinds of the transcripts: the built-in ones and those they define first.
fn schema() -> Option<Schema> {
    let setup = rows("transcripts/setup.jsonl.gz")?;
    let bodies = setup.iter().filter_map(|row| object(row.get("body")));
    let definitions = bodies.filter(|it| it.id().kind() == "CustomResourceDefinition");
    Some(definitions.fold(Schema::builtin(), |schema, it| schema.with_crd(&it).unwrap()))
}

#[test]
fn what_was_just_applied_has_not_drifted() {
    let Some(schema) = schema() else { return };
    let files = ["kinds", "special", "real", "custom"];
    let scripts = files.map(|file| rows(&format!("transcripts/{file}.jsonl.gz")));
    let scripts: Vec<Value> = scripts.into_iter().flatten().flatten().collect();
    check_applies(&schema, &scripts, Remembered::Digest, 0);
    // Where it is not known what was applied last, some of what a server did cannot be told from
    // drift: most of it here is what it loses between two versions of a kind, then what
    // admission adds to nodes, rounded quantities, and zeros that become defaults.
    check_applies(&schema, &scripts, Remembered::Nothing, 367);
}

/// What the ledger knows of the last apply.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Remembered {
    Nothing,
    Digest,
}

fn check_applies(schema: &Schema, scripts: &[Value], remembered: Remembered, allowed: usize) {
    let drift = Drift { schema: schema.clone(), ..Drift::default() };
    let mut wrong = Vec::new();
    let mut count = 0;
    for script in scripts {
        for step in script.get("steps").and_then(Value::as_list).unwrap() {
            let Some(found) = just_applied(&drift, step, remembered) else { continue };
            count += 1;
            if !found.is_empty() {
                wrong.push(format!("{:?}: {found:?}", script.get("id")));
            }
        }
    }
    println!("remembering {remembered:?}: {} of {count} applies seem drifted", wrong.len());
    assert!(wrong.len() <= allowed, "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The paths that seem to have drifted in the answer to an apply; `None` for other steps.
fn just_applied(drift: &Drift, step: &Value, remembered: Remembered) -> Option<Vec<String>> {
    let text = |name| step.get(name).and_then(Value::as_str);
    let done = matches!(step.get("code")?, Value::Int(200 | 201)) && text("verb") == Some("apply");
    if !done {
        return None;
    }
    let desired = object(step.get("body"))?;
    let live = object(step.get("answer"))?;
    let manager = step.pointer("/query/fieldManager").and_then(Value::as_str)?;
    let drift = Drift { manager: manager.into(), ..drift.clone() };
    let mut owned = Inventory::new();
    if remembered == Remembered::Digest {
        let plan = plan(&drift, &desired, None, &owned);
        let applied = plan.changes().next()?.fingerprint.clone();
        let uid = live.uid().map(Into::into);
        owned.entries.insert(desired.id().clone(), Entry { applied, uid, ..Entry::default() });
    }
    let plan = plan(&drift, &desired, Some(live), &owned);
    let fields = plan.changes().flat_map(|it| &it.fields);
    Some(fields.map(|it| it.path.to_string()).collect())
}

fn plan(drift: &Drift, desired: &Object, live: Option<Object>, owned: &Inventory) -> Plan {
    let mut observed = Observed::new();
    observed.insert(desired.id().clone(), live.map_or(Live::Absent, Live::Present));
    drift.diff(&[desired.clone()].into_iter().collect(), &observed, owned).unwrap()
}
