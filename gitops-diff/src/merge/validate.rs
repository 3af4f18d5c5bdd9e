//! Whether an object has the form that its type demands (structured-merge-diff,
//! `typed/validate.go`), in the words of the API server.

use std::collections::BTreeSet;

use super::typed::{Shape, item_element, shape};
use crate::schema::{ListRef, MapRef, Scalar, TypeRef};
use crate::{FieldPath, Map, PathElement, Value};

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
    let (path, wrong) = (FieldPath::default(), Vec::new());
    let mut walk = Walk { path, duplicates, wrong };
    walk.value(of, value);
    match &walk.wrong[..] {
        [] => Ok(()),
        [only] => Err(only.clone()),
        several => Err(format!("errors:\n  {}", several.join("\n  "))),
    }
}

struct Walk {
    path: FieldPath,
    duplicates: Duplicates,
    wrong: Vec<String>,
}

impl Walk {
    fn wrong(&mut self, why: &str) {
        self.wrong.push(format!("{}: {why}", self.path.server_form()));
    }

    fn value(&mut self, of: TypeRef<'_>, value: &Value) {
        if self.path.elements().len() > MAX_DEPTH {
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

    fn below(&mut self, element: PathElement, of: TypeRef<'_>, value: &Value) {
        self.path.push(element);
        self.value(of, value);
        self.path.pop();
    }

    fn map(&mut self, of: MapRef<'_>, members: &Map) {
        for (name, value) in members.iter() {
            let element = PathElement::field(name);
            if let Some(of) = of.field(name) {
                self.below(element, of, value);
            } else {
                self.path.push(element);
                self.wrong("field not declared in schema");
                self.path.pop();
            }
        }
    }

    fn list(&mut self, of: ListRef<'_>, items: &[Value]) {
        let mut seen = BTreeSet::new();
        for (at, item) in (0..).zip(items) {
            let element = match item_element(of, item) {
                _ if of.is_atomic() => PathElement::Index(at),
                Ok(element) => element,
                Err(why) => return self.wrong(&format!("element {at}: {why}")),
            };
            if self.duplicates == Duplicates::Refused && !seen.insert(element.clone()) {
                let key = element.server_form();
                self.wrong(&format!("duplicate entries for key {key}"));
            }
            self.below(element, of.element(), item);
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
