//! What one writes without this crate: trees of `serde_json`, compared by hand.

use serde_json::Value;

/// The tree of a JSON text.
///
/// # Panics
/// Where the text is no JSON; fixtures are.
pub fn parse(json: &str) -> Value {
    serde_json::from_str(json).expect("because fixtures are JSON")
}

/// Whether everything in `desired` is in `live`: members of maps by their names, items of lists
/// by their places.
pub fn subset(desired: &Value, live: &Value) -> bool {
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => desired
            .iter()
            .all(|(name, value)| live.get(name).is_some_and(|live| subset(value, live))),
        (Value::Array(desired), Value::Array(live)) => {
            desired.len() == live.len()
                && desired.iter().zip(live).all(|(desired, live)| subset(desired, live))
        }
        _ => desired == live,
    }
}
