//! How often a schema has values looked at: two references to one schema, forty times inside one
//! another, say a billion times what is wrong with one value.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map as Members, Value as Json};

use crate::helm::gotemplate::grow;

/// Looks at values that are counted, and those that a schema may ask for.
const MOST_LOOKS: u64 = 4_000_000;
const MOST_WEIGHT: u64 = 20_000_000;

/// How deep schemas may ask for one another.
const MOST_DEPTH: u32 = 1_000;

/// Why a schema is not used.
#[derive(Debug, PartialEq)]
pub(super) struct TooMuch;

/// How many times all parts of a schema together look at a value, counted as often as they do so;
/// more than it is where that depends on what the values are.
///
/// # Errors
/// Where that is so often that it takes too long.
pub(super) fn weight<'s>(
    schema: &'s Json,
    others: &'s [Json],
    values: &'s Json,
) -> Result<u64, TooMuch> {
    let mut scale = Scale { resources: Vec::new(), ..Scale::default() };
    scale.resources.push(schema);
    scale.resources.extend(others);
    scale.names(schema);
    for other in others {
        scale.names(other);
    }
    match scale.weigh(schema, values, 0)? {
        weight @ ..=MOST_WEIGHT => Ok(weight),
        _ => Err(TooMuch),
    }
}

#[derive(Default)]
struct Scale<'s> {
    /// What references start at: the schema, others that were fetched, and parts with an `$id`.
    resources: Vec<&'s Json>,
    /// Parts that are called by a name.
    anchors: HashMap<&'s str, Vec<&'s Json>>,
    /// What references stand for.
    targets: HashMap<&'s str, Vec<&'s Json>>,
    /// Of what is referred to, by where it and the value are in memory. One that is not finished
    /// counts for nothing: the validator does not go around in circles.
    known: HashMap<(usize, usize), u64>,
    looks: u64,
}

impl<'s> Scale<'s> {
    /// Finds what has a name.
    fn names(&mut self, schema: &'s Json) {
        let mut left = vec![schema];
        while let Some(next) = left.pop() {
            match next {
                Json::Object(members) => {
                    if members.contains_key("$id") || members.contains_key("id") {
                        self.resources.push(next);
                    }
                    for key in ["$anchor", "$dynamicAnchor", "$id", "id"] {
                        let name = members.get(key).and_then(Json::as_str);
                        if let Some(name) = name {
                            let name = name.rsplit_once('#').map_or(name, |(_, name)| name);
                            self.anchors.entry(name).or_default().push(next);
                        }
                    }
                    left.extend(members.values());
                }
                Json::Array(items) => left.extend(items),
                _ => {}
            }
        }
    }

    fn weigh(&mut self, schema: &'s Json, value: &'s Json, depth: u32) -> Result<u64, TooMuch> {
        self.look(1)?;
        let Json::Object(members) = schema else { return Ok(1) };
        if depth > MOST_DEPTH {
            return Err(TooMuch);
        }
        let mut sum: u64 = 1;
        for (keyword, part) in members {
            let weight = grow(|| self.keyword(keyword, part, value, members, depth + 1))?;
            sum = sum.saturating_add(weight);
        }
        if members.keys().any(|keyword| keyword.starts_with("unevaluated")) {
            // What the other parts looked at is found out anew for each.
            sum = sum.saturating_mul(1 + children(value).count() as u64);
        }
        Ok(sum)
    }

    fn keyword(
        &mut self,
        keyword: &str,
        part: &'s Json,
        value: &'s Json,
        beside: &'s Members<String, Json>,
        depth: u32,
    ) -> Result<u64, TooMuch> {
        match (keyword, part) {
            ("$ref" | "$dynamicRef" | "$recursiveRef", Json::String(reference)) => {
                self.reference(reference, value, depth)
            }
            ("not" | "if" | "then" | "else", part) => self.weigh(part, value, depth),
            ("allOf" | "anyOf" | "oneOf", Json::Array(parts)) => {
                self.sum(parts.iter().map(|part| (part, value)), depth)
            }
            ("dependentSchemas" | "dependencies", Json::Object(parts)) => {
                self.sum(parts.values().map(|part| (part, value)), depth)
            }
            ("properties", Json::Object(parts)) => {
                let found = |(name, part)| Some((part, value.get(name)?));
                self.sum(parts.iter().filter_map(found), depth)
            }
            ("patternProperties", Json::Object(parts)) => {
                let each = |part| children(value).map(move |child| (part, child));
                self.sum(parts.values().flat_map(each), depth)
            }
            ("items" | "prefixItems", Json::Array(parts)) => {
                self.sum(parts.iter().zip(children(value)), depth)
            }
            ("propertyNames", part) => {
                self.sum(children(value).map(|_| (part, &Json::Null)), depth)
            }
            (
                "additionalProperties"
                | "unevaluatedProperties"
                | "items"
                | "additionalItems"
                | "contains"
                | "unevaluatedItems",
                part,
            ) => {
                let named = beside.get("properties").filter(|_| keyword == "additionalProperties");
                let rest = entries(value)
                    .filter(|(name, _)| named.is_none_or(|named| named.get(name).is_none()));
                self.sum(rest.map(|(_, child)| (part, child)), depth)
            }
            (_, Json::Array(items)) => self.look(items.len() as u64).map(|()| 0),
            _ => Ok(0),
        }
    }

    fn sum(
        &mut self,
        parts: impl Iterator<Item = (&'s Json, &'s Json)>,
        depth: u32,
    ) -> Result<u64, TooMuch> {
        let mut sum: u64 = 0;
        for (schema, value) in parts {
            sum = sum.saturating_add(self.weigh(schema, value, depth)?);
        }
        Ok(sum)
    }

