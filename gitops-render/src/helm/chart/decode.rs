//! YAML into structs of Go, as `sigs.k8s.io/yaml` puts it there: through JSON, with keys in any
//! case, and with its errors.

use gitops_diff::{Map, Value};

use crate::yaml::number::go_general_32;
use crate::yaml::{self, Documents, Duplicates, Error, Limits, Options};

/// What a value is decoded into.
#[derive(Clone, Copy, Debug)]
pub(in crate::helm) enum Shape {
    /// A string: numbers and booleans become one.
    Text,
    Bool,
    /// Whatever it is.
    Any,
    List(&'static Shape),
    /// A map whose values have one shape.
    Dict(&'static Shape),
    Struct(&'static Struct),
}

/// A struct of Go.
#[derive(Debug)]
pub(in crate::helm) struct Struct {
    /// Its name without the package; empty for one without a name.
    pub(in crate::helm) name: &'static str,
    /// Its type, as `%T` prints it.
    pub(in crate::helm) ty: &'static str,
    pub(in crate::helm) fields: &'static [Field],
}

/// A field of a struct, by its name in JSON.
#[derive(Debug)]
pub(in crate::helm) struct Field(pub(in crate::helm) &'static str, pub(in crate::helm) Shape);

/// The first document of a text, `null` where it is empty.
///
/// # Errors
/// What `yaml.Unmarshal` says, without `error converting YAML to JSON: ` where it is a limit.
pub(in crate::helm) fn document(text: &[u8]) -> Result<Value, String> {
    let options = Options {
        duplicates: Duplicates::LastWins,
        // Go reads what Helm's limits of file sizes let in.
        limits: Limits { bytes: 64 << 20, ..Limits::default() },
        ..Options::default()
    };
    let mut documents = Documents::new(text, &options).map_err(|error| converting(&error, text))?;
    match documents.next() {
        Some(Ok(document)) if document.number == 1 => Ok(document.value),
        Some(Err(error)) => Err(converting(&error, text)),
        _ => Ok(Value::Null),
    }
}

/// The error of going from YAML to JSON.
fn converting(error: &Error, text: &[u8]) -> String {
    format!("error converting YAML to JSON: {}", cause(error, text))
}

fn cause(error: &Error, text: &[u8]) -> String {
    if let yaml::Error::Invalid { mark, message } = error
        && message.starts_with("the number cannot be written in JSON")
    {
        let line = text.split(|byte| *byte == b'\n').nth(mark.line.saturating_sub(1) as usize);
        let line = String::from_utf8_lossy(line.unwrap_or_default());
        let number: String =
            line.chars().skip(mark.column.saturating_sub(1) as usize).take(5).collect();
        let number = match number.as_bytes() {
            [b'-', ..] => "-Inf",
            [b'.', b'n' | b'N', ..] => "NaN",
            _ => "+Inf",
        };
        return format!("json: unsupported value: {number}");
    }
    error.as_go()
}

/// `value` as the fields of `target`: only those, under their own names, each of its shape. What
/// does not fit is left out.
///
/// # Errors
/// The first thing that does not fit, in Go's words.
pub(in crate::helm) fn decode(value: &Value, target: &'static Struct) -> Result<Map, String> {
    let mut decoder = Decoder { path: Vec::new(), within: None, wrong: None };
    let result = decoder.value(value, Shape::Struct(target));
    match (decoder.wrong, result) {
        (Some(wrong), _) => Err(format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {wrong}"
        )),
        (None, Some(Value::Map(map))) => Ok(map),
        (None, _) => Ok(Map::new()),
    }
}

/// What JSON calls the type of `value`.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// The error of a document that should be a map.
pub(in crate::helm) fn not_a_map(value: &Value) -> String {
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of \
         type map[string]interface {{}}",
        found(value)
    )
}

struct Decoder {
    /// The fields above.
    path: Vec<&'static str>,
    /// The name of the innermost struct.
    within: Option<&'static str>,
    /// The first thing that does not fit.
    wrong: Option<String>,
}

impl Decoder {
    fn value(&mut self, value: &Value, shape: Shape) -> Option<Value> {
        match (shape, value) {
            (_, Value::Null) => None,
            (Shape::Any, value) => Some(value.clone()),
            (Shape::Text, Value::Str(_)) | (Shape::Bool, Value::Bool(_)) => Some(value.clone()),
            (Shape::Text, Value::Bool(_) | Value::Int(_) | Value::Float(_)) => {
                Some(Value::Str(as_text(value).into()))
            }
            (Shape::List(item), Value::List(items)) => {
                let take = |item_value: &Value| {
                    let empty = if matches!(item, Shape::Text) { "".into() } else { Value::Null };
                    self.value(item_value, *item).unwrap_or(empty)
                };
                Some(Value::List(items.iter().map(take).collect()))
            }
            (Shape::Dict(item), Value::Map(members)) => {
                let take = |(key, value): (_, &Value)| {
                    let empty = if matches!(item, Shape::Text) { "".into() } else { Value::Null };
                    (key, self.value(value, *item).unwrap_or(empty))
                };
                Some(Value::Map(
                    members.iter().map(|(key, value)| (key.clone(), value)).map(take).collect(),
                ))
            }
            (Shape::Struct(target), Value::Map(members)) => {
                Some(Value::Map(self.fields(members, target)))
            }
            (shape, value) => {
                self.refuse(value, shape);
                None
            }
        }
    }

    fn fields(&mut self, members: &Map, target: &'static Struct) -> Map {
        let mut fields = Map::new();
        let outside = self.within.replace(target.name);
        for (key, value) in members.iter() {
            let exact = target.fields.iter().find(|field| *key == field.0);
            let folded = || target.fields.iter().find(|field| key.eq_ignore_ascii_case(field.0));
            let Some(Field(name, shape)) = exact.or_else(folded) else { continue };
            self.path.push(name);
            if let Some(value) = self.value(value, *shape) {
                fields.insert(*name, value);
            }
            self.path.pop();
        }
        self.within = outside;
        fields
    }

    /// Keeps the first error; Go goes on too.
    fn refuse(&mut self, value: &Value, shape: Shape) {
        let ty = go_type(shape);
        let place = match self.within {
            Some(name) => format!("struct field {name}.{}", self.path.join(".")),
            None => "value".to_owned(),
        };
        let shown = found(value);
        self.wrong.get_or_insert_with(|| format!("{shown} into Go {place} of type {ty}"));
    }
}

/// A number or boolean where a string is wanted; floats are taken for 32 bits wide.
fn as_text(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => go_general_32(*value),
        _ => String::new(),
    }
}

fn go_type(shape: Shape) -> String {
    match shape {
        Shape::Text => "string".to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Any => "interface {}".to_owned(),
        Shape::List(Shape::Struct(target)) => format!("[]*{}", target.ty),
        Shape::List(item) => format!("[]{}", go_type(*item)),
        Shape::Dict(item) => format!("map[string]{}", go_type(*item)),
        Shape::Struct(target) => target.ty.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: Struct = Struct {
        name: "Item",
        ty: "v2.Item",
        fields: &[Field("name", Shape::Text), Field("active", Shape::Bool)],
    };

    const OUTER: Struct = Struct {
        name: "Outer",
        ty: "v2.Outer",
        fields: &[
            Field("version", Shape::Text),
            Field("words", Shape::List(&Shape::Text)),
            Field("notes", Shape::Dict(&Shape::Text)),
            Field("items", Shape::List(&Shape::Struct(&ITEM))),
        ],
    };

    fn check(text: &str, expected: &str) {
        let decoded = document(text.as_bytes()).and_then(|value| decode(&value, &OUTER));
        let found = match decoded {
            Ok(map) => serde_json::to_string(&Value::Map(map)).unwrap(),
            Err(error) => error,
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_become_what_the_fields_are() {
        check("VERSION: 1.10\nother: 1", r#"{"version":"1.1"}"#);
        check("version: yes\nwords: [1, null, a]", r#"{"version":"true","words":["1","","a"]}"#);
        check(
            "notes: {a: 1, b: null}\nitems: [{name: x, active: true}, null]",
            r#"{"items":[{"active":true,"name":"x"},null],"notes":{"a":"1","b":""}}"#,
        );
        check("", "{}");
    }

    #[test]
    fn what_does_not_fit_is_refused_in_the_words_of_go() {
        const FRONT: &str = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ";
        let cases = [
            ("[1]", "array into Go value of type v2.Outer"),
            ("version: [1]", "array into Go struct field Outer.version of type string"),
            ("words: a", "string into Go struct field Outer.words of type []string"),
            ("notes: {a: {b: 1}}", "object into Go struct field Outer.notes of type string"),
            ("items: [{name: {}}]", "object into Go struct field Item.items.name of type string"),
            ("items: [{active: 1}]", "number into Go struct field Item.items.active of type bool"),
            ("items: 1", "number into Go struct field Outer.items of type []*v2.Item"),
        ];
        for (text, expected) in cases {
            check(text, &format!("{FRONT}{expected}"));
        }
        check("a: .inf", "error converting YAML to JSON: json: unsupported value: +Inf");
        check("a: -.inf", "error converting YAML to JSON: json: unsupported value: -Inf");
        check(
            "a: b: c",
            "error converting YAML to JSON: yaml: mapping values are not allowed in this context",
        );
    }
}
