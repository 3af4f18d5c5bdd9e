//! From a tree to the bytes that `kustomize build` prints for it.

use std::borrow::Cow;
use std::collections::HashSet;

use gitops_diff::{Map, Text, Value};

use super::json::key_through_json;
use super::{Members, Node, Scalar, Tag};
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::scalar::Scalar as Meaning;
use crate::yaml::{self, Layout, Tree, View, write_tree};

/// Writes the YAML of a tree behind what is in `out`, as upstream prints a resource: through JSON,
/// so that nothing of the source's spelling is left.
///
/// # Errors
/// Where a map has a key twice or one that is no string, or a scalar is not what its tag says.
pub(crate) fn to_yaml(node: &Node, out: &mut String) -> Result<()> {
    // Members are printed in the order of their keys; what is wrong first in the text is said.
    write_tree(node, &Layout::default(), out).map_err(|found| node.check().err().unwrap_or(found))
}

impl Node {
    /// The YAML of the tree alone.
    ///
    /// # Errors
    /// As [`to_yaml`].
    pub(crate) fn yaml(&self) -> Result<String> {
        let mut out = String::new();
        to_yaml(self, &mut out)?;
        Ok(out)
    }

    /// The value that stands for the tree in JSON.
    ///
    /// # Errors
    /// As [`to_yaml`].
    pub(crate) fn value(&self) -> Result<Value> {
        match self {
            Self::Scalar(scalar) => scalar.value().map_err(|it| explained(it, scalar)),
            Self::List(items) => {
                items.iter().map(Node::value).collect::<Result<_>>().map(Value::List)
            }
            Self::Map(members) => {
                check_keys(members)?;
                let member = |it: &super::Member| Ok((it.key.text.clone(), it.value.value()?));
                members.iter().map(member).collect::<Result<Map>>().map(Value::Map)
            }
        }
    }

    /// Whether the tree can be printed.
    fn check(&self) -> Result<()> {
        match self {
            Self::Scalar(scalar) => scalar.view().map(drop).map_err(|it| explained(it, scalar)),
            Self::List(items) => items.iter().try_for_each(Node::check),
            Self::Map(members) => {
                check_keys(members)?;
                members.iter().try_for_each(|member| member.value.check())
            }
        }
    }
}

/// What is wrong with a scalar, with its line.
fn explained(problem: String, scalar: &Scalar) -> Problem {
    match scalar.line {
        0 => Problem::new(problem),
        line => Problem::new(format!("{problem} (line {line})")),
    }
}

fn check_keys(members: &Members) -> Result<()> {
    members.iter().try_for_each(|member| check_key(&member.key))?;
    match twice(members) {
        None => Ok(()),
        Some(key) => {
            let (text, line) = (&key.text, key.line);
            Err(Problem::new(format!("mapping key {text:?} already defined (line {line})")))
        }
    }
}

/// Keys that are no strings have no place in JSON; upstream fails on them, and late.
fn check_key(key: &Scalar) -> Result<()> {
    let is_text = match key.tag {
        Tag::Str | Tag::Merge => true,
        Tag::Unknown => matches!(key.kind(), Tag::Str | Tag::Merge),
        _ => false,
    };
    if !is_text {
        let problem = "json: unsupported type: map[interface {}]interface {}";
        return Err(explained(problem.to_owned(), key));
    }
    key_through_json(&key.text).map_err(|it| explained(it.to_owned(), key))
}

/// The second key of one name.
fn twice(members: &Members) -> Option<&Scalar> {
    const FEW: usize = 12;
    let keys = || members.iter().map(|member| &member.key);
    // Most maps are sorted, those of definitions above all.
    if keys().is_sorted_by(|a, b| a.text < b.text) {
        return None;
    }
    if members.len() > FEW {
        let mut seen = HashSet::with_capacity(members.len());
        return keys().find(|key| !seen.insert(&key.text));
    }
    keys()
        .enumerate()
        .find(|(at, key)| keys().take(*at).any(|it| it.text == key.text))
        .map(|it| it.1)
}

impl Tree for Node {
    type Problem = Problem;

    fn view<'a>(&'a self, all: &mut yaml::Members<'a, Self>) -> Result<View<'a, Self>> {
        match self {
            Self::Scalar(scalar) => scalar.view().map_err(|it| explained(it, scalar)),
            Self::List(items) => Ok(View::List(items)),
            Self::Map(members) => {
                check_keys(members)?;
                all.extend(members.iter().map(|it| (it.key.text.as_str(), &it.value)));
                Ok(View::Map)
            }
        }
    }
}

impl Scalar {
    /// What is printed. The error is go-yaml's.
    fn view(&self) -> std::result::Result<View<'_, Node>, String> {
        Ok(match self.meaning()? {
            Meaning::Null => View::Null,
            Meaning::Bool(value) => View::Bool(value),
            Meaning::Int(value) => View::Int(value),
            Meaning::Unsigned(value) => View::Unsigned(value),
            Meaning::Float(value) if !value.is_finite() => {
                return Err(format!("json: unsupported value: {}", self.text));
            }
            Meaning::Float(value) => View::Float(value),
            Meaning::Text => View::Text(self.printed()?),
            Meaning::Time(time) => View::Text(Cow::Owned(time)),
            Meaning::Bytes(bytes) => {
                View::Text(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
            }
        })
    }

    /// The value that stands for it in JSON.
    pub(crate) fn value(&self) -> std::result::Result<Value, String> {
        match self.meaning()? {
            Meaning::Text => Ok(Value::Str(Text::from(self.printed()?.as_ref()))),
            other => crate::yaml::meaning::json(other, ""),
        }
    }
}
