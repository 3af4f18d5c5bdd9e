//! `eq` and its sisters.

use std::cmp::Ordering;
use std::rc::Rc;

use super::boolean;
use crate::helm::go::{Kind, Object, Value};
use crate::helm::gofmt::append_value;
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::operand::Operand;

/// What can be compared with each other.
#[derive(PartialEq, Eq)]
enum Basic {
    Bool,
    Complex,
    Int,
    Uint,
    Float,
    Str,
}

fn basic(value: &Value) -> Option<Basic> {
    Some(match value {
        Value::Bool(_) => Basic::Bool,
        Value::Complex(..) => Basic::Complex,
        Value::Int(_, kind) if kind.is_unsigned() => Basic::Uint,
        Value::Int(..) => Basic::Int,
        Value::Float(_) => Basic::Float,
        Value::Str(_) => Basic::Str,
        Value::Object(object) => return object.as_collection().and_then(|it| basic(&it)),
        _ => return None,
    })
}

/// Whether the first argument equals one of the others.
pub(super) fn eq(args: &[Operand]) -> Result<Operand, Fault> {
    let [first, others @ ..] = args else { return Ok(boolean(false)) };
    if others.is_empty() {
        return Err(Fault::new("missing argument for comparison"));
    }
    for other in others {
        if equal(&first.value, &other.value)? {
            return Ok(boolean(true));
        }
    }
    Ok(boolean(false))
}

pub(super) fn ne(args: &[Operand]) -> Result<Operand, Fault> {
    Ok(boolean(!equal(&args[0].value, &args[1].value)?))
}

pub(super) fn lt(args: &[Operand]) -> Result<Operand, Fault> {
    Ok(boolean(less(&args[0].value, &args[1].value)?))
}

pub(super) fn le(args: &[Operand]) -> Result<Operand, Fault> {
    Ok(boolean(less_or_equal(&args[0].value, &args[1].value)?))
}

pub(super) fn gt(args: &[Operand]) -> Result<Operand, Fault> {
    Ok(boolean(!less_or_equal(&args[0].value, &args[1].value)?))
}

pub(super) fn ge(args: &[Operand]) -> Result<Operand, Fault> {
    Ok(boolean(!less(&args[0].value, &args[1].value)?))
}

fn less_or_equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    Ok(less(a, b)? || equal(a, b)?)
}

fn equal(a: &Value, b: &Value) -> Result<bool, Fault> {
    let (left, right) = (basic(a), basic(b));
    if left.is_none() && right.is_none() {
        return equal_others(a, b);
    }
    if left == right || (is_whole(left.as_ref()) && is_whole(right.as_ref())) {
        return Ok(same_basic(a, b));
    }
    match (a.ty(), b.ty()) {
        (Some(_), Some(_)) => Err(incompatible(a, b)),
        _ => Ok(false),
    }
}

fn is_whole(basic: Option<&Basic>) -> bool {
    matches!(basic, Some(Basic::Int | Basic::Uint))
}

#[expect(clippy::float_cmp, reason = "as Go compares")]
fn same_basic(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Complex(a, i), Value::Complex(b, j)) => a == b && i == j,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        _ => whole(a) == whole(b),
    }
}

/// A whole number of either sign.
fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Int(bits, kind) if kind.is_unsigned() => Some(bits.cast_unsigned().into()),
        Value::Int(value, _) => Some((*value).into()),
        Value::Object(object) => object.as_collection().and_then(|it| whole(&it)),
        _ => None,
    }
}

/// Collections can only be compared with nil, objects also with each other.
fn equal_others(a: &Value, b: &Value) -> Result<bool, Fault> {
    let (left, right) = (a.kind(), b.kind());
    if left != right && left != Kind::Invalid && right != Kind::Invalid {
        let (left, right) = (type_name(a), type_name(b));
        let types = format!(": {left}, {right}: ").into_bytes();
        let parts = [b"non-comparable types ", &*shown(a, b"%s")?, &*types, &*shown(b, b"%v")?];
        return Err(Fault::new(parts.concat()));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if is_comparable(&**a) => Ok(Rc::ptr_eq(a, b)
            || (a.ty().kind() == Kind::Struct && format!("{a:?}") == format!("{b:?}"))),
        _ => {
            let ty = type_name(b);
            let text = [b"non-comparable type ", &*shown(b, b"%s")?, b": ", ty.as_bytes()];
            Err(Fault::new(text.concat()))
        }
    }
}

/// Whether Go can compare such values: collections it cannot, nor structs that hold some.
fn is_comparable(object: &dyn Object) -> bool {
    let can = |value: &Value| match value {
        Value::List(_) | Value::Map(_) | Value::Bytes(_) => false,
        Value::Object(inner) => is_comparable(&**inner),
        _ => true,
    };
    match object.ty().kind() {
        Kind::Struct => object.fields().iter().all(|(_, value)| can(value)),
        _ => object.as_collection().is_none(),
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn type_name(value: &Value) -> String {
    value.ty().map(|ty| ty.to_string()).unwrap_or_default()
}

/// `value` as an error shows it.
fn shown(value: &Value, format: &[u8]) -> Result<Vec<u8>, Fault> {
    const ROOM: usize = 1 << 20;
    if format == b"%s" {
        return crate::helm::gofmt::format_within(format, std::slice::from_ref(value), ROOM);
    }
    let mut out = Vec::new();
    append_value(&mut out, value, ROOM)?;
    Ok(out)
}

fn less(a: &Value, b: &Value) -> Result<bool, Fault> {
    let bad = || Fault::new("invalid type for comparison");
    let left = basic(a).ok_or_else(bad)?;
    let right = basic(b).ok_or_else(bad)?;
    if left != right && !(is_whole(Some(&left)) && is_whole(Some(&right))) {
        return Err(incompatible(a, b));
    }
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => Ok(a < b),
        (Value::Str(a), Value::Str(b)) => Ok(a.cmp(b) == Ordering::Less),
        _ if is_whole(Some(&left)) => Ok(whole(a) < whole(b)),
        _ => Err(bad()),
    }
}

fn incompatible(a: &Value, b: &Value) -> Fault {
    let (a, b) = (type_name(a), type_name(b));
    Fault::new(format!("incompatible types for comparison: {a} and {b}"))
}
