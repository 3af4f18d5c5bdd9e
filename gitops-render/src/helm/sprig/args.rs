//! Reading arguments, whose types the call has checked.

use std::borrow::Cow;

use crate::helm::go::{List, Map, Str, Value};
use crate::helm::gotemplate::{Fault, Machine};

const CHECKED: &str = "because calls check arguments against the declared parameters";

/// The argument `at`, a string.
pub(crate) fn text(args: &[Value], at: usize) -> &Str {
    args[at].as_str().expect(CHECKED)
}

/// The argument `at`, an `int`.
pub(crate) fn int(args: &[Value], at: usize) -> i64 {
    match args[at] {
        Value::Int(value, _) => Some(value),
        _ => None,
    }
    .expect(CHECKED)
}

/// The argument `at`, a `bool`.
pub(crate) fn truth(args: &[Value], at: usize) -> bool {
    match args[at] {
        Value::Bool(value) => Some(value),
        _ => None,
    }
    .expect(CHECKED)
}

/// The argument `at`, a map.
pub(crate) fn map(args: &[Value], at: usize) -> &Map {
    args[at].as_map().expect(CHECKED)
}

/// What `make` gives: a text no longer than those that it gets.
///
/// # Errors
/// The limit of bytes.
pub(super) fn sized(
    machine: &mut Machine<'_>,
    args: &[Value],
    make: impl FnOnce(&[Value]) -> Value,
) -> Result<Value, Fault> {
    charge_texts(machine, args, 1)?;
    Ok(make(args))
}

/// Accounts for `times` as many bytes as the texts among the arguments have.
///
/// # Errors
/// The limit of bytes.
pub(super) fn charge_texts(
    machine: &mut Machine<'_>,
    args: &[Value],
    times: usize,
) -> Result<(), Fault> {
    let bytes: usize = args.iter().filter_map(Value::as_str).map(|text| text.len()).sum();
    machine.charge(bytes.saturating_mul(times))
}

/// What is a slice to `reflect`; none where `value` is something else.
pub(crate) fn items(value: &Value) -> Option<Cow<'_, [Value]>> {
    match value {
        Value::List(list) => Some(Cow::Borrowed(list)),
        Value::Bytes(bytes) => Some(Cow::Owned(bytes.iter().map(|it| byte(*it)).collect())),
        Value::Object(object) => match object.as_collection()? {
            Value::List(list) => Some(Cow::Owned(list.to_vec())),
            _ => None,
        },
        _ => None,
    }
}

/// An item of `[]uint8`.
fn byte(value: u8) -> Value {
    Value::Int(value.into(), crate::helm::go::IntKind::Uint8)
}

/// A `[]interface {}` that is nil.
pub(crate) fn nil_list() -> Value {
    Value::List(List::nil(&crate::helm::go::Type::Any))
}
