//! Wrapping, shortening and initials, byte by byte as Masterminds/goutils v1.1 does.

use super::args::{int, sized, text};
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};
use crate::helm::runes::{is_space, push};

const S: Type = Type::Str;
const I: Type = Type::INT;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abbrev", &[I, S], |machine, args| sized(machine, args, abbrev)),
    Function::new("abbrevboth", &[I, I, S], |machine, args| sized(machine, args, abbrev_both)),
    Function::new("initials", &[S], |machine, args| {
        sized(machine, args, |args| Value::string(initials(text(args, 0))))
    }),
    Function::new("nospace", &[S], |machine, args| sized(machine, args, no_space)),
    Function::new("wrap", &[I, S], |machine, args| {
        wrapped(machine, text(args, 1), int(args, 0), b"\n", LongWords::Stay)
    }),
    Function::new("wrapWith", &[I, S, S], |machine, args| {
        let separator = text(args, 1);
        let separator = if separator.is_empty() { &b"\n"[..] } else { separator };
        wrapped(machine, text(args, 2), int(args, 0), separator, LongWords::Break)
    }),
];

fn abbrev(args: &[Value]) -> Value {
    let (width, whole) = (int(args, 0), text(args, 1));
    match usize::try_from(width) {
        Ok(width @ 4..) if width < whole.len() => Value::string(abbreviated(whole, 0, width)),
        _ => args[1].clone(),
    }
}

fn abbrev_both(args: &[Value]) -> Value {
    let (left, right, whole) = (int(args, 0), int(args, 1), text(args, 2));
    if right < 4 || left > 0 && right < 7 {
        return args[2].clone();
    }
    match usize::try_from(right) {
        Ok(width) if width < whole.len() => Value::string(abbreviated(whole, left, width)),
        _ => args[2].clone(),
    }
}

/// goutils' `AbbreviateFull`, for a text longer than `width`, which is at least 4.
fn abbreviated(whole: &[u8], offset: i64, width: usize) -> Vec<u8> {
    let kept = width - 3;
    let offset = usize::try_from(offset).unwrap_or_default().min(whole.len());
    let offset = offset.min(whole.len() - kept);
    if offset <= 4 {
        return [&whole[..kept], b"..."].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + kept < whole.len() {
        let rest = &whole[offset..];
        let rest = if rest.len() <= kept { rest.to_vec() } else { abbreviated(rest, 0, kept) };
        return [b"...", &rest[..]].concat();
    }
    [b"...", &whole[whole.len() - kept..]].concat()
}

/// The first byte of each word, each as the character of that number.
fn initials(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut starts = true;
    for byte in bytes {
        let rune = char::from(*byte);
        if is_space(rune) {
            starts = true;
        } else if std::mem::take(&mut starts) {
            push(&mut out, rune);
        }
    }
    out
}

/// All bytes but those of spaces, each as the character of that number.
fn no_space(args: &[Value]) -> Value {
    let bytes = text(args, 0);
    if !bytes.iter().any(|byte| is_space(char::from(*byte))) {
        return args[0].clone();
    }
    let mut out = Vec::with_capacity(bytes.len());
    for rune in bytes.iter().map(|byte| char::from(*byte)).filter(|rune| !is_space(*rune)) {
        push(&mut out, rune);
    }
    Value::string(out)
}

/// What happens to a word longer than a line.
#[derive(Clone, Copy, PartialEq)]
enum LongWords {
    Stay,
    Break,
}

/// goutils' `WrapCustom`.
fn wrapped(
    machine: &mut Machine<'_>,
    whole: &[u8],
    width: i64,
    separator: &[u8],
    long: LongWords,
) -> Result<Value, Fault> {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let lines = whole.len() / width + 1;
    machine.charge(lines.saturating_mul(separator.len()).saturating_add(whole.len()))?;
    let mut out = Vec::with_capacity(whole.len());
    let mut rest = whole;
    while rest.len() > width {
        if rest[0] == b' ' {
            rest = &rest[1..];
            continue;
        }
        let Some((end, next)) = line(rest, width, long) else { break };
        out.extend_from_slice(&rest[..end]);
        out.extend_from_slice(separator);
        rest = &rest[next..];
    }
    out.extend_from_slice(rest);
    Ok(Value::string(out))
}

/// Where the first line ends and where the next starts; none where all goes on one line.
fn line(rest: &[u8], width: usize, long: LongWords) -> Option<(usize, usize)> {
    let space = match memchr::memrchr(b' ', &rest[..=width]) {
        None if long == LongWords::Break => return Some((width, width)),
        None => width + memchr::memchr(b' ', &rest[width..])?,
        Some(space) => space,
    };
    Some((space, space + 1))
}
