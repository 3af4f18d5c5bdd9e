//! The nodes of the first document of a text.

use std::collections::HashMap;
use std::fmt;

use crate::helm::gofmt::quote;
use crate::yaml::event::{Anchor, Event, Style, events};
use crate::yaml::scalar::{Scalar, resolve, resolve_tagged};
use crate::yaml::{Dialect, Error, Limits, Mark, Options};

/// Where a node is among all.
pub(in crate::helm::functions::yaml) type Index = usize;

/// All nodes of a document.
#[derive(Default)]
pub(in crate::helm::functions::yaml) struct Tree {
    nodes: Vec<Node>,
    root: Option<Index>,
    anchors: HashMap<u32, Index>,
}

pub(in crate::helm::functions::yaml) enum Node {
    Scalar(Word),
    List(Vec<Index>),
    Map(Vec<(Index, Index)>),
    Alias { target: Index, name: String },
}

/// A scalar.
pub(in crate::helm::functions::yaml) struct Word {
    pub(in crate::helm::functions::yaml) text: String,
    pub(in crate::helm::functions::yaml) plain: bool,
    pub(in crate::helm::functions::yaml) tag: Option<String>,
}

/// A collection whose end is not read yet.
struct Open {
    at: Index,
    parts: Vec<Index>,
}

impl Tree {
    /// Reads the first document; a text without one is `null`.
    pub(in crate::helm::functions::yaml) fn read(text: &[u8]) -> Result<Self, Error> {
        let limits = Limits { depth: 512, bytes: u64::MAX, ..Limits::default() };
        let options = Options { limits, ..Options::default() };
        let mut events = events(text, &options)?;
        let mut tree = Self::default();
        let mut open: Vec<Open> = Vec::new();
        while let Some(step) = events.next() {
            let (event, mark) = step?;
            match event {
                Event::DocumentStart => {}
                Event::DocumentEnd => break,
                Event::End(_) => {
                    if let Some(Open { at, parts }) = open.pop() {
                        tree.close(at, parts);
                    }
                }
                started => {
                    let collection = matches!(started, Event::ListStart(_) | Event::MapStart(_));
                    let at = tree.add(started, text, mark);
                    match open.last_mut() {
                        Some(parent) => parent.parts.push(at),
                        None => tree.root = Some(at),
                    }
                    if collection {
                        open.push(Open { at, parts: Vec::new() });
                    }
                }
            }
        }
        if tree.root.is_none() {
            tree.root = Some(tree.nodes.len());
            tree.nodes.push(Node::null());
        }
        Ok(tree)
    }

    fn add(&mut self, event: Event<'_>, text: &[u8], mark: Mark) -> Index {
        let at = self.nodes.len();
        let (node, anchor): (Node, Anchor) = match event {
            Event::Scalar(word) => {
                let plain = word.style == Style::Plain;
                let tag = word.tag.map(String::from);
                (Node::Scalar(Word { text: word.text.into_owned(), plain, tag }), word.anchor)
            }
            Event::ListStart(opening) => (Node::List(Vec::new()), opening.anchor),
            Event::MapStart(opening) => (Node::Map(Vec::new()), opening.anchor),
            Event::Alias(id) => match self.anchors.get(&id) {
                Some(target) => (Node::Alias { target: *target, name: name(text, mark) }, None),
                None => (Node::null(), None),
            },
            Event::DocumentStart | Event::DocumentEnd | Event::End(_) => (Node::null(), None),
        };
        if let Some(id) = anchor {
            self.anchors.insert(id, at);
        }
        self.nodes.push(node);
        at
    }

    fn close(&mut self, at: Index, parts: Vec<Index>) {
        match &mut self.nodes[at] {
            Node::List(items) => *items = parts,
            Node::Map(members) => {
                *members = parts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            }
            Node::Scalar(_) | Node::Alias { .. } => {}
        }
    }

    pub(in crate::helm::functions::yaml) fn root(&self) -> Index {
        self.root.unwrap_or_default()
    }

    pub(in crate::helm::functions::yaml) fn node(&self, at: Index) -> &Node {
        &self.nodes[at]
    }

