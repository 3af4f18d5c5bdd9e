//! Any rules are refused, or leave of any two objects what changes nothing that did not differ.
#![no_main]

use gitops_diff::policy::{Applying, Document, Policy, Rule, Take, suggest};
use gitops_diff::{Drift, ManagedFields, Object, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut lines = data.splitn(3, |it| *it == b'\n');
    let mut value = || serde_json::from_slice::<Value>(lines.next()?).ok();
    let (Some(rules), Some(desired), Some(live)) = (value(), value(), value()) else { return };
    let Ok(rules) = Rule::read_all(Document::new(&rules)) else { return };
    let written = serde_json::to_string(&rules).expect("rules are JSON");
    let read: Vec<Rule> = serde_json::from_str(&written).expect("what is written reads back");
    assert_eq!(read, rules);
    let removes = rules.iter().any(|it| it.take == Take::Remove);
    let Ok(policy) = Policy::new(rules) else { return };
    let (Ok(desired), Ok(live)) = (Object::new(desired), Object::new(live)) else { return };
    // No server stores owners that cannot be read.
    if desired.id() != live.id() || ManagedFields::read(live.body()).is_err() {
        return;
    }
    let (by, drift) = (Applying::default(), Drift::default());
    let _or_a_rule_fails = policy.applied(&by, &desired, Some(&live));
    let _new = policy.applied(&by, &desired, None);
    let _either = policy.is_relevant_event(&desired, &live);
    let Ok(before) = drift.compare(&desired, &live) else { return };
    if let Ok(compared) = policy.compared(&by, &desired, &live) {
        let after = drift.compare(&compared, &live).expect("it was not too deep before");
        assert!(removes || after.is_empty() || !before.is_empty());
    }
    let suggested = Policy::new(suggest(desired.id(), &before));
    if let Ok(compared) = suggested.expect("they are rules").compared(&by, &desired, &live) {
        assert_eq!(drift.compare(&compared, &live).expect("it was not too deep before"), vec![]);
    }
});
