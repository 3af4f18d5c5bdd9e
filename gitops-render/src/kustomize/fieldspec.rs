//! Fields of resources by their paths, as kyaml's `fieldspec` filter finds them
//! (`api/filters/fieldspec/fieldspec.go`).
//!
//! Lists on the way are gone through without being named; a step that ends in `[]` wants one and
//! makes none.

use gitops_diff::Text;

use super::id::{Gvk, ResId};
use super::kustomization::FieldSpec;
use super::node::{Member, Members, Node, Scalar, Tag};
use super::problem::{Problem, Result};

/// A field of some kinds, by its path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    spec: FieldSpec,
    steps: Vec<Step>,
}

/// The key of a map on the way to a field.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    /// As it is written, for errors.
    text: Text,
    key: Text,
    wants_list: bool,
}

/// What stands for a field that is not there, or is `null`, if its path is to be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Make {
    /// Nothing: what is not there is left alone.
    Nothing,
    /// A map.
    Map,
    /// A scalar; a `null` gets the tag and keeps its text.
    Scalar(Tag),
}

/// What happens to each node at the end of a path.
pub(crate) type Change<'a> = dyn FnMut(&mut Node) -> Result<()> + 'a;

impl Field {
    pub(crate) fn new(spec: &FieldSpec) -> Self {
        let steps = split(&spec.path, '/').into_iter().map(Step::new).collect();
        Self { spec: spec.clone(), steps }
    }

    /// The fields of `specs` that resources of the kind `gvk` have.
    pub(crate) fn of_kind<'a>(specs: &'a [Self], gvk: &'a Gvk) -> impl Iterator<Item = &'a Self> {
        specs.iter().filter(|field| gvk.is_selected(&field.spec.gvk))
    }

    pub(crate) fn all(specs: &[FieldSpec]) -> Vec<Self> {
        specs.iter().map(Self::new).collect()
    }

    pub(crate) fn path(&self) -> &str {
        &self.spec.path
    }

    /// The keys on the way to it.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Text> {
        self.steps.iter().map(|step| &step.key)
    }

    /// Whether its path is made of nothing but keys.
    pub(crate) fn is_plain(&self) -> bool {
        self.steps.iter().all(|step| !step.wants_list && step.is_plain())
    }

    /// The kinds that have it.
    pub(crate) fn kinds(&self) -> &Gvk {
        &self.spec.gvk
    }

    /// Does `change` to every node that the path leads to, below the root `root` of a resource
    /// that has the field.
    ///
    /// # Errors
    /// Where the path leads through a scalar, and what `change` finds wrong.
    pub(crate) fn visit(
        &self,
        root: &mut Node,
        make: &Make,
        change: &mut Change<'_>,
    ) -> Result<()> {
        let make = if self.spec.create { make } else { &Make::Nothing };
        walk(root, &self.steps, make, change).map_err(|problem| {
            let (path, id) = (self.path(), named(root));
            problem.within(format_args!("considering field '{path}' of object {id}"))
        })
    }
}

fn walk(node: &mut Node, steps: &[Step], make: &Make, change: &mut Change<'_>) -> Result<()> {
    let Some((step, rest)) = steps.split_first() else { return change(node) };
    match node {
        Node::Scalar(scalar) if scalar.is_null() => Ok(()),
        Node::Scalar(_) => Err(Problem::new("expected sequence or mapping node")),
        Node::List(items) => items.iter_mut().try_for_each(|item| {
            walk(item, steps, make, change).map_err(|problem| in_list(problem, steps))
        }),
        Node::Map(members) => match step.enter(members, rest.is_empty(), make)? {
            Some(value) => walk(value, rest, make, change),
            None => Ok(()),
        },
    }
}

fn in_list(problem: Problem, steps: &[Step]) -> Problem {
    let steps: Vec<&str> = steps.iter().map(|step| &*step.text).collect();
    problem.within(format_args!("visit traversal on path: [{}]", steps.join(" ")))
}

impl Step {
    fn new(text: String) -> Self {
        let key = text.strip_suffix("[]");
        let wants_list = key.is_some();
        let key = key.unwrap_or(&text).trim().into();
        Self { text: text.into(), key, wants_list }
    }

    /// The value of the key, made if it has to be.
    fn enter<'a>(
        &self,
        members: &'a mut Members,
        is_last: bool,
        make: &Make,
    ) -> Result<Option<&'a mut Node>> {
        self.check(members)?;
        let make = match make {
            Make::Nothing => &Make::Nothing,
            _ if self.wants_list => &Make::Nothing,
            make if is_last => make,
            _ => &Make::Map,
        };
        if let (None, Some(value)) = (members.find(&self.key), make.new_value()) {
            let key = Scalar::plain(self.key.clone());
            members.push(Member { key, value, comment: None });
        }
        let Some(value) = members.get_mut(&self.key) else { return Ok(None) };
        self.replace_null(value, make);
        Ok(Some(value))
    }

    fn replace_null(&self, value: &mut Node, make: &Make) {
        let Node::Scalar(scalar) = value else { return };
        if !scalar.is_null() {
            return;
        }
        match make {
            Make::Scalar(tag) => scalar.tag = *tag,
            Make::Map => *value = Node::map(),
            Make::Nothing if self.wants_list => *value = Node::List(Vec::new()),
            Make::Nothing => {}
        }
    }

    fn is_plain(&self) -> bool {
        !matches!(&*self.key, "" | "*") && position(&self.key).is_none()
    }

    /// Upstream takes some keys for positions in lists, and does not find them in maps.
    fn check(&self, members: &Members) -> Result<()> {
        let problem = match &*self.key {
            "" => return Err(Problem::new("cannot set or create an empty field name")),
            "*" => Problem::new("wildcard is not supported in PathGetter"),
            key if key.starts_with('[') && key.ends_with(']') && !key.contains('=') => {
                Problem::new(
                    "list path element must contain fieldName=fieldValue for element to match",
                )
            }
            key => match position(key) {
                None => return Ok(()),
                Some(at) if at < 0 && key.len() > 1 && !key.starts_with('[') => {
                    Problem::new(format!("array index {at} cannot be negative"))
                }
                Some(_) => Node::Map(members.clone()).wrong_kind("SequenceNode"),
            },
        };
        Err(problem.within(format_args!("fieldName: {}", self.key)))
    }
}

/// The position in a list that a key stands for.
fn position(key: &str) -> Option<i64> {
    match key.as_bytes() {
        [b'-'] | [b'[', .., b']'] => Some(-1),
        [b'+' | b'-' | b'0'..=b'9', ..] => key.parse().ok(),
        _ => None,
    }
}

impl Make {
    fn new_value(&self) -> Option<Node> {
        match self {
            Self::Nothing => None,
            Self::Map => Some(Node::map()),
            Self::Scalar(_) => Some(Node::Scalar(Scalar::plain(""))),
        }
    }
}

/// What a resource calls itself, for errors.
fn named(root: &Node) -> ResId {
    let text = |path: &[&str]| root.text_at(path).unwrap_or_default();
    ResId {
        gvk: Gvk::unscoped(text(&["apiVersion"]), text(&["kind"])),
        name: text(&["metadata", "name"]).into(),
        namespace: text(&["metadata", "namespace"]).into(),
    }
}

/// The parts of a path between `delimiter`s that have no backslash before them; one at the start
/// is left out.
pub(crate) fn split(path: &str, delimiter: char) -> Vec<String> {
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    for part in path.split(delimiter) {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests;
