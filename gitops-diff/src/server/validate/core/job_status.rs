//! The status of jobs: what has ended has ended, and what was counted stays counted.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::job_policy::{count_indexes, read_interval};
use crate::Value;

/// A job before or after a write.
struct Job<'a>(&'a Value);

impl Job<'_> {
    fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn int(&self, pointer: &str) -> i64 {
        self.at(pointer).as_int().unwrap_or_default()
    }

    fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// Whether a condition holds.
    fn is(&self, kind: &str) -> bool {
        self.has(kind, "True")
    }

    fn has(&self, kind: &str, status: &str) -> bool {
        let conditions = self.at("/status/conditions").as_list().unwrap_or_default();
        let text = |it: &Value, name| it.get(name).and_then(Value::as_str).map(str::to_owned);
        conditions.iter().any(|it| {
            text(it, "type").as_deref() == Some(kind)
                && text(it, "status").as_deref() == Some(status)
        })
    }

    fn is_finished(&self) -> bool {
        self.is("Complete") || self.is("Failed")
    }

    fn is_indexed(&self) -> bool {
        self.text("/spec/completionMode") == "Indexed"
    }
}

/// `ValidateJobUpdateStatus`: most rules hold only for what a write changes.
pub(super) fn check(root: &Field<'_>, live: &Value) {
    let (new, old) = (Job(root.value), Job(live));
    let status = root.field("status");
    for name in ["active", "succeeded", "failed", "ready", "terminating"] {
        status.field(name).not_negative();
    }
    check_uncounted(&status.field("uncountedTerminatedPods"));
    check_conditions(&status.field("conditions"), &new, &old);
    check_times(&status, &new, &old);
    check_finished(&status, &new, &old);
    check_indexes(&status, &new, &old);
    check_counters(&status, &new, &old);
}

fn check_uncounted(pods: &Field<'_>) {
    let mut seen = BTreeSet::new();
    for list in ["succeeded", "failed"] {
        for uid in pods.field(list).items() {
            if uid.str().is_empty() {
                uid.invalid("must not be empty");
            } else if !seen.insert(uid.str().to_owned()) {
                uid.duplicate();
            }
        }
    }
}

