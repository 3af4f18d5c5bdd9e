//! Data as expressions see it: typed by the schema, names escaped
//! (`apiserver/pkg/cel/common/values.go`).

use std::sync::OnceLock;

use super::time;
use super::value::{Evaluated, Fail, List, Val};
use crate::schema::{JsonType, Keys, Structural};
use crate::{Map, Text, Value};

/// Words of the grammar, which fields may be called all the same.
const RESERVED: [&str; 21] = [
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// A map of the data.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) members: &'a Map,
    of: Of<'a>,
}

/// What is known of a map.
#[derive(Clone, Copy, Debug)]
enum Of<'a> {
    /// Anything may be in it.
    Anything,
    /// An object that says of itself what it is; it has metadata.
    Resource(&'a Structural),
    Typed(&'a Structural),
}

/// Data of which nothing is known.
pub(super) fn free(value: &Value) -> Val<'_> {
    match value {
        Value::Null => Val::Null,
        Value::Bool(value) => Val::Bool(*value),
        Value::Int(value) => Val::Int(*value),
        Value::Float(value) => Val::Double(*value),
        Value::Str(text) => Val::Str(text.clone()),
        Value::List(items) => Val::list(items.iter().map(free).collect()),
        Value::Map(members) => Val::View(View { members, of: Of::Anything }),
    }
}

