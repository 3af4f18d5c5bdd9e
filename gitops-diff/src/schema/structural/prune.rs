//! What a structural schema drops (`structural-schema/pruning`, `prunenulls.go`).

use std::fmt::Write;

use super::{Others, Structural};
use crate::{Map, Value};

/// What every object has, whatever its schema says.
const OF_EVERY_OBJECT: [&str; 3] = ["apiVersion", "kind", "metadata"];

impl Structural {
    /// Takes out the fields of a custom resource that the schema does not have, and names them:
    /// `spec.list[0].odd`, sorted.
    pub(crate) fn prune(&self, object: &mut Value) -> Vec<String> {
        let mut pruner = Pruner::default();
        match object {
            Value::Map(members) => pruner.members(Some(self), members, true),
            other => pruner.value(Some(self), other),
        }
        pruner.dropped.sort();
        pruner.dropped
    }

    /// Takes out members that are `null`, may not be and have no default.
    pub(crate) fn prune_nulls(&self, value: &mut Value) {
        drop_nulls(Some(self), value);
    }

    /// Takes out of the defaults what the schema does not have.
    pub(super) fn prune_defaults(&mut self) {
        if let Some(mut default) = self.default.take() {
            Pruner::default().value(Some(self), &mut default);
            self.default = Some(default);
        }
        self.properties.values_mut().for_each(Self::prune_defaults);
        if let Others::Of(of) = &mut self.others {
            of.prune_defaults();
        }
        if let Some(of) = &mut self.items {
            of.prune_defaults();
        }
    }
}

#[derive(Default)]
struct Pruner {
    /// Where in the object the pruner is.
    path: String,
    dropped: Vec<String>,
}

impl Pruner {
    fn value(&mut self, of: Option<&Structural>, value: &mut Value) {
        match value {
            Value::Map(members) => self.members(of, members, of.is_some_and(|it| it.embedded)),
            Value::List(items) => self.items(of, items),
            _ => {}
        }
    }

    fn members(&mut self, of: Option<&Structural>, members: &mut Map, is_object: bool) {
        let keeps = of.is_some_and(|it| it.keeps_unknown);
        members.retain(|name, value| {
            if is_object && OF_EVERY_OBJECT.contains(&name) {
                return true;
            }
            let property = of.and_then(|it| it.properties.get(name));
            // `additionalProperties: true` keeps the fields, and nothing below them.
            let others = of.filter(|it| it.others.is_said());
            if property.is_none() && others.is_none() {
                if !keeps {
                    let at = self.path.len();
                    self.step(name);
                    self.dropped.push(self.path.clone());
                    self.path.truncate(at);
                }
                return keeps;
            }
            let at = self.path.len();
            self.step(name);
            self.value(property.or_else(|| others?.others.of()), value);
            self.path.truncate(at);
            true
        });
    }

    fn items(&mut self, of: Option<&Structural>, items: &mut [Value]) {
        let keeps = of.is_some_and(|it| it.keeps_unknown);
        let of = of.and_then(|it| it.items.as_deref());
        for (index, item) in items.iter_mut().enumerate() {
            let at = self.path.len();
            let _infallible = write!(self.path, "[{index}]");
            if keeps {
                self.kept(of, item);
            } else {
                self.value(of, item);
            }
            self.path.truncate(at);
        }
    }

