//! The numbers that the subresource `scale` finds in a custom resource.

use crate::schema::Scale;
use crate::server::Cause;
use crate::{Text, Value};

/// Which of the paths are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Spec,
    Status,
}

pub(super) fn check(scale: &Scale, side: Side, object: &Value, causes: &mut Vec<Cause>) {
    if side == Side::Spec {
        causes.extend(check_count(&scale.wanted, object));
        return;
    }
    causes.extend(check_count(&scale.counted, object));
    let selector = scale.selector.as_ref();
    causes.extend(selector.and_then(|path| match at(path, object) {
        Ok(None | Some(Value::Str(_))) => None,
        Ok(Some(found)) => {
            Some(Cause::invalid(path.as_str(), &"".into(), &accessor(path, found, "string")))
        }
        Err(why) => Some(Cause::invalid(path.as_str(), &"".into(), &why)),
    }));
}

fn check_count(path: &Text, object: &Value) -> Option<Cause> {
    let (count, why) = match at(path, object) {
        Ok(Some(Value::Int(count))) if *count < 0 => {
            (*count, "should be a non-negative integer".to_owned())
        }
        Ok(Some(Value::Int(count))) if *count > i64::from(i32::MAX) => {
            (*count, format!("should be less than or equal to {}", i32::MAX))
        }
        Ok(None | Some(Value::Int(_))) => return None,
        Ok(Some(found)) => (0, accessor(path, found, "int64")),
        Err(why) => (0, why),
    };
    Some(Cause::invalid(path.as_str(), &Value::Int(count), &why))
}

/// The value at `.spec.replicas`; `None` where something on the way is not there.
fn at<'v>(path: &str, object: &'v Value) -> Result<Option<&'v Value>, String> {
    let mut value = object;
    for step in path.strip_prefix('.').unwrap_or(path).split('.') {
        value = match value {
            Value::Null => return Ok(None),
            Value::Map(members) => match members.get(step) {
                Some(value) => value,
                None => return Ok(None),
            },
            other => return Err(accessor(path, other, "map[string]interface {}")),
        };
    }
    Ok(Some(value))
}

fn accessor(path: &str, found: &Value, expected: &str) -> String {
    let value = serde_json::to_string(found).unwrap_or_default();
    let kind = match found {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    };
    format!("{path} accessor error: {value} is of the type {kind}, expected {expected}")
}
