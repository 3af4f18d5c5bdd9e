//! Values as YAML for people to read. Not for machines: the renderers have an exact emitter.

use std::fmt::Write;

use crate::{Map, Value};

/// The value as YAML in block style, each line ended.
pub(super) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Map(members) if !members.is_empty() => map(&mut out, members, 0, ""),
        Value::List(items) if !items.is_empty() => list(&mut out, items, 0),
        other => {
            scalar(&mut out, other, 0);
            out.push('\n');
        }
    }
    out
}

/// The value on one line, cut where it is long.
pub(super) fn line(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = match value {
        Value::Str(text) if is_plain(text) => text.to_string(),
        other => json(other),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `lead` stands on the line of the first member already, for maps in lists.
fn map(out: &mut String, members: &Map, indent: usize, lead: &str) {
    for (at, (key, value)) in members.iter().enumerate() {
        if at > 0 || lead.is_empty() {
            pad(out, indent);
        }
        if is_plain(key) {
            out.push_str(key);
        } else {
            out.push_str(&json(&key.clone().into()));
        }
        out.push(':');
        below(out, value, indent);
    }
}

fn below(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Map(members) if !members.is_empty() => {
            out.push('\n');
            map(out, members, indent + 2, "");
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            list(out, items, indent);
        }
        other => {
            out.push(' ');
            scalar(out, other, indent + 2);
            out.push('\n');
        }
    }
}

fn list(out: &mut String, items: &[Value], indent: usize) {
    for item in items {
        pad(out, indent);
        out.push_str("- ");
        match item {
            Value::Map(members) if !members.is_empty() => map(out, members, indent + 2, "- "),
            other => {
                scalar(out, other, indent + 2);
                out.push('\n');
            }
        }
    }
}

fn scalar(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Str(text) if is_plain(text) => out.push_str(text),
        Value::Str(text) if is_block(text) => block(out, text, indent),
        other => out.push_str(&json(other)),
    }
}

/// A text of several lines as a literal block.
fn block(out: &mut String, text: &str, indent: usize) {
    out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
    }
}

fn pad(out: &mut String, indent: usize) {
    let _ = write!(out, "{:indent$}", "");
}

fn json(value: &Value) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    super::text::plain(&json).into_owned()
}

/// Whether a text can stand without quotes and is read as text.
fn is_plain(text: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || " -_./:@+()=,%*$".contains(c);
    let starts_well = text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '/' | '*' | '.'))
        || (text.starts_with(|c: char| c.is_ascii_digit()) && !is_number_like(text));
    starts_well
        && text.chars().all(harmless)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !is_word_of_yaml(text)
}

/// Texts that begin with a digit and could be read as numbers or times.
fn is_number_like(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_hexdigit() || "xXoO._:eE+-".contains(c))
}

fn is_word_of_yaml(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || matches!(text, ".inf" | ".nan")
}

fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.ends_with("\n\n")
        && text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control())
        && text.split('\n').all(|line| !line.ends_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(yaml(&value), expected);
    }

    #[test]
    fn maps_and_lists_stand_in_blocks() {
        check(
            r#"{"a":{"b":[{"c":1,"d":{"e":null}},"x",[]]},"f":{}}"#,
            "a:\n  b:\n  - c: 1\n    d:\n      e: null\n  - x\n  - []\nf: {}\n",
        );
    }

    #[test]
    fn texts_are_quoted_where_they_would_read_otherwise() {
        for (text, expected) in [
            ("plain text", "plain text"),
            ("true", "\"true\""),
            ("80", "\"80\""),
            ("1.2.3-beta", "1.2.3-beta"),
            ("2020-01-01", "\"2020-01-01\""),
            ("", "\"\""),
            ("a: b", "\"a: b\""),
            ("#x", "\"#x\""),
            ("nginx:1.27", "nginx:1.27"),
        ] {
            check(&format!("[{text:?}]"), &format!("- {expected}\n"));
        }
    }

    #[test]
    fn lines_stand_in_a_literal_block_unless_they_cannot() {
        check(r#"{"a":"x\ny\n"}"#, "a: |\n  x\n  y\n");
        check(r#"{"a":"x\n\ny"}"#, "a: |-\n  x\n\n  y\n");
        check(r#"{"a":"x \ny"}"#, "a: \"x \\ny\"\n");
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        check(r#"{"a":"\u001b[31m\u009b"}"#, "a: \"\\u001b[31m\\u{9b}\"\n");
    }
}