    /// An item of a list that keeps what is unknown: below it, only what has a type is pruned.
    fn kept(&mut self, of: Option<&Structural>, item: &mut Value) {
        let Some(of) = of else { return };
        match item {
            Value::Map(members) => {
                for (name, value) in members.iter_mut() {
                    let has_type = of.properties.contains_key(name) || of.others.is_said();
                    if !has_type || (of.embedded && OF_EVERY_OBJECT.contains(&name.as_str())) {
                        continue;
                    }
                    let at = self.path.len();
                    self.step(name);
                    self.value(of.field(name), value);
                    self.path.truncate(at);
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let at = self.path.len();
                    let _infallible = write!(self.path, "[{index}]");
                    self.kept(of.items.as_deref(), item);
                    self.path.truncate(at);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
    }
}

fn drop_nulls(of: Option<&Structural>, value: &mut Value) {
    match value {
        Value::Map(members) => members.retain(|name, value| {
            let of = of.and_then(|it| it.field(name));
            if value.is_null() && of.is_some_and(|it| !it.nullable && it.default.is_none()) {
                return false;
            }
            drop_nulls(of, value);
            true
        }),
        Value::List(items) => {
            let of = of.and_then(|it| it.items.as_deref());
            for item in items {
                drop_nulls(of, item);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    fn check(schema: &str, object: &str, kept: &str, dropped: &[&str]) {
        let structural = Structural::read(&value(schema)).unwrap();
        let mut object = value(object);
        assert_eq!(structural.prune(&mut object), dropped, "{schema}");
        assert_eq!(object, value(kept), "{schema}");
    }

    #[test]
    fn unknown_fields_go_where_the_schema_does_not_keep_them() {
        check(
            r#"{"properties":{
                "spec":{"properties":{"a":{},"list":{"items":{"properties":{"x":{}}}}}},
                "open":{"x-kubernetes-preserve-unknown-fields":true,"properties":{"in":{}}},
                "labels":{"additionalProperties":{"type":"string"}},
                "any":{"additionalProperties":true},
                "inner":{"x-kubernetes-embedded-resource":true}
            }}"#,
            r#"{"kind":"K","metadata":{"name":"n"},"odd":1,
                "spec":{"a":{"b":1},"list":[{"x":1,"y":2}],"z":3},
                "open":{"in":{"no":1},"any":{"deep":1}},
                "labels":{"l":"m"},
                "any":{"x":{"gone":1},"y":2},
                "inner":{"kind":"I","metadata":{"labels":{}},"data":1}}"#,
            r#"{"kind":"K","metadata":{"name":"n"},"spec":{"a":{},"list":[{"x":1}]},
                "open":{"in":{},"any":{"deep":1}},"labels":{"l":"m"},"any":{"x":{},"y":2},
                "inner":{"kind":"I","metadata":{"labels":{}}}}"#,
            &[
                "any.x.gone",
                "inner.data",
                "odd",
                "open.in.no",
                "spec.a.b",
                "spec.list[0].y",
                "spec.z",
            ],
        );
    }

    #[test]
    fn lists_without_a_type_of_items_lose_all_fields_of_them() {
        check(
            r#"{"properties":{"l":{"type":"array"},
                "k":{"type":"array","x-kubernetes-preserve-unknown-fields":true,
                     "items":{"properties":{"p":{}}}}}}"#,
            r#"{"l":[{"a":1},[{"b":2}],3],"k":[{"p":{"gone":1},"kept":{"deep":1}}]}"#,
            r#"{"l":[{},[{}],3],"k":[{"p":{},"kept":{"deep":1}}]}"#,
            &["k[0].p.gone", "l[0].a", "l[1][0].b"],
        );
    }

    #[test]
    fn nulls_go_that_may_not_be_and_have_no_default() {
        let schema = r#"{"properties":{"a":{},"b":{"nullable":true},"c":{"default":1},
            "m":{"additionalProperties":{}},"l":{"items":{"properties":{"x":{}}}}}}"#;
        let structural = Structural::read(&value(schema)).unwrap();
        let mut object = value(
            r#"{"a":null,"b":null,"c":null,"m":{"k":null},"l":[null,{"x":null}],"unknown":null}"#,
        );
        structural.prune_nulls(&mut object);
        let kept = r#"{"b":null,"c":null,"m":{},"l":[null,{}],"unknown":null}"#;
        assert_eq!(object, value(kept));
    }

    #[test]
    fn defaults_are_pruned_with_the_schema() {
        let schema = r#"{"properties":{"a":{"default":{"x":1,"odd":2},"properties":{"x":{}}}}}"#;
        let structural = Structural::read(&value(schema)).unwrap();
        assert_eq!(structural.properties["a"].default, Some(value(r#"{"x":1}"#)));
    }
}