    /// The heaviest of what a reference may stand for.
    fn reference(
        &mut self,
        reference: &'s str,
        value: &'s Json,
        depth: u32,
    ) -> Result<u64, TooMuch> {
        let mut most = 0;
        for target in self.targets(reference)? {
            let place = (std::ptr::from_ref(target).addr(), std::ptr::from_ref(value).addr());
            let weight = if let Some(weight) = self.known.get(&place) {
                *weight
            } else {
                self.known.insert(place, 0);
                let weight = self.weigh(target, value, depth)?;
                self.known.insert(place, weight);
                weight
            };
            most = most.max(weight);
        }
        self.look(1)?;
        Ok(most)
    }

    fn targets(&mut self, reference: &'s str) -> Result<Vec<&'s Json>, TooMuch> {
        if let Some(targets) = self.targets.get(reference) {
            return Ok(targets.clone());
        }
        self.look(self.resources.len() as u64)?;
        let fragment = reference.split_once('#').map_or("", |(_, fragment)| fragment);
        let targets: Vec<&'s Json> = if fragment.is_empty() {
            self.resources.clone()
        } else if fragment.starts_with('/') {
            let pointer = percent_decode_str(fragment).decode_utf8_lossy();
            self.resources.iter().filter_map(|resource| resource.pointer(&pointer)).collect()
        } else {
            self.anchors.get(fragment).cloned().unwrap_or_default()
        };
        self.targets.insert(reference, targets.clone());
        Ok(targets)
    }

    fn look(&mut self, count: u64) -> Result<(), TooMuch> {
        self.looks += count;
        if self.looks > MOST_LOOKS { Err(TooMuch) } else { Ok(()) }
    }
}

/// What a list or a map holds.
fn children(value: &Json) -> impl Iterator<Item = &Json> {
    entries(value).map(|(_, child)| child)
}

/// The same with the names that members have.
fn entries(value: &Json) -> impl Iterator<Item = (&str, &Json)> {
    let members = value.as_object().into_iter().flatten();
    let items = value.as_array().into_iter().flatten();
    members.map(|(name, child)| (name.as_str(), child)).chain(items.map(|child| ("", child)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// `count` schemas of which each asks for the next one twice.
    fn doubling(count: usize, keyword: &str) -> Json {
        let mut definitions = Members::new();
        for at in 0..count {
            let next = json!({ "$ref": format!("#/definitions/a{}", at + 1) });
            definitions.insert(format!("a{at}"), json!({ keyword: [next, next] }));
        }
        definitions.insert(format!("a{count}"), json!({ "type": "string" }));
        json!({ "definitions": definitions, "$ref": "#/definitions/a0" })
    }

    #[test]
    fn parts_are_counted_as_often_as_they_look() {
        for (schema, values, wanted) in [
            (json!(true), json!({}), 1),
            (json!({ "type": "object" }), json!({}), 1),
            (json!({ "allOf": [true, {}] }), json!({}), 3),
            (json!({ "properties": { "a": {}, "b": {} } }), json!({ "a": 1 }), 2),
            (json!({ "additionalProperties": {} }), json!({ "a": 1, "b": 2 }), 3),
            (
                json!({ "properties": { "a": {} }, "additionalProperties": {} }),
                json!({ "a": 1, "b": 2 }),
                3,
            ),
            (json!({ "items": {} }), json!([1, 2, 3]), 4),
            (json!({ "items": [{}, {}], "additionalItems": true }), json!([1]), 3),
            (json!({ "items": {} }), json!(1), 1),
            (doubling(1, "allOf"), json!({}), 6),
            (doubling(3, "anyOf"), json!({}), 30),
            (json!({ "$ref": "#" }), json!({}), 2),
            (json!({ "$ref": "#/%61", "a": { "$anchor": "b", "not": {} } }), json!({}), 3),
            (json!({ "$ref": "#b", "a": { "$anchor": "b", "not": {} } }), json!({}), 3),
            (json!({ "$ref": "x#/a", "b": { "$id": "x", "a": { "not": {} } } }), json!({}), 3),
        ] {
            assert_eq!(weight(&schema, &[], &values), Ok(wanted), "{schema}");
        }
    }

    #[test]
    fn schemas_that_double_are_soon_refused() {
        assert_eq!(weight(&doubling(20, "allOf"), &[], &json!({})), Ok(4_194_302));
        assert_eq!(weight(&doubling(62, "allOf"), &[], &json!({})), Err(TooMuch));
        let nested = (0..60).fold(json!(1), |inner, _| json!({ "a": inner }));
        for reference in ["#", "#r", "http://x/y#r", "y"] {
            let below = json!({ "properties": { "a": { "$ref": reference } } });
            let schema = json!({ "$id": "http://x/y", "$anchor": "r", "allOf": [below, below] });
            assert_eq!(weight(&schema, &[], &nested), Err(TooMuch), "{reference}");
        }
    }

    #[test]
    fn what_is_looked_at_by_too_many_parts_is_refused() {
        let values = Json::Array(vec![Json::Null; 3_000]);
        let schema = json!({ "items": { "allOf": vec![true; 3_000] } });
        assert_eq!(weight(&schema, &[], &values), Err(TooMuch));
        let mut definitions = Members::new();
        for at in 0..10_000 {
            let next = format!("#/definitions/a{}", at + 1);
            definitions.insert(format!("a{at}"), json!({ "$ref": next }));
        }
        let chain = json!({ "definitions": definitions, "$ref": "#/definitions/a0" });
        assert_eq!(weight(&chain, &[], &json!({})), Err(TooMuch));
    }
}
