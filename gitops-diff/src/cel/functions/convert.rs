//! Conversions between types.

use super::format::double;
use crate::cel::time;
use crate::cel::value::{Evaluated, Fail, Val};

/// Converts a value; `None` where there is no such conversion.
pub(super) fn call<'a>(name: &str, args: &[Val<'a>]) -> Option<Evaluated<'a>> {
    let [value] = args else { return None };
    match name {
        "int" => to_int(value),
        "uint" => to_uint(value),
        "double" => to_double(value),
        "bool" => to_bool(value),
        "string" => to_string(value),
        "bytes" => match value {
            Val::Bytes(_) => Some(Ok(value.clone())),
            Val::Str(text) => Some(Ok(Val::Bytes(text.as_bytes().into()))),
            _ => None,
        },
        "timestamp" => to_timestamp(value),
        "duration" => match value {
            Val::Duration(_) => Some(Ok(value.clone())),
            Val::Str(text) => {
                let nanos = time::duration(text).map(Val::Duration);
                Some(nanos.ok_or_else(|| wrong("duration", text)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn wrong(to: &str, text: &str) -> Fail {
    Fail::other(format!("type conversion error from 'string' to '{to}': {text:?}"))
}

#[expect(clippy::cast_possible_truncation, reason = "because the range was checked")]
fn to_int<'a>(value: &Val<'a>) -> Option<Evaluated<'a>> {
    Some(match value {
        Val::Int(_) => Ok(value.clone()),
        Val::Uint(number) => {
            i64::try_from(*number).map(Val::Int).map_err(|_| Fail::other("integer overflow"))
        }
        Val::Double(number) if number.abs() < 9_223_372_036_854_775_808.0 => {
            Ok(Val::Int(*number as i64))
        }
        Val::Double(_) => Err(Fail::other("integer overflow")),
        Val::Str(text) => text.parse().map(Val::Int).map_err(|_| wrong("int", text)),
        Val::Timestamp(time) => Ok(Val::Int(time.as_second())),
        Val::Duration(nanos) => Ok(Val::Int(*nanos)),
        _ => return None,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "because the range was checked"
)]
fn to_uint<'a>(value: &Val<'a>) -> Option<Evaluated<'a>> {
    Some(match value {
        Val::Uint(_) => Ok(value.clone()),
        Val::Int(number) => u64::try_from(*number)
            .map(Val::Uint)
            .map_err(|_| Fail::other("unsigned integer overflow")),
        Val::Double(number) if (0.0..18_446_744_073_709_551_616.0).contains(number) => {
            Ok(Val::Uint(*number as u64))
        }
        Val::Double(_) => Err(Fail::other("unsigned integer overflow")),
        Val::Str(text) => text.parse().map(Val::Uint).map_err(|_| wrong("uint", text)),
        _ => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "as the conversion is defined")]
fn to_double<'a>(value: &Val<'a>) -> Option<Evaluated<'a>> {
    Some(match value {
        Val::Double(_) => Ok(value.clone()),
        Val::Int(number) => Ok(Val::Double(*number as f64)),
        Val::Uint(number) => Ok(Val::Double(*number as f64)),
        Val::Str(text) => text.parse().map(Val::Double).map_err(|_| wrong("double", text)),
        _ => return None,
    })
}

fn to_bool<'a>(value: &Val<'a>) -> Option<Evaluated<'a>> {
    Some(match value {
        Val::Bool(_) => Ok(value.clone()),
        Val::Str(text) => match text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(Val::Bool(true)),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(Val::Bool(false)),
            other => Err(wrong("bool", other)),
        },
        _ => return None,
    })
}

fn to_string<'a>(value: &Val<'a>) -> Option<Evaluated<'a>> {
    Some(match value {
        Val::Str(_) => Ok(value.clone()),
        Val::Bool(value) => Ok(Val::str(value.to_string())),
        Val::Int(number) => Ok(Val::str(number.to_string())),
        Val::Uint(number) => Ok(Val::str(number.to_string())),
        Val::Double(number) => Ok(Val::str(double(*number))),
        Val::Bytes(bytes) => std::str::from_utf8(bytes)
            .map(Val::str)
            .map_err(|_| Fail::other("invalid UTF-8 in bytes, cannot convert to string")),
        Val::Timestamp(time) => Ok(Val::str(time::print(*time))),
        Val::Duration(nanos) => Ok(Val::str(time::print_duration(*nanos))),
        Val::Ip(address) => Ok(Val::str(address.to_string())),
        Val::Cidr(address, length) => Ok(Val::str(format!("{address}/{length}"))),
        _ => return None,
    })
}

fn to_timestamp<'a>(value: &Val<'a>) -> Option<Evaluated<'a>> {
    Some(match value {
        Val::Timestamp(_) => Ok(value.clone()),
        Val::Str(text) => {
            time::timestamp(text).map(Val::Timestamp).ok_or_else(|| wrong("timestamp", text))
        }
        Val::Int(seconds) => jiff::Timestamp::from_second(*seconds)
            .map(Val::Timestamp)
            .map_err(|_| Fail::other("timestamp overflow")),
        _ => return None,
    })
}
