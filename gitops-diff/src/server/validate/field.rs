//! A field under validation: its value, its path, and where its causes go.

use std::cell::RefCell;
use std::fmt;

use super::names::Faults;
use super::quantity::Quantity;
use crate::server::Cause;
use crate::{Map, Text, Value};

/// What is found wrong with one object.
#[derive(Debug, Default)]
pub(crate) struct Report(RefCell<Vec<Cause>>);

/// A field of an object, there or not.
///
/// Its path is a chain of borrowed steps, written out only where a cause is recorded: a valid
/// object costs no allocation. What is missing has the value `null`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    parent: Option<&'a Field<'a>>,
    step: Step<'a>,
    /// What is there; `null` where nothing is.
    pub(crate) value: &'a Value,
    report: &'a Report,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Name(&'a str),
    Index(usize),
    Key(&'a str),
}

const MISSING: &Value = &Value::Null;

impl Report {
    /// What was found, in the order in which it was found.
    pub(crate) fn into_causes(self) -> Vec<Cause> {
        self.0.into_inner()
    }

    /// How many causes there are by now.
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    pub(crate) fn push(&self, cause: Cause) {
        self.0.borrow_mut().push(cause);
    }
}

impl<'a> Field<'a> {
    /// The object itself, whose path is empty.
    pub(crate) fn root(object: &'a Value, report: &'a Report) -> Self {
        Self { parent: None, step: Step::Root, value: object, report }
    }

    /// The member `name`.
    pub(crate) fn field<'b>(&'b self, name: &'b str) -> Field<'b> {
        let value = self.value.get(name).unwrap_or(MISSING);
        Field { parent: Some(self), step: Step::Name(name), value, report: self.report }
    }

    /// The item at an index.
    pub(crate) fn item(&self, index: usize) -> Field<'_> {
        let value = self.list().get(index).unwrap_or(MISSING);
        Field { parent: Some(self), step: Step::Index(index), value, report: self.report }
    }

    /// The member `key` of a map of strings, whose path is `field[key]`.
    pub(crate) fn key<'b>(&'b self, key: &'b str) -> Field<'b> {
        let value = self.value.get(key).unwrap_or(MISSING);
        Field { parent: Some(self), step: Step::Key(key), value, report: self.report }
    }

    /// The same field under the name by which the server calls it.
    pub(crate) fn named<'b>(&'b self, name: &'b str) -> Field<'b> {
        Field { step: Step::Name(name), ..*self }
    }

    /// The same path with another value.
    pub(crate) fn with<'b>(&'b self, value: &'b Value) -> Field<'b> {
        Field { value, ..*self }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> impl Iterator<Item = Field<'_>> {
        (0..self.list().len()).map(|index| self.item(index))
    }

    /// The members of a map of strings, with their keys.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, Field<'_>)> {
        let members = self.value.as_map().into_iter().flat_map(Map::iter);
        members.map(|(key, value)| {
            let step = Step::Key(key.as_str());
            (key.as_str(), Field { parent: Some(self), step, value, report: self.report })
        })
    }

    /// Whether there is a value: a pointer that is not nil.
    pub(crate) fn is_set(&self) -> bool {
        !self.value.is_null()
    }

    /// Whether the member `name` has a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|it| !it.is_null())
    }

    /// The string; empty where there is none.
    pub(crate) fn str(&self) -> &'a str {
        self.value.as_str().unwrap_or_default()
    }

    /// The string of the member `name`; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &'a str {
        self.value.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The integer, if there is one.
    pub(crate) fn int(&self) -> Option<i64> {
        self.value.as_int()
    }

    /// Whether the value is `true`.
    pub(crate) fn is_true(&self) -> bool {
        self.value.as_bool().unwrap_or_default()
    }

    /// The items of the list; none where there is no list.
    pub(crate) fn list(&self) -> &'a [Value] {
        self.value.as_list().unwrap_or_default()
    }

    /// The map, if there is one.
    pub(crate) fn map(&self) -> Option<&'a Map> {
        self.value.as_map()
    }

    /// Whether there is nothing in it: no value, no item, no member, no character.
    pub(crate) fn is_empty(&self) -> bool {
        match self.value {
            Value::Null => true,
            Value::Str(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(members) => members.is_empty(),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
        }
    }

    /// Where the causes go.
    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }
}

