//! How scalars are read into the types of Go.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Value;
use crate::golang::{found, time};
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
        (Some(Format::Time), _) => is_time(time::RFC3339, &value).map(|()| value),
        (Some(Format::MicroTime), _) => is_time(time::RFC3339_MICRO, &value).map(|()| value),
        (Some(Format::Bytes), _) => is_base64(&value).map(|()| value),
        (Some(Format::IntOrString), _) if value.as_str().is_some() => Ok(value),
        (Some(Format::IntOrString | Format::Int32), _) => {
            whole(value, i64::from(i32::MIN), i64::from(i32::MAX))
        }
        (Some(Format::Int64), _) => whole(value, i64::MIN, i64::MAX),
        (_, Some(Scalar::Untyped)) => Ok(value),
        (_, Some(scalar)) if fits(scalar, &value) => Ok(value),
        _ => Err(Wrong::Type(found(&value).into())),
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
        other => Err(Wrong::Type(found(&other).into())),
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

fn is_time(layout: &str, value: &Value) -> Result<(), Wrong> {
    let text = value.as_str().ok_or_else(|| Wrong::Type(found(value).into()))?;
    time::check(layout, text).map_err(Wrong::Form)
}

fn is_base64(value: &Value) -> Result<(), Wrong> {
    let Some(text) = value.as_str() else {
        return Err(Wrong::Type(found(value).into()));
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
