//! From values to YAML, byte for byte as `sigs.k8s.io/yaml` writes it.

mod order;
mod scalar;
mod shape;

use gitops_diff::{Map, Value};

use self::scalar::Pen;

/// The YAML of `value` as `sigs.k8s.io/yaml` marshals it (go-yaml v2): keys in natural order,
/// lists not indented below their key, texts quoted where Go would read something else, lines
/// folded after column 80, and a line end after the last.
///
/// A float that JSON cannot hold is written as go-yaml alone would: `.nan`, `.inf`.
///
/// ```
/// use gitops_render::yaml;
///
/// let value = serde_json::from_str(r#"{"a10": "yes", "a9": ["x\ny", 1e21], "b": {}}"#)?;
/// assert_eq!(yaml::to_string(&value), "a9:\n- |-\n  x\n  y\n- 1e+21\na10: \"yes\"\nb: {}\n");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn to_string(value: &Value) -> String {
    let mut emitter = Emitter { pen: Pen::default() };
    match value {
        Value::Map(map) if !map.is_empty() => emitter.map(map, 0, Start::Line),
        Value::List(items) if !items.is_empty() => emitter.list(items, 0, Start::Line),
        other => emitter.flat(other, 2),
    }
    emitter.pen.end_line();
    emitter.pen.into_text()
}

/// Where the first member or item of a collection goes.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    /// On a line of its own.
    Line,
    /// Behind the `-`, `?` or `:` that was just written.
    Here,
}

struct Emitter {
    pen: Pen,
}

impl Emitter {
    fn map(&mut self, map: &Map, indent: usize, start: Start) {
        let members = order::sorted(map.iter().collect(), |(key, _)| key.as_str());
        for (at, (key, value)) in members.into_iter().enumerate() {
            if at > 0 || start == Start::Line {
                self.pen.line(indent);
            }
            if shape::is_simple_key(key) {
                self.pen.scalar(key, indent + 2, scalar::Place::Key);
                self.pen.raw(":");
                self.member(value, indent);
            } else {
                self.pen.raw("? ");
                self.pen.scalar(key, indent + 2, scalar::Place::Value);
                self.pen.line(indent);
                self.pen.raw(":");
                self.item(value, indent);
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize, start: Start) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 || start == Start::Line {
                self.pen.line(indent);
            }
            self.pen.raw("-");
            self.item(item, indent);
        }
    }

    /// A value behind a key: collections start on the next line.
    fn member(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Map(map) if !map.is_empty() => self.map(map, indent + 2, Start::Line),
            Value::List(items) if !items.is_empty() => self.list(items, indent, Start::Line),
            other => {
                self.pen.raw(" ");
                self.flat(other, indent + 2);
            }
        }
    }

    /// A value behind an indicator: collections start on the same line.
    fn item(&mut self, value: &Value, indent: usize) {
        self.pen.raw(" ");
        match value {
            Value::Map(map) if !map.is_empty() => self.map(map, indent + 2, Start::Here),
            Value::List(items) if !items.is_empty() => self.list(items, indent + 2, Start::Here),
            other => self.flat(other, indent + 2),
        }
    }

    /// A value that is no collection with parts.
    fn flat(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Null => self.pen.raw("null"),
            Value::Bool(true) => self.pen.raw("true"),
            Value::Bool(false) => self.pen.raw("false"),
            Value::Int(value) => self.pen.raw(&value.to_string()),
            Value::Float(value) => self.pen.raw(&float(*value)),
            Value::Str(text) => self.pen.scalar(text, indent, scalar::Place::Value),
            Value::List(_) => self.pen.raw("[]"),
            Value::Map(_) => self.pen.raw("{}"),
        }
    }
}

/// Through JSON as `sigs.k8s.io/yaml` goes: what is written there without a point and fits 64
/// bits is an integer afterwards.
fn float(value: f64) -> String {
    match super::number::json_float(value) {
        Some(json) if json.parse::<i64>().is_ok() || json.parse::<u64>().is_ok() => {
            if json == "-0" { "0".to_owned() } else { json }
        }
        _ => super::number::go_general(value),
    }
}
