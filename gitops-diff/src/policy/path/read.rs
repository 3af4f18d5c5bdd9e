//! Reads paths and pointers.

use super::{RulePath, Step, Want, is_plain};
use crate::policy::Pattern;
use crate::{Text, Value};

/// The longest path, in bytes.
const MAX_LENGTH: usize = 4096;
/// The most steps of a path.
const MAX_STEPS: usize = 128;

/// Reads a path or, where a slash is in front, a pointer.
pub(super) fn path(text: &str) -> Result<RulePath, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("a path may have {MAX_LENGTH} bytes, not {}", text.len()));
    }
    let steps = match text.strip_prefix('/') {
        Some(tokens) => tokens.split('/').map(token).collect(),
        None => steps(text),
    };
    let form = if text.starts_with('/') { "pointer" } else { "path" };
    match steps {
        Ok(steps) if steps.len() > MAX_STEPS => {
            Err(format!("a path may have {MAX_STEPS} steps, not {}", steps.len()))
        }
        Ok(steps) => Ok(RulePath::new(steps)),
        Err(why) => Err(format!("`{text}` is no {form}: {why}")),
    }
}

fn token(token: &str) -> Result<Step, String> {
    if token == "*" {
        return Ok(Step::Any);
    }
    if let Some(index) = index(token) {
        return Ok(Step::Index(index));
    }
    unescaped(token)
        .map(|name| Step::Field(name.into()))
        .ok_or_else(|| "`~` stands before `0` or `1` alone".into())
}

/// A token of a pointer without its escapes.
pub(in crate::policy) fn unescaped(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (sign, rest) = match part.as_bytes().first()? {
            b'0' => ('~', &part[1..]),
            b'1' => ('/', &part[1..]),
            _ => return None,
        };
        out.push(sign);
        out.push_str(rest);
    }
    Some(out)
}

/// A place in a list: digits without a leading zero.
pub(in crate::policy) fn index(token: &str) -> Option<u32> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    token.parse().ok().filter(|_| plain)
}

fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inner) => bracket(inner)?,
            None => name(rest, steps.is_empty())?,
        };
        steps.push(step);
        rest = after;
    }
    Ok(steps)
}

fn name(rest: &str, first: bool) -> Result<(Step, &str), String> {
    let rest = match rest.strip_prefix('.') {
        Some(rest) => rest,
        None if first => rest,
        None => return Err(format!("a dot is missing before `{rest}`")),
    };
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    match name {
        "" if after.is_empty() => Err("nothing stands after the last dot".into()),
        "" => Err(format!("nothing stands before `{after}`")),
        "*" => Ok((Step::Any, after)),
        name if is_plain(name) => Ok((Step::Field(name.into()), after)),
        name => Err(format!("the name `{name}` must be quoted, as in `[\"{name}\"]`")),
    }
}

/// What stands in brackets, and what is after them.
fn bracket(inner: &str) -> Result<(Step, &str), String> {
    if let Some(rest) = inner.strip_prefix("*]") {
        return Ok((Step::Items, rest));
    }
    let (step, after) = if let Some((name, after)) = string(inner).filter(|it| is_end(it.1)) {
        (Step::Field(name.into()), after)
    } else if let Some(rest) = inner.strip_prefix('~') {
        let (pattern, after) = quoted(rest, "~")?;
        (Step::Fields(pattern.parse()?), after)
    } else if let Some(rest) = inner.strip_prefix('=') {
        let (value, after) = json(rest).ok_or("a JSON value must stand after `=`")?;
        (Step::Value(value), after)
    } else {
        let end = inner.find(']').ok_or("`[` without `]`")?;
        match index(&inner[..end]) {
            Some(index) => (Step::Index(index), &inner[end..]),
            None => wanted(inner, &inner[..end])?,
        }
    };
    let after = after.strip_prefix(']').ok_or("`[` without `]`")?;
    Ok((step, after))
}

fn wanted<'t>(inner: &'t str, shown: &str) -> Result<(Step, &'t str), String> {
    let no_item = || format!("`[{shown}]` is no item, as `[name=app]` and `[*]` are");
    let mut all: Vec<(Text, Want)> = Vec::new();
    let mut rest = inner;
    loop {
        let (name, after) = name_of(rest).ok_or_else(no_item)?;
        let (want, after) = match after.strip_prefix('~') {
            Some(after) => {
                let (pattern, after) = quoted(after, "~")?;
                (Want::Like(pattern.parse::<Pattern>()?), after)
            }
            None => after.strip_prefix('=').and_then(value).ok_or_else(no_item)?,
        };
        if all.iter().any(|(other, _)| *other == name) {
            return Err(format!("`{name}` is named twice"));
        }
        all.push((name, want));
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok((Step::Item(all), after)),
        }
    }
}

/// The name of a field of an item: plain words between dots, or a string in quotes.
fn name_of(text: &str) -> Option<(Text, &str)> {
    if let Some((name, after)) = string(text) {
        return Some((name.into(), after));
    }
    let (name, after) = text.split_at(text.find(['=', '~', ']', ','])?);
    name.split('.').all(is_plain).then(|| (name.into(), after))
}

/// A JSON value, or a plain word.
fn value(text: &str) -> Option<(Want, &str)> {
    if let Some((value, after)) = json(text) {
        return Some((Want::Is(value), after));
    }
    let end = text.find([',', ']'])?;
    let word = &text[..end];
    is_plain(word).then(|| (Want::Is(word.into()), &text[end..]))
}

fn quoted<'t>(text: &'t str, before: &str) -> Result<(String, &'t str), String> {
    let string = string(text).filter(|(_, after)| is_end(after));
    string.ok_or_else(|| format!("a string must stand in quotes after `{before}`"))
}

/// A JSON string, and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    match next(text.starts_with('"').then_some(text)?)? {
        (Value::Str(string), after) => Some((string.into(), after)),
        _ => None,
    }
}

/// A JSON value that ends at a comma or a bracket, and what follows it.
fn json(text: &str) -> Option<(Value, &str)> {
    next(text).filter(|(_, after)| is_end(after))
}

fn next(text: &str) -> Option<(Value, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, &text[values.byte_offset()..]))
}

fn is_end(after: &str) -> bool {
    after.starts_with([',', ']'])
}
