//! What the API server's decoder refuses of an object that its type allows: bytes that are no
//! base64, quantities, times and numbers that are none.

use super::quantity::canonical;
use crate::golang::{found, time};
use crate::schema::TypeRef;
use crate::{Format, Value};

/// Checks an object of a built-in kind.
///
/// # Errors
/// The first thing that cannot be decoded, in the words of the API server.
pub(super) fn check(of: TypeRef<'_>, value: &Value) -> Result<(), String> {
    if let Some(format) = of.format() {
        return scalar(format, value);
    }
    match (value, of.map(), of.list()) {
        (Value::Map(members), Some(map), _) => members.iter().try_for_each(|(name, value)| {
            let of = map.field(name).unwrap_or_else(TypeRef::deduced);
            check(of, value)
        }),
        (Value::List(items), _, Some(list)) => {
            items.iter().try_for_each(|item| check(list.element(), item))
        }
        _ => Ok(()),
    }
}

fn scalar(format: Format, value: &Value) -> Result<(), String> {
    match (format, value) {
        (_, Value::Null) => Ok(()),
        (Format::Bytes, Value::Str(text)) => match illegal_base64(text) {
            None => Ok(()),
            Some(at) => {
                Err(format!("error decoding from json: illegal base64 data at input byte {at}"))
            }
        },
        (Format::Quantity, value) if canonical(value).is_none() => {
            const PATTERN: &str = "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
            Err(format!("quantities must match the regular expression {PATTERN}"))
        }
        (Format::Time, value) => is_time(time::RFC3339, value),
        (Format::MicroTime, value) => is_time(time::RFC3339_MICRO, value),
        (Format::IntOrString, Value::Bool(_) | Value::List(_) | Value::Map(_)) => {
            Err(not_a_number(found(value)))
        }
        (Format::IntOrString, Value::Float(number)) if number.fract() != 0.0 => {
            Err(not_a_number(&format!("number {number}")))
        }
        (Format::IntOrString, Value::Int(number)) if i32::try_from(*number).is_err() => {
            Err(not_a_number(&format!("number {number}")))
        }
        (Format::Int32, Value::Float(number)) if number.fract() != 0.0 => {
            Err("cannot convert float64 to int32".into())
        }
        (Format::Int64, Value::Float(number)) if number.fract() != 0.0 => {
            Err("cannot convert float64 to int64".into())
        }
        _ => Ok(()),
    }
}

fn is_time(layout: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Str(text) => time::check(layout, text),
        other => {
            Err(format!("json: cannot unmarshal {} into Go value of type string", found(other)))
        }
    }
}

fn not_a_number(what: &str) -> String {
    format!("json: cannot unmarshal {what} into Go value of type int32")
}

/// Where Go's decoder stops in a text that is no base64: line breaks are skipped, a group of
/// four that is not whole is wrong from its start.
fn illegal_base64(text: &str) -> Option<usize> {
    let bytes = text.bytes().enumerate().filter(|(_, byte)| !matches!(byte, b'\n' | b'\r'));
    let mut group = 0;
    let mut padding = 0;
    for (at, byte) in bytes {
        match byte {
            b'=' if padding > 0 || group >= 2 => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => {}
            _ => return Some(at),
        }
        if group + padding > 4 {
            return Some(at);
        }
        group = if padding > 0 { group } else { (group + 1) % 4 };
    }
    let whole = group == 0 || group + padding == 4;
    (!whole).then(|| text.len() - group - padding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_refused_where_go_refuses_it() {
        let cases = [
            ("", None),
            ("YQ==", None),
            ("YWI=", None),
            ("YW\nJj\r\n", None),
            ("1", Some(0)),
            ("other", Some(4)),
            ("eyJhdXRocyI6e319-x", Some(16)),
            ("!!", Some(0)),
            ("YWRtaW4=-x", Some(8)),
            ("=", Some(0)),
            ("Y===", Some(1)),
            ("YQ=", Some(0)),
            ("YQ===", Some(4)),
        ];
        for (text, expected) in cases {
            assert_eq!(illegal_base64(text), expected, "{text:?}");
        }
    }
}
