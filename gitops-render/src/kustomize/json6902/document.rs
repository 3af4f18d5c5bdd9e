//! A resource while a JSON patch changes it: only what an operation goes through is taken apart.

use std::collections::BTreeMap;

use gitops_diff::Text;
use serde_json::value::RawValue;

use super::normal;
use crate::kustomize::json;
use crate::kustomize::node::{Member, Members, Node, Scalar};
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::scalar::Scalar as Meaning;

/// A value of a resource or a patch.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// Nothing: `null` in the resource, or the value of an operation that has none.
    Nil,
    /// `null` as the value of an operation: nothing is found in it.
    Null,
    /// A part of the resource that nobody looked into.
    Node(Node),
    /// A part of a patch that nobody looked into, as it is written: what is tested is what is
    /// written.
    Raw(Box<str>),
    /// A map or list that was looked into.
    Open(Container),
}

/// A map or list that was looked into.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Container {
    Map(BTreeMap<Text, Json>),
    List(Vec<Json>),
}

impl Container {
    /// The resource itself.
    ///
    /// # Errors
    /// Where it is no map, or one that JSON cannot have.
    pub(super) fn of_root(node: Node) -> Result<Self> {
        match node {
            Node::Map(members) => open_map(members),
            Node::List(items) => Ok(Self::List(items.into_iter().map(Json::of_node).collect())),
            Node::Scalar(_) => Err(Problem::new("a JSON patch needs an object to change")),
        }
    }

    /// The container that holds the value at `path`, and the key of it there. None where the way
    /// is missing, whatever that is.
    pub(super) fn find(&mut self, path: &str) -> Option<(&mut Self, String)> {
        let mut parts =
            path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
        let mut key = parts.next()?;
        let mut container = self;
        for next in parts {
            let value = match container {
                Self::Map(members) => members.get_mut(key.as_str())?,
                Self::List(items) => {
                    let at = position(&key, items.len()).ok()?;
                    &mut items[at]
                }
            };
            container = value.open()?;
            key = next;
        }
        Some((container, key))
    }

    /// The value of a key; a map has nothing for a key that it has not, a list an error.
    pub(super) fn get(&self, key: &str) -> Result<Option<&Json>> {
        match self {
            Self::Map(members) => Ok(members.get(key)),
            Self::List(items) => Ok(Some(&items[position(key, items.len())?])),
        }
    }

    /// Sets the value of a key that is there.
    pub(super) fn set(&mut self, key: &str, value: Json) -> Result<()> {
        match self {
            Self::Map(members) => {
                members.insert(key.into(), value);
            }
            Self::List(items) => {
                let at = position(key, items.len())?;
                items[at] = value;
            }
        }
        Ok(())
    }

    /// Sets the value of a key of a map; puts it before that item of a list, where `-` is the end
    /// and a negative number counts from there.
    pub(super) fn add(&mut self, key: &str, value: Json) -> Result<()> {
        let items = match self {
            Self::Map(members) => {
                members.insert(key.into(), value);
                return Ok(());
            }
            Self::List(items) => items,
        };
        if key == "-" {
            items.push(value);
            return Ok(());
        }
        let at = match position(key, items.len() + 1) {
            Ok(at) => at,
            Err(problem) if number(key).is_ok() => return Err(problem),
            Err(problem) => {
                return Err(
                    problem.within(format_args!("value was not a proper array index: '{key}'"))
                );
            }
        };
        items.insert(at, value);
        Ok(())
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, key: &str) -> Result<Json> {
        match self {
            Self::Map(members) => members.remove(key).ok_or_else(|| {
                Problem::new(format!("Unable to remove nonexistent key: {key}: missing value"))
            }),
            Self::List(items) => {
                let at = position(key, items.len())?;
                Ok(items.remove(at))
            }
        }
    }

    /// Whether it says the same as `other`.
    pub(super) fn equals(&self, other: &Json) -> bool {
        other.clone().opened().is_some_and(|other| self.same(&other))
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Map(mine), Self::Map(others)) => {
                mine.len() == others.len()
                    && mine.iter().all(|(key, value)| {
                        others.get(key).is_some_and(|other| value.equals_part(other))
                    })
            }
            (Self::List(mine), Self::List(others)) => {
                mine.len() == others.len()
                    && mine.iter().zip(others).all(|(value, other)| value.equals_part(other))
            }
            _ => false,
        }
    }

    /// The node that comes back from JSON.
    pub(super) fn into_node(self) -> Result<Node> {
        match self {
            Self::Map(members) => {
                let member = |(key, value): (Text, Json)| {
                    let key = normal::text(key);
                    Ok(Member { key, value: value.into_node()?, comment: None })
                };
                members.into_iter().map(member).collect::<Result<Members>>().map(Node::Map)
            }
            Self::List(items) => {
                items.into_iter().map(Json::into_node).collect::<Result<_>>().map(Node::List)
            }
        }
    }
}

