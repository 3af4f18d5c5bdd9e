//! Values to TOML.

use std::borrow::Cow;

use super::{key_text, path_text, quoted};
use crate::helm::go::{Encoded, Object, Str, Value, exported, is_exported};
use crate::helm::gotemplate::{Fault, Machine};
use crate::helm::sprig::NESTING;
use crate::helm::sprig::args::items;
use crate::yaml::number::go_general;

/// The TOML of `value`, or what the encoder says against it.
///
/// # Errors
/// A limit, and that there is no value at all.
pub(super) fn encode(
    machine: &mut Machine<'_>,
    value: &Value,
) -> Result<Result<Vec<u8>, Vec<u8>>, Fault> {
    if matches!(value, Value::Nil) {
        return Err(Fault::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    let mut encoder = Encoder { machine, out: Vec::new(), path: Vec::new(), depth: 0, charged: 0 };
    Ok(match encoder.entry(value).and_then(|()| encoder.charge()) {
        Ok(()) => Ok(encoder.out),
        Err(Problem::Toml(error)) => Err(error.into()),
        Err(Problem::Fault(fault)) => return Err(fault),
    })
}

enum Problem {
    /// What the encoder says.
    Toml(String),
    Fault(Fault),
}

/// What a value is in TOML.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Nil,
    Flat,
    Array,
    Table,
    /// A list of nothing but tables.
    Tables,
}

struct Encoder<'a, 'm> {
    machine: &'a mut Machine<'m>,
    out: Vec<u8>,
    /// The key of the table being written.
    path: Vec<Str>,
    depth: usize,
    /// How much of the text the machine knows of.
    charged: usize,
}

impl Encoder<'_, '_> {
    fn charge(&mut self) -> Result<(), Problem> {
        let more = self.out.len() - self.charged;
        self.charged = self.out.len();
        self.machine.charge(more).map_err(Problem::Fault)
    }

    fn within<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.depth == NESTING {
            let limit = NESTING as u64;
            let fault = Fault::limit("values that hold one another", limit, "");
            return Err(Problem::Fault(fault));
        }
        self.charge()?;
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// What stands at the current key, which is none at the top.
    fn entry(&mut self, value: &Value) -> Result<(), Problem> {
        let value = plain(value);
        if self.path.is_empty() && matches!(*value, Value::Complex(..)) {
            return Err(Problem::Toml("unsupported type for key '': complex128".to_owned()));
        }
        match (self.shape(&value)?, &*value) {
            (Shape::Nil, Value::Map(_)) => Ok(()),
            (Shape::Table, value) => self.table(&members(value)),
            (Shape::Tables, Value::List(list)) => self.tables(list),
            _ => self.key_value(&value),
        }
    }

    /// What the value is. All lists in it must be free of `nil`.
    fn shape(&mut self, value: &Value) -> Result<Shape, Problem> {
        match value {
            Value::Nil => Ok(Shape::Nil),
            Value::Complex(..) => Err(Problem::Toml("unsupported type: complex128".to_owned())),
            Value::List(list) if list.is_nil() => Ok(Shape::Nil),
            Value::List(list) => self.within(|encoder| encoder.list_shape(list)),
            Value::Bytes(_) => Ok(Shape::Array),
            Value::Map(map) if map.is_nil() => Ok(Shape::Nil),
            Value::Map(_) => Ok(Shape::Table),
            Value::Object(object) if !is_text(&**object) => Ok(Shape::Table),
            _ => Ok(Shape::Flat),
        }
    }

    fn list_shape(&mut self, items: &[Value]) -> Result<Shape, Problem> {
        let mut tables = !items.is_empty();
        for item in items {
            match self.shape(&plain(item))? {
                Shape::Nil => {
                    let message = "toml: cannot encode array with nil element";
                    return Err(Problem::Toml(message.to_owned()));
                }
                Shape::Table => {}
                _ => tables = false,
            }
        }
        Ok(if tables { Shape::Tables } else { Shape::Array })
    }

    fn write(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn indent(&mut self) {
        let width = 2 * self.path.len().saturating_sub(1);
        self.out.resize(self.out.len() + width, b' ');
    }

    fn key_value(&mut self, value: &Value) -> Result<(), Problem> {
        let Some(key) = self.path.last() else { return self.element(value) };
        let key = key_text(key);
        self.indent();
        self.write(&[&key[..], b" = "].concat());
        self.element(value)?;
        self.newline();
        Ok(())
    }

    fn table(&mut self, members: &Members) -> Result<(), Problem> {
        if self.path.len() == 1 {
            self.newline();
        }
        if !self.path.is_empty() {
            self.header(b"[", b"]");
        }
        self.members(members)
    }

    fn tables(&mut self, items: &[Value]) -> Result<(), Problem> {
        if self.path.is_empty() {
            let message = "toml: top-level values must be Go maps or structs";
            return Err(Problem::Toml(message.to_owned()));
        }
        for item in items {
            self.newline();
            self.header(b"[[", b"]]");
            self.members(&members(&plain(item)))?;
        }
        Ok(())
    }

    fn header(&mut self, open: &[u8], close: &[u8]) {
        let path = path_text(&self.path);
        self.indent();
        self.write(&[open, &path[..], close].concat());
        self.newline();
    }

    /// The members of a table: first those that are no tables.
    fn members(&mut self, members: &Members) -> Result<(), Problem> {
        self.within(|encoder| {
            let (direct, tables) = encoder.sorted(members)?;
            for (key, value) in direct.iter().chain(&tables) {
                if !is_nil(value) {
                    encoder.path.push(key.clone());
                    encoder.entry(value)?;
                    encoder.path.pop();
                }
            }
            Ok(())
        })
    }

    /// The members that are no tables, and those that are.
    fn sorted(&mut self, members: &Members) -> Result<(Members, Members), Problem> {
        let (mut direct, mut tables) = (Members::new(), Members::new());
        for (key, value) in members {
            let value = plain(value).into_owned();
            let shape = self.shape(&value)?;
            let is_table = matches!(shape, Shape::Table | Shape::Tables);
            if is_table { &mut tables } else { &mut direct }.push((key.clone(), value));
        }
        Ok((direct, tables))
    }

    /// A value on one line.
    fn element(&mut self, value: &Value) -> Result<(), Problem> {
        let value = plain(value);
        match &*value {
            Value::Bool(value) => self.write(value.to_string().as_bytes()),
            Value::Int(value, kind) if kind.is_unsigned() => {
                self.write(value.cast_unsigned().to_string().as_bytes());
            }
            Value::Int(value, _) => self.write(value.to_string().as_bytes()),
            Value::Float(value) => self.write(float(*value).as_bytes()),
            Value::Str(text) => self.write(&quoted(text)),
            Value::List(_) | Value::Bytes(_) => self.array(&items(&value).unwrap_or_default())?,
            Value::Object(object) if is_text(&**object) => self.write(&object_text(&**object)),
            Value::Map(_) | Value::Object(_) => {
                self.inline(&members(&value), &places(&value))?;
            }
            Value::Nil | Value::Complex(..) => {
                return Err(Problem::Toml("unsupported type: complex128".to_owned()));
            }
        }
        Ok(())
    }

    fn array(&mut self, items: &[Value]) -> Result<(), Problem> {
        self.within(|encoder| {
            encoder.write(b"[");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    encoder.write(b", ");
                }
                encoder.element(item)?;
            }
            encoder.write(b"]");
            Ok(())
        })
    }

    fn inline(&mut self, members: &Members, places: &[usize]) -> Result<(), Problem> {
        self.within(|encoder| {
            let (direct, tables) = encoder.sorted(members)?;
            let last = (direct.len() + tables.len()).saturating_sub(1);
            encoder.write(b"{");
            for ((key, value), at) in direct.iter().chain(&tables).zip(places) {
                if is_nil(value) {
                    continue;
                }
                encoder.write(&[&key_text(key)[..], b" = "].concat());
                encoder.element(value)?;
                if *at != last {
                    encoder.write(b", ");
                }
            }
            encoder.write(b"}");
            Ok(())
        })
    }
}

