//! `FieldsV1`, the form in which the API server stores field sets.

use super::{FieldSet, PathElement, plain};
use crate::{Map, Value};

/// A text or a value is no set of fields or no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FieldsError(pub(super) String);

impl FieldsError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Deeper than any object the API server accepts; a limit against hostile input.
const MAX_DEPTH: usize = 256;

impl FieldSet {
    /// Reads `FieldsV1`.
    ///
    /// Elements of a kind that is not known are dropped, as the API server does.
    ///
    /// # Errors
    /// Where a key is no path element, a value no map, or the nesting deeper than 256.
    pub fn from_value(fields: &Value) -> Result<Self, FieldsError> {
        match read(fields, 0)? {
            (Some(set), _) => Ok(set),
            (None, _) => Ok(Self::new()),
        }
    }

    /// Writes `FieldsV1`.
    pub fn to_value(&self) -> Value {
        self.write(false).into()
    }

    /// The text of `FieldsV1` as a server writes it: fields in the order of this set.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut json = String::new();
        self.write_json(false, &mut json);
        json.into_bytes()
    }

    fn write_json(&self, with_self: bool, json: &mut String) {
        json.push_str(if with_self { "{\".\":{}" } else { "{" });
        for (at, (element, member, children)) in self.iter().enumerate() {
            if with_self || at > 0 {
                json.push(',');
            }
            json.push_str(&go_json(&Value::Str(element.to_key().into())));
            json.push(':');
            children.write_json(member && !children.is_empty(), json);
        }
        json.push('}');
    }

    fn write(&self, with_self: bool) -> Map {
        let own = with_self.then(|| (".".to_owned(), Value::Map(Map::new())));
        let members = self.iter().map(|(element, member, children)| {
            let below = children.write(member && !children.is_empty());
            (element.to_key(), below.into())
        });
        own.into_iter().chain(members).collect()
    }
}

/// The children, and whether the element they are below is a member itself.
fn read(fields: &Value, depth: usize) -> Result<(Option<FieldSet>, bool), FieldsError> {
    if depth > MAX_DEPTH {
        return Err(FieldsError::new("fields are nested too deeply"));
    }
    let members = match fields {
        Value::Null => return Ok((None, true)),
        Value::Map(members) if members.is_empty() => return Ok((None, true)),
        Value::Map(members) => members,
        other => {
            let kind = other.type_name();
            return Err(FieldsError::new(format!("fields must be a map, not a {kind}")));
        }
    };
    let mut elements = Vec::with_capacity(members.len());
    for (key, below) in members.iter().filter(|(key, _)| *key != ".") {
        let Some(element) = PathElement::from_key(key)? else {
            continue;
        };
        let (children, member) = read(below, depth + 1)?;
        elements.push((element, member, children.unwrap_or_default()));
    }
    let set = (!elements.is_empty()).then(|| FieldSet::of_elements(elements));
    let member = set.is_none() || members.contains_key(".");
    Ok((set, member))
}

impl PathElement {
    /// The key of `FieldsV1` for this element: `f:spec`, `k:{"name":"app"}`, `v:"x"`, `i:0`.
    pub fn to_key(&self) -> String {
        match self {
            Self::Field(name) => ["f:", name].concat(),
            Self::Key(fields) => plain::written(fields).unwrap_or_else(|| {
                format!("k:{}", go_json(&Value::Map(fields.iter().cloned().collect())))
            }),
            Self::Value(value) => format!("v:{}", go_json(value)),
            Self::Index(index) => format!("i:{index}"),
        }
    }