/// What can be wrong with a field. Each records one cause.
impl Field<'_> {
    /// It must be there.
    pub(crate) fn required(&self, detail: &str) {
        self.report.push(Cause::required(self.to_string(), detail));
    }

    /// It must be there, and is empty.
    pub(crate) fn require(&self) {
        if self.is_empty() {
            self.required("");
        }
    }

    /// Its value is wrong.
    pub(crate) fn invalid(&self, detail: &str) {
        self.report.push(Cause::invalid(self.to_string(), self.value, detail));
    }

    /// A value that is told of it is wrong.
    pub(crate) fn invalid_value(&self, value: impl Into<Value>, detail: &str) {
        self.report.push(Cause::invalid(self.to_string(), &value.into(), detail));
    }

    /// It must not be there.
    pub(crate) fn forbidden(&self, detail: &str) {
        self.report.push(Cause::forbidden(self.to_string(), detail));
    }

    /// Its value is none of those that are known.
    pub(crate) fn not_supported(&self, known: &[&str]) {
        self.report.push(Cause::not_supported(self.to_string(), self.value, known));
    }

    /// Its value, a string or none, must be one of those that are known.
    pub(crate) fn one_of(&self, known: &[&str]) {
        if !known.contains(&self.str()) {
            self.not_supported(known);
        }
    }

    /// Its value, where there is one, must be one of those that are known.
    pub(crate) fn one_of_where_set(&self, known: &[&str]) {
        if self.is_set() {
            self.one_of(known);
        }
    }

    /// It names what is not there.
    pub(crate) fn not_found(&self) {
        self.report.push(Cause::not_found(self.to_string(), self.value));
    }

    /// It is there twice.
    pub(crate) fn duplicate(&self) {
        self.report.push(Cause::duplicate(self.to_string(), self.value));
    }

    /// It is there twice, under another value.
    pub(crate) fn duplicate_value(&self, value: impl Into<Value>) {
        self.report.push(Cause::duplicate(self.to_string(), &value.into()));
    }

    /// It has too many bytes.
    pub(crate) fn too_long(&self, limit: usize) {
        self.report.push(Cause::too_long(self.to_string(), limit));
    }

    /// It has too many items.
    pub(crate) fn too_many(&self, limit: usize) {
        self.report.push(Cause::too_many(self.to_string(), self.list().len(), limit));
    }

    /// The server cannot make sense of it.
    pub(crate) fn internal(&self, detail: &str) {
        self.report.push(Cause::internal(self.to_string(), detail));
    }

    /// Its string must obey a rule of [`names`](super::names).
    pub(crate) fn check(&self, rule: fn(&str) -> Faults) {
        self.faults(rule(self.str()));
    }

    /// The faults that a rule found with it.
    pub(crate) fn faults(&self, faults: Faults) {
        for fault in faults {
            self.invalid(&fault);
        }
    }

    /// Its integer, where there is one, must not be negative.
    pub(crate) fn not_negative(&self) {
        if self.int().is_some_and(|it| it < 0) {
            self.invalid("must be greater than or equal to 0");
        }
    }

    /// Its integer must be greater than zero; none is zero.
    pub(crate) fn positive(&self) {
        if self.int().unwrap_or_default() <= 0 {
            self.with(&self.or_zero()).invalid("must be greater than zero");
        }
    }

    /// Its integer; zero where there is none.
    pub(crate) fn or_zero(&self) -> Value {
        Value::Int(self.int().unwrap_or_default())
    }

    /// Whether it is what it was in the live object.
    pub(crate) fn is_same(&self, live: Option<&Value>) -> bool {
        let live = live.unwrap_or(MISSING);
        let empty = |it: &Value| is_empty(it) || it.as_map().is_some_and(Map::is_empty);
        same(self.value, live) || empty(self.value) && empty(live)
    }

    /// It must be what it was in the live object.
    pub(crate) fn immutable(&self, live: Option<&Value>) {
        if !self.is_same(live) {
            self.invalid("field is immutable");
        }
    }

    /// The same of a pointer: nothing is not the same as an empty struct.
    pub(crate) fn immutable_pointer(&self, live: Option<&Value>) {
        let live = live.unwrap_or(MISSING);
        if live.is_null() != self.value.is_null() || !same(self.value, live) {
            self.invalid("field is immutable");
        }
    }
}

