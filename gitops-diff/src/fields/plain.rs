//! Keys of list items as most are: `{"name":"app"}` of plain texts and whole numbers, read and
//! written without a JSON library.

use std::fmt::Write;

use crate::{Text, Value};

/// The key of `FieldsV1` for these key fields; `None` where it takes more than copying.
pub(super) fn written(fields: &[(Text, Value)]) -> Option<String> {
    if !fields.is_sorted_by(|a, b| a.0 < b.0) {
        return None;
    }
    let mut key = String::with_capacity(48);
    let mut separator = "k:{\"";
    for (name, value) in fields {
        key.push_str(separator);
        key.push_str(plain(name)?);
        key.push_str("\":");
        match value {
            Value::Str(text) => write!(key, "\"{}\"", plain(text)?).ok()?,
            Value::Int(number) => write!(key, "{number}").ok()?,
            _ => return None,
        }
        separator = ",\"";
    }
    key.push('}');
    (!fields.is_empty()).then_some(key)
}

/// The key fields of such a key; `None` where a JSON library has to read it.
pub(super) fn read(key: &str) -> Option<Vec<(Text, Value)>> {
    let mut fields: Vec<(Text, Value)> = Vec::with_capacity(1);
    let mut rest = key.strip_prefix('{')?;
    loop {
        let (name, after) = rest.strip_prefix('"')?.split_once('"')?;
        let after = after.strip_prefix(':')?;
        let (value, after) = match after.strip_prefix('"') {
            Some(text) => {
                let (text, after) = text.split_once('"')?;
                (Value::from(plain(text)?), after)
            }
            None => number(after)?,
        };
        if fields.last().is_some_and(|(last, _)| last.as_str() >= name) {
            return None;
        }
        fields.push((plain(name)?.into(), value));
        if after == "}" {
            return Some(fields);
        }
        rest = after.strip_prefix(',')?;
    }
}

/// A whole number as JSON writes it, and what follows.
fn number(text: &str) -> Option<(Value, &str)> {
    let end = text.find([',', '}'])?;
    let (digits, after) = text.split_at(end);
    let is_plain = digits == "0" || digits.starts_with(|it: char| matches!(it, '1'..='9'));
    let number = digits.parse::<i64>().ok().filter(|_| is_plain)?;
    Some((Value::Int(number), after))
}

/// The text, where JSON as Go prints it writes every byte as it is.
fn plain(text: &str) -> Option<&str> {
    let is_plain = |byte: u8| {
        matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
    };
    text.bytes().all(is_plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_read_as_json_is_and_written_again() {
        for key in [
            r#"{"name":"app"}"#,
            r#"{"containerPort":80,"protocol":"TCP"}"#,
            r#"{"a":0,"b":9223372036854775807}"#,
            r#"{"":""}"#,
        ] {
            let fields = read(key).unwrap();
            let json: crate::Map = serde_json::from_str(key).unwrap();
            assert_eq!(fields, json.into_iter().collect::<Vec<_>>(), "{key}");
            assert_eq!(written(&fields).unwrap(), format!("k:{key}"));
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_json() {
        for key in [
            "",
            "{}",
            "[]",
            r#"{"a":1.0}"#,
            r#"{"a":01}"#,
            r#"{"a":+1}"#,
            r#"{"a":-1}"#,
            r#"{"a":9223372036854775808}"#,
            r#"{"a": 1}"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"<"}"#,
            r#"{"a":"é"}"#,
            r#"{"a":"x"}}"#,
            r#"{"a":"x""#,
            r#"{"a":true}"#,
        ] {
            assert_eq!(read(key), None, "{key}");
        }
        let unsorted = [("b".into(), Value::Int(1)), ("a".into(), Value::Int(2))];
        assert_eq!(written(&unsorted), None);
        assert_eq!(written(&[("a".into(), "\"".into())]), None);
        assert_eq!(written(&[]), None);
    }
}