fn check_conditions(told: &Field<'_>, new: &Job<'_>, old: &Job<'_>) {
    let changed = |kind: &str| new.is(kind) != old.is(kind);
    let refuse = |wrong: bool, detail: &str| {
        if wrong {
            told.invalid(detail);
        }
    };
    let (complete, failed, target, met) = (
        new.is("Complete"),
        new.is("Failed"),
        new.is("FailureTarget"),
        new.is("SuccessCriteriaMet"),
    );
    let ended = changed("Complete") || changed("Failed");
    refuse(ended && complete && failed, "cannot set Complete=True and Failed=true conditions");
    refuse(
        (changed("Complete") || changed("FailureTarget")) && complete && target,
        "cannot set Complete=True and FailureTarget=true conditions",
    );
    let indexes = new.at("/status/failedIndexes") != old.at("/status/failedIndexes");
    refuse(
        (changed("Failed") || indexes) && failed && !target,
        "cannot set Failed=True condition without the FailureTarget=true condition",
    );
    refuse(
        (changed("Complete") || changed("SuccessCriteriaMet")) && complete && !met,
        "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
    );
    refuse(met && failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
    refuse(met && target, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
    refuse(
        !new.at("/spec/successPolicy").is_null() && !met && complete,
        "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
    );
    for kind in ["Failed", "Complete", "FailureTarget", "SuccessCriteriaMet"] {
        refuse(old.is(kind) && !new.is(kind), "cannot disable a terminal condition");
    }
    refuse(
        old.is("Complete") && !old.is("SuccessCriteriaMet") && met,
        "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions",
    );
}

fn check_times(status: &Field<'_>, new: &Job<'_>, old: &Job<'_>) {
    let (start, end) = (status.field("startTime"), status.field("completionTime"));
    let (was_start, was_end) = (old.at("/status/startTime"), old.at("/status/completionTime"));
    let ended = new.is("Complete") != old.is("Complete") || end.value != was_end;
    if ended && end.is_set() && !new.is("Complete") {
        end.invalid("cannot set completionTime when there is no Complete=True condition");
    }
    if ended && !end.is_set() && new.is("Complete") {
        end.required("completionTime is required for Complete jobs");
    }
    let changed = start.value != was_start || end.value != was_end;
    if changed && start.is_set() && end.is_set() && end.str() < start.str() {
        end.invalid("must be equal to or after `startTime`");
    }
    if end.is_set() && !was_end.is_null() && end.value != was_end {
        end.invalid("field is immutable");
    }
    let suspended = new.at("/spec/suspend").as_bool() == Some(true);
    let resuming = old.is("Suspended") && new.has("Suspended", "False");
    if !was_start.is_null() && start.value != was_start && !suspended && !resuming {
        start.invalid("field is immutable for unsuspended job once set");
    }
}

fn check_finished(status: &Field<'_>, new: &Job<'_>, old: &Job<'_>) {
    if !new.is_finished() {
        return;
    }
    let changed = |pointer: &str| {
        new.is_finished() != old.is_finished() || new.at(pointer) != old.at(pointer)
    };
    for name in ["active", "terminating"] {
        let pointer = format!("/status/{name}");
        if new.int(&pointer) > 0 && changed(&pointer) {
            status.field(name).invalid("is invalid for finished job");
        }
    }
    let nothing = new.at("/spec/suspend").as_bool() == Some(true)
        && new.at("/spec/completions").as_int() == Some(0);
    let start = status.field("startTime");
    if !start.is_set() && changed("/status/startTime") && !nothing {
        start.required("startTime is required for finished job");
    }
    let pods = status.field("uncountedTerminatedPods");
    let any = ["failed", "succeeded"].iter().any(|it| !pods.field(it).list().is_empty());
    if any && changed("/status/uncountedTerminatedPods") {
        pods.invalid("must be empty for finished job");
    }
}

fn check_indexes(status: &Field<'_>, new: &Job<'_>, old: &Job<'_>) {
    let (completed, failed) = (status.field("completedIndexes"), status.field("failedIndexes"));
    let changed = |name: &str| {
        let pointer = format!("/status/{name}");
        new.at(&pointer) != old.at(&pointer)
    };
    let completions = new.at("/spec/completions").as_int();
    let limited = !new.at("/spec/backoffLimitPerIndex").is_null();
    if changed("completedIndexes") {
        if let Some(Err(why)) = completions.map(|it| count_indexes(completed.str(), it)) {
            completed.invalid(&format!("error parsing completedIndexes: {why}"));
        }
        if !completed.is_empty() && !new.is_indexed() {
            completed
                .invalid("cannot set non-empty completedIndexes when non-indexed completion mode");
        }
    }
    if changed("failedIndexes") && failed.is_set() {
        let counted = completions.filter(|_| limited).map(|it| count_indexes(failed.str(), it));
        if let Some(Err(why)) = counted {
            failed.invalid(&format!("error parsing failedIndexes: {why}"));
        }
        if !limited {
            let detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
            failed.invalid(detail);
        }
    }
    let looked_at = changed("failedIndexes") || changed("completedIndexes");
    if let Some(completions) = completions.filter(|_| looked_at && failed.is_set())
        && overlap(completed.str(), failed.str(), completions)
    {
        failed.invalid("failedIndexes and completedIndexes overlap");
    }
}

/// Whether two lists of rising intervals have an index in common; what is no interval is skipped.
fn overlap(a: &str, b: &str, completions: i64) -> bool {
    let read = |text: &str| -> Vec<(i64, i64)> {
        let intervals = text.split(',').filter(|it| !it.is_empty());
        intervals.filter_map(|it| read_interval(it, completions).ok()).collect()
    };
    let (a, b) = (read(a), read(b));
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        if x.0 <= y.1 && y.0 <= x.1 {
            return true;
        }
        if x.0 <= y.0 {
            a.next()
        } else {
            b.next()
        };
    }
    false
}

fn check_counters(status: &Field<'_>, new: &Job<'_>, old: &Job<'_>) {
    let (ready, active) = (status.field("ready"), status.field("active"));
    let changed = |name: &str| {
        let pointer = format!("/status/{name}");
        new.at(&pointer) != old.at(&pointer)
    };
    let surplus = ready.int().is_some_and(|it| it > active.int().unwrap_or_default());
    if surplus && (changed("ready") || changed("active")) {
        ready.invalid("cannot set more ready pods than active");
    }
    let scaled = new.is_indexed() && new.at("/spec/completions") == new.at("/spec/parallelism");
    for (name, allowed) in [("failed", false), ("succeeded", scaled)] {
        let pointer = format!("/status/{name}");
        if new.int(&pointer) < old.int(&pointer) && !allowed {
            let counter = status.field(name);
            counter.with(&counter.or_zero()).invalid("cannot decrease the counter");
        }
    }
}
