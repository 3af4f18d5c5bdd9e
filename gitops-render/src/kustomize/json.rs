//! JSON as Go's `encoding/json` writes it: keys in the order of their bytes, what means something
//! in HTML escaped.

use std::fmt::Write;

use gitops_diff::{Map, Value};

use crate::yaml::number::json_float;

/// The value on one line, without spaces.
pub(crate) fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, None);
    out
}

/// The value with two spaces a level.
pub(crate) fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, Some(0));
    out
}

fn write(out: &mut String, value: &Value, level: Option<usize>) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => {
            let _ = write!(out, "{value}");
        }
        Value::Float(value) => out.push_str(&json_float(*value).unwrap_or_default()),
        Value::Str(text) => write_string(out, text),
        Value::List(items) => {
            write_parts(out, ['[', ']'], level, items, write);
        }
        Value::Map(map) => write_map(out, map, level),
    }
}

fn write_map(out: &mut String, map: &Map, level: Option<usize>) {
    let mut members: Vec<_> = map.iter().collect();
    members.sort_by_key(|(key, _)| *key);
    write_parts(out, ['{', '}'], level, members, |out, (key, value), level| {
        write_string(out, key);
        out.push_str(if level.is_some() { ": " } else { ":" });
        write(out, value, level);
    });
}

fn write_parts<T>(
    out: &mut String,
    [open, close]: [char; 2],
    level: Option<usize>,
    parts: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T, Option<usize>),
) {
    out.push(open);
    let inner = level.map(|level| level + 1);
    let mut is_empty = true;
    for part in parts {
        if !is_empty {
            out.push(',');
        }
        is_empty = false;
        new_line(out, inner);
        write(out, part, inner);
    }
    if !is_empty {
        new_line(out, level);
    }
    out.push(close);
}

fn new_line(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::node::tests::tree;

    #[test]
    fn json_is_written_as_go_writes_it() {
        let text =
            "{b: [1, 2.5, 1e30, 9007199254740993, null, true], a: \"<\\x01\\u2028&\\\"\", c: {}}";
        let value = tree(text).value().expect("a value");
        assert_eq!(
            compact(&value),
            "{\"a\":\"\\u003c\\u0001\\u2028\\u0026\\\"\",\
             \"b\":[1,2.5,1e+30,9007199254740993,null,true],\"c\":{}}"
        );
        assert_eq!(
            pretty(&tree("{b: [1, {}], a: {c: []}}").value().expect("a value")),
            "{\n  \"a\": {\n    \"c\": []\n  },\n  \"b\": [\n    1,\n    {}\n  ]\n}"
        );
    }
}
