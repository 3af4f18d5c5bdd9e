//! Finding all fields that a path means, and making those that are not there
//! (`kyaml/yaml/match.go`, `PathMatcher`).

use regex::Regex;

use super::lookup;
use super::path::{self, Place};
use super::structured;
use crate::kustomize::node::{Member, Node, Scalar};
use crate::kustomize::problem::{Problem, Result};

/// What a field is made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    List,
    Map,
}

impl Kind {
    pub(super) fn of(node: &Node) -> Self {
        match node {
            Node::Scalar(_) => Self::Scalar,
            Node::List(_) => Self::List,
            Node::Map(_) => Self::Map,
        }
    }

    /// What has to be made for a field, before which of its parts is known only the next.
    pub(super) fn before(next: Option<&String>, last: Self) -> Self {
        match next.map(String::as_str) {
            None | Some("") => last,
            Some(part) if path::is_item(part) || is_index(part) => Self::List,
            Some(_) => Self::Map,
        }
    }

    pub(super) fn make(self) -> Node {
        match self {
            Self::Scalar => Node::Scalar(Scalar::plain("")),
            Self::List => Node::List(Vec::new()),
            Self::Map => Node::map(),
        }
    }
}

fn is_index(part: &str) -> bool {
    path::index(part).is_some_and(|index| index >= 0)
}

/// Something that a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is in the tree.
    At(Place),
    /// It is in what the text of a scalar says, or below `null`: whatever it is set to is lost.
    Lost(Kind),
}

/// All that the path means, in order. With `create` what is not there is made, and is of that kind
/// at the end of the path.
///
/// # Errors
/// Where a part asks something of a node that it is not.
pub(super) fn find(root: &mut Node, parts: &[String], create: Option<Kind>) -> Result<Vec<Found>> {
    let mut search = Search { create, place: Place::new(), found: Vec::new() };
    search.walk(root, parts)?;
    Ok(search.found)
}

struct Search {
    create: Option<Kind>,
    /// Where it is.
    place: Place,
    found: Vec<Found>,
}

impl Search {
    fn walk(&mut self, node: &mut Node, parts: &[String]) -> Result<()> {
        let Some((part, rest)) = parts.split_first() else {
            self.found.push(Found::At(self.place.clone()));
            return Ok(());
        };
        if node.is_null() && self.create.is_some() {
            return self.walk_lost(node, parts);
        }
        if is_index(part) {
            self.item_at(node, part, rest)
        } else if path::is_item(part) {
            self.items(node, part, rest)
        } else if part == "*" {
            self.every_item(node, rest)
        } else {
            self.field(node, part, rest)
        }
    }

    /// What is made below `null` is lost.
    fn walk_lost(&mut self, _null: &Node, parts: &[String]) -> Result<()> {
        if parts.first().is_some_and(|part| part == "*") {
            return Ok(());
        }
        let mut made = Kind::before(parts.first(), Kind::Map).make();
        self.found.extend(lost(&mut made, parts, self.create)?);
        Ok(())
    }

    fn descend(&mut self, node: &mut Node, at: usize, rest: &[String]) -> Result<()> {
        let Some(next) = node.place_mut(&[at]) else { return Ok(()) };
        self.place.push(at);
        let result = self.walk(next, rest);
        self.place.pop();
        result
    }

    fn item_at(&mut self, node: &mut Node, part: &str, rest: &[String]) -> Result<()> {
        let length = lookup::items(node)?.len();
        let index = path::index(part).unwrap_or_default();
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        if let (true, Some(kind), Node::List(items)) = (at == length, self.create, &mut *node) {
            items.push(Kind::before(rest.first(), kind).make());
        } else if at >= length {
            return Err(Problem::new(format!(
                "index {index} specified but only {length} elements found"
            )));
        }
        self.descend(node, at, rest)
    }

    fn every_item(&mut self, node: &mut Node, rest: &[String]) -> Result<()> {
        (0..lookup::items(node)?.len()).try_for_each(|at| self.descend(node, at, rest))
    }

    fn items(&mut self, node: &mut Node, part: &str, rest: &[String]) -> Result<()> {
        let (name, pattern) = path::item_selector(part)?;
        let before = self.found.len();
        self.matching_items(node, name, pattern, rest)?;
        if self.create.is_none() || self.found.len() > before {
            return Ok(());
        }
        if let Node::List(items) = node {
            items.push(item(name, pattern));
        }
        self.matching_items(node, name, pattern, rest)?;
        if self.found.len() == before {
            return Err(Problem::new(format!(
                "failed to create element for {part:?}: the expression does not match itself"
            )));
        }
        Ok(())
    }

    /// All items whose field, or which themselves, match. Behind an item that is a text the path
    /// is over.
    fn matching_items(
        &mut self,
        node: &mut Node,
        name: &str,
        pattern: &str,
        rest: &[String],
    ) -> Result<()> {
        let length = lookup::items(node)?.len();
        if length == 0 {
            return Ok(());
        }
        let regex = compile(pattern)?;
        for at in 0..length {
            let Some(item) = node.place(&[at]) else { continue };
            let subject = if name.is_empty() { Some(item) } else { item.get(name) };
            if subject.is_some_and(|it| regex.is_match(&structured::text(it))) {
                self.descend(node, at, if name.is_empty() { &[] } else { rest })?;
            }
        }
        Ok(())
    }

    fn field(&mut self, node: &mut Node, name: &str, rest: &[String]) -> Result<()> {
        let at = match (lookup::field(node, name)?, self.create, &mut *node) {
            (Some(at), ..) => at,
            (None, Some(kind), Node::Map(members)) => {
                let value = Kind::before(rest.first(), kind).make();
                members.push(Member { key: Scalar::plain(name), value, comment: None });
                members.len() - 1
            }
            _ => return Ok(()),
        };
        match node.place(&[at]) {
            Some(Node::Scalar(scalar)) if !rest.is_empty() => {
                let mut said = structured::parse(&scalar.text)?;
                self.found.extend(lost(&mut said, rest, self.create)?);
                Ok(())
            }
            _ => self.descend(node, at, rest),
        }
    }
}

/// What a path means in a tree that nobody looks at again.
fn lost(root: &mut Node, parts: &[String], create: Option<Kind>) -> Result<Vec<Found>> {
    let found = find(root, parts, create)?;
    let kind = |found: Found| match found {
        Found::At(place) => root.place(&place).map(Kind::of),
        Found::Lost(kind) => Some(kind),
    };
    Ok(found.into_iter().filter_map(kind).map(Found::Lost).collect())
}

/// The item that is made for `[name=value]`.
pub(super) fn item(name: &str, value: &str) -> Node {
    let value = Node::Scalar(Scalar::plain(value));
    if name.is_empty() {
        return value;
    }
    Node::Map([Member { key: Scalar::plain(name), value, comment: None }].into_iter().collect())
}

fn compile(pattern: &str) -> Result<Regex> {
    gitops_diff::golang::compile(pattern)
        .map_err(|why| Problem::new(format!("error parsing regexp: {why}: `{pattern}`")))
}
