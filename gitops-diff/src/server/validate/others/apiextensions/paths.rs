//! Paths to a field of a schema (`apiserver/schema/cel`: `ValidFieldPath`).

use super::at;
use crate::{Map, Value};

/// How a path may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// `.spec.name`.
    Dots,
    /// `.spec['name']` as well.
    Brackets,
}

/// The names along a path, and the schema of the field it leads to.
///
/// # Errors
/// What is wrong with the path.
pub(super) fn resolve<'s>(
    path: &str,
    mut schema: &'s Value,
    notation: Notation,
) -> Result<(Vec<String>, &'s Value), &'static str> {
    let (mut names, mut rest) = (Vec::new(), path);
    while !rest.is_empty() {
        let (name, after) = step(rest, notation)?;
        schema = below(schema, &name).ok_or("does not refer to a valid field")?;
        names.push(name);
        rest = after;
    }
    Ok((names, schema))
}

/// The first name of a path, and what follows.
fn step(path: &str, notation: Notation) -> Result<(String, &str), &'static str> {
    if let Some(rest) = path.strip_prefix('.') {
        let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
        let end = if end == 0 { rest.len().min(1) } else { end };
        return match rest.split_at(end) {
            ("", _) => Err("unexpected end of JSON path"),
            (name, rest) => Ok((name.to_owned(), rest)),
        };
    }
    match path.strip_prefix('[') {
        Some(_) if notation == Notation::Dots => Err("array notation is not allowed"),
        Some(rest) => quoted(rest),
        None => Err("expected [ or ."),
    }
}

/// `'name']` and what follows.
fn quoted(rest: &str) -> Result<(String, &str), &'static str> {
    let rest = rest.strip_prefix('\'').ok_or("expected single quoted string")?;
    let mut name = String::new();
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' => {
                let after = rest[at + 1..].strip_prefix(']').ok_or("expected ]")?;
                return Ok((name, after));
            }
            '\\' => match letters.next() {
                Some((_, 'n')) => name.push('\n'),
                Some((_, 't')) => name.push('\t'),
                Some((_, 'r')) => name.push('\r'),
                Some((_, escaped)) => name.push(escaped),
                None => return Err("invalid string literal"),
            },
            _ => name.push(letter),
        }
    }
    Err("unexpected end of JSON path")
}

fn below<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let properties = at(schema, "/properties").as_map();
    match properties.filter(|it: &&Map| !it.is_empty()) {
        Some(properties) => properties.get(name),
        None => Some(at(schema, "/additionalProperties")).filter(|it| it.as_map().is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_along_properties_and_maps() {
        let schema: Value = serde_json::from_str(
            r#"{"properties":{"a.b":{"type":"string"},"c":{"properties":{"d":{"type":"integer"}}},
            "m":{"additionalProperties":{"type":"boolean"}}}}"#,
        )
        .unwrap();
        let cases = [
            (".c.d", Notation::Dots, Ok("integer")),
            (".m.any", Notation::Dots, Ok("boolean")),
            ("['a.b']", Notation::Brackets, Ok("string")),
            (".c['d']", Notation::Brackets, Ok("integer")),
            ("['a.b']", Notation::Dots, Err("array notation is not allowed")),
            (".c.e", Notation::Dots, Err("does not refer to a valid field")),
            (".", Notation::Dots, Err("unexpected end of JSON path")),
            ("c", Notation::Dots, Err("expected [ or .")),
            (".c['d'", Notation::Brackets, Err("expected ]")),
        ];
        for (path, notation, expected) in cases {
            let found = resolve(path, &schema, notation);
            let found = found.map(|(_, it)| at(it, "/type").as_str().unwrap());
            assert_eq!(found, expected, "{path}");
        }
    }
}
