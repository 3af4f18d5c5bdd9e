//! Cutting, joining and searching strings (sprig's `strings.go` and Go's `strings`).

use std::collections::HashSet;

use memchr::memmem;

use super::args::{charge_texts, int, sized, text};
use crate::helm::go::{Map, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};
use crate::helm::runes;

const S: Type = Type::Str;
const I: Type = Type::INT;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("hello", &[], |_, _| Ok(Value::string("Hello!"))),
    Function::new("trunc", &[I, S], |machine, args| sized(machine, args, trunc)),
    Function::new("trim", &[S], |machine, args| sized(machine, args, trim)),
    Function::new("substr", &[I, I, S], substring),
    Function::new("repeat", &[I, S], repeat),
    Function::new("trimall", &[S, S], trim_all),
    Function::new("trimAll", &[S, S], trim_all),
    Function::new("trimSuffix", &[S, S], |machine, args| sized(machine, args, trim_suffix)),
    Function::new("trimPrefix", &[S, S], |machine, args| sized(machine, args, trim_prefix)),
    Function::new("contains", &[S, S], |_, args| Ok(contains(args))),
    Function::new("hasPrefix", &[S, S], |_, args| {
        Ok(Value::Bool(text(args, 1).starts_with(text(args, 0))))
    }),
    Function::new("hasSuffix", &[S, S], |_, args| {
        Ok(Value::Bool(text(args, 1).ends_with(text(args, 0))))
    }),
    Function::new("indent", &[I, S], |machine, args| indented(machine, args, b"")),
    Function::new("nindent", &[I, S], |machine, args| indented(machine, args, b"\n")),
    Function::new("replace", &[S, S, S], replace),
    Function::new("plural", &[S, S, I], |_, args| Ok(args[usize::from(int(args, 2) != 1)].clone())),
    Function::new("split", &[S, S], |machine, args| {
        numbered(machine, text(args, 1), text(args, 0), -1)
    }),
    Function::new("splitn", &[S, I, S], |machine, args| {
        numbered(machine, text(args, 2), text(args, 0), int(args, 1))
    }),
    Function::new("splitList", &[S, S], |machine, args| {
        const EACH: usize = size_of::<Value>() + Str::BYTES;
        let parts = split(machine, text(args, 1), text(args, 0), -1, EACH)?;
        Ok(Value::strings(parts))
    }),
];

/// The part of the argument `at` that `cut` leaves; the argument itself where that is all of it.
fn part(args: &[Value], at: usize, cut: impl FnOnce(&[u8]) -> &[u8]) -> Value {
    let whole = text(args, at);
    let left = cut(whole);
    if left.len() == whole.len() { args[at].clone() } else { Value::string(left) }
}

/// `strings.TrimSpace`.
pub(super) fn trim_space(bytes: &[u8]) -> &[u8] {
    trimmed(bytes, runes::is_space)
}

fn trimmed(mut bytes: &[u8], drops: impl Fn(char) -> bool) -> &[u8] {
    while let (rune, length @ 1..) = runes::decode(bytes)
        && drops(rune)
    {
        bytes = &bytes[length..];
    }
    while let (rune, length @ 1..) = runes::decode_last(bytes)
        && drops(rune)
    {
        bytes = &bytes[..bytes.len() - length];
    }
    bytes
}

fn trim(args: &[Value]) -> Value {
    part(args, 0, trim_space)
}

fn trim_all(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge_texts(machine, args, 1)?;
    let set: HashSet<char> = runes::runes(text(args, 0)).map(|(rune, _)| rune).collect();
    Ok(part(args, 1, |whole| trimmed(whole, |rune| set.contains(&rune))))
}

fn trim_suffix(args: &[Value]) -> Value {
    part(args, 1, |whole| whole.strip_suffix(&**text(args, 0)).unwrap_or(whole))
}

fn trim_prefix(args: &[Value]) -> Value {
    part(args, 1, |whole| whole.strip_prefix(&**text(args, 0)).unwrap_or(whole))
}

fn contains(args: &[Value]) -> Value {
    Value::Bool(memmem::find(text(args, 1), text(args, 0)).is_some())
}

/// The first `count` bytes, or with a negative `count` the last.
fn trunc(args: &[Value]) -> Value {
    let count = int(args, 0);
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    part(args, 1, |whole| match whole.len().checked_sub(size) {
        Some(_) if count >= 0 => &whole[..size],
        Some(cut @ 1..) => &whole[cut..],
        _ => whole,
    })
}

fn substring(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge_texts(machine, args, 1)?;
    let (start, end, whole) = (int(args, 0), int(args, 1), text(args, 2));
    let fits = usize::try_from(end).is_ok_and(|end| end <= whole.len());
    let bounds = match (start < 0, fits) {
        (true, _) => (None, Some(end)),
        (false, false) => (Some(start), None),
        (false, true) => (Some(start), Some(end)),
    };
    cut(whole, bounds.0, bounds.1).map(Value::string)
}

/// `whole[start:end]` with Go's panics.
fn cut(whole: &[u8], start: Option<i64>, end: Option<i64>) -> Result<&[u8], Fault> {
    let length = whole.len();
    let fault =
        |range: String| Fault::new(format!("runtime error: slice bounds out of range {range}"));
    let to = match end {
        None => length,
        Some(end) if end < 0 => return Err(fault(format!("[:{end}]"))),
        Some(end) => usize::try_from(end)
            .ok()
            .filter(|end| *end <= length)
            .ok_or_else(|| fault(format!("[:{end}] with length {length}")))?,
    };
    let start = start.unwrap_or_default();
    let from = usize::try_from(start).map_err(|_| fault(format!("[{start}:]")))?;
    whole.get(from..to).ok_or_else(|| fault(format!("[{from}:{to}]")))
}

