//! Fields in what the text of a scalar says, JSON or YAML: a path can lead on into it.

use gitops_diff::Value;

use super::lookup;
use super::matcher::{self, Found, Kind};
use super::path::Place;
use super::spelled;
use super::value::{Setter, Spent};
use crate::kustomize::build::Build;
use crate::kustomize::json;
use crate::kustomize::node::{self, Node};
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::Allowance;

/// Sets what the path means in the first scalar on its way, and writes that anew; where it was.
/// None where there is no such scalar or anything is wrong: then the path is tried without.
pub(super) fn set(
    root: &mut Node,
    parts: &[String],
    setter: &Setter<'_>,
    create: Option<Kind>,
    spent: &mut Spent,
) -> Option<Found> {
    let (place, inner) = scalar(root, parts)?;
    let text = root.place(&place)?.as_text()?.clone();
    let mut said = parse(&text).ok()?;
    let found = matcher::find(&mut said, inner, create).ok()?;
    if found.is_empty() {
        return None;
    }
    for part in &found {
        setter.set(&mut said, part, spent).ok()?;
    }
    let written = write(&said, &text).ok()?;
    if let Some(Node::Scalar(scalar)) = root.place_mut(&place) {
        scalar.text = written.into();
    }
    Some(Found::At(place))
}

/// The first scalar on the way of the path that is not at its end and that says something, with
/// the rest of the path.
fn scalar<'p>(root: &Node, parts: &'p [String]) -> Option<(Place, &'p [String])> {
    let (mut node, mut place) = (root, Place::new());
    for (number, part) in parts.iter().enumerate() {
        let part = part.trim();
        if !part.is_empty() {
            let at = lookup::step(node, part).ok()??;
            place.push(at);
            node = node.place(&[at])?;
        }
        let rest = &parts[number + 1..];
        if let (Node::Scalar(scalar), false) = (node, rest.is_empty()) {
            return parse(&scalar.text).is_ok().then_some((place, rest));
        }
    }
    None
}

/// What a text says.
///
/// # Errors
/// Where it is no YAML.
pub(super) fn parse(text: &str) -> Result<Node> {
    let mut allowance = Allowance::new(1_000_000, 16 << 20);
    let node = node::read(text.as_bytes(), &Build::yaml(), &mut allowance)
        .map_err(|error| Problem::new(error.as_go()))?;
    // What says nothing is of no kind.
    node.ok_or_else(|| {
        Problem::new("wrong node kind: expected MappingNode but got : node contents:\nnull\n")
    })
}

/// The data as a text in the manner of `before`.
fn write(said: &Node, before: &str) -> Result<String> {
    if !before.trim_start().starts_with(['{', '[']) {
        return Ok(spelled::write(said, before));
    }
    let value: Value = said.value()?;
    let is_pretty = before.contains('\n') && before.contains("  ");
    Ok(if is_pretty { json::pretty(&value) } else { json::compact(&value) })
}

/// What a node is when it is printed, without the white space around it.
pub(super) fn text(node: &Node) -> String {
    match node {
        Node::Scalar(scalar) => spelled::scalar(scalar).trim().to_owned(),
        node => spelled::write(node, ""),
    }
}
