//! `reflect.DeepEqual`.

use std::collections::HashSet;
use std::rc::Rc;

use crate::helm::go::{List, Map, Value};
use crate::helm::gotemplate::{Fault, Machine};

/// Whether both are deeply equal: of one type, and their parts too. A nil list or map is not equal
/// to an empty one.
pub(super) fn deep_equal(
    machine: &mut Machine<'_>,
    left: &Value,
    right: &Value,
) -> Result<bool, Fault> {
    match (left, right) {
        (Value::List(_) | Value::Map(_), Value::List(_) | Value::Map(_)) => {
            Comparison::default().run(machine, left.clone(), right.clone())
        }
        _ => Ok(flat_equal(left, right)),
    }
}

/// Whether values are equal that are no lists or maps.
#[expect(clippy::float_cmp, reason = "as Go compares")]
fn flat_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, kind), Value::Int(b, other)) => a == b && kind == other,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a, x), Value::Complex(b, y)) => a == b && x == y,
        (Value::Str(a), Value::Str(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Object(a), Value::Object(b)) => {
            Rc::ptr_eq(a, b) || a.ty() == b.ty() && a.text().is_some() && a.text() == b.text()
        }
        _ => false,
    }
}

/// A comparison under way: pairs still to compare, and those of collections that were, which
/// count as equal where they come again.
#[derive(Default)]
struct Comparison {
    open: Vec<(Value, Value)>,
    begun: HashSet<(usize, usize)>,
}

impl Comparison {
    fn run(&mut self, machine: &mut Machine<'_>, a: Value, b: Value) -> Result<bool, Fault> {
        self.open.push((a, b));
        while let Some((a, b)) = self.open.pop() {
            machine.charge(1)?;
            let equal = match (&a, &b) {
                (Value::List(a), Value::List(b)) => self.lists(a, b),
                (Value::Map(a), Value::Map(b)) => self.maps(a, b),
                _ => flat_equal(&a, &b),
            };
            if !equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn lists(&mut self, a: &List, b: &List) -> bool {
        if a.item != b.item || a.is_nil() != b.is_nil() || a.len() != b.len() {
            return false;
        }
        if a.address() != b.address() && self.begun.insert((a.address(), b.address())) {
            self.open.extend(a.iter().cloned().zip(b.iter().cloned()));
        }
        true
    }

    fn maps(&mut self, a: &Map, b: &Map) -> bool {
        if a.ty != b.ty || a.is_nil() != b.is_nil() || a.len() != b.len() {
            return false;
        }
        if a.is_same(b) || !self.begun.insert((a.address(), b.address())) {
            return true;
        }
        let (a, b) = (a.entries(), b.entries());
        if !a.keys().eq(b.keys()) {
            return false;
        }
        self.open.extend(a.values().cloned().zip(b.values().cloned()));
        true
    }
}