impl Json {
    /// A part of the resource, which is nothing where JSON says `null`: nothing in brackets is an
    /// empty text there.
    fn of_node(node: Node) -> Self {
        match node.as_scalar().map(Scalar::meaning) {
            Some(Ok(Meaning::Null)) => Self::Nil,
            _ => Self::Node(node),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nil | Self::Null)
    }

    /// Looks into a map or list; none where it is something else.
    fn open(&mut self) -> Option<&mut Container> {
        if !matches!(self, Self::Open(_)) {
            let container = std::mem::replace(self, Self::Nil).opened()?;
            *self = Self::Open(container);
        }
        if let Self::Open(container) = self { Some(container) } else { None }
    }

    /// The map or list that it is.
    pub(super) fn opened(self) -> Option<Container> {
        match self {
            Self::Open(container) => Some(container),
            Self::Node(Node::Map(members)) => open_map(members).ok(),
            Self::Node(Node::List(items)) => {
                Some(Container::List(items.into_iter().map(Self::of_node).collect()))
            }
            Self::Raw(raw) => open_raw(&raw),
            Self::Nil | Self::Null | Self::Node(Node::Scalar(_)) => None,
        }
    }

    /// Whether it says the same as `other`: scalars by how JSON writes them.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self.clone().opened(), other.clone().opened()) {
            (Some(mine), Some(others)) => mine.same(&others),
            (None, None) => self.written() == other.written(),
            _ => false,
        }
    }

    fn equals_part(&self, other: &Self) -> bool {
        match (self.is_nothing(), other.is_nothing()) {
            (false, false) => self.equals(other),
            (mine, others) => mine == others,
        }
    }

    /// A scalar as JSON writes it.
    fn written(&self) -> Option<String> {
        match self {
            Self::Node(Node::Scalar(scalar)) => {
                scalar.value().ok().map(|value| json::compact(&value))
            }
            Self::Raw(raw) => Some(raw.trim().to_owned()),
            _ => None,
        }
    }

    /// How many values it is made of.
    pub(super) fn size(&self) -> usize {
        fn nodes(node: &Node) -> usize {
            match node {
                Node::Scalar(_) => 1,
                Node::List(items) => 1 + items.iter().map(nodes).sum::<usize>(),
                Node::Map(members) => 1 + members.iter().map(|it| nodes(&it.value)).sum::<usize>(),
            }
        }
        match self {
            Self::Nil | Self::Null => 1,
            Self::Node(node) => nodes(node),
            Self::Raw(raw) => 1 + raw.bytes().filter(|it| matches!(it, b',' | b':' | b'[')).count(),
            Self::Open(Container::Map(members)) => {
                1 + members.values().map(Self::size).sum::<usize>()
            }
            Self::Open(Container::List(items)) => 1 + items.iter().map(Self::size).sum::<usize>(),
        }
    }

    fn into_node(self) -> Result<Node> {
        match self {
            Self::Nil | Self::Null => Ok(Node::null()),
            Self::Node(node) => normal::node(node),
            Self::Open(container) => container.into_node(),
            Self::Raw(raw) => match open_raw(&raw) {
                Some(container) => container.into_node(),
                None => normal::raw(&raw),
            },
        }
    }
}

fn open_map(members: Members) -> Result<Container> {
    let mut map = BTreeMap::new();
    for Member { key, value, .. } in members {
        let key = normal::key(key)?;
        if map.insert(key.text.clone(), Json::of_node(value)).is_some() {
            return Err(Problem::new(format!(
                "mapping key {:?} already defined",
                key.text.as_str()
            )));
        }
    }
    Ok(Container::Map(map))
}

/// One level of a written map or list.
fn open_raw(raw: &str) -> Option<Container> {
    let json = |value: Option<&RawValue>| value.map_or(Json::Nil, |it| Json::Raw(it.get().into()));
    match raw.trim_start().as_bytes().first()? {
        b'{' => {
            let members: BTreeMap<String, Option<&RawValue>> = serde_json::from_str(raw).ok()?;
            let members = members.into_iter().map(|(key, value)| (key.into(), json(value)));
            Some(Container::Map(members.collect()))
        }
        b'[' => {
            let items: Vec<Option<&RawValue>> = serde_json::from_str(raw).ok()?;
            Some(Container::List(items.into_iter().map(json).collect()))
        }
        _ => None,
    }
}

fn number(key: &str) -> Result<i64> {
    key.parse().map_err(|_| Problem::new(format!("strconv.Atoi: parsing {key:?}: invalid syntax")))
}

/// Which of `length` items a key means; a negative number counts from the end.
fn position(key: &str, length: usize) -> Result<usize> {
    let number = number(key)?;
    let wrong = || {
        Problem::new(format!("Unable to access invalid index: {number}: invalid index referenced"))
    };
    let size = i64::try_from(length).map_err(|_| wrong())?;
    let at = if number < 0 { number + size } else { number };
    if at >= size {
        return Err(wrong());
    }
    usize::try_from(at).map_err(|_| wrong())
}
