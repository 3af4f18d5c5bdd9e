//! What a structural schema fills in (`structural-schema/defaulting`).

use super::Structural;
use crate::{Map, Value};

impl Structural {
    /// Fills in what is missing and has a default. What a default brings is filled in as well.
    pub(crate) fn fill(&self, value: &mut Value) {
        match value {
            Value::Map(members) => self.fill_members(members),
            Value::List(items) => {
                if let Some(of) = self.items.as_deref() {
                    for item in items {
                        of.fill_in_place(item);
                    }
                }
            }
            _ => {}
        }
    }

    fn fill_members(&self, members: &mut Map) {
        for (name, of) in &self.properties {
            let Some(default) = &of.default else { continue };
            if members.get(name).is_none_or(|it| it.is_null() && !of.nullable) {
                members.insert(name.clone(), default.clone());
            }
        }
        for (name, value) in members.iter_mut() {
            match (self.properties.get(name), self.others.of()) {
                (Some(of), _) => of.fill(value),
                (None, Some(of)) => of.fill_in_place(value),
                (None, None) => {}
            }
        }
    }

    /// A value that is there: a `null` that may not be is the default, or stays `null`.
    fn fill_in_place(&self, value: &mut Value) {
        if value.is_null() && !self.nullable {
            *value = self.default.clone().unwrap_or_default();
        }
        self.fill(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn defaults_fill_what_is_missing_in_what_is_there() {
        // Schema, object, expected: the cases of upstream's `TestDefault` in words of ours.
        let cases = [
            ("{}", "null", "null"),
            (r#"{"properties":{"a":{"default":"A"}}}"#, r#"{"b":1}"#, r#"{"a":"A","b":1}"#),
            (
                r#"{"properties":{"a":{"default":{},"properties":{"b":{"default":"B"}}}}}"#,
                "{}",
                r#"{"a":{"b":"B"}}"#,
            ),
            (
                r#"{"properties":{"a":{"default":{"b":"x"},"properties":{"b":{"default":"B"},
                    "c":{"default":"C"}}}}}"#,
                "{}",
                r#"{"a":{"b":"x","c":"C"}}"#,
            ),
            (r#"{"properties":{"a":{"properties":{"b":{"default":1}}}}}"#, "{}", "{}"),
            (
                r#"{"items":{"properties":{"p":{"default":"TCP"}}}}"#,
                r#"[{},{"p":"UDP"}]"#,
                r#"[{"p":"TCP"},{"p":"UDP"}]"#,
            ),
            (
                r#"{"additionalProperties":{"properties":{"d":{"default":"md"}}}}"#,
                r#"{"x":{},"y":null}"#,
                r#"{"x":{"d":"md"},"y":null}"#,
            ),
            // `null` where it may not be is missing; where it may, it is a value.
            (
                r#"{"properties":{"a":{"default":"A"},"b":{"nullable":true,"default":"B"}}}"#,
                r#"{"a":null,"b":null}"#,
                r#"{"a":"A","b":null}"#,
            ),
            (r#"{"items":{"default":7}}"#, "[null,1]", "[7,1]"),
            (r#"{"items":{"default":7,"nullable":true}}"#, "[null,1]", "[null,1]"),
            (
                r#"{"additionalProperties":{"default":{},"properties":{"z":{"default":1}}}}"#,
                r#"{"k":null}"#,
                r#"{"k":{"z":1}}"#,
            ),
            // A default of `null` is none.
            (r#"{"properties":{"a":{"default":null,"nullable":true}}}"#, "{}", "{}"),
        ];
        for (schema, object, expected) in cases {
            let structural = Structural::read(&value(schema)).unwrap();
            let mut object = value(object);
            structural.fill(&mut object);
            assert_eq!(object, value(expected), "{schema}");
            structural.fill(&mut object);
            assert_eq!(object, value(expected), "{schema}, a second time");
        }
    }
}
