//! Values against the schema of their kind (`kube-openapi/pkg/validation/validate`).

use super::correlate::Pair;
use super::fault::{Fault, Found};
use super::numbers;
use crate::schema::{Checks, JsonType, Others, Structural};
use crate::server::formats;
use crate::{Map, Value};

/// A value at its place in the object.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) value: &'a Value,
    /// The path as the validator writes it: `spec.list[0].key`; empty for the root.
    pub(super) path: &'a str,
    /// The old value, where there is one that it stands for.
    pub(super) pair: Option<Pair<'a>>,
}

/// What is wrong with a value. What is as it was before is not held against it.
pub(super) fn check(of: &Structural, place: Place<'_>) -> Found {
    let mut found = check_all(of, place);
    if !found.is_valid() && place.pair.is_some_and(Pair::is_same) {
        found.faults.clear();
    }
    found
}

fn check_all(of: &Structural, place: Place<'_>) -> Found {
    let mut found = Found::default();
    if of.kind.is_some() || of.int_or_string || format_of(of).is_some() || place.value.is_null() {
        found.merge(check_type(of, place));
        found.matches += 1;
    }
    let checks = of.checks.as_deref();
    if place.value.is_null() {
        found.merge(check_values(checks, place));
        return found;
    }
    found.merge(checks.map(|it| check_combined(it, place)).unwrap_or_default());
    match place.value {
        Value::Str(text) => {
            found.merge(checks.and_then(|it| check_text(it, place, text)).into());
            found.merge(check_format(of, place, text));
        }
        Value::Int(_) | Value::Float(_) => found.merge(numbers::check(of, place)),
        Value::List(items) => found.merge(check_list(of, place, items)),
        _ => {}
    }
    found.merge(check_values(checks, place));
    if let Value::Map(members) = place.value {
        found.merge(check_map(of, place, members));
    }
    found.matches += 2;
    found
}

fn format_of(of: &Structural) -> Option<&str> {
    of.checks.as_ref()?.format.as_deref()
}

/// The names of the types that the schema allows.
fn types(of: &Structural) -> &'static [JsonType] {
    use JsonType::{Array, Boolean, Integer, Number, Object, String};
    match of.kind {
        _ if of.int_or_string => &[Integer, String],
        None => &[],
        Some(Object) => &[Object],
        Some(Array) => &[Array],
        Some(String) => &[String],
        Some(Integer) => &[Integer],
        Some(Number) => &[Number],
        Some(Boolean) => &[Boolean],
    }
}

fn check_type(of: &Structural, place: Place<'_>) -> Found {
    let types = types(of);
    let names = || types.iter().map(|it| it.name()).collect::<Vec<_>>().join(",");
    let Some(kind) = JsonType::of(place.value) else {
        if types.is_empty() || of.nullable {
            return Found::matched();
        }
        return Fault::wrong_type(place, &names(), "null").into();
    };
    let format = format_of(of);
    let own_format = match kind {
        JsonType::Integer => "int64",
        JsonType::Number => "double",
        _ => "",
    };
    let whole = matches!(place.value, Value::Float(it) if numbers::is_whole(*it));
    let fits = types.contains(&kind)
        || (kind == JsonType::Number && whole && types.contains(&JsonType::Integer))
        || (kind == JsonType::Integer && types.contains(&JsonType::Number));
    let is_long = matches!(kind, JsonType::String | JsonType::Array);
    match format {
        Some(format) if !is_long && !fits && format != own_format => {
            return Fault::wrong_type(place, format, own_format).into();
        }
        Some(_) if is_long && !types.iter().any(|it| is_number(*it)) => return Found::matched(),
        _ => {}
    }
    if fits { Found::matched() } else { Fault::wrong_type(place, &names(), kind.name()).into() }
}

fn is_number(kind: JsonType) -> bool {
    matches!(kind, JsonType::Integer | JsonType::Number)
}

/// `enum`: numbers are compared as the type of the allowed value.
fn check_values(checks: Option<&Checks>, place: Place<'_>) -> Found {
    let values = checks.map(|it| it.values.as_slice()).unwrap_or_default();
    if values.is_empty() || values.iter().any(|it| numbers::converts(place.value, it)) {
        return Found::default();
    }
    Fault::not_one_of(place, values).into()
}

fn check_text(checks: &Checks, place: Place<'_>, text: &str) -> Option<Fault> {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if let Some(most) = checks.length.most.filter(|it| length > *it) {
        return Some(Fault::too_long(place, most));
    }
    if let Some(least) = checks.length.least.filter(|it| length < *it) {
        let message = format!("should be at least {least} chars long");
        return Some(Fault::invalid(place, place.value.clone(), &message));
    }
    let pattern = checks.pattern.as_ref()?;
    let source = pattern.source();
    let message = match pattern.regex() {
        Ok(regex) if regex.is_match(text) => return None,
        Ok(_) => format!("should match '{source}'"),
        Err(why) => format!("should match '{source}, but pattern is invalid: {why}'"),
    };
    Some(Fault::invalid(place, place.value.clone(), &message))
}

fn check_format(of: &Structural, place: Place<'_>, text: &str) -> Found {
    match format_of(of) {
        Some(format) if !formats::fits(format, text) => {
            Fault::wrong_type(place, format, text).into()
        }
        Some(_) => Found::matched(),
        None => Found::default(),
    }
}

