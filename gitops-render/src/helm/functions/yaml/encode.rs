//! Values to YAML.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::helm::functions::json::{self, Style};
use crate::helm::go::{Map, Value};
use crate::helm::gotemplate::{Fault, Machine};
use crate::helm::sprig::NESTING;
use crate::yaml::{Dialect, Layout, Tree, View, write_tree};

/// The YAML that `sigs.k8s.io/yaml` makes of the value's JSON, without its last line end.
///
/// # Errors
/// Those of JSON, and that what comes out is no YAML: control characters.
pub(super) fn marshal(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<u8>, Fault> {
    let mut walk = Walk { machine, depth: 0, dialect: Dialect::GoV2 };
    match walk.tree(value) {
        Ok(tree) => written(machine, &tree, Dialect::GoV2),
        // The words are those of JSON.
        Err(Problem::NotJson) => {
            let json = json::encode(machine, value, Style::Compact);
            Err(match json {
                Err(Fault::Error(text)) => {
                    Fault::new([b"error marshaling into JSON: ", &*text].concat())
                }
                Err(fault) => fault,
                Ok(_) => Fault::new("error marshaling into JSON"),
            })
        }
        Err(Problem::Fault(fault)) => Err(fault),
    }
}

/// The YAML that go-yaml v3 makes of the value, without its last line end.
///
/// # Errors
/// A limit.
pub(super) fn pretty(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<u8>, Fault> {
    let mut walk = Walk { machine, depth: 0, dialect: Dialect::GoV3 };
    match walk.tree(value) {
        Ok(tree) => written(machine, &tree, Dialect::GoV3),
        Err(Problem::Fault(fault)) => Err(fault),
        Err(Problem::NotJson) => Err(Fault::new("yaml: cannot marshal type: complex128")),
    }
}

fn written(machine: &mut Machine<'_>, tree: &Plain, dialect: Dialect) -> Result<Vec<u8>, Fault> {
    let mut out = String::new();
    write_tree(tree, &Layout { dialect, ..Layout::default() }, &mut out);
    machine.charge(out.len())?;
    if out.ends_with('\n') {
        out.pop();
    }
    Ok(out.into_bytes())
}

/// A value as the emitter takes it.
enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Plain>),
    Map(Vec<(String, Plain)>),
}

impl Tree for Plain {
    fn view(&self) -> View<'_, Self> {
        match self {
            Self::Null => View::Null,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(*value),
            Self::Unsigned(value) => View::Unsigned(*value),
            Self::Float(value) => View::Float(*value),
            Self::Text(text) => View::Text(Cow::Borrowed(text)),
            Self::List(items) => View::List(items),
            Self::Map(map) => View::Map(map.iter().map(|(key, it)| (&**key, it)).collect()),
        }
    }
}

/// Why there is no tree of a value.
enum Problem {
    /// JSON has no such value.
    NotJson,
    Fault(Fault),
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

struct Walk<'a, 'm> {
    machine: &'a mut Machine<'m>,
    depth: usize,
    dialect: Dialect,
}

impl Walk<'_, '_> {
    fn tree(&mut self, value: &Value) -> Result<Plain, Problem> {
        let through_json = self.dialect == Dialect::GoV2;
        Ok(match value {
            Value::Nil => Plain::Null,
            Value::Bool(value) => Plain::Bool(*value),
            Value::Int(value, kind) if kind.is_unsigned() => Plain::Unsigned(value.cast_unsigned()),
            Value::Int(value, _) => Plain::Int(*value),
            Value::Float(value) if through_json && !value.is_finite() => {
                return Err(Problem::NotJson);
            }
            Value::Float(value) => Plain::Float(*value),
            Value::Complex(..) => return Err(Problem::NotJson),
            Value::Str(text) => Plain::Text(self.text(text)?),
            Value::Bytes(bytes) if through_json => Plain::Text(STANDARD.encode(&**bytes)),
            Value::Bytes(bytes) => {
                Plain::List(bytes.iter().map(|byte| Plain::Int((*byte).into())).collect())
            }
            Value::List(list) if list.is_nil() && through_json => Plain::Null,
            Value::List(list) => Plain::List(self.list(list)?),
            Value::Map(map) if map.is_nil() && through_json => Plain::Null,
            Value::Map(map) => Plain::Map(self.map(map)?),
            Value::Object(object) => self.tree(&object.json())?,
        })
    }

    fn list(&mut self, items: &[Value]) -> Result<Vec<Plain>, Problem> {
        self.descend()?;
        self.machine.charge(items.len().saturating_mul(size_of::<Plain>()))?;
        let items: Result<_, Problem> = items.iter().map(|item| self.tree(item)).collect();
        self.depth -= 1;
        items
    }

    fn map(&mut self, map: &Map) -> Result<Vec<(String, Plain)>, Problem> {
        self.descend()?;
        self.machine.charge(map.len().saturating_mul(2 * size_of::<Plain>()))?;
        let entries = map.entries();
        let members = entries.iter().map(|(key, value)| Ok((self.text(key)?, self.tree(value)?)));
        let members: Result<_, Problem> = members.collect();
        self.depth -= 1;
        members
    }

    fn descend(&mut self) -> Result<(), Problem> {
        self.depth += 1;
        match (self.depth > NESTING, self.dialect) {
            (false, _) => Ok(()),
            // JSON tells whether the value holds itself.
            (true, Dialect::GoV2) => Err(Problem::NotJson),
            (true, Dialect::GoV3) => Err(Problem::Fault(Fault::limit(
                "a value to write is nested too deep",
                NESTING as u64,
                "depth",
            ))),
        }
    }

    /// The text as it comes out of JSON that is read as YAML.
    fn text(&mut self, bytes: &[u8]) -> Result<String, Problem> {
        self.machine.charge(bytes.len())?;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => replaced(bytes),
        };
        if self.dialect == Dialect::GoV3 || text.is_ascii() && !text.contains('\u{7f}') {
            return Ok(text);
        }
        if !text.chars().all(is_readable) {
            return Err(Fault::new("yaml: control characters are not allowed").into());
        }
        Ok(if text.contains(NEXT_LINE) { folded(&text) } else { text })
    }
}

/// The text with U+FFFD for each byte that is no character.
fn replaced(bytes: &[u8]) -> String {
    let runes = crate::helm::sprig::runes::runes(bytes);
    runes.map(|(rune, _)| rune).collect()
}

/// What a YAML text may hold; JSON escapes what is below the space.
fn is_readable(character: char) -> bool {
    matches!(character,
        '\0'..='~' | NEXT_LINE | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

/// A line end to YAML that JSON does not escape.
const NEXT_LINE: char = '\u{85}';

/// The text with line ends folded as between double quotes: one is a space, of several all but
/// the first stay, and spaces around them go.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut breaks = 0;
    for (at, part) in text.split(NEXT_LINE).enumerate() {
        let last = text.matches(NEXT_LINE).count() == at;
        let part = if at == 0 { part } else { part.trim_start_matches(' ') };
        let part = if last { part } else { part.trim_end_matches(' ') };
        if at > 0 {
            breaks += 1;
        }
        if part.is_empty() && !last && at > 0 {
            continue;
        }
        match std::mem::take(&mut breaks) {
            0 => {}
            1 => out.push(' '),
            several => out.extend(std::iter::repeat_n('\n', several - 1)),
        }
        out.push_str(part);
    }
    out
}
