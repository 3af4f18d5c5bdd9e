//! Drift on what a real API server answered: the pairs and transcripts of `GITOPS_CORPUS`.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says aloud what it leaves out and fails where it cannot go on"
)]

use std::io::BufRead;
use std::path::PathBuf;

use gitops_diff::{Drift, Object, Value};

/// The rows of a corpus file; `None`, said aloud, where there is no corpus.
fn rows(file: &str) -> Option<Vec<Value>> {
    let Some(root) = std::env::var_os("GITOPS_CORPUS") else {
        println!("left out: GITOPS_CORPUS is not set, {file} is not read");
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