fn check_list(of: &Structural, place: Place<'_>, items: &[Value]) -> Found {
    let mut found = Found::matched();
    if let Some(of) = of.items.as_deref() {
        for (at, value) in items.iter().enumerate() {
            let path = format!("{}[{at}]", place.path);
            let pair = place.pair.and_then(|it| it.index(at));
            found.merge(check(of, Place { value, path: &path, pair }));
        }
    }
    let Some(checks) = of.checks.as_deref() else { return found };
    let size = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if let Some(least) = checks.items.least.filter(|it| size < *it) {
        let message = format!("should have at least {least} items");
        found.add(Fault::invalid(place, Value::Int(size), &message));
    }
    if let Some(most) = checks.items.most.filter(|it| size > *it) {
        found.add(Fault::too_many(place, "items", size, most));
    }
    if checks.unique_items && (1..items.len()).any(|at| items[..at].contains(&items[at])) {
        found.add(Fault::invalid(place, "".into(), "shouldn't contain duplicates"));
    }
    found
}

fn check_map(of: &Structural, place: Place<'_>, members: &Map) -> Found {
    let mut found = Found::default();
    let checks = of.checks.as_deref();
    if let Some(checks) = checks {
        let size = i64::try_from(members.len()).unwrap_or(i64::MAX);
        if let Some(least) = checks.properties.least.filter(|it| size < *it) {
            let message = format!("should have at least {least} properties");
            found.add(Fault::invalid(place, Value::Int(size), &message));
        }
        if let Some(most) = checks.properties.most.filter(|it| size > *it) {
            found.add(Fault::too_many(place, "properties", size, most));
        }
    }
    let unnamed = members.iter().filter(|(name, _)| !of.properties.contains_key(*name));
    for (name, value) in unnamed {
        match &of.others {
            Others::Refused => found.add(Fault::forbidden(place, name)),
            Others::Of(of) => found.merge(check_member(of, place, name, value, true)),
            Others::Unsaid | Others::Anything => {}
        }
    }
    for (name, of) in &of.properties {
        if let Some(value) = members.get(name) {
            found.merge(check_member(of, place, name, value, !place.path.is_empty()));
        }
    }
    let required = checks.map(|it| it.required.as_slice()).unwrap_or_default();
    for name in required.iter().filter(|it| !members.contains_key(it)) {
        found.add(Fault::required(place, name));
    }
    found
}

fn check_member(
    of: &Structural,
    place: Place<'_>,
    name: &str,
    value: &Value,
    dotted: bool,
) -> Found {
    let dot = if dotted { "." } else { "" };
    let path = format!("{}{dot}{name}", place.path);
    // What the object says it is cannot be as it was before: both are of one version.
    let is_type = place.path.is_empty() && matches!(name, "apiVersion" | "kind");
    let pair = place.pair.filter(|_| !is_type).and_then(|it| it.key(name));
    check(of, Place { value, path: &path, pair })
}

/// `anyOf`, `oneOf`, `allOf`, `not`. What is invalid inside of them is never as it was before.
fn check_combined(checks: &Checks, place: Place<'_>) -> Found {
    let place = Place { pair: None, ..place };
    let mut found = Found::matched();
    if !checks.any_of.is_empty() {
        found.merge(check_any(&checks.any_of, place));
    }
    if !checks.one_of.is_empty() {
        found.merge(check_one(&checks.one_of, place));
    }
    if !checks.all_of.is_empty() {
        found.merge(check_every(&checks.all_of, place));
    }
    if checks.not.as_ref().is_some_and(|it| check(it, place).is_valid()) {
        found.add(Fault::combined(place, "must not validate the schema (not)"));
    }
    found
}

/// Of several failures, that of the schema that matches most.
fn better(best: Option<Found>, next: Found) -> Found {
    match best {
        Some(best) if best.matches >= next.matches => best,
        _ => next,
    }
}

fn check_any(schemas: &[Structural], place: Place<'_>) -> Found {
    let mut best = None;
    for of in schemas {
        let found = check(of, place);
        if found.is_valid() {
            return found;
        }
        best = Some(better(best, found));
    }
    let mut found =
        Found::from(Fault::combined(place, "must validate at least one schema (anyOf)"));
    found.merge(best.unwrap_or_default());
    found
}

fn check_one(schemas: &[Structural], place: Place<'_>) -> Found {
    let (mut best, mut valid) = (None, Vec::new());
    for of in schemas {
        let found = check(of, place);
        if found.is_valid() {
            valid.push(found);
        } else if valid.is_empty() {
            best = Some(better(best, found));
        }
    }
    let why = match valid.len() {
        1 => return valid.remove(0),
        0 => "Found none valid".to_owned(),
        several => format!("Found {several} valid alternatives"),
    };
    let message = format!("must validate one and only one schema (oneOf). {why}");
    let mut found = Found::from(Fault::combined(place, &message));
    if valid.is_empty() {
        found.merge(best.unwrap_or_default());
    }
    found
}

fn check_every(schemas: &[Structural], place: Place<'_>) -> Found {
    let (mut found, mut valid) = (Found::default(), 0);
    for of in schemas {
        let one = check(of, place);
        valid += usize::from(one.is_valid());
        found.merge(one);
    }
    if valid != schemas.len() {
        let none = if valid == 0 { ". None validated" } else { "" };
        let message = format!("must validate all the schemas (allOf){none}");
        found.add(Fault::combined(place, &message));
    }
    found
}