type Members = Vec<(Str, Value)>;

/// The value, or what an object with methods is below them.
fn plain(value: &Value) -> Cow<'_, Value> {
    let Value::Object(object) = value else { return Cow::Borrowed(value) };
    let collection = if is_text(&**object) { None } else { object.as_collection() };
    collection.map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The members of a table: those of a map by their keys, those of a struct as they are declared.
fn members(value: &Value) -> Members {
    match value {
        Value::Map(map) => {
            map.entries().iter().map(|(key, it)| (key.clone(), it.clone())).collect()
        }
        Value::Object(object) => exported(object.flat_fields(), Str::from),
        _ => Members::new(),
    }
}

/// Where the members are among all: for a struct Go counts the fields that it does not write too,
/// and so puts commas in wrong places.
fn places(value: &Value) -> Vec<usize> {
    match value {
        Value::Object(object) => {
            let fields = object.flat_fields().into_iter().enumerate();
            fields.filter(|(_, field)| is_exported(field.0)).map(|(at, _)| at).collect()
        }
        value => (0..members(value).len()).collect(),
    }
}

/// Whether the object marshals as text.
fn is_text(object: &dyn Object) -> bool {
    matches!(object.yaml(), Encoded::Value(Value::Str(_)) | Encoded::Scalar(_))
}

/// A time as RFC 3339 writes it, without what it did not say when TOML was read; other objects
/// in quotes.
fn object_text(object: &dyn Object) -> Vec<u8> {
    let shown = object.text().unwrap_or_default();
    let time = match object.yaml() {
        Encoded::Scalar(time) => time,
        Encoded::Value(Value::Str(text)) => return quoted(&text),
        _ => return quoted(&shown),
    };
    let json = time.as_bytes();
    let local = json.strip_suffix(b"Z").unwrap_or(json);
    let time = memchr::memchr(b'T', local).unwrap_or_default();
    match &shown[memchr::memrchr(b' ', &shown).map_or(0, |at| at + 1)..] {
        b"datetime-local" => local.to_vec(),
        b"date-local" => local[..time].to_vec(),
        b"time-local" => local[time + 1..].to_vec(),
        _ => json.to_vec(),
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

fn float(value: f64) -> String {
    if value.is_nan() {
        return if value.is_sign_negative() { "-nan" } else { "nan" }.to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = go_general(value);
    if text.contains(['e', '.']) { text } else { text + ".0" }
}
