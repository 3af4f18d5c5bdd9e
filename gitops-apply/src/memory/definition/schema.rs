//! What a structural schema does to the objects of its kind: prune, then default.

use gitops_diff::{Map, Value};

/// Fills in what is missing and has a default (`structural-schema/defaulting`).
pub(in crate::memory) fn default(schema: &Value, value: &mut Value) {
    match value {
        Value::Map(members) => default_members(schema, members),
        Value::List(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    default(schema, item);
                }
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

/// What every object has, whatever its schema says.
const OF_EVERY_OBJECT: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Takes out the fields that the schema does not have, and names them
/// (`structural-schema/pruning`).
pub(in crate::memory) fn prune(schema: &Value, object: &mut Value) -> Vec<String> {
    let mut pruned = Vec::new();
    if let Value::Map(members) = object {
        prune_members(schema, members, true, "", &mut pruned);
    }
    pruned
}

fn prune_value(schema: &Value, value: &mut Value, path: &str, pruned: &mut Vec<String>) {
    match value {
        Value::Map(members) => {
            let embedded = is_true(schema, "x-kubernetes-embedded-resource");
            prune_members(schema, members, embedded, path, pruned);
        }
        Value::List(items) => {
            let Some(schema) = schema.get("items") else {
                return;
            };
            for (at, item) in items.iter_mut().enumerate() {
                prune_value(schema, item, &format!("{path}[{at}]"), pruned);
            }
        }
        _ => {}
    }
}

fn prune_members(
    schema: &Value,
    members: &mut Map,
    is_object: bool,
    path: &str,
    pruned: &mut Vec<String>,
) {
    let preserves = is_true(schema, "x-kubernetes-preserve-unknown-fields");
    // `additionalProperties: true` keeps the fields, and nothing below them.
    let others = match schema.get("additionalProperties") {
        Some(Value::Bool(true)) => Some(&Value::Null),
        other => other.filter(|it| it.as_map().is_some()),
    };
    members.retain(|name, value| {
        if is_object && OF_EVERY_OBJECT.contains(&name) {
            return true;
        }
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let property = schema.get("properties").and_then(|it| it.get(name));
        match property.or(others) {
            Some(schema) => {
                prune_value(schema, value, &path, pruned);
                true
            }
            None if preserves => true,
            None => {
                pruned.push(path);
                false
            }
        }
    });
}

fn is_true(schema: &Value, key: &str) -> bool {
    schema.get(key).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn unknown_fields_go_where_the_schema_does_not_keep_them() {
        let schema = value(
            r#"{"properties":{
                "spec":{"properties":{"a":{},"list":{"items":{"properties":{"x":{}}}}}},
                "open":{"x-kubernetes-preserve-unknown-fields":true,"properties":{"in":{}}},
                "labels":{"additionalProperties":{"type":"string"}},
                "inner":{"x-kubernetes-embedded-resource":true}
            }}"#,
        );
        let mut object = value(
            r#"{"kind":"K","metadata":{"name":"n"},"odd":1,
                "spec":{"a":{"b":1},"list":[{"x":1,"y":2}],"z":3},
                "open":{"in":{"no":1},"any":{"deep":1}},
                "labels":{"l":"m"},
                "inner":{"kind":"I","data":1}}"#,
        );
        let pruned = prune(&schema, &mut object);
        let expected = ["inner.data", "odd", "open.in.no", "spec.a.b", "spec.list[0].y", "spec.z"];
        let mut pruned_in_order = pruned;
        pruned_in_order.sort();
        assert_eq!(pruned_in_order, expected);
        let kept = r#"{"kind":"K","metadata":{"name":"n"},"spec":{"a":{},"list":[{"x":1}]},
            "open":{"in":{},"any":{"deep":1}},"labels":{"l":"m"},"inner":{"kind":"I"}}"#;
        assert_eq!(object, value(kept));
    }

    #[test]
    fn defaults_fill_what_is_missing_in_what_is_there() {
        let schema = value(
            r#"{"properties":{
                "spec":{"default":{},"properties":{"size":{"default":"s"},"n":{"default":1}}},
                "list":{"items":{"properties":{"p":{"default":"TCP"}}}},
                "maybe":{"properties":{"never":{"default":1}}}
            }}"#,
        );
        let mut object = value(r#"{"spec":{"n":null},"list":[{},{"p":"UDP"}]}"#);
        default(&schema, &mut object);
        let expected = r#"{"spec":{"n":1,"size":"s"},"list":[{"p":"TCP"},{"p":"UDP"}]}"#;
        assert_eq!(object, value(expected));
    }
}
