//! Any document of another tool is refused, or gives rules that are written and read back.
#![no_main]

use gitops_diff::Value;
use gitops_diff::policy::{Document, Policy, Rule, import};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    let json =
        |text: &str| serde_json::from_str(text).map_err(|it: serde_json::Error| it.to_string());
    let Ok(rules) = import::any(Document::new(&value), &json) else { return };
    let written = serde_json::to_string(&rules).expect("rules are JSON");
    let read: Vec<Rule> = serde_json::from_str(&written).expect("what is written reads back");
    assert_eq!(read, rules);
    let _or_refused = Policy::new(rules);
});
