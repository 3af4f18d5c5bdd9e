//! How scalars are read into the types of Go.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Value;
use crate::merge::quantity;
use crate::schema::{Format, Scalar, TypeRef};

/// Why a scalar cannot be read.
pub(super) enum Wrong {
    /// It has another type: this one.
    Type(String),
    /// It has not the form that its type demands.
    Form(String),
}

/// A scalar as its type reads it.
pub(super) fn read(of: TypeRef<'_>, value: Value) -> Result<Value, Wrong> {
    match (of.format(), of.scalar()) {
        (Some(Format::Quantity), _) => is_quantity(&value).map(|()| value),
        (Some(Format::Time | Format::MicroTime), _) => is_time(&value).map(|()| value),
        (Some(Format::Bytes), _) => is_base64(&value).map(|()| value),
        (Some(Format::IntOrString), _) if value.as_str().is_some() => Ok(value),
        (Some(Format::IntOrString | Format::Int32), _) => {
            whole(value, i64::from(i32::MIN), i64::from(i32::MAX))
        }
        (Some(Format::Int64), _) => whole(value, i64::MIN, i64::MAX),
        (_, Some(Scalar::Untyped)) => Ok(value),
        (_, Some(scalar)) if fits(scalar, &value) => Ok(value),
        _ => Err(Wrong::Type(found(&value))),
    }
}

fn fits(scalar: Scalar, value: &Value) -> bool {
    match value {
        Value::Str(_) => scalar == Scalar::String,
        Value::Bool(_) => scalar == Scalar::Boolean,
        Value::Int(_) | Value::Float(_) => scalar == Scalar::Numeric,
        Value::Null | Value::List(_) | Value::Map(_) => false,
    }
}

fn whole(value: Value, least: i64, most: i64) -> Result<Value, Wrong> {
    match value {
        Value::Int(number) if (least..=most).contains(&number) => Ok(value),
        Value::Int(_) | Value::Float(_) => {
            let number = serde_json::to_string(&value).unwrap_or_default();
            Err(Wrong::Type(format!("number {number}")))
        }
        other => Err(Wrong::Type(found(&other))),
    }
}

fn is_quantity(value: &Value) -> Result<(), Wrong> {
    let why = "quantities must match the regular expression \
               '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    match quantity::canonical(value) {
        Some(_) => Ok(()),
        None => Err(Wrong::Form(why.into())),
    }
}

fn is_time(value: &Value) -> Result<(), Wrong> {
    let Some(text) = value.as_str() else {
        return Err(Wrong::Type(found(value)));
    };
    // An empty one is no time; a value in the shape of RFC 3339 is one.
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    let is = |at: usize, expected: &[u8]| bytes.get(at).is_some_and(|it| expected.contains(it));
    let date = digits(0..4) && is(4, b"-") && digits(5..7) && is(7, b"-") && digits(8..10);
    let time = is(10, b"T") && digits(11..13) && is(13, b":") && digits(14..16) && is(16, b":");
    let shaped = date && time && digits(17..19) && bytes.len() > 19;
    let zone = text.ends_with('Z') || is(bytes.len().wrapping_sub(6), b"+-");
    if shaped && zone {
        return Ok(());
    }
    let layout = "2006-01-02T15:04:05Z07:00";
    Err(Wrong::Form(format!("parsing time {text:?} as {layout:?}: cannot parse {text:?}")))
}

fn is_base64(value: &Value) -> Result<(), Wrong> {
    let Some(text) = value.as_str() else {
        return Err(Wrong::Type(found(value)));
    };
    // Go passes over line ends.
    let text: String = text.chars().filter(|it| !matches!(it, '\r' | '\n')).collect();
    match STANDARD.decode(&text) {
        Ok(_) => Ok(()),
        Err(why) => {
            let at = match why {
                base64::DecodeError::InvalidByte(at, _)
                | base64::DecodeError::InvalidLastSymbol { offset: at, .. } => at,
                base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => {
                    text.len()
                }
            };
            Err(Wrong::Form(format!("illegal base64 data at input byte {at}")))
        }
    }
}

/// The word for what was found, as Go's decoder says it.
fn found(value: &Value) -> String {
    match value {
        Value::Bool(_) => "bool".into(),
        Value::List(_) => "array".into(),
        Value::Map(_) => "object".into(),
        other => other.type_name().into(),
    }
}

/// The name of the type in Go.
pub(super) fn go_type(of: TypeRef<'_>) -> &'static str {
    match (of.scalar(), of.format()) {
        (_, Some(Format::Int32 | Format::IntOrString)) => "int32",
        (_, Some(Format::Int64)) => "int64",
        (_, Some(Format::Bytes)) => "[]uint8",
        (Some(Scalar::String | Scalar::Untyped), _) => "string",
        (Some(Scalar::Boolean), _) => "bool",
        (Some(Scalar::Numeric), _) => "float64",
        (None, _) => match (of.list(), of.map()) {
            (Some(_), _) => "[]string",
            (None, Some(map)) if map.field_names().next().is_none() => "map[string]string",
            (None, _) => "struct",
        },
    }
}
