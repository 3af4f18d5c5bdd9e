//! The patches of a change make of what lives what they say, and a plan is written, shown and
//! read back.
#![no_main]

use gitops_diff::{
    Differ, Drift, Inventory, MarkdownLimits, Object, Observed, Operation, Plan, Report, Strategy,
    Value,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(at) = data.iter().position(|it| *it == b'\n') else { return };
    let object = |bytes: &[u8]| serde_json::from_slice::<Object>(bytes).ok();
    let (Some(desired), Some(live)) = (object(&data[..at]), object(&data[at + 1..])) else {
        return;
    };
    let all = [desired.clone()].into_iter().collect();
    let observed: Observed = [live.clone()].into_iter().collect();
    for strategy in [Strategy::FieldOwnership, Strategy::ThreeWay, Strategy::Strict] {
        let drift = Drift { strategy, ..Drift::default() };
        let Ok(plan) = drift.diff(&all, &observed, &Inventory::new()) else { continue };
        let text = plan.to_json().expect("a plan can be written");
        let read = Plan::from_json(&text).expect("what is written reads back");
        assert_eq!(read.to_json().expect("a plan can be written"), text);
        let shown = Report::new(&plan).beside(&observed);
        assert!(!shown.to_string().is_empty());
        let _any = Report::new(&plan).markdown(MarkdownLimits::default()).to_string();
        for change in plan.changes().filter(|it| it.id == *live.id()) {
            if change.operation == Operation::Update && live.id().kind() != "Secret" {
                check(&change.json_patch(Some(&live)), &change.merge_patch(Some(&live)), &live);
            }
        }
    }
});

type Made = Result<Value, gitops_diff::DiffError>;

/// Both patches lead to the same.
fn check(patch: &Made, merge: &Made, live: &Object) {
    let (Ok(patch), Ok(merge)) = (patch, merge) else { return };
    let json = |value: &Value| serde_json::to_value(value).expect("it is JSON");
    let patch: json_patch::Patch = serde_json::from_value(json(patch)).expect("it is a patch");
    let (mut one, mut other) = (json(live.body()), json(live.body()));
    json_patch::patch(&mut one, &patch).expect("it is a patch of this object");
    json_patch::merge(&mut other, &json(merge));
    assert_eq!(without_nulls(one), without_nulls(other));
}

/// A merge patch cannot set a field to null.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value::{Array, Object};
    match value {
        Object(members) => {
            let kept = members.into_iter().filter(|(_, it)| !it.is_null());
            Object(kept.map(|(name, it)| (name, without_nulls(it))).collect())
        }
        Array(items) => Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