/// Data of a type; `root` is whether it is a whole object.
pub(super) fn typed<'a>(value: &'a Value, of: &'a Structural, root: bool) -> Evaluated<'a> {
    let wrong = |expected: &str| Err(Fail::other(format!("invalid data, expected {expected}")));
    if value.is_null() {
        if of.nullable {
            return Ok(Val::Null);
        }
        return Err(Fail::other("invalid data, got null for schema with nullable=false"));
    }
    if of.int_or_string {
        return match value {
            Value::Str(text) => Ok(Val::Str(text.clone())),
            Value::Int(number) => Ok(Val::Int(*number)),
            _ => wrong("XIntOrString value to be either a string or integer"),
        };
    }
    match (of.kind, value) {
        (Some(JsonType::Object), Value::Map(members)) => {
            let of = if root || of.embedded { Of::Resource(of) } else { Of::Typed(of) };
            Ok(Val::View(View { members, of }))
        }
        (Some(JsonType::Array), Value::List(items)) => list(items, of),
        (Some(JsonType::String), Value::Str(text)) => string(text, of),
        (Some(JsonType::Integer), Value::Int(number)) => Ok(Val::Int(*number)),
        (Some(JsonType::Integer), Value::Float(number)) if number.fract() == 0.0 => {
            wrong("int, got float64")
        }
        (Some(JsonType::Number), Value::Int(number)) => Ok(Val::Double(as_double(*number))),
        (Some(JsonType::Number), Value::Float(number)) => Ok(Val::Double(*number)),
        (Some(JsonType::Boolean), Value::Bool(value)) => Ok(Val::Bool(*value)),
        (None, value) if of.keeps_unknown => Ok(Val::Opaque(value)),
        (Some(kind), _) => wrong(kind.name()),
        (None, _) => wrong("a type"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the server reads whole numbers of type number")]
fn as_double(number: i64) -> f64 {
    number as f64
}

fn list<'a>(items: &'a [Value], of: &'a Structural) -> Evaluated<'a> {
    let Some(item) = of.items.as_deref() else {
        return Err(Fail::other("invalid array type, expected Items with a non-empty Schema"));
    };
    let items: Result<Vec<Val<'a>>, Fail> = items.iter().map(|it| typed(it, item, false)).collect();
    let by = of.list.as_ref().filter(|it| **it != Keys::Atomic);
    Ok(Val::List(std::rc::Rc::new(List { items: items?, by })))
}

fn string<'a>(text: &'a Text, of: &Structural) -> Evaluated<'a> {
    let format = of.checks.as_deref().and_then(|it| it.format.as_deref());
    let wrong = |what: &str| Fail::other(format!("Invalid {what} {text}"));
    match format {
        Some("duration") => {
            let nanos = crate::golang::lenient_duration(text);
            nanos.map(Val::Duration).ok_or_else(|| wrong("duration"))
        }
        Some("date") => time::date(text).map(Val::Timestamp).ok_or_else(|| wrong("date")),
        Some("date-time") => {
            time::timestamp(text).map(Val::Timestamp).ok_or_else(|| wrong("date-time"))
        }
        Some("byte") => {
            use base64::Engine;
            let bytes = base64::engine::general_purpose::URL_SAFE.decode(text.as_str());
            let standard = || base64::engine::general_purpose::STANDARD.decode(text.as_str());
            let bytes = bytes.or_else(|_| standard());
            bytes.map(|it| Val::Bytes(it.into())).map_err(|_| wrong("byte"))
        }
        _ => Ok(Val::Str(text.clone())),
    }
}

impl<'a> View<'a> {
    pub(super) fn len(self) -> usize {
        self.members.len()
    }

    /// Whether the keys are fields that the schema names.
    fn has_fields(self) -> bool {
        match self.of {
            Of::Anything => false,
            Of::Resource(_) => true,
            Of::Typed(of) => !of.properties.is_empty(),
        }
    }

    /// The type of a member; `None` for one that the schema does not have.
    fn type_of(self, name: &str) -> Option<&'a Structural> {
        match self.of {
            Of::Anything => None,
            Of::Resource(of) => own_type(name).or_else(|| of.properties.get(name)),
            Of::Typed(of) if of.properties.is_empty() => of.others.of(),
            Of::Typed(of) => of.properties.get(name),
        }
    }

    /// The member of this name, which is escaped where it is a field.
    pub(super) fn find(self, key: &str) -> Result<Option<Val<'a>>, Fail> {
        let unescaped = if self.has_fields() { unescape(key) } else { Some(key.to_owned()) };
        let Some(name) = unescaped else { return Ok(None) };
        let Some(value) = self.members.get(&name) else { return Ok(None) };
        if let Of::Anything = self.of {
            return Ok(Some(free(value)));
        }
        if self.has_fields() && value.is_null() {
            return Ok(None);
        }
        self.type_of(&name).map(|of| typed(value, of, false)).transpose()
    }

    /// The keys as expressions see them.
    pub(super) fn keys(self) -> Vec<Text> {
        let visible =
            |name: &&Text| matches!(self.of, Of::Anything) || self.type_of(name).is_some();
        let names = self.members.keys().filter(visible);
        let escaped = |name: &Text| match escape(name) {
            Some(escaped) if self.has_fields() => escaped.into(),
            _ => name.clone(),
        };
        names.map(escaped).collect()
    }

    /// Whether both hold the same; what has no type is compared as it is.
    pub(super) fn equals(
        self,
        other: View<'a>,
        mut equal: impl FnMut(&Val<'a>, &Val<'a>) -> Result<bool, Fail>,
    ) -> Result<bool, Fail> {
        if self.len() != other.len() {
            return Ok(false);
        }
        for (name, value) in self.members.iter() {
            let same = if self.type_of(name).is_some() {
                let key = escape(name).filter(|_| self.has_fields());
                let key = key.as_deref().unwrap_or(name);
                match (self.find(key)?, other.find(key)?) {
                    (Some(a), Some(b)) => equal(&a, &b)?,
                    (a, b) => a.is_none() && b.is_none(),
                }
            } else {
                other.members.get(name) == Some(value)
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The fields that every whole object has: rules see no more of its metadata.
pub(super) fn own_type(name: &str) -> Option<&'static Structural> {
    static OWN: OnceLock<[Structural; 2]> = OnceLock::new();
    let [text, metadata] = OWN.get_or_init(|| {
        let text = || Structural { kind: Some(JsonType::String), ..Structural::default() };
        let names = ["generateName", "name"].map(|it| (Text::from(it), text()));
        let metadata = Structural {
            kind: Some(JsonType::Object),
            properties: names.into_iter().collect(),
            ..Structural::default()
        };
        [text(), metadata]
    });
    match name {
        "apiVersion" | "kind" => Some(text),
        "metadata" => Some(metadata),
        _ => None,
    }
}

/// A field's name as a name of the grammar; `None` where none can stand for it.
pub(super) fn escape(name: &str) -> Option<String> {
    if name.is_empty() || name.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    if RESERVED.contains(&name) {
        return Some(format!("__{name}__"));
    }
    let mut escaped = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(next) = rest.chars().next() {
        let (text, length) = match next {
            '_' if rest.starts_with("__") => ("__underscores__", 2),
            '.' => ("__dot__", 1),
            '-' => ("__dash__", 1),
            '/' => ("__slash__", 1),
            it if it.is_ascii_alphanumeric() || it == '_' => (&rest[..1], 1),
            _ => return None,
        };
        escaped.push_str(text);
        rest = &rest[length..];
    }
    Some(escaped)
}

/// The name that an escaped one stands for; `None` for an escape that there is not.
fn unescape(escaped: &str) -> Option<String> {
    let mut name = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some(start) = rest.find("__") {
        let after = &rest[start + 2..];
        let word = &after[..after.find('_').unwrap_or(after.len())];
        if word.is_empty() || !after[word.len()..].starts_with("__") {
            name.push_str(&rest[..=start]);
            rest = &rest[start + 1..];
            continue;
        }
        name.push_str(&rest[..start]);
        name.push_str(match word {
            "underscores" => "__",
            "dot" => ".",
            "dash" => "-",
            "slash" => "/",
            word if RESERVED.contains(&word) && escaped.len() == word.len() + 4 => word,
            _ => return None,
        });
        rest = &after[word.len() + 2..];
    }
    name.push_str(rest);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_come_back() {
        let cases = [
            ("plain", Some("plain")),
            ("a_b", Some("a_b")),
            ("a__b", Some("a__underscores__b")),
            ("a___b", Some("a__underscores___b")),
            ("a-b.c/d", Some("a__dash__b__dot__c__slash__d")),
            ("namespace", Some("__namespace__")),
            ("if", Some("__if__")),
            ("int", Some("int")),
            ("1a", None),
            ("ä", None),
            ("", None),
        ];
        for (name, expected) in cases {
            let escaped = escape(name);
            assert_eq!(escaped.as_deref(), expected, "{name}");
            if let Some(escaped) = escaped {
                assert_eq!(unescape(&escaped).as_deref(), Some(name), "{escaped}");
            }
        }
        assert_eq!(unescape("a__odd__b"), None);
        assert_eq!(unescape("__if__x"), None);
    }
}
