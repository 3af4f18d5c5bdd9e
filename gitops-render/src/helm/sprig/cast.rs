//! Numbers out of anything, as spf13/cast v1.7 makes them: 0 where that fails.

use super::args::text;
use super::text::shown;
use crate::helm::go::{Type, Value};
use crate::helm::gofmt::{parse_float, parse_int};
use crate::helm::gotemplate::{Fault, Function, Machine};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("int", &[Type::Any], |_, args| Ok(Value::int(to_int64(&args[0])))),
    Function::new("int64", &[Type::Any], |_, args| Ok(Value::int64(to_int64(&args[0])))),
    Function::new("float64", &[Type::Any], |_, args| Ok(Value::Float(to_float64(&args[0])))),
    Function::new("atoi", &[Type::Str], |_, args| Ok(Value::int(atoi(text(args, 0))))),
    Function::new("toDecimal", &[Type::Any], to_decimal),
];

/// `cast.ToInt64`, and `cast.ToInt`, which is the same on 64 bits.
pub(crate) fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(value, _) => *value,
        Value::Float(value) => truncated(*value),
        Value::Str(text) => parse_int(without_zero_decimals(text), 0).unwrap_or_default(),
        Value::Bool(value) => i64::from(*value),
        Value::Object(object) if is_calendar(object.ty()) => {
            object.as_collection().map_or(0, |it| to_int64(&it))
        }
        _ => 0,
    }
}

/// `cast.ToFloat64`.
pub(crate) fn to_float64(value: &Value) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
    match value {
        Value::Int(value, kind) if kind.is_unsigned() => value.cast_unsigned() as f64,
        Value::Int(value, _) => *value as f64,
        Value::Float(value) => *value,
        Value::Str(text) => parse_float(text).unwrap_or_default(),
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Object(object) if is_calendar(object.ty()) => {
            object.as_collection().map_or(0.0, |it| to_float64(&it))
        }
        _ => 0.0,
    }
}

/// The types of integers with a name that cast knows.
fn is_calendar(ty: Type) -> bool {
    matches!(ty, Type::Named(named) if matches!(named.name, "time.Month" | "time.Weekday"))
}

/// Go's conversion on amd64: what does not fit is the least number.
#[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
fn truncated(value: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&value) { value as i64 } else { i64::MIN }
}

/// The text without `.0` or the like at its end.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|byte| **byte == b'0').count();
    match text[..text.len() - zeros].split_last() {
        Some((b'.', whole)) if zeros > 0 => whole,
        _ => text,
    }
}

/// What `strconv.Atoi` gives, with an error too: the nearest number where there are too many
/// digits, else 0.
fn atoi(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    parse_int(text, 10).unwrap_or(if negative { i64::MIN } else { i64::MAX })
}

/// The number that the octal digits stand for.
fn to_decimal(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let digits = shown(machine, &args[0])?;
    Ok(Value::int64(parse_int(&digits, 8).unwrap_or_default()))
}
