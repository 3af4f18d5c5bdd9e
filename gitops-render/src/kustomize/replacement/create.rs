//! Finding the one field that a path means, or making it (`kyaml/yaml/fns.go`, `LookupCreate`).

use super::lookup;
use super::matcher::{Kind, item};
use super::path;
use crate::kustomize::node::{Member, Node, Scalar};
use crate::kustomize::problem::Result;

/// The scalar at the end of a path. Fields and items with a name are made, those with a position
/// are not; below `null` there is nothing.
///
/// # Errors
/// Where a part asks something of a node that it is not.
pub(crate) fn find_or_make<'n>(
    root: &'n mut Node,
    parts: &[String],
) -> Result<Option<&'n mut Node>> {
    let parts: Vec<String> =
        parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
    let mut node = root;
    for (number, part) in parts.iter().enumerate() {
        let found = match lookup::step(node, part)? {
            Some(at) => Some(at),
            None => make(node, part, parts.get(number + 1)),
        };
        let Some(next) = found.and_then(|at| node.place_mut(&[at])) else { return Ok(None) };
        node = next;
    }
    Ok(Some(node))
}

/// Makes what the part means at the end of `node`, if it can be made; where it is.
fn make(node: &mut Node, part: &str, next: Option<&String>) -> Option<usize> {
    match node {
        Node::Map(members) if part != "-" && path::index(part).is_none() => {
            let value = Kind::before(next, Kind::Scalar).make();
            members.push(Member { key: Scalar::plain(part), value, comment: None });
            Some(members.len() - 1)
        }
        Node::List(items) if path::is_item(part) => {
            let (name, value) = path::item_selector(part).ok()?;
            items.push(item(name, value));
            Some(items.len() - 1)
        }
        _ => None,
    }
}
