//! Methods of strings: the standard ones, those of the strings extension (version 2), and
//! Kubernetes' `find` and `findAll`. Places count characters.

use super::{as_index, format, int};
use crate::cel::eval::Meter;
use crate::cel::value::{Evaluated, Fail, Val};
use crate::golang::compile;

/// Calls a method; `None` where strings have none of that name.
pub(super) fn call<'a>(
    name: &str,
    text: &str,
    args: &[Val<'a>],
    meter: &mut Meter,
) -> Option<Evaluated<'a>> {
    Some(match (name, args) {
        ("contains", [Val::Str(part)]) => Ok(Val::Bool(text.contains(part.as_str()))),
        ("startsWith", [Val::Str(part)]) => Ok(Val::Bool(text.starts_with(part.as_str()))),
        ("endsWith", [Val::Str(part)]) => Ok(Val::Bool(text.ends_with(part.as_str()))),
        ("charAt", [at]) => char_at(text, as_index(at)?),
        ("indexOf", [Val::Str(part)]) => index_of(text, part, 0),
        ("indexOf", [Val::Str(part), from]) => index_of(text, part, as_index(from)?),
        ("lastIndexOf", [Val::Str(part)]) => last_index_of(text, part, None),
        ("lastIndexOf", [Val::Str(part), from]) => last_index_of(text, part, Some(as_index(from)?)),
        ("lowerAscii", []) => Ok(Val::str(text.to_ascii_lowercase())),
        ("upperAscii", []) => Ok(Val::str(text.to_ascii_uppercase())),
        ("trim", []) => Ok(Val::str(text.trim())),
        ("replace", [Val::Str(from), Val::Str(to)]) => replace(text, from, to, -1, meter),
        ("replace", [Val::Str(from), Val::Str(to), count]) => {
            replace(text, from, to, as_index(count)?, meter)
        }
        ("split", [Val::Str(by)]) => Ok(split(text, by, -1)),
        ("split", [Val::Str(by), count]) => Ok(split(text, by, as_index(count)?)),
        ("substring", [from]) => substring(text, as_index(from)?, None),
        ("substring", [from, to]) => substring(text, as_index(from)?, Some(as_index(to)?)),
        ("format", [Val::List(args)]) => format::format(text, &args.items).map(Val::str),
        ("find", [Val::Str(pattern)]) => find_all(text, pattern, 1, meter)
            .map(|it| Val::str(it.into_iter().next().unwrap_or_default())),
        ("findAll", [Val::Str(pattern)]) => found(text, pattern, -1, meter),
        ("findAll", [Val::Str(pattern), count]) => found(text, pattern, as_index(count)?, meter),
        _ => return None,
    })
}

/// Where a character starts, in bytes; the end counts as one.
fn offset(text: &str, at: i64) -> Option<usize> {
    let at = usize::try_from(at).ok()?;
    text.char_indices().map(|(it, _)| it).chain([text.len()]).nth(at)
}

fn out_of_range(at: i64) -> Fail {
    Fail::other(format!("index out of range: {at}"))
}

fn char_at<'a>(text: &str, at: i64) -> Evaluated<'a> {
    let start = offset(text, at).ok_or_else(|| out_of_range(at))?;
    let found = text[start..].chars().next();
    Ok(Val::str(found.map(String::from).unwrap_or_default()))
}

fn index_of<'a>(text: &str, part: &str, from: i64) -> Evaluated<'a> {
    if from < 0 {
        return Err(out_of_range(from));
    }
    let Some(start) = offset(text, from) else {
        return Ok(Val::Int(if part.is_empty() { from } else { -1 }));
    };
    let found = text[start..].find(part).map(|it| text[..start + it].chars().count());
    Ok(found.map_or(Val::Int(-1), int))
}

fn last_index_of<'a>(text: &str, part: &str, from: Option<i64>) -> Evaluated<'a> {
    let end = match from {
        Some(from) if from < 0 => return Err(out_of_range(from)),
        Some(from) => match offset(text, from) {
            Some(start) => (start + part.len()).min(text.len()),
            None => return Ok(Val::Int(-1)),
        },
        None => text.len(),
    };
    // The end may fall into a character.
    let end = (0..=end).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
    let found = text[..end].rfind(part).map(|it| text[..it].chars().count());
    Ok(found.map_or(Val::Int(-1), int))
}

fn replace<'a>(text: &str, from: &str, to: &str, count: i64, meter: &mut Meter) -> Evaluated<'a> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let times = text.matches(from).take(most).count() as u64;
    meter.spend(times.saturating_mul(to.len() as u64) / 10)?;
    Ok(Val::str(text.replacen(from, to, most)))
}

fn split<'a>(text: &str, by: &str, count: i64) -> Val<'a> {
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let parts: Vec<Val<'a>> = if by.is_empty() && most > 0 {
        let ends = text.char_indices().map(|(at, _)| at).skip(1).take(most - 1);
        let mut starts: Vec<usize> = [0].into_iter().chain(ends).collect();
        starts.push(text.len());
        let pairs = starts.windows(2).filter(|it| it[0] < it[1]);
        pairs.map(|it| Val::str(&text[it[0]..it[1]])).collect()
    } else {
        text.splitn(most, by).map(Val::str).collect()
    };
    Val::list(parts)
}

fn substring<'a>(text: &str, from: i64, to: Option<i64>) -> Evaluated<'a> {
    let start = offset(text, from).ok_or_else(|| out_of_range(from))?;
    let end = match to {
        Some(to) => offset(text, to).ok_or_else(|| out_of_range(to))?,
        None => text.len(),
    };
    if start > end {
        let (from, to) = (from, to.unwrap_or_default());
        return Err(Fail::other(format!("invalid substring range. start: {from}, end: {to}")));
    }
    Ok(Val::str(&text[start..end]))
}

fn find_all(text: &str, pattern: &str, count: i64, meter: &mut Meter) -> Result<Vec<String>, Fail> {
    meter.spend((text.len() as u64).div_ceil(10) * (pattern.len() as u64).div_ceil(4))?;
    let regex = compile(pattern).map_err(|why| Fail::other(format!("Illegal regex: {why}")))?;
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    Ok(regex.find_iter(text).take(most).map(|it| it.as_str().to_owned()).collect())
}

fn found<'a>(text: &str, pattern: &str, count: i64, meter: &mut Meter) -> Evaluated<'a> {
    let found = find_all(text, pattern, count, meter)?;
    Ok(Val::list(found.into_iter().map(Val::str).collect()))
}

/// A string that shows its escapes.
pub(super) fn quote<'a>(text: &str) -> Val<'a> {
    let mut quoted = String::from("\"");
    for it in text.chars() {
        match it {
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    Val::str(quoted)
}
