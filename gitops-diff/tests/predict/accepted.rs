//! What the recorded server took, however it was written: nothing of it is refused here, and
//! what the server said about it is said here.
//!
//! `GITOPS_SHOW=accepted,warnings` prints what differs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use gitops_diff::server::Write;
use gitops_diff::{GroupKind, Schema, Value};

use crate::recorded::{Step, custom_kinds, left_out, read, replay};

#[derive(Default)]
struct Seen {
    writes: usize,
    refused: usize,
    /// Of built-in kinds; what definitions say of their versions is not looked at.
    warned_otherwise: usize,
}

#[test]
fn what_the_server_took_is_taken_with_the_same_warnings() {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        return left_out("objects that a server took");
    };
    let transcripts = PathBuf::from(corpus).join("apply/transcripts");
    let schema = custom_kinds(&transcripts);
    let mut seen = Seen::default();
    for file in ["custom", "kinds", "real", "special"] {
        for script in read(&transcripts.join(format!("{file}.jsonl.gz"))) {
            replay(&schema, &script, |schema, step, live| judge(schema, step, live, &mut seen));
        }
    }
    println!("accepted: {} writes", seen.writes);
    assert_eq!(seen.refused, 0, "of {} writes that the server took", seen.writes);
    assert_eq!(seen.warned_otherwise, 0, "of {} writes that the server took", seen.writes);
}

fn judge<'a>(schema: &Schema, step: &Step<'a>, live: Option<&'a Value>, seen: &mut Seen) {
    let main = step.subresource().is_none() && !step.text("/path").ends_with("/scale");
    let writes = matches!(step.text("/method"), "POST" | "PUT" | "PATCH");
    let answer = step.answer();
    let taken = matches!(step.code(), 200 | 201) && step.text("/answer/kind") != "Status";
    if !main || !writes || !taken {
        return;
    }
    let (group, version) = match step.text("/answer/apiVersion").split_once('/') {
        Some((group, version)) => (group, version),
        None => ("", step.text("/answer/apiVersion")),
    };
    let kind = GroupKind::new(group, step.text("/answer/kind"));
    let live = live.filter(|_| step.code() == 200);
    if step.code() == 200 && live.is_none() {
        return;
    }
    let write = Write { schema, kind: &kind, version, subresource: None, live };
    seen.writes += 1;
    let causes = write.validate(answer);
    if !causes.is_empty() {
        seen.refused += 1;
        show("accepted", step, &format!("{causes:?}"));
    }
    let ours: BTreeSet<String> = write.warnings(answer).into_iter().collect();
    let theirs = told(step);
    if schema.is_builtin(&kind) && ours != theirs {
        seen.warned_otherwise += 1;
        show("warnings", step, &format!("ours:   {ours:?}\n  server: {theirs:?}"));
    }
}

/// What the strategies of the server said: not what it said of the body, nor its policies.
fn told(step: &Step<'_>) -> BTreeSet<String> {
    let warnings = step.value.get("warnings").and_then(Value::as_list).unwrap_or_default();
    let elsewhere = |it: &str| {
        it.starts_with("unknown field ")
            || it.starts_with("duplicate field ")
            || it.contains("already set in map")
            || it.starts_with("would violate PodSecurity")
    };
    let texts = warnings.iter().filter_map(Value::as_str);
    texts.filter(|it| !elsewhere(it)).map(str::to_owned).collect()
}

fn show(what: &str, step: &Step<'_>, how: &str) {
    let wanted = std::env::var("GITOPS_SHOW").unwrap_or_default();
    if wanted.split(',').any(|it| it == what) {
        let id = step.script.get("id").and_then(Value::as_str).unwrap_or_default();
        println!("{what} {} {id} step {}\n  {how}", step.text("/answer/kind"), step.at);
    }
}
