//! From scalars to values and to the keys of maps.

use std::borrow::Cow;

use gitops_diff::{Text, Value};

use super::Dialect;
use super::number::{go_general_32, json_float};
use super::scalar::{Scalar, resolve, resolve_tagged};

/// What a scalar of a text means: `plain` is one without quotes. The error says what is wrong.
pub(super) fn scalar(
    text: &str,
    plain: bool,
    tag: Option<&str>,
    dialect: Dialect,
) -> Result<Scalar, String> {
    match tag {
        Some(tag) => resolve_tagged(text, tag, dialect),
        None if plain => Ok(resolve(text, dialect)),
        None => Ok(Scalar::Text),
    }
}

/// The value that goes into the tree, as it would come out of Go's JSON: a float without a
/// fraction is an integer, and an integer beyond 64 bits with sign is a float.
pub(super) fn value(scalar: Scalar, text: Cow<'_, str>) -> Result<Value, String> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::Int(value),
        #[expect(clippy::cast_precision_loss, reason = "as the API server reads such numbers")]
        Scalar::Unsigned(value) => Value::Float(value as f64),
        Scalar::Float(value) => float(value, &text)?,
        Scalar::Text => Value::Str(owned(text)),
        Scalar::Time(time) => Value::Str(time.into()),
        Scalar::Bytes(bytes) => Value::Str(String::from_utf8_lossy(&bytes).as_ref().into()),
    })
}

fn float(value: f64, text: &str) -> Result<Value, String> {
    let json = json_float(value).ok_or_else(|| {
        format!("the number `{text}` cannot be written in JSON; quote it if a text is meant")
    })?;
    Ok(json.parse().map_or(Value::Float(value), Value::Int))
}

/// The key that goes into the tree. go-yaml v2 with `sigs.k8s.io/yaml` writes numbers and
/// booleans as text; under v3 only strings become keys of a Kubernetes object.
pub(super) fn key(scalar: &Scalar, text: Cow<'_, str>, dialect: Dialect) -> Result<Text, String> {
    match (scalar, dialect) {
        (Scalar::Text, _) => Ok(owned(text)),
        (Scalar::Bytes(bytes), _) => Ok(String::from_utf8_lossy(bytes).as_ref().into()),
        (Scalar::Bool(value), Dialect::GoV2) => Ok(value.to_string().into()),
        (Scalar::Int(value), Dialect::GoV2) => Ok(value.to_string().into()),
        (Scalar::Float(value), Dialect::GoV2) => Ok(go_general_32(*value).into()),
        _ => Err(format!("the key `{text}` is not a string; quote it")),
    }
}

/// The key that an alias to `value` stands for.
pub(super) fn key_of(value: &Value) -> Result<Text, String> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Bool(value) => Ok(value.to_string().into()),
        Value::Int(value) => Ok(value.to_string().into()),
        Value::Float(value) => Ok(go_general_32(*value).into()),
        other => Err(format!("a {} cannot be a key", other.type_name())),
    }
}

fn owned(text: Cow<'_, str>) -> Text {
    match text {
        Cow::Borrowed(text) => text.into(),
        Cow::Owned(text) => text.into(),
    }
}
