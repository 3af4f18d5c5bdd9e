//! Values to YAML.

use std::borrow::Cow;
use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::decode::{Index, Node, Tree as Nodes};
use crate::helm::functions::json::{self, Style};
use crate::helm::go::{Encoded, Map, Str, Value};
use crate::helm::gotemplate::{Fault, Machine};
use crate::helm::sprig::NESTING;
use crate::yaml::scalar::Scalar;
use crate::yaml::{Dialect, Error, Layout, Members, Tree, View, write_tree};

/// The YAML that `sigs.k8s.io/yaml` makes of the value's JSON, without its last line end.
///
/// # Errors
/// Those of JSON, and those of reading that as YAML: control characters, keys that are too long.
pub(in crate::helm::functions) fn marshal(
    machine: &mut Machine<'_>,
    value: &Value,
) -> Result<Vec<u8>, Fault> {
    let mut walk = Walk { machine, depth: 0, dialect: Dialect::GoV2 };
    match walk.tree(value) {
        Ok(tree) => written(machine, &tree, Dialect::GoV2),
        Err(Problem::Detour) => through_json(machine, value),
        Err(Problem::Fault(fault)) => Err(fault),
    }
}

/// The same by way of JSON, where that matters.
fn through_json(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<u8>, Fault> {
    let json = json::encode(machine, value, Style::Compact).map_err(|fault| match fault {
        Fault::Error(text) => Fault::new([b"error marshaling into JSON: ", &*text].concat()),
        other => other,
    })?;
    match Nodes::read(&json) {
        Ok(nodes) => written(machine, &read_back(&nodes, nodes.root()), Dialect::GoV2),
        Err(Error::Limit { what, limit, option, .. }) => Err(Fault::limit(what, limit, option)),
        Err(error) => Err(Fault::new(error.as_go())),
    }
}

/// What JSON means as YAML.
fn read_back(nodes: &Nodes, at: Index) -> Plain {
    match nodes.node(at) {
        Node::List(items) => {
            Plain::List(items.iter().map(|item| read_back(nodes, *item)).collect())
        }
        Node::Map(members) => {
            let member = |(key, value): &(Index, Index)| {
                let key = match nodes.node(*key) {
                    Node::Scalar(word) => word.text.clone(),
                    _ => String::new(),
                };
                (Text::Own(key), read_back(nodes, *value))
            };
            Plain::Map(members.iter().map(member).collect())
        }
        Node::Scalar(word) => match word.resolved() {
            Scalar::Null => Plain::Null,
            Scalar::Bool(value) => Plain::Bool(value),
            Scalar::Int(value) => Plain::Int(value),
            Scalar::Unsigned(value) => Plain::Unsigned(value),
            Scalar::Float(value) => Plain::Float(value),
            _ => Plain::Text(Text::Own(word.text.clone())),
        },
        Node::Alias { .. } => Plain::Null,
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
        Err(Problem::Detour) => Err(Fault::new("cannot marshal type: complex128")),
    }
}

fn written(machine: &mut Machine<'_>, tree: &Plain, dialect: Dialect) -> Result<Vec<u8>, Fault> {
    let mut out = String::new();
    let Ok(()) = write_tree(tree, &Layout { dialect, ..Layout::default() }, &mut out);
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
    Text(Text),
    /// As it is written.
    Scalar(String),
    List(Vec<Plain>),
    Map(Vec<(Text, Plain)>),
    Fields(Vec<(Text, Plain)>),
}

/// A text that is UTF-8.
enum Text {
    /// As a template holds it.
    Shared(Str),
    Own(String),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Shared(text) => std::str::from_utf8(text).unwrap_or_default(),
            Self::Own(text) => text,
        }
    }
}

impl Tree for Plain {
    type Problem = Infallible;

    fn view<'a>(&'a self, members: &mut Members<'a, Self>) -> Result<View<'a, Self>, Infallible> {
        Ok(match self {
            Self::Null => View::Null,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(*value),
            Self::Unsigned(value) => View::Unsigned(*value),
            Self::Float(value) => View::Float(*value),
            Self::Text(text) => View::Text(Cow::Borrowed(text.as_str())),
            Self::Scalar(text) => View::Scalar(text),
            Self::List(items) => View::List(items),
            Self::Map(map) => {
                members.extend(map.iter().map(|(key, it)| (key.as_str(), it)));
                View::Map
            }
            Self::Fields(fields) => {
                members.extend(fields.iter().map(|(key, it)| (key.as_str(), it)));
                View::Fields
            }
        })
    }
}

