//! Values to JSON.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::helm::go::{Encoded, List, Map, Str, Value};
use crate::helm::gotemplate::{Fault, Machine};
use crate::helm::runes;
use crate::helm::sprig::NESTING;
use crate::yaml::number::json_float;

/// How JSON is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Style {
    /// On one line, with `<`, `>` and `&` escaped.
    Compact,
    /// Indented by two spaces, with `<`, `>` and `&` escaped.
    Pretty,
    /// On one line, with `<`, `>` and `&` as they are.
    Raw,
}

/// The JSON of `value`.
///
/// # Errors
/// Those of `encoding/json`: a number that JSON does not have, a value that holds itself. A value
/// nested deeper than [`NESTING`] is over a limit.
pub(crate) fn encode(
    machine: &mut Machine<'_>,
    value: &Value,
    style: Style,
) -> Result<Vec<u8>, Fault> {
    let mut encoder = Encoder { machine, style, out: Vec::new(), path: Vec::new(), charged: 0 };
    encoder.value(value)?;
    encoder.charge()?;
    Ok(encoder.out)
}

struct Encoder<'a, 'm> {
    machine: &'a mut Machine<'m>,
    style: Style,
    out: Vec<u8>,
    /// The addresses of the collections around.
    path: Vec<usize>,
    /// How much of the text the machine knows of.
    charged: usize,
}

