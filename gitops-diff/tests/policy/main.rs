//! Rules for fields: what they select, what they leave of a declared object, and their laws.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod applied;
mod catalogue;
mod explain;
mod import;
mod laws;

use gitops_diff::Object;
use gitops_diff::policy::{Document, Policy, Rule};

/// Objects and rules from JSON, for tests.
fn object(json: &str) -> Object {
    serde_json::from_str(json).unwrap_or_else(|why| panic!("{why}: {json}"))
}

fn policy(rules: &str) -> Policy {
    let value = serde_json::from_str(rules).unwrap_or_else(|why| panic!("{why}: {rules}"));
    let rules = Rule::read_all(Document::new(&value)).expect("the rules are rules");
    Policy::new(rules).expect("the rules go together")
}
