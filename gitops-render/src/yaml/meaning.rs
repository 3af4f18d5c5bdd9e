//! From scalars to values and to the keys of maps.

use std::borrow::Cow;

use gitops_diff::{Text, Value};

use super::Dialect;
use super::event::{Style, Word};
use super::number::{go_general_32, json_float};
use super::scalar::{Scalar, resolve, resolve_tagged};

/// What a scalar of a text means. The error says what is wrong.
pub(super) fn scalar(word: &Word<'_>, dialect: Dialect) -> Result<Scalar, String> {
    let plain = word.style == Style::Plain;
    match word.tag.as_deref() {
        Some(tag) => resolve_tagged(&word.text, plain, tag, dialect),
        None if plain => Ok(resolve(&word.text, dialect)),
        None => Ok(Scalar::Text),
    }
}

/// The value that goes into the tree.
pub(super) fn value(word: Word<'_>, dialect: Dialect) -> Result<Value, String> {
    match scalar(&word, dialect)? {
        Scalar::Text => Ok(Value::Str(owned(word.text))),
        other => json(other, ""),
    }
}

/// The value of a scalar that says `text`, as it would come out of Go's JSON: a float without a
/// fraction is an integer, and an integer beyond 64 bits with sign is a float.
pub(crate) fn json(scalar: Scalar, text: &str) -> Result<Value, String> {
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::Int(value),
        #[expect(clippy::cast_precision_loss, reason = "as the API server reads such numbers")]
        Scalar::Unsigned(value) => Value::Float(value as f64),
        Scalar::Float(value) => float(value)?,
        Scalar::Text => Value::Str(text.into()),
        Scalar::Time(time) => Value::Str(time.into()),
        Scalar::Bytes(bytes) => Value::Str(String::from_utf8_lossy(&bytes).as_ref().into()),
    })
}

fn float(value: f64) -> Result<Value, String> {
    let json = json_float(value)
        .ok_or("the number cannot be written in JSON; quote it if a text is meant")?;
    Ok(json.parse().map_or(Value::Float(value), Value::Int))
}

/// The key that goes into the tree. go-yaml v2 with `sigs.k8s.io/yaml` writes numbers and
/// booleans as text; under v3 only strings become keys of a Kubernetes object.
pub(super) fn key(word: Word<'_>, dialect: Dialect) -> Result<Text, String> {
    let string = word.tag.as_deref().is_none_or(|tag| matches!(tag, "!" | "!!str"));
    match (scalar(&word, dialect)?, dialect) {
        (Scalar::Text, Dialect::GoV2) => Ok(owned(word.text)),
        (Scalar::Text, Dialect::GoV3) if string => Ok(owned(word.text)),
        (Scalar::Bytes(bytes), Dialect::GoV2) => {
            Ok(String::from_utf8_lossy(&bytes).as_ref().into())
        }
        (Scalar::Bool(value), Dialect::GoV2) => Ok(value.to_string().into()),
        (Scalar::Int(value), Dialect::GoV2) => Ok(value.to_string().into()),
        (Scalar::Float(value), Dialect::GoV2) => Ok(go_general_32(value).into()),
        _ => Err("the key is not a string; quote it".to_owned()),
    }
}

/// The key that an alias to `value` stands for.
pub(super) fn key_of(value: &Value, dialect: Dialect) -> Result<Text, String> {
    match (value, dialect) {
        (Value::Str(text), _) => Ok(text.clone()),
        (Value::Bool(value), Dialect::GoV2) => Ok(value.to_string().into()),
        (Value::Int(value), Dialect::GoV2) => Ok(value.to_string().into()),
        (Value::Float(value), Dialect::GoV2) => Ok(go_general_32(*value).into()),
        (other, _) => Err(format!("a {} cannot be a key", other.type_name())),
    }
}

fn owned(text: Cow<'_, str>) -> Text {
    match text {
        Cow::Borrowed(text) => text.into(),
        Cow::Owned(text) => text.into(),
    }
}
