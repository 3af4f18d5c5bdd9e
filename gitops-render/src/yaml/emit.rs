//! From values to YAML, byte for byte as go-yaml writes it.

mod layout;
mod order;
mod scalar;
mod shape;
mod styled;
#[cfg(test)]
mod tests;
mod view;

use gitops_diff::Value;

pub use self::layout::{Layout, Lists};
use self::scalar::Pen;
pub(crate) use self::styled::{Spot, write_styled};
pub(crate) use self::view::{Members, Tree, View};
use super::Dialect;
use super::scalar::{Scalar as Meaning, resolve};

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
    write(value, &Layout::default())
}

/// The YAML of `value` in the layout of go-yaml v2 or v3.
///
/// ```
/// use gitops_render::yaml::{self, Dialect, Layout};
///
/// let value = serde_json::from_str(r#"{"on": ["a", {"b": 1, "c": [2]}]}"#)?;
/// let pretty = Layout { dialect: Dialect::GoV3, ..Layout::default() };
/// let text = "\"on\":\n  - a\n  - b: 1\n    c:\n      - 2\n";
/// assert_eq!(yaml::write(&value, &pretty), text);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn write(value: &Value, layout: &Layout) -> String {
    let mut out = String::new();
    let Ok(()) = write_tree(value, layout, &mut out);
    out
}

/// Writes any tree behind what is in `out`, which must end with a line end if it is not empty.
///
/// # Errors
/// The first of the tree; a part of it is in `out` then.
pub(crate) fn write_tree<T: Tree>(
    tree: &T,
    layout: &Layout,
    out: &mut String,
) -> Result<(), T::Problem> {
    let pen = Pen::new(layout, std::mem::take(out));
    let mut emitter = Emitter { pen, layout: layout.clone(), members: Vec::new() };
    let outcome = emitter.root(tree);
    *out = emitter.pen.into_text();
    outcome
}

/// Whether go-yaml writes `text` without quotes.
pub(crate) fn is_plain(text: &str, dialect: Dialect) -> bool {
    shape::style(text, false, dialect) == shape::Style::Plain
        && resolve(text, dialect) == Meaning::Text
}

/// Whether go-yaml v3 writes `text` as a block where it is asked to, and not in double quotes.
pub(crate) fn allows_block(text: &str) -> bool {
    shape::allows_block(text, Dialect::GoV3)
}

/// Where the first member or item of a collection goes.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    /// On a line of its own.
    Line,
    /// Behind the `-`, `?` or `:` that was just written.
    Here,
}

struct Emitter<'a, T> {
    pen: Pen,
    layout: Layout,
    /// The members of the maps that are being written, those of the innermost last.
    members: Members<'a, T>,
}

impl<'a, T: Tree> Emitter<'a, T> {
    fn root(&mut self, tree: &'a T) -> Result<(), T::Problem> {
        match self.view(tree)? {
            View::Map if !self.members.is_empty() => self.map(0, 0, Start::Line)?,
            View::List(items) if !items.is_empty() => self.list(items, 0, Start::Line)?,
            other => self.flat(other, self.layout.step()),
        }
        self.pen.end_line();
        Ok(())
    }

    /// What `tree` is; members of a map are in order then.
    fn view(&mut self, tree: &'a T) -> Result<View<'a, T>, T::Problem> {
        let first = self.members.len();
        Ok(match tree.view(&mut self.members)? {
            View::Map => {
                order::Order(self.layout.dialect).sort(&mut self.members[first..]);
                View::Map
            }
            View::Fields => View::Map,
            other => other,
        })
    }

    /// A map, the first of whose members is the one with the number `first`.
    fn map(&mut self, first: usize, indent: usize, start: Start) -> Result<(), T::Problem> {
        let inner = self.layout.below_key(indent);
        for at in first..self.members.len() {
            let (key, value) = self.members[at];
            self.place(indent, at > first || start == Start::Line);
            if shape::is_simple_key(key) {
                self.pen.scalar(key, inner, scalar::Place::Key);
                self.pen.raw(":");
                self.member(value, indent)?;
            } else {
                self.pen.raw("? ");
                self.pen.scalar(key, inner, scalar::Place::Value);
                self.pen.line(indent);
                self.pen.raw(":");
                self.item(value, inner)?;
            }
        }
        self.members.truncate(first);
        Ok(())
    }

    fn list(&mut self, items: &'a [T], indent: usize, start: Start) -> Result<(), T::Problem> {
        for (at, item) in items.iter().enumerate() {
            self.place(indent, at > 0 || start == Start::Line);
            self.pen.raw("-");
            self.item(item, indent + 2)?;
        }
        Ok(())
    }

    /// Goes to `indent`, on a line of its own or on this one.
    fn place(&mut self, indent: usize, own_line: bool) {
        if own_line { self.pen.line(indent) } else { self.pen.pad(indent) }
    }

    /// A value behind a key: collections start on the next line.
    fn member(&mut self, value: &'a T, indent: usize) -> Result<(), T::Problem> {
        let inner = self.layout.below_key(indent);
        let first = self.members.len();
        match self.view(value)? {
            View::Map if self.members.len() > first => self.map(first, inner, Start::Line),
            View::List(items) if !items.is_empty() => {
                self.list(items, self.layout.list_below_key(indent), Start::Line)
            }
            other => {
                self.pen.raw(" ");
                self.flat(other, inner);
                Ok(())
            }
        }
    }

    /// A value behind an indicator: collections start on the same line, at `indent`.
    fn item(&mut self, value: &'a T, indent: usize) -> Result<(), T::Problem> {
        let first = self.members.len();
        match self.view(value)? {
            View::Map if self.members.len() > first => self.map(first, indent, Start::Here),
            View::List(items) if !items.is_empty() => self.list(items, indent, Start::Here),
            other => {
                self.pen.raw(" ");
                self.flat(other, indent);
                Ok(())
            }
        }
    }

    /// A value that is no collection with parts.
    fn flat(&mut self, value: View<'_, T>, indent: usize) {
        match value {
            View::Null => self.pen.raw("null"),
            View::Bool(true) => self.pen.raw("true"),
            View::Bool(false) => self.pen.raw("false"),
            View::Int(value) => self.pen.raw(&value.to_string()),
            View::Unsigned(value) => self.pen.raw(&value.to_string()),
            View::Float(value) => self.pen.raw(&self.float(value)),
            View::Text(text) => self.pen.scalar(&text, indent, scalar::Place::Value),
            View::Scalar(text) => {
                for (at, line) in text.split('\n').enumerate() {
                    if at > 0 {
                        self.pen.line(indent);
                    }
                    self.pen.raw(line);
                }
            }
            View::List(_) => self.pen.raw("[]"),
            View::Map | View::Fields => self.pen.raw("{}"),
        }
    }

    fn float(&self, value: f64) -> String {
        match self.layout.dialect {
            Dialect::GoV2 => through_json(value),
            Dialect::GoV3 => super::number::go_general(value),
        }
    }
}

/// Through JSON as `sigs.k8s.io/yaml` goes: what is written there without a point and fits 64
/// bits is an integer afterwards.
fn through_json(value: f64) -> String {
    match super::number::json_float(value) {
        Some(json) if json.parse::<i64>().is_ok() || json.parse::<u64>().is_ok() => {
            if json == "-0" { "0".to_owned() } else { json }
        }
        _ => super::number::go_general(value),
    }
}
