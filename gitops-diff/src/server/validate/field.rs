//! A value of an object together with the path that leads to it.

use std::fmt::Write as _;

use crate::Value;
use crate::server::Cause;

/// A place in an object, and what is there: the path is only written where a cause needs it.
///
/// What is missing is [`Value::Null`], and reads as the zero value of Go: the server validates
/// structs, where a missing string is empty and a missing number 0.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Field<'a> {
    pub(in crate::server) value: &'a Value,
    step: Step<'a>,
    parent: Option<&'a Field<'a>>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Name(&'a str),
    Index(usize),
    Key(&'a str),
}

static MISSING: Value = Value::Null;

impl<'a> Field<'a> {
    /// The whole object.
    pub(in crate::server) fn root(value: &'a Value) -> Self {
        Self { value, step: Step::Root, parent: None }
    }

    /// The member `name`, there or not.
    pub(in crate::server) fn at(&'a self, name: &'a str) -> Self {
        let value = self.value.get(name).unwrap_or(&MISSING);
        Self { value, step: Step::Name(name), parent: Some(self) }
    }

    /// The same value under the name that the server's own type has for it.
    pub(in crate::server) fn named(self, name: &'a str) -> Self {
        Self { step: Step::Name(name), ..self }
    }

    /// The member `key` of a map whose keys are data.
    pub(in crate::server) fn key(&'a self, key: &'a str) -> Self {
        let value = self.value.get(key).unwrap_or(&MISSING);
        Self { value, step: Step::Key(key), parent: Some(self) }
    }

    /// The item `at` of a list, there or not.
    pub(in crate::server) fn index(&'a self, at: usize) -> Self {
        let value = self.value.as_list().and_then(|it| it.get(at)).unwrap_or(&MISSING);
        Self { value, step: Step::Index(at), parent: Some(self) }
    }

    /// The items of a list.
    pub(in crate::server) fn items(&'a self) -> impl Iterator<Item = Field<'a>> {
        let items = self.value.as_list().unwrap_or_default().iter().enumerate();
        items.map(move |(at, value)| Field { value, step: Step::Index(at), parent: Some(self) })
    }

    /// The members of a map whose keys are data.
    pub(in crate::server) fn members(&'a self) -> impl Iterator<Item = (&'a str, Field<'a>)> {
        let members = self.value.as_map().into_iter().flat_map(crate::Map::iter);
        members.map(move |(key, value)| {
            (key.as_str(), Field { value, step: Step::Key(key), parent: Some(self) })
        })
    }

    /// How many items or members there are.
    pub(in crate::server) fn len(&self) -> usize {
        match self.value {
            Value::List(items) => items.len(),
            Value::Map(map) => map.len(),
            _ => 0,
        }
    }

    /// Whether there is no item, no member, no character.
    pub(in crate::server) fn is_empty(&self) -> bool {
        self.len() == 0 && self.text().is_empty()
    }

    /// Whether there is a value: a pointer that is not nil.
    pub(in crate::server) fn is_set(&self) -> bool {
        !self.value.is_null()
    }

    /// The string; empty where there is none.
    pub(in crate::server) fn text(&self) -> &'a str {
        self.value.as_str().unwrap_or_default()
    }

    /// The number; 0 where there is none.
    pub(in crate::server) fn int(&self) -> i64 {
        self.value.as_int().unwrap_or_default()
    }

    /// The boolean; `false` where there is none.
    pub(in crate::server) fn is_true(&self) -> bool {
        self.value == &Value::Bool(true)
    }

    /// Whether the string is one of `known`.
    pub(in crate::server) fn is_one_of(&self, known: &[&str]) -> bool {
        known.contains(&self.text())
    }

    /// The path as the server prints it: `spec.rules[0].host`, `metadata.labels[app]`.
    pub(in crate::server) fn path(&self) -> String {
        let mut path = self.parent.map(Self::path).unwrap_or_default();
        let _infallible = match self.step {
            Step::Root => Ok(()),
            Step::Name(name) if path.is_empty() => write!(path, "{name}"),
            Step::Name(name) => write!(path, ".{name}"),
            Step::Index(at) => write!(path, "[{at}]"),
            Step::Key(key) => write!(path, "[{key}]"),
        };
        path
    }

    /// It must be there and is not.
    pub(in crate::server) fn required(&self, detail: &str) -> Cause {
        Cause::required(self.path(), detail)
    }

    /// It is wrong.
    pub(in crate::server) fn invalid(&self, detail: &str) -> Cause {
        Cause::invalid(self.path(), self.value, detail)
    }

    /// It may not be set.
    pub(in crate::server) fn forbidden(&self, detail: &str) -> Cause {
        Cause::forbidden(self.path(), detail)
    }

    /// It is none of the words that are known.
    pub(in crate::server) fn not_supported(&self, known: &[&str]) -> Cause {
        Cause::not_supported(self.path(), self.value, known)
    }

    /// It is there twice.
    pub(in crate::server) fn duplicate(&self) -> Cause {
        Cause::duplicate(self.path(), self.value)
    }

    /// It has more than `limit` bytes.
    pub(in crate::server) fn too_long(&self, limit: usize) -> Cause {
        Cause::too_long(self.path(), limit)
    }

    /// It has more than `limit` items.
    pub(in crate::server) fn too_many(&self, limit: usize) -> Cause {
        Cause::too_many(self.path(), self.len(), limit)
    }

    /// Refuses the value where a check of [`names`](super::names) complains.
    pub(in crate::server) fn must(&self, complaint: Option<&'static str>, causes: &mut Vec<Cause>) {
        causes.extend(complaint.map(|it| self.invalid(it)));
    }

    /// Refuses a value that is none of `known`.
    pub(in crate::server) fn must_be_one_of(&self, known: &[&str], causes: &mut Vec<Cause>) {
        if !self.is_one_of(known) {
            causes.push(self.not_supported(known));
        }
    }

    /// Refuses a value that is not what it was (`ValidateImmutableField`).
    pub(in crate::server) fn must_stay(&self, was: &Field<'_>, causes: &mut Vec<Cause>) {
        if !self.equals(was) {
            causes.push(self.invalid("field is immutable"));
        }
    }

    /// Whether both are the same to Go's `Semantic.DeepEqual`.
    pub(in crate::server) fn equals(&self, other: &Field<'_>) -> bool {
        same(self.value, other.value)
    }
}

/// Equality of decoded objects: what is missing is the zero value, empty lists are no lists.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            let missing = |key: &str, value| same(value, other.get(key).unwrap_or(&MISSING));
            one.iter().all(|(key, value)| missing(key, value))
                && other.iter().all(|(key, value)| one.contains_key(key) || is_zero(value))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (one, Value::Null) => is_zero(one),
        (Value::Null, other) => is_zero(other),
        _ => one == other,
    }
}

