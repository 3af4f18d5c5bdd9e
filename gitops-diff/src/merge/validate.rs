//! Whether an object has the form that its type demands (structured-merge-diff,
//! `typed/validate.go`), in the words of the API server.

use std::collections::BTreeSet;

use super::typed::{Shape, has_element, item_element, shape};
use crate::schema::{ListRef, MapRef, Scalar, TypeRef};
use crate::{FieldPath, Map, PathElement, Text, Value};

/// Deeper than any object the API server accepts; a limit against hostile input.
const MAX_DEPTH: usize = 256;

/// Whether items of a list may share a name: in live objects they may.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Duplicates {
    Allowed,
    Refused,
}

/// Says everything that is wrong with `value`.
pub(super) fn validate(
    of: TypeRef<'_>,
    value: &Value,
    duplicates: Duplicates,
) -> Result<(), String> {
    let mut walk = Walk { path: Vec::new(), duplicates, wrong: Vec::new() };
    walk.value(of, value);
    match &walk.wrong[..] {
        [] => Ok(()),
        [only] => Err(only.clone()),
        several => Err(format!("errors:\n  {}", several.join("\n  "))),
    }
}

struct Walk<'a> {
    /// Made a path only where something is wrong.
    path: Vec<Step<'a>>,
    duplicates: Duplicates,
    wrong: Vec<String>,
}

enum Step<'a> {
    Field(&'a Text),
    Item(ListRef<'a>, &'a Value),
    Index(i64),
}

impl Step<'_> {
    fn to_element(&self) -> Option<PathElement> {
        match self {
            Self::Field(name) => Some(PathElement::field(*name)),
            Self::Item(list, item) => item_element(*list, item).ok(),
            Self::Index(at) => Some(PathElement::Index(*at)),
        }
    }
}

impl<'a> Walk<'a> {
    fn wrong(&mut self, why: &str) {
        let path = FieldPath::new(self.path.iter().filter_map(Step::to_element).collect());
        self.wrong.push(format!("{}: {why}", path.server_form()));
    }

    fn value(&mut self, of: TypeRef<'a>, value: &'a Value) {
        if self.path.len() > MAX_DEPTH {
            return self.wrong.push("the object is nested too deeply".into());
        }
        match (shape(of, Some(value)), value) {
            (_, Value::Null) => {}
            (Shape::Map(map), Value::Map(members)) => self.map(map, members),
            (Shape::List(list), Value::List(items)) => self.list(list, items),
            (Shape::Scalar(scalar), value) if fits(scalar, value) => {}
            (shape, value) => {
                let (wanted, found) = (name(shape), value.type_name());
                self.wrong(&format!("expected {wanted}, got {found}"));
            }
        }
    }

    fn below(&mut self, step: Step<'a>, of: TypeRef<'a>, value: &'a Value) {
        self.path.push(step);
        self.value(of, value);
        self.path.pop();
    }

    fn map(&mut self, of: MapRef<'a>, members: &'a Map) {
        for (name, value) in members.iter() {
            if let Some(of) = of.field(name) {
                self.below(Step::Field(name), of, value);
            } else {
                self.path.push(Step::Field(name));
                self.wrong("field not declared in schema");
                self.path.pop();
            }
        }
    }

    fn list(&mut self, of: ListRef<'a>, items: &'a [Value]) {
        let mut seen = BTreeSet::new();
        for (at, item) in (0..).zip(items) {
            if of.is_atomic() {
                self.below(Step::Index(at), of.element(), item);
                continue;
            }
            let refused = self.duplicates == Duplicates::Refused;
            if refused || !has_element(of, item) {
                match item_element(of, item) {
                    Ok(element) if refused && seen.contains(&element) => {
                        let key = element.server_form();
                        self.wrong(&format!("duplicate entries for key {key}"));
                    }
                    Ok(element) => {
                        seen.insert(element);
                    }
                    Err(why) => return self.wrong(&format!("element {at}: {why}")),
                }
            }
            self.below(Step::Item(of, item), of.element(), item);
        }
    }
}

fn fits(scalar: Scalar, value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::Float(_) => matches!(scalar, Scalar::Numeric | Scalar::Untyped),
        Value::Str(_) => matches!(scalar, Scalar::String | Scalar::Untyped),
        Value::Bool(_) => matches!(scalar, Scalar::Boolean | Scalar::Untyped),
        Value::Null | Value::List(_) | Value::Map(_) => false,
    }
}

fn name(shape: Shape<'_>) -> &'static str {
    match shape {
        Shape::Map(_) => "map",
        Shape::List(_) => "list",
        Shape::Scalar(Scalar::Numeric) => "numeric (int or float)",
        Shape::Scalar(Scalar::String) => "string",
        Shape::Scalar(Scalar::Boolean) => "boolean",
        Shape::Scalar(Scalar::Untyped) => "any scalar",
    }
}