    /// Reads a key of `FieldsV1`; `None` for a kind of element that is not known.
    ///
    /// # Errors
    /// Where the key has no kind, or what follows it cannot be read.
    pub fn from_key(key: &str) -> Result<Option<Self>, FieldsError> {
        let wrong = |why: &str| FieldsError::new(format!("`{key}` is no path element: {why}"));
        let (kind, rest) = key.split_at_checked(2).ok_or_else(|| wrong("too short"))?;
        let json = || serde_json::from_str::<Value>(rest).map_err(|it| wrong(&it.to_string()));
        let element = match kind {
            "f:" => Self::field(rest),
            "v:" => Self::Value(json()?),
            "k:" => match plain::read(rest) {
                Some(fields) => Self::Key(fields),
                None => match json()? {
                    Value::Map(fields) => Self::Key(fields.into_iter().collect()),
                    _ => return Err(wrong("a key must be a map")),
                },
            },
            "i:" => Self::Index(rest.parse().map_err(|_| wrong("no number"))?),
            _ if kind.ends_with(':') => return Ok(None),
            _ => return Err(wrong("a colon is missing")),
        };
        Ok(Some(element))
    }
}

/// JSON as Go prints it: whole floats without a fraction, and what could be markup in HTML
/// escaped.
pub(crate) fn go_json(value: &Value) -> String {
    let plain = serde_json::to_string(&whole_numbers(value.clone()));
    let plain = plain.expect("because values have only string keys");
    if !plain.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return plain;
    }
    plain.chars().fold(String::new(), |mut json, c| {
        match c {
            '<' => json.push_str("\\u003c"),
            '>' => json.push_str("\\u003e"),
            '&' => json.push_str("\\u0026"),
            '\u{2028}' => json.push_str("\\u2028"),
            '\u{2029}' => json.push_str("\\u2029"),
            _ => json.push(c),
        }
        json
    })
}

/// Floats that are whole and small as the integers that Go prints them as.
#[expect(
    clippy::cast_possible_truncation,
    reason = "because the float is whole and within the range of i64"
)]
fn whole_numbers(value: Value) -> Value {
    const SMALL: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Float(it) if it.fract() == 0.0 && it.abs() < SMALL => Value::Int(it as i64),
        Value::List(items) => Value::List(items.into_iter().map(whole_numbers).collect()),
        Value::Map(map) => {
            let members = map.into_iter().map(|(key, it)| (key, whole_numbers(it)));
            Value::Map(members.collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_the_server_writes_reads_back() {
        for json in [
            "{}",
            r#"{"f:spec":{".":{},"f:a":{}}}"#,
            r#"{"f:l":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}}}"#,
            r#"{"f:l":{"v:\"a\"":{},"v:1":{},"v:true":{}}}"#,
            r#"{"f:l":{"i:0":{},"k:{\"a\":\"\\u003c\\u0026\\u003e\"}":{}}}"#,
        ] {
            let set = FieldSet::from_value(&value(json)).unwrap();
            assert_eq!(serde_json::to_string(&set.to_value()).unwrap(), json);
        }
    }

    #[test]
    fn an_unknown_kind_of_element_is_dropped() {
        let set = FieldSet::from_value(&value(r#"{"f:a":{"x:?":{}},"y:z":{}}"#)).unwrap();
        assert_eq!(set.to_value(), value(r#"{"f:a":{}}"#));
    }

    #[test]
    fn hostile_fields_are_refused_with_the_key() {
        let cases = [
            ("7", "fields must be a map, not a number"),
            (r#"{"f:a":[]}"#, "fields must be a map, not a list"),
            (r#"{"f":{}}"#, "`f` is no path element: too short"),
            (r#"{"é":{}}"#, "`é` is no path element: a colon is missing"),
            (r#"{"spec":{}}"#, "`spec` is no path element: a colon is missing"),
            (r#"{"i:x":{}}"#, "`i:x` is no path element: no number"),
            (r#"{"k:[]":{}}"#, "`k:[]` is no path element: a key must be a map"),
            (
                r#"{"v:1 2":{}}"#,
                "`v:1 2` is no path element: trailing characters at line 1 column 3",
            ),
        ];
        for (json, expected) in cases {
            let error = FieldSet::from_value(&value(json)).unwrap_err();
            assert_eq!(error.to_string(), expected, "{json}");
        }
    }

    #[test]
    fn bottomless_fields_are_refused() {
        let mut fields = Value::Map(Map::new());
        for _ in 0..400 {
            fields = Value::Map([("f:a", fields)].into_iter().collect());
        }
        let error = FieldSet::from_value(&fields).unwrap_err();
        assert_eq!(error.to_string(), "fields are nested too deeply");
    }
}
