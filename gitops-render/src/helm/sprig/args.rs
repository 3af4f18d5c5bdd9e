//! Reading arguments, whose types the call has checked.

use std::borrow::Cow;

use crate::helm::go::{List, Map, Str, Value};

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
