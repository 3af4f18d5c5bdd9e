//! The functions that are no operators.

mod convert;
mod format;
mod kubernetes;
mod lists;
mod strings;
mod times;

use super::eval::Meter;
use super::operators::contains;
use super::value::{Evaluated, Fail, Val};
use crate::golang::compile;

/// Calls a function or, where `method` says so, a method of the first argument.
pub(super) fn call<'a>(
    name: &str,
    method: bool,
    args: &[Val<'a>],
    meter: &mut Meter,
) -> Evaluated<'a> {
    meter.spend(args.iter().map(Val::weight).sum())?;
    match (name, args) {
        ("size", [value]) => size(value),
        ("dyn", [value]) => Ok(value.clone()),
        ("type", [value]) => Ok(Val::Type(value.type_name().into())),
        ("matches", [Val::Str(text), Val::Str(pattern)]) => {
            meter.spend((text.len() as u64).div_ceil(10) * (pattern.len() as u64).div_ceil(4))?;
            let regex = compile(pattern)
                .map_err(|why| Fail::other(format!("error parsing regexp: {why}")))?;
            Ok(Val::Bool(regex.is_match(text)))
        }
        ("hasValue", [Val::Optional(value)]) => Ok(Val::Bool(value.is_some())),
        ("value", [Val::Optional(Some(value))]) => Ok((**value).clone()),
        ("value", [Val::Optional(None)]) => Err(Fail::other("optional.none() dereference")),
        ("optional.none", []) => Ok(Val::Optional(None)),
        ("optional.of", [value]) => Ok(Val::optional(Some(value.clone()))),
        ("optional.ofNonZeroValue", [value]) => {
            Ok(Val::optional(Some(value.clone()).filter(|it| !it.is_zero())))
        }
        ("sets.contains", [Val::List(of), Val::List(wanted)]) => {
            all_in(&wanted.items, &of.items, meter).map(Val::Bool)
        }
        ("sets.equivalent", [Val::List(a), Val::List(b)]) => {
            let same = all_in(&a.items, &b.items, meter)? && all_in(&b.items, &a.items, meter)?;
            Ok(Val::Bool(same))
        }
        ("sets.intersects", [Val::List(a), Val::List(b)]) => {
            meter.spend((a.items.len() as u64).saturating_mul(b.items.len() as u64))?;
            for item in &a.items {
                if contains(&b.items, item)? {
                    return Ok(Val::Bool(true));
                }
            }
            Ok(Val::Bool(false))
        }
        _ => by_type(name, method, args, meter),
    }
}

fn by_type<'a>(name: &str, method: bool, args: &[Val<'a>], meter: &mut Meter) -> Evaluated<'a> {
    let found = match (method, args) {
        (true, [Val::Str(text), rest @ ..]) => strings::call(name, text, rest, meter),
        (true, [Val::List(list), rest @ ..]) => lists::call(name, list, rest, meter),
        (true, [Val::Timestamp(time), rest @ ..]) => times::of_timestamp(name, *time, rest),
        (true, [Val::Duration(nanos)]) => times::of_duration(name, *nanos),
        (true, [of, rest @ ..]) => kubernetes::method(name, of, rest),
        (false, _) if name == "lists.range" => lists::range(args, meter),
        (false, [Val::Str(text)]) if name == "strings.quote" => Some(Ok(strings::quote(text))),
        (false, _) => convert::call(name, args).or_else(|| kubernetes::call(name, args)),
        (true, []) => None,
    };
    found.unwrap_or(Err(Fail::NoOverload))
}

fn size<'a>(value: &Val<'a>) -> Evaluated<'a> {
    let size = match value {
        Val::Str(text) => text.chars().count(),
        Val::Bytes(bytes) => bytes.len(),
        Val::List(list) => list.items.len(),
        Val::Map(map) => map.0.len(),
        Val::View(view) => view.len(),
        _ => return Err(Fail::NoOverload),
    };
    Ok(int(size))
}

fn all_in<'a>(items: &[Val<'a>], of: &[Val<'a>], meter: &mut Meter) -> Result<bool, Fail> {
    meter.spend((items.len() as u64).saturating_mul(of.len() as u64))?;
    for item in items {
        if !contains(of, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A count as a value.
fn int<'a>(count: usize) -> Val<'a> {
    Val::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A value as an index: whole numbers of any type.
#[expect(clippy::cast_possible_truncation, reason = "because the number is whole and small")]
pub(super) fn as_index(value: &Val<'_>) -> Option<i64> {
    match value {
        Val::Int(number) => Some(*number),
        Val::Uint(number) => i64::try_from(*number).ok(),
        Val::Double(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(*number as i64),
        _ => None,
    }
}

/// A value in messages.
pub(super) fn print(value: &Val<'_>) -> String {
    format::text(value)
}