fn repeat(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    match int(args, 0) {
        0 => Ok(Value::string("")),
        1 => Ok(args[1].clone()),
        count => repeated(machine, text(args, 1), count).map(Value::string),
    }
}

/// `strings.Repeat`.
fn repeated(machine: &mut Machine<'_>, bytes: &[u8], count: i64) -> Result<Vec<u8>, Fault> {
    let count = repeat_count(count)?;
    let total = bytes.len().checked_mul(count).filter(|it| i64::try_from(*it).is_ok());
    let total = total.ok_or_else(|| Fault::new("strings: Repeat output length overflow"))?;
    machine.charge(total)?;
    Ok(if total == 0 { Vec::new() } else { bytes.repeat(count) })
}

fn repeat_count(count: i64) -> Result<usize, Fault> {
    usize::try_from(count).map_err(|_| Fault::new("strings: negative Repeat count"))
}

/// The lines of the text behind as many spaces, all behind `start`.
fn indented(machine: &mut Machine<'_>, args: &[Value], start: &[u8]) -> Result<Value, Fault> {
    let (width, body) = (repeat_count(int(args, 0))?, text(args, 1));
    let lines = memchr::memchr_iter(b'\n', body).count() + 1;
    let total = width.saturating_mul(lines).saturating_add(body.len() + start.len());
    machine.charge(total)?;
    let mut out = Vec::with_capacity(total);
    out.extend_from_slice(start);
    out.resize(out.len() + width, b' ');
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', body) {
        out.extend_from_slice(&body[from..=end]);
        out.resize(out.len() + width, b' ');
        from = end + 1;
    }
    out.extend_from_slice(&body[from..]);
    Ok(Value::string(out))
}

fn replace(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (old, new, whole) = (text(args, 0), text(args, 1), text(args, 2));
    if old.is_empty() {
        return interspersed(machine, new, whole).map(Value::string);
    }
    let finder = memmem::Finder::new(&**old);
    let matches = finder.find_iter(whole).count();
    if matches == 0 || old == new {
        return Ok(args[2].clone());
    }
    let rest = whole.len() - matches * old.len();
    let total = matches.saturating_mul(new.len()).saturating_add(rest);
    machine.charge(total)?;
    let mut out = Vec::with_capacity(total);
    let mut from = 0;
    for at in finder.find_iter(whole) {
        out.extend_from_slice(&whole[from..at]);
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(&whole[from..]);
    Ok(Value::string(out))
}

/// `between` before each character and at the end: what replacing nothing means.
fn interspersed(machine: &mut Machine<'_>, between: &[u8], whole: &[u8]) -> Result<Vec<u8>, Fault> {
    let places = runes::runes(whole).count() + 1;
    let total = places.saturating_mul(between.len()).saturating_add(whole.len());
    machine.charge(total)?;
    let mut out = Vec::with_capacity(total);
    out.extend_from_slice(between);
    for (_, bytes) in runes::runes(whole) {
        out.extend_from_slice(bytes);
        out.extend_from_slice(between);
    }
    Ok(out)
}

/// `strings.SplitN`; all parts where `limit` is negative. `each` is what becomes of a part, in
/// bytes.
fn split<'a>(
    machine: &mut Machine<'_>,
    whole: &'a [u8],
    separator: &[u8],
    limit: i64,
    each: usize,
) -> Result<Vec<&'a [u8]>, Fault> {
    let limit = match limit {
        0 => return Ok(Vec::new()),
        _ => usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let each = each + size_of::<&[u8]>();
    if separator.is_empty() {
        machine.charge(whole.len().min(limit).saturating_mul(each))?;
        return Ok(exploded(whole, limit));
    }
    let finder = memmem::Finder::new(separator);
    let count = finder.find_iter(whole).take(limit - 1).count() + 1;
    machine.charge(count.saturating_mul(each).saturating_add(whole.len()))?;
    let mut parts = Vec::with_capacity(count);
    let mut from = 0;
    for at in finder.find_iter(whole).take(limit - 1) {
        parts.push(&whole[from..at]);
        from = at + separator.len();
    }
    parts.push(&whole[from..]);
    Ok(parts)
}

/// Each character, as where the separator is empty.
fn exploded(whole: &[u8], limit: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = whole;
    while !rest.is_empty() {
        let (_, length) = runes::decode(rest);
        let length = if parts.len() + 1 == limit { rest.len() } else { length };
        parts.push(&rest[..length]);
        rest = &rest[length..];
    }
    parts
}

/// What [`split`] gives as a `map[string]string` with the keys `_0`, `_1` and so on.
fn numbered(
    machine: &mut Machine<'_>,
    whole: &[u8],
    separator: &[u8],
    limit: i64,
) -> Result<Value, Fault> {
    let parts = split(machine, whole, separator, limit, Map::ENTRY + 2 * Str::BYTES)?;
    let entries = parts
        .iter()
        .enumerate()
        .map(|(at, part)| (Str::from(format!("_{at}")), Value::string(*part)));
    Ok(Value::Map(Map::typed(Type::STRING_MAP, entries.collect())))
}