/// Whether Go drops it as empty; an empty struct behind a pointer counts as missing too.
fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Str(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.values().all(is_zero),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_path_prints_as_the_server_prints_it() {
        let object = value(r#"{"spec":{"rules":[{"host":"a"}]},"data":{"k.v":"x"}}"#);
        let root = Field::root(&object);
        let (spec, data) = (root.at("spec"), root.at("data"));
        let rules = spec.at("rules");
        let rule = rules.items().next().unwrap();
        assert_eq!(rule.at("host").path(), "spec.rules[0].host");
        assert_eq!(rule.at("host").named("name").path(), "spec.rules[0].name");
        let (key, member) = data.members().next().unwrap();
        assert_eq!((key, member.path().as_str(), member.text()), ("k.v", "data[k.v]", "x"));
    }

    #[test]
    fn what_is_missing_is_the_zero_value() {
        let object = value("{}");
        let root = Field::root(&object);
        let missing = root.at("spec");
        assert!(!missing.is_set() && missing.is_empty());
        assert_eq!((missing.text(), missing.int(), missing.is_true()), ("", 0, false));
        assert_eq!(missing.items().count() + missing.members().count(), 0);
    }

    #[test]
    fn equality_knows_no_difference_between_missing_and_empty() {
        let cases = [
            (r#"{"a":1}"#, r#"{"a":1,"b":null,"c":[],"d":""}"#, true),
            (r#"{"a":1,"c":[]}"#, r#"{"a":1}"#, true),
            (r#"{"a":[{"b":""}]}"#, r#"{"a":[{}]}"#, true),
            (r#"{"a":1}"#, r#"{"a":2}"#, false),
            (r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, false),
            (r#"{}"#, r#"{"a":false}"#, false),
        ];
        for (one, other, expected) in cases {
            let (one, other) = (value(one), value(other));
            assert_eq!(Field::root(&one).equals(&Field::root(&other)), expected, "{one:?}");
            assert_eq!(Field::root(&other).equals(&Field::root(&one)), expected, "{one:?}");
        }
    }
}