    /// Whether it is a map or an alias of one.
    pub(in crate::helm::functions::yaml) fn is_map(&self, at: Index) -> bool {
        match self.node(at) {
            Node::Map(_) => true,
            Node::Alias { target, .. } => matches!(self.node(*target), Node::Map(_)),
            Node::Scalar(_) | Node::List(_) => false,
        }
    }

    /// Whether it is the key `<<`.
    pub(in crate::helm::functions::yaml) fn is_merge(&self, at: Index) -> bool {
        match self.node(at) {
            Node::Scalar(word) => {
                let tag = word.tag.as_deref();
                word.text == "<<" && (word.plain && tag.is_none() || tag == Some("!!merge"))
            }
            _ => false,
        }
    }

    /// What `sigs.k8s.io/yaml` says of a key that JSON cannot have.
    pub(in crate::helm::functions::yaml) fn unsupported_key(
        &self,
        key: &Scalar,
        value: Index,
    ) -> Unsupported {
        let value = match self.node(value) {
            Node::Alias { target, .. } => return self.unsupported_key(key, *target),
            Node::Scalar(word) if word.resolved() == Scalar::Null => "<nil>".to_owned(),
            _ => self.go_syntax(value),
        };
        let (ty, key) = match key {
            Scalar::Unsigned(value) => ("uint64", format!("{value:#x}")),
            _ => ("%!s(<nil>)", "<nil>".to_owned()),
        };
        Unsupported { ty, key, value }
    }

    /// The node as `%#v` prints it.
    pub(in crate::helm::functions::yaml) fn go_syntax(&self, at: Index) -> String {
        match self.node(at) {
            Node::Scalar(word) => word.go_syntax(),
            Node::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.go_syntax(*item)).collect();
                format!("[]interface {{}}{{{}}}", items.join(", "))
            }
            Node::Map(members) => {
                let member = |(key, value): &(Index, Index)| {
                    format!("{}:{}", self.go_syntax(*key), self.go_syntax(*value))
                };
                let mut members: Vec<_> = members.iter().map(member).collect();
                members.sort();
                format!("map[interface {{}}]interface {{}}{{{}}}", members.join(", "))
            }
            Node::Alias { target, .. } => self.go_syntax(*target),
        }
    }
}

impl Node {
    fn null() -> Self {
        Self::Scalar(Word { text: String::new(), plain: true, tag: None })
    }
}

impl Word {
    /// What it means without a tag.
    pub(in crate::helm::functions::yaml) fn resolved(&self) -> Scalar {
        if self.plain && self.tag.is_none() {
            resolve(&self.text, Dialect::GoV2)
        } else {
            Scalar::Text
        }
    }

    fn go_syntax(&self) -> String {
        let tagged = |tag: &String| resolve_tagged(&self.text, self.plain, tag, Dialect::GoV2).ok();
        match self.tag.as_ref().and_then(tagged).unwrap_or_else(|| self.resolved()) {
            Scalar::Bytes(bytes) => String::from_utf8_lossy(&quote(&bytes)).into_owned(),
            Scalar::Null => "interface {}(nil)".to_owned(),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Int(value) => value.to_string(),
            Scalar::Unsigned(value) => format!("{value:#x}"),
            Scalar::Float(value) if value.is_finite() => crate::yaml::number::go_general(value),
            Scalar::Float(value) => non_finite(value).to_owned(),
            _ => String::from_utf8_lossy(&quote(self.text.as_bytes())).into_owned(),
        }
    }
}

/// A key that JSON cannot have, and what it is the key of.
#[derive(Debug)]
pub(in crate::helm::functions::yaml) struct Unsupported {
    ty: &'static str,
    pub(super) key: String,
    value: String,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ty, key, value } = self;
        write!(f, "unsupported map key of type: {ty}, key: {key}, value: {value}")
    }
}

/// How Go writes a float that is no number, or an infinite one.
pub(super) fn non_finite(value: f64) -> &'static str {
    match value {
        value if value.is_nan() => "NaN",
        value if value > 0.0 => "+Inf",
        _ => "-Inf",
    }
}

/// The name of the alias at `mark`.
fn name(text: &[u8], mark: Mark) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.split('\n').nth(mark.line as usize - 1).unwrap_or_default();
    let named = line.chars().skip(mark.column as usize);
    named.take_while(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-')).collect()
}
