//! Any two objects end in a refusal, or in a prediction that a second apply leaves as it is; and
//! in a comparison that ends.
#![no_main]

use gitops_diff::merge::{Apply, Force};
use gitops_diff::server::Refusal;
use gitops_diff::{Drift, Object, Schema, Value, predict};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(at) = data.iter().position(|it| *it == b'\n') else { return };
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
    let (Some(desired), Some(live)) = (read(&data[..at]), read(&data[at + 1..])) else { return };
    let schema = Schema::builtin();
    let apply = |live: Option<&Value>, force| applied(&schema, live, &desired, force);
    for live in [None, Some(&live)] {
        let _conflicts_or_not = apply(live, Force::No);
        if let Ok(first) = apply(live, Force::Yes) {
            if let Ok(second) = apply(Some(&first), Force::Yes) {
                assert_eq!(second, first);
            }
        }
    }
    if let (Ok(desired), Ok(live)) = (Object::new(desired.clone()), Object::new(live)) {
        if desired.id() == live.id() {
            let _changes_or_too_deep = Drift::default().compare(&desired, &live);
            let same = Drift::default().compare(&desired, &desired);
            // A Secret never lives with `stringData`.
            let lives = desired.pointer("/stringData").is_none();
            assert!(!lives || same.map_or(true, |it| it.is_empty()));
        }
    }
});

fn applied(
    schema: &Schema,
    live: Option<&Value>,
    desired: &Value,
    force: Force,
) -> Result<Value, Refusal> {
    let (manager, now) = ("m", "2026-01-01T00:00:00Z");
    predict(schema, &Apply { live, desired, manager, force, subresource: None, now })
}
