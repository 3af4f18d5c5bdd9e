//! Finding the one field that a path means (`kyaml/yaml/fns.go`, `PathGetter`).

use super::path::{self, Place};
use crate::kustomize::node::Node;
use crate::kustomize::problem::{Problem, Result};

/// The place of what the path means; none where there is nothing.
///
/// # Errors
/// Where a part asks something of a node that it is not.
pub(super) fn find(root: &Node, parts: &[String]) -> Result<Option<Place>> {
    let (mut node, mut place) = (root, Place::new());
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        let Some(at) = step(node, part)? else { return Ok(None) };
        place.push(at);
        let Some(next) = node.place(&[at]) else { return Ok(None) };
        node = next;
    }
    Ok(Some(place))
}

/// The position of what one part means in `node`.
pub(super) fn step(node: &Node, part: &str) -> Result<Option<usize>> {
    match path::index(part) {
        Some(index) => item_at(node, index),
        None if part == "-" => Ok(items(node)?.len().checked_sub(1)),
        None if part == "*" => Err(Problem::new("wildcard is not supported in PathGetter")),
        None if path::is_item(part) => item(node, part),
        None => field(node, part),
    }
}

fn item_at(node: &Node, index: i64) -> Result<Option<usize>> {
    let Ok(at) = usize::try_from(index) else {
        return Err(Problem::new(format!("array index {index} cannot be negative")));
    };
    let items = items(node)?;
    Ok(Some(at).filter(|at| *at < items.len()))
}

/// The items of a list, none of `null`.
pub(super) fn items(node: &Node) -> Result<&[Node]> {
    match node {
        Node::List(items) => Ok(items),
        other if other.is_null() => Ok(&[]),
        other => Err(other.wrong_kind("SequenceNode")),
    }
}

/// The first item that has the value, or whose field has it.
fn item(node: &Node, part: &str) -> Result<Option<usize>> {
    let (name, value) = path::item_selector(part)?;
    let says = |node: &Node| node.as_text().map_or("", |it| it.as_str()) == value;
    let is_meant = |item: &Node| match name {
        "" => says(item),
        name => item.get(name).is_some_and(says),
    };
    Ok(items(node)?.iter().position(is_meant))
}

/// The position of a field.
pub(super) fn field(node: &Node, name: &str) -> Result<Option<usize>> {
    match node {
        // Without a name upstream asks for a text.
        Node::Map(_) | Node::List(_) if name.is_empty() => Err(node.wrong_kind("ScalarNode")),
        Node::Map(members) => Ok(members.iter().position(|it| it.key.text == name)),
        other if other.is_null() => Ok(None),
        other => Err(other.wrong_kind("MappingNode")),
    }
}