/// Why there is no tree of a value.
enum Problem {
    /// What happens on the way through JSON matters.
    Detour,
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
                return Err(Problem::Detour);
            }
            Value::Float(value) => Plain::Float(*value),
            Value::Complex(..) => return Err(Problem::Detour),
            Value::Str(text) if !through_json && std::str::from_utf8(text).is_err() => {
                self.machine.charge(text.len())?;
                Plain::Scalar(binary(text))
            }
            Value::Str(text) => Plain::Text(self.text(text)?),
            Value::Bytes(bytes) if through_json => {
                Plain::Text(Text::Own(STANDARD.encode(&**bytes)))
            }
            Value::Bytes(bytes) => {
                Plain::List(bytes.iter().map(|byte| Plain::Int((*byte).into())).collect())
            }
            Value::List(list) if list.is_nil() && through_json => Plain::Null,
            Value::List(list) => Plain::List(self.list(list)?),
            Value::Map(map) if map.is_nil() && through_json => Plain::Null,
            Value::Map(map) => Plain::Map(self.map(map)?),
            Value::Object(object) if through_json => self.encoded(object.json())?,
            Value::Object(object) => self.encoded(object.yaml())?,
        })
    }

    fn list(&mut self, items: &[Value]) -> Result<Vec<Plain>, Problem> {
        self.descend()?;
        self.machine.charge(items.len().max(4).saturating_mul(size_of::<Plain>()))?;
        let items: Result<_, Problem> = items.iter().map(|item| self.tree(item)).collect();
        self.depth -= 1;
        items
    }

    fn map(&mut self, map: &Map) -> Result<Vec<(Text, Plain)>, Problem> {
        self.descend()?;
        self.machine.charge(map.len().max(4).saturating_mul(3 * size_of::<Plain>()))?;
        let entries = map.entries();
        let members = entries.iter().map(|(key, value)| Ok((self.key(key)?, self.tree(value)?)));
        let members: Result<_, Problem> = members.collect();
        self.depth -= 1;
        members
    }

    fn encoded(&mut self, encoded: Encoded) -> Result<Plain, Problem> {
        let fields = match encoded {
            Encoded::Value(value) => return self.tree(&value),
            Encoded::Scalar(text) => return Ok(Plain::Scalar(text)),
            Encoded::Struct(fields) => fields,
        };
        self.descend()?;
        let members = fields.iter().map(|(name, it)| Ok((self.key(name)?, self.tree(it)?)));
        let members: Result<_, Problem> = members.collect();
        self.depth -= 1;
        // JSON's way leads through maps, which have no order.
        members.map(if self.dialect == Dialect::GoV2 { Plain::Map } else { Plain::Fields })
    }

    fn descend(&mut self) -> Result<(), Problem> {
        self.depth += 1;
        match (self.depth > NESTING, self.dialect) {
            (false, _) => Ok(()),
            // JSON tells whether the value holds itself.
            (true, Dialect::GoV2) => Err(Problem::Detour),
            (true, Dialect::GoV3) => Err(Problem::Fault(Fault::limit(
                "values that hold one another",
                NESTING as u64,
                "",
            ))),
        }
    }

    fn key(&mut self, key: &Str) -> Result<Text, Problem> {
        /// YAML in brackets has no longer keys; JSON needs up to six characters for one.
        const SHORT: usize = 1024 / 6 - 2;
        if key.len() > SHORT && self.dialect == Dialect::GoV2 {
            return Err(Problem::Detour);
        }
        self.text(key)
    }

    fn text(&mut self, text: &Str) -> Result<Text, Problem> {
        self.machine.charge(text.len())?;
        let text = match std::str::from_utf8(text) {
            Ok(_) => Text::Shared(text.clone()),
            Err(_) => Text::Own(replaced(text)),
        };
        if self.dialect == Dialect::GoV2 && !passes(text.as_str()) {
            return Err(Problem::Detour);
        }
        Ok(text)
    }
}

/// What go-yaml v3 makes of what is no text: lines of base64, in a block if they are several.
fn binary(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let text = STANDARD.encode(bytes);
    if text.len() < LINE {
        return format!("!!binary {text}");
    }
    let lines: Vec<&str> = (0..text.len())
        .step_by(LINE)
        .map(|start| &text[start..text.len().min(start + LINE)])
        .collect();
    format!("!!binary |\n{}", lines.join("\n"))
}

/// The text with U+FFFD for each byte that is no character.
fn replaced(bytes: &[u8]) -> String {
    let runes = crate::helm::runes::runes(bytes);
    runes.map(|(rune, _)| rune).collect()
}

/// Whether the text in JSON means the same to YAML: no line end that JSON does not escape, and
/// no character that YAML does not have.
fn passes(text: &str) -> bool {
    let passes = |character| {
        matches!(character,
            '\0'..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    };
    if text.is_ascii() { !text.contains('\u{7f}') } else { text.chars().all(passes) }
}