/// Maps of which an empty one is none; an empty struct is not the same as none.
const MAPS: [&str; 11] = [
    "annotations",
    "binaryData",
    "capacity",
    "data",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "options",
    "overhead",
    "requests",
];

/// Structs that are always there.
const STRUCTS: [&str; 4] = ["metadata", "resources", "spec", "status"];

/// Whether two values are the same to the server, which knows no difference between what is
/// missing, `null` and an empty list or map, and compares quantities by their amount
/// (`equality.Semantic.DeepEqual`).
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => {
            let of_b = |key: &Text| b.get(key).unwrap_or(MISSING);
            a.iter().all(|(key, value)| same_member(key, value, of_b(key)))
                && b.iter().all(|(key, it)| a.contains_key(key) || is_nothing(key, it))
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b || is_empty(a) && is_empty(b),
    }
}

fn same_member(key: &str, a: &Value, b: &Value) -> bool {
    match (key, a, b) {
        ("requests" | "limits" | "capacity" | "overhead", Value::Map(x), Value::Map(y)) => {
            let same_amount = |(key, amount): (&Text, &Value)| {
                y.get(key).is_some_and(|it| Quantity::of(it) == Quantity::of(amount))
            };
            x.len() == y.len() && x.iter().all(same_amount)
        }
        ("sizeLimit" | "divisor", ..) => Quantity::of(a) == Quantity::of(b),
        _ => same(a, b) || is_nothing(key, a) && is_nothing(key, b),
    }
}

/// Whether a member is as good as missing.
fn is_nothing(key: &str, value: &Value) -> bool {
    match value {
        Value::Map(members) if MAPS.contains(&key) => members.is_empty(),
        Value::Map(members) if STRUCTS.contains(&key) => {
            members.iter().all(|(key, it)| is_nothing(key, it))
        }
        value => is_empty(value),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_list().is_some_and(<[_]>::is_empty)
}

/// The path as the server prints it: `spec.containers[0].name`.
impl fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nested = self.parent.filter(|it| !matches!(it.step, Step::Root));
        if let Some(parent) = nested {
            fmt::Display::fmt(parent, f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Name(name) if nested.is_some() => write!(f, ".{name}"),
            Step::Name(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
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
        let report = Report::default();
        let object = value(r#"{"spec":{"containers":[{"name":"a"}],"hard":{"a/b":1}}}"#);
        let root = Field::root(&object, &report);
        let spec = root.field("spec");
        spec.field("containers").item(0).field("name").invalid("wrong");
        spec.field("hard").key("a/b").required("");
        spec.field("none").item(2).named("other").duplicate();
        let paths: Vec<_> = report.into_causes().into_iter().map(|it| it.field).collect();
        assert_eq!(paths, ["spec.containers[0].name", "spec.hard[a/b]", "spec.none.other"]);
    }

    #[test]
    fn nothing_equals_nothing_in_whatever_form() {
        let cases = [
            ("null", "[]", true),
            (r#"{"emptyDir":{}}"#, "{}", false),
            (r#"{"labels":{}}"#, "{}", true),
            ("{}", r#"{"metadata":{"labels":{}}}"#, true),
            (r#"{"a":null}"#, r#"{"b":[]}"#, true),
            (r#"{"a":0}"#, "{}", false),
            (r#"{"a":[1]}"#, r#"{"a":[1]}"#, true),
            (r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, false),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#, false),
            (r#"{"a":""}"#, "{}", false),
            (r#"{"requests":{"cpu":"1"}}"#, r#"{"requests":{"cpu":"1000m"}}"#, true),
            (r#"{"requests":{"cpu":"1"}}"#, r#"{"requests":{"cpu":"2"}}"#, false),
            (r#"{"requests":{"cpu":"0"}}"#, r#"{"requests":{"memory":"0"}}"#, false),
            (r#"{"labels":{"cpu":"1"}}"#, r#"{"labels":{"cpu":"1000m"}}"#, false),
            (r#"{"a":1,"b":2}"#, r#"{"a":1}"#, false),
        ];
        for (a, b, expected) in cases {
            assert_eq!(same(&value(a), &value(b)), expected, "{a} {b}");
        }
    }
}
