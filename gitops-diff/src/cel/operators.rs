//! Arithmetic, order and equality.

use std::cmp::Ordering;
use std::rc::Rc;

use super::value::{Evaluated, Fail, List, Val};
use crate::schema::Keys;

const OVERFLOW: &str = "integer overflow";

/// `a + b` and the like, by the name of the operator.
pub(super) fn arithmetic<'a>(operator: &str, a: &Val<'a>, b: &Val<'a>) -> Evaluated<'a> {
    match (operator, a, b) {
        ("_+_", ..) => add(a, b),
        ("_-_", ..) => subtract(a, b),
        ("_*_", Val::Int(a), Val::Int(b)) => whole(a.checked_mul(*b)),
        ("_*_", Val::Uint(a), Val::Uint(b)) => natural(a.checked_mul(*b)),
        ("_*_", Val::Double(a), Val::Double(b)) => Ok(Val::Double(a * b)),
        ("_/_", Val::Double(a), Val::Double(b)) => Ok(Val::Double(a / b)),
        ("_/_", Val::Int(_), Val::Int(0)) | ("_/_", Val::Uint(_), Val::Uint(0)) => {
            Err(Fail::other("division by zero"))
        }
        ("_%_", Val::Int(_), Val::Int(0)) | ("_%_", Val::Uint(_), Val::Uint(0)) => {
            Err(Fail::other("modulus by zero"))
        }
        ("_/_", Val::Int(a), Val::Int(b)) => whole(a.checked_div(*b)),
        ("_/_", Val::Uint(a), Val::Uint(b)) => natural(a.checked_div(*b)),
        ("_%_", Val::Int(a), Val::Int(b)) => whole(a.checked_rem(*b)),
        ("_%_", Val::Uint(a), Val::Uint(b)) => natural(a.checked_rem(*b)),
        _ => Err(Fail::NoOverload),
    }
}

fn whole<'a>(value: Option<i64>) -> Evaluated<'a> {
    value.map(Val::Int).ok_or_else(|| Fail::other(OVERFLOW))
}

fn natural<'a>(value: Option<u64>) -> Evaluated<'a> {
    value.map(Val::Uint).ok_or_else(|| Fail::other("unsigned integer overflow"))
}

fn add<'a>(a: &Val<'a>, b: &Val<'a>) -> Evaluated<'a> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => whole(a.checked_add(*b)),
        (Val::Uint(a), Val::Uint(b)) => natural(a.checked_add(*b)),
        (Val::Double(a), Val::Double(b)) => Ok(Val::Double(a + b)),
        (Val::Str(a), Val::Str(b)) => Ok(Val::str(format!("{a}{b}"))),
        (Val::Bytes(a), Val::Bytes(b)) => Ok(Val::Bytes([&a[..], &b[..]].concat().into())),
        (Val::Duration(a), Val::Duration(b)) => {
            a.checked_add(*b).map(Val::Duration).ok_or_else(|| Fail::other("duration overflow"))
        }
        (Val::Timestamp(time), Val::Duration(nanos))
        | (Val::Duration(nanos), Val::Timestamp(time)) => moved(*time, *nanos),
        (Val::List(a), Val::List(b)) => concatenate(a, b),
        _ => Err(Fail::NoOverload),
    }
}

fn moved<'a>(time: jiff::Timestamp, nanos: i64) -> Evaluated<'a> {
    let moved = time.checked_add(jiff::SignedDuration::from_nanos(nanos));
    moved.map(Val::Timestamp).map_err(|_| Fail::other("timestamp overflow"))
}

fn subtract<'a>(a: &Val<'a>, b: &Val<'a>) -> Evaluated<'a> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => whole(a.checked_sub(*b)),
        (Val::Uint(a), Val::Uint(b)) => natural(a.checked_sub(*b)),
        (Val::Double(a), Val::Double(b)) => Ok(Val::Double(a - b)),
        (Val::Duration(a), Val::Duration(b)) => {
            a.checked_sub(*b).map(Val::Duration).ok_or_else(|| Fail::other("duration overflow"))
        }
        (Val::Timestamp(time), Val::Duration(nanos)) => {
            let back = nanos.checked_neg().ok_or_else(|| Fail::other("duration overflow"))?;
            moved(*time, back)
        }
        (Val::Timestamp(a), Val::Timestamp(b)) => {
            let nanos = a.as_nanosecond() - b.as_nanosecond();
            let nanos = i64::try_from(nanos).map_err(|_| Fail::other("timestamp overflow"))?;
            Ok(Val::Duration(nanos))
        }
        _ => Err(Fail::NoOverload),
    }
}

/// One list after the other; sets are united, list maps are merged by their keys.
fn concatenate<'a>(a: &Rc<List<'a>>, b: &List<'a>) -> Evaluated<'a> {
    let mut items = a.items.clone();
    match a.by {
        Some(Keys::Set) => {
            for item in &b.items {
                if !contains(&items, item)? {
                    items.push(item.clone());
                }
            }
        }
        Some(Keys::Map(keys)) => {
            for item in &b.items {
                match items.iter().position(|it| same_keys(keys, it, item)) {
                    Some(at) => items[at] = item.clone(),
                    None => items.push(item.clone()),
                }
            }
        }
        Some(Keys::Atomic) | None => items.extend(b.items.iter().cloned()),
    }
    Ok(Val::List(Rc::new(List { items, by: a.by })))
}