impl Encoder<'_, '_> {
    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Nil => self.raw(b"null"),
            Value::Bool(true) => self.raw(b"true"),
            Value::Bool(false) => self.raw(b"false"),
            Value::Int(value, kind) if kind.is_unsigned() => {
                let _ = write!(self.out, "{}", value.cast_unsigned());
            }
            Value::Int(value, _) => {
                let _ = write!(self.out, "{value}");
            }
            Value::Float(value) => self.float(*value)?,
            Value::Complex(..) => return Err(Fault::new("json: unsupported type: complex128")),
            Value::Str(text) => self.text(text),
            Value::Bytes(bytes) => {
                let text = STANDARD.encode(&**bytes);
                self.text(text.as_bytes());
            }
            Value::List(list) if list.is_nil() => self.raw(b"null"),
            Value::List(list) => self.list(list)?,
            Value::Map(map) if map.is_nil() => self.raw(b"null"),
            Value::Map(map) => self.map(map)?,
            Value::Object(object) => match object.json() {
                Encoded::Value(value) => self.value(&value)?,
                Encoded::Scalar(text) => self.text(text.as_bytes()),
                Encoded::Struct(fields) => self.fields(&fields)?,
            },
        }
        Ok(())
    }

    fn raw(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    fn float(&mut self, value: f64) -> Result<(), Fault> {
        const WHOLE: f64 = 1e15;
        #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
        if value.fract() == 0.0 && value.abs() < WHOLE && value != 0.0 {
            let _ = write!(self.out, "{}", value as i64);
            return Ok(());
        }
        let Some(text) = json_float(value) else {
            let name = if value.is_nan() {
                "NaN"
            } else if value > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(Fault::new(format!("json: unsupported value: {name}")));
        };
        self.raw(text.as_bytes());
        Ok(())
    }

    fn text(&mut self, text: &[u8]) {
        self.out.push(b'"');
        let mut rest = text;
        while !rest.is_empty() {
            let harmless = rest.iter().take_while(|byte| self.is_harmless(**byte)).count();
            self.out.extend_from_slice(&rest[..harmless]);
            rest = &rest[harmless..];
            if !rest.is_empty() {
                rest = &rest[self.character(rest)..];
            }
        }
        self.out.push(b'"');
    }

    fn is_harmless(&self, byte: u8) -> bool {
        match byte {
            b'"' | b'\\' => false,
            b'<' | b'>' | b'&' => self.style == Style::Raw,
            _ => (b' '..=0x7f).contains(&byte),
        }
    }

    /// Writes the character that `text` starts with, and gives its length.
    fn character(&mut self, text: &[u8]) -> usize {
        match text[0] {
            b'"' => self.raw(b"\\\""),
            b'\\' => self.raw(b"\\\\"),
            b'\x08' => self.raw(b"\\b"),
            b'\x0c' => self.raw(b"\\f"),
            b'\n' => self.raw(b"\\n"),
            b'\r' => self.raw(b"\\r"),
            b'\t' => self.raw(b"\\t"),
            byte @ ..=0x7f => {
                let _ = write!(self.out, "\\u{byte:04x}");
            }
            _ => {
                let (rune, length) = runes::decode(text);
                match (rune, length) {
                    (runes::ERROR, 1) => self.raw(b"\\ufffd"),
                    ('\u{2028}', _) => self.raw(b"\\u2028"),
                    ('\u{2029}', _) => self.raw(b"\\u2029"),
                    _ => self.raw(&text[..length]),
                }
                return length;
            }
        }
        1
    }

    fn list(&mut self, list: &List) -> Result<(), Fault> {
        self.enter(list.address(), || format!("[]{}", list.item))?;
        self.out.push(b'[');
        for (at, item) in list.iter().enumerate() {
            self.start(at);
            self.value(item)?;
        }
        self.leave(list.is_empty());
        self.out.push(b']');
        Ok(())
    }

    fn map(&mut self, map: &Map) -> Result<(), Fault> {
        self.enter(map.address(), || map.ty.to_string())?;
        let entries = map.entries();
        self.members(entries.iter())
    }

    /// A struct, which holds no collection that holds it.
    fn fields(&mut self, fields: &[(Str, Value)]) -> Result<(), Fault> {
        self.path.push(0);
        self.members(fields.iter().map(|(name, value)| (name, value)))
    }

    /// What stands between the braces that were entered.
    fn members<'v>(
        &mut self,
        members: impl ExactSizeIterator<Item = (&'v Str, &'v Value)>,
    ) -> Result<(), Fault> {
        self.out.push(b'{');
        let is_empty = members.len() == 0;
        for (at, (key, value)) in members.enumerate() {
            self.start(at);
            self.text(key);
            self.raw(if self.style == Style::Pretty { b": " } else { b":" });
            self.value(value)?;
        }
        self.leave(is_empty);
        self.out.push(b'}');
        Ok(())
    }

    fn enter(&mut self, address: usize, ty: impl FnOnce() -> String) -> Result<(), Fault> {
        self.charge()?;
        // `toRawJson` gives the encoder a pointer, which Go counts as a level.
        let levels = self.path.len() + usize::from(self.style == Style::Raw);
        if levels >= NESTING {
            return Err(if self.is_cycle(address) {
                let ty = ty();
                Fault::new(format!("json: unsupported value: encountered a cycle via {ty}"))
            } else {
                Fault::limit("values that hold one another", NESTING as u64, "")
            });
        }
        self.path.push(address);
        Ok(())
    }

    /// Whether the collection, or one around it, is in itself.
    fn is_cycle(&self, address: usize) -> bool {
        let mut around: Vec<usize> = self.path.iter().copied().filter(|it| *it != 0).collect();
        around.push(address);
        around.sort_unstable();
        around.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// What stands before the part `at` of a collection.
    fn start(&mut self, at: usize) {
        if at > 0 {
            self.out.push(b',');
        }
        self.line();
    }

    /// What stands behind the last part.
    fn leave(&mut self, empty: bool) {
        self.path.pop();
        if !empty {
            self.line();
        }
    }

    fn line(&mut self) {
        if self.style == Style::Pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 2 * self.path.len(), b' ');
        }
    }

    fn charge(&mut self) -> Result<(), Fault> {
        let more = self.out.len() - self.charged;
        self.charged = self.out.len();
        self.machine.charge(more)
    }
}
