//! The defaults of a structural schema.

use gitops_diff::{Map, Value};

/// Fills in what is missing and has a default (`structural-schema/defaulting`).
pub(in crate::memory) fn default(schema: &Value, value: &mut Value) {
    match value {
        Value::Map(members) => default_members(schema, members),
        Value::List(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|it| default(schema, it));
            }
        }
        _ => {}
    }
}

fn default_members(schema: &Value, members: &mut Map) {
    let properties = schema.get("properties").and_then(Value::as_map);
    for (name, schema) in properties.into_iter().flat_map(Map::iter) {
        let preset = schema.get("default");
        let nullable = schema.get("nullable").and_then(Value::as_bool) == Some(true);
        let missing = members.get(name).is_none_or(|it| it.is_null() && !nullable);
        if let Some(preset) = preset.filter(|_| missing) {
            members.insert(name.clone(), preset.clone());
        }
        if let Some(value) = members.get_mut(name) {
            default(schema, value);
        }
    }
    if let Some(schema) = schema.get("additionalProperties").filter(|it| it.as_map().is_some()) {
        let declared = |name: &str| properties.is_some_and(|it| it.contains_key(name));
        for (name, value) in members.iter_mut() {
            if !declared(name) {
                default(schema, value);
            }
        }
    }
}
