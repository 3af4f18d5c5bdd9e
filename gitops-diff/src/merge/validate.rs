//! Whether an object has the form that its type demands (structured-merge-diff,
//! `typed/validate.go`).

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

/// The first thing that is wrong with `value`.
pub(super) fn validate(
    of: TypeRef<'_>,
    value: &Value,
    duplicates: Duplicates,
) -> Result<(), String> {
    let mut walk = Walk { path: FieldPath::default(), duplicates };
    walk.value(of, value)
}

struct Walk {
    path: FieldPath,
    duplicates: Duplicates,
}

impl Walk {
    fn wrong<T>(&self, why: &str) -> Result<T, String> {
        let path = self.path.server_form();
        Err(if path.is_empty() { why.into() } else { format!("{path}: {why}") })
    }

    fn value(&mut self, of: TypeRef<'_>, value: &Value) -> Result<(), String> {
        if self.path.elements().len() > MAX_DEPTH {
            return Err("the object is nested too deeply".into());
        }
        match (shape(of, Some(value)), value) {
            (_, Value::Null) => Ok(()),
            (Shape::Map(map), Value::Map(members)) => self.map(map, members),
            (Shape::List(list), Value::List(items)) => self.list(list, items),
            (Shape::Scalar(scalar), value) if fits(scalar, value) => Ok(()),
            (shape, value) => {
                let (wanted, found) = (name(shape), value.type_name());
                self.wrong(&format!("expected {wanted}, got a {found}"))
            }
        }
    }

    fn below(
        &mut self,
        element: PathElement,
        of: TypeRef<'_>,
        value: &Value,
    ) -> Result<(), String> {
        self.path.push(element);
        self.value(of, value)?;
        self.path.pop();
        Ok(())
    }

    fn map(&mut self, of: MapRef<'_>, members: &Map) -> Result<(), String> {
        for (name, value) in members.iter() {
            let element = PathElement::field(name);
            match of.field(name) {
                Some(of) => self.below(element, of, value)?,
                None => {
                    self.path.push(element);
                    return self.wrong("field not declared in schema");
                }
            }
        }
        Ok(())
    }

    fn list(&mut self, of: ListRef<'_>, items: &[Value]) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for (at, item) in (0..).zip(items) {
            let element = if of.is_atomic() {
                PathElement::Index(at)
            } else {
                match item_element(of, item) {
                    Ok(element) => element,
                    Err(why) => return self.wrong(&format!("element {at}: {why}")),
                }
            };
            if self.duplicates == Duplicates::Refused && !seen.insert(element.clone()) {
                return self.wrong(&format!("duplicate entries for key {element}"));
            }
            self.below(element, of.element(), item)?;
        }
        Ok(())
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
        Shape::Map(_) => "a map",
        Shape::List(_) => "a list",
        Shape::Scalar(Scalar::Numeric) => "a number",
        Shape::Scalar(Scalar::String) => "a string",
        Shape::Scalar(Scalar::Boolean) => "a boolean",
        Shape::Scalar(Scalar::Untyped) => "a scalar",
    }
}