/// Whether one of the items equals a value.
pub(super) fn contains<'a>(items: &[Val<'a>], value: &Val<'a>) -> Result<bool, Fail> {
    for item in items {
        if equal(item, value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn same_keys(keys: &[crate::Text], a: &Val<'_>, b: &Val<'_>) -> bool {
    match (a, b) {
        (Val::View(a), Val::View(b)) => {
            keys.iter().all(|key| a.members.get(key) == b.members.get(key))
        }
        _ => false,
    }
}

/// Whether `a < b` and the like; `None` where the types have no order.
pub(super) fn compare(a: &Val<'_>, b: &Val<'_>) -> Option<Ordering> {
    match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => Some(a.cmp(b)),
        (Val::Str(a), Val::Str(b)) => Some(a.cmp(b)),
        (Val::Bytes(a), Val::Bytes(b)) => Some(a.cmp(b)),
        (Val::Duration(a), Val::Duration(b)) => Some(a.cmp(b)),
        (Val::Timestamp(a), Val::Timestamp(b)) => Some(a.cmp(b)),
        (Val::Quantity(a), Val::Quantity(b)) => Some(a.cmp(b)),
        (Val::Semver(a), Val::Semver(b)) => Some(a.cmp_precedence(b)),
        _ => compare_numbers(a, b),
    }
}

fn compare_numbers(a: &Val<'_>, b: &Val<'_>) -> Option<Ordering> {
    let whole = |it: &Val<'_>| match it {
        Val::Int(it) => Some(i128::from(*it)),
        Val::Uint(it) => Some(i128::from(*it)),
        _ => None,
    };
    if let (Some(a), Some(b)) = (whole(a), whole(b)) {
        return Some(a.cmp(&b));
    }
    as_double(a)?.partial_cmp(&as_double(b)?)
}

#[expect(clippy::cast_precision_loss, reason = "as numbers of different types compare")]
fn as_double(value: &Val<'_>) -> Option<f64> {
    match value {
        Val::Int(it) => Some(*it as f64),
        Val::Uint(it) => Some(*it as f64),
        Val::Double(it) => Some(*it),
        _ => None,
    }
}

/// Whether both are equal; values of different types are not.
pub(super) fn equal<'a>(a: &Val<'a>, b: &Val<'a>) -> Result<bool, Fail> {
    Ok(match (a, b) {
        (Val::Null, Val::Null) => true,
        (Val::List(a), Val::List(b)) => equal_lists(a, b)?,
        (Val::View(a), Val::View(b)) => a.equals(*b, equal)?,
        (Val::View(_) | Val::Map(_), Val::View(_) | Val::Map(_)) => equal_maps(a, b)?,
        (Val::Optional(a), Val::Optional(b)) => match (a, b) {
            (Some(a), Some(b)) => equal(a, b)?,
            (a, b) => a.is_none() && b.is_none(),
        },
        (Val::Type(a), Val::Type(b)) => a == b,
        (Val::Url(a), Val::Url(b)) => a == b,
        (Val::Ip(a), Val::Ip(b)) => a == b,
        (Val::Cidr(a, n), Val::Cidr(b, m)) => a == b && n == m,
        (Val::Format(a), Val::Format(b)) => a == b,
        (Val::Opaque(a), Val::Opaque(b)) => a == b,
        (a, b) => compare(a, b) == Some(Ordering::Equal),
    })
}

fn equal_lists<'a>(a: &List<'a>, b: &List<'a>) -> Result<bool, Fail> {
    if a.items.len() != b.items.len() {
        return Ok(false);
    }
    for (at, item) in a.items.iter().enumerate() {
        let same = match a.by {
            Some(Keys::Set) => contains(&b.items, item)?,
            Some(Keys::Map(keys)) => match b.items.iter().find(|it| same_keys(keys, it, item)) {
                Some(other) => equal(item, other)?,
                None => false,
            },
            Some(Keys::Atomic) | None => equal(item, &b.items[at])?,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_maps<'a>(a: &Val<'a>, b: &Val<'a>) -> Result<bool, Fail> {
    let (a, b) = (entries(a)?, entries(b)?);
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, value) in &a {
        let key = key.key();
        let other = b.iter().find(|(it, _)| it.key() == key);
        let same = other.map(|(_, other)| equal(value, other)).transpose()?;
        if same != Some(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The keys and values of a map.
pub(super) fn entries<'a>(map: &Val<'a>) -> Result<Vec<(Val<'a>, Val<'a>)>, Fail> {
    match map {
        Val::Map(map) => Ok(map.0.values().cloned().collect()),
        Val::View(view) => {
            let mut entries = Vec::with_capacity(view.len());
            for key in view.keys() {
                if let Some(value) = view.find(&key)? {
                    entries.push((Val::Str(key), value));
                }
            }
            Ok(entries)
        }
        _ => Err(Fail::NoOverload),
    }
}
