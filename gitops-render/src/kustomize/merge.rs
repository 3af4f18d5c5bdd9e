//! The strategic merge of a patch into a resource, as kyaml does it (`kyaml/yaml/walk`,
//! `kyaml/yaml/merge2`).
//!
//! Maps are merged, `null` deletes, lists are replaced unless the type of their field says by
//! which keys their items belong together. Upstream walks the whole resource, not only what the
//! patch names, and that has effects: fields without a value vanish, items with the same key fall
//! together. They are kept, and so are upstream's other bugs unless [`Compat::Fixed`] says not to.

mod directive;
mod list;
mod slow;

use std::collections::BTreeMap;

use gitops_diff::Text;

use self::directive::Directive;
use super::node::{Comment, Member, Members, Node, Scalar, Tag};
use super::options::Compat;
use super::problem::{Problem, Result};
use super::schema::{Spot, View};

/// How a patch is merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MergeOptions {
    pub(crate) new_items: NewItems,
    pub(crate) unknown_lists: UnknownLists,
    pub(crate) compat: Compat,
}

/// Where the items of a patch go in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum NewItems {
    /// Before all others, in the order of the patch: as patches do.
    #[default]
    First,
    /// Behind all others, as upstream's library does where nobody says otherwise.
    #[cfg(test)]
    Last,
}

/// What happens to lists of which no type is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum UnknownLists {
    /// They are replaced.
    #[default]
    Replaced,
    /// They are merged by the names of their items, if all have one: nothing in a build does, but
    /// upstream's tables.
    #[cfg(test)]
    MergedByName,
}

/// Merges `patch` into `node`; none where nothing is left.
///
/// # Errors
/// Where values of different kinds meet, or a directive is not known.
pub(crate) fn merge(
    node: Node,
    patch: Node,
    view: View,
    options: MergeOptions,
) -> Result<Option<Node>> {
    let mut merger = Merger { view, options, path: Vec::new() };
    let outcome = merger.walk(Pair::Two(Some(node), Some(patch)), None)?;
    Ok(outcome.into_node())
}

/// Whether a patch replaces what it meets: upstream then changes a copy of the resource, and
/// nothing comes of it.
pub(crate) fn replaces(patch: &Node) -> bool {
    directive::names(patch, "replace")
}

struct Merger {
    view: View,
    options: MergeOptions,
    /// The fields that lead to where it is, for errors.
    path: Vec<Text>,
}

/// What stands at the same place in the resource and in the patch.
enum Pair {
    /// In either of them, or in both.
    Two(Option<Node>, Option<Node>),
    /// A part of the patch that went into the resource as a whole: it is merged into itself, which
    /// carries out its directives.
    Same(Node),
}

/// What comes out where two values meet.
enum Outcome {
    /// Nothing.
    Gone,
    /// What stood in the resource, changed in its place.
    Changed(Node),
    /// What stood in the patch; what stood in the resource is as it was.
    Replaced { by: Node, old: Option<Node> },
    /// A `null` that the resource spells out and that stays.
    KeptNull(Node),
}

/// The kinds of nodes; `null` is of none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Map,
    List,
    Scalar,
}

impl Kind {
    fn of(node: &Node) -> Option<Self> {
        match node {
            Node::Map(_) => Some(Self::Map),
            Node::List(_) => Some(Self::List),
            Node::Scalar(scalar) if scalar.is_null() => None,
            Node::Scalar(_) => Some(Self::Scalar),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Map => "MappingNode",
            Self::List => "SequenceNode",
            Self::Scalar => "ScalarNode",
        }
    }
}

impl Outcome {
    /// What stands at the place afterwards, if it does.
    fn into_node(self) -> Option<Node> {
        match self {
            Self::Gone => None,
            Self::Changed(node) | Self::Replaced { by: node, .. } => {
                Some(node).filter(|node| !node.is_null())
            }
            Self::KeptNull(node) => Some(node),
        }
    }
}

impl Pair {
    /// The nodes that are there, that of the resource first.
    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let (first, second) = match self {
            Self::Two(first, second) => (first.as_ref(), second.as_ref()),
            Self::Same(node) => (Some(node), None),
        };
        first.into_iter().chain(second).filter(|node| !node.is_null())
    }

    /// The kind that both have.
    fn kind(&self) -> Result<Option<Kind>> {
        let Some(kind) = self.nodes().next().and_then(Kind::of) else { return Ok(None) };
        match self.nodes().find(|node| Kind::of(node) != Some(kind)) {
            None => Ok(Some(kind)),
            Some(other) => Err(other.wrong_kind(kind.name())),
        }
    }
}

impl Merger {
    /// Merges what stands at one place, whose type is `spot` if it is known.
    fn walk(&mut self, pair: Pair, spot: Option<Spot>) -> Result<Outcome> {
        let spot = spot.or_else(|| pair.nodes().find_map(|node| self.type_of(node)));
        match (pair.kind()?, pair) {
            (Some(Kind::Scalar), Pair::Same(node)) => Ok(Outcome::Changed(node)),
            (Some(Kind::Scalar), Pair::Two(old, patch)) => Ok(scalar(old, patch)),
            (Some(Kind::List), Pair::Same(node)) => {
                Ok(self.same_list(node, spot)?.map_or(Outcome::Gone, Outcome::Changed))
            }
            (Some(Kind::List), Pair::Two(old, patch)) => self.list(old, patch, spot),
            (_, Pair::Same(node)) => {
                Ok(self.same_map(node, spot)?.map_or(Outcome::Gone, Outcome::Changed))
            }
            (_, Pair::Two(old, patch)) => self.map(old, patch, spot),
        }
    }

    /// The type that an object names itself.
    fn type_of(&self, node: &Node) -> Option<Spot> {
        let members = node.as_map()?;
        let text = |key: &str| members.get(key).and_then(Node::as_text).filter(|it| !it.is_empty());
        let (kind, api_version) = (text("kind")?, text("apiVersion")?);
        self.view.kind(api_version, kind)
    }

    fn map(
        &mut self,
        old: Option<Node>,
        patch: Option<Node>,
        spot: Option<Spot>,
    ) -> Result<Outcome> {
        match (old, patch) {
            (Some(Node::Map(old)), None) => {
                Ok(Outcome::Changed(Node::Map(self.tidy_map(old, spot)?)))
            }
            (Some(Node::Map(old)), Some(Node::Map(mut patch))) => {
                match Directive::take(&mut patch)? {
                    Directive::Delete => Ok(Outcome::Gone),
                    Directive::Merge => {
                        Ok(Outcome::Changed(Node::Map(self.members(old, patch, spot)?)))
                    }
                    Directive::Replace => {
                        let by = Node::Map(self.same_members(patch, spot)?);
                        Ok(Outcome::Replaced { by, old: Some(Node::Map(old)) })
                    }
                }
            }
            // A field that says `null` keeps saying it; one that says nothing goes.
            (Some(Node::Scalar(null)), None) if !null.text.is_empty() => {
                Ok(Outcome::KeptNull(kept_null(null.text)))
            }
            (Some(Node::Map(_)), Some(_)) | (_, None) => Ok(Outcome::Gone),
            (old, Some(patch)) => Ok(match self.added_map(patch, spot)? {
                Some(by) => Outcome::Replaced { by, old },
                None => Outcome::Gone,
            }),
        }
    }

    /// A map of a patch where there was none; none where it deletes itself. An unknown directive
    /// stays.
    fn added_map(&mut self, node: Node, spot: Option<Spot>) -> Result<Option<Node>> {
        let Node::Map(mut members) = node else { return Ok(Some(node)) };
        match Directive::take(&mut members) {
            Ok(Directive::Delete) => Ok(None),
            _ => Ok(Some(Node::Map(self.same_members(members, spot)?))),
        }
    }

    /// A map within such a map.
    fn same_map(&mut self, node: Node, spot: Option<Spot>) -> Result<Option<Node>> {
        let Node::Map(mut members) = node else { return Ok(Some(node)) };
        match Directive::take(&mut members)? {
            Directive::Delete => Ok(None),
            _ => Ok(Some(Node::Map(self.same_members(members, spot)?))),
        }
    }

    fn same_members(&mut self, members: Members, spot: Option<Spot>) -> Result<Members> {
        let mut left = Members::default();
        for Member { key, value, comment } in members {
            let inner = self.field(spot, &key.text, &[comment.as_deref()]);
            self.path.push(key.text.clone());
            let outcome = self.walk(Pair::Same(value), inner)?;
            self.path.pop();
            if let Some(value) = outcome.into_node() {
                left.push(Member { key, value, comment });
            }
        }
        Ok(left)
    }

    /// A map that the patch does not name: what it holds is walked all the same.
    fn tidy_map(&mut self, members: Members, spot: Option<Spot>) -> Result<Members> {
        let mut left = Members::default();
        for Member { key, value, comment } in members {
            if let Some(value) = self.tidy_field(&key, value, comment.as_deref(), spot)? {
                left.push(Member { key, value, comment });
            }
        }
        Ok(left)
    }

    fn tidy_field(
        &mut self,
        key: &Scalar,
        value: Node,
        comment: Option<&Comment>,
        spot: Option<Spot>,
    ) -> Result<Option<Node>> {
        if let Node::Scalar(scalar) = &value {
            let says_nothing = scalar.is_null() && scalar.text.is_empty();
            return Ok((!says_nothing).then_some(value));
        }
        let inner = self.field(spot, &key.text, &[comment]);
        self.path.push(key.text.clone());
        let outcome = self.walk(Pair::Two(Some(value), None), inner)?;
        self.path.pop();
        Ok(outcome.into_node())
    }

    /// The type of a field: what a comment names goes before what the type of the map says.
    fn field(
        &mut self,
        spot: Option<Spot>,
        key: &str,
        comments: &[Option<&Comment>],
    ) -> Option<Spot> {
        let named = comments.iter().flatten().find_map(|comment| self.view.comment(&comment.0));
        named.or_else(|| self.view.field(spot?, key))
    }

    /// Merges the members of two maps, in the order of their keys.
    fn members(&mut self, old: Members, patch: Members, spot: Option<Spot>) -> Result<Members> {
        let mut places = Places::of(old, patch);
        for (key, Place { old, patch }) in std::mem::take(&mut places.by_key) {
            let (before, new) = places.take(old, patch);
            let comments = [before.comment.as_deref(), new.comment.as_deref()];
            let inner = self.field(spot, &key, &comments);
            self.path.push(key);
            let outcome = self.walk(Pair::Two(before.value, new.value), inner)?;
            self.path.pop();
            places.put(old, patch, outcome);
        }
        Ok(places.into_members())
    }
}

fn scalar(old: Option<Node>, patch: Option<Node>) -> Outcome {
    match (old, patch) {
        (old, Some(by)) => Outcome::Replaced { by, old },
        (Some(old), None) => Outcome::Changed(old),
        (None, None) => Outcome::Gone,
    }
}

/// Whether nothing is in it that could be an item of a list with keys.
fn is_void(node: &Node) -> bool {
    node.is_null() || node.as_map().is_some_and(Members::is_empty)
}

fn kept_null(text: Text) -> Node {
    Node::Scalar(Scalar { tag: Tag::Null, ..Scalar::plain(text) })
}

/// The members of two maps while they are merged.
struct Places {
    old: Vec<Option<Member>>,
    patch: Vec<Option<Member>>,
    by_key: BTreeMap<Text, Place>,
}

/// Where the members of one key are: the first ones, if there are several.
#[derive(Clone, Copy, Default)]
struct Place {
    old: Option<usize>,
    patch: Option<usize>,
}

/// A value taken out of its place for a while.
#[derive(Default)]
struct Taken {
    value: Option<Node>,
    comment: Option<Box<Comment>>,
}

impl Places {
    fn of(old: Members, patch: Members) -> Self {
        let old: Vec<Option<Member>> = old.into_iter().map(Some).collect();
        let patch: Vec<Option<Member>> = patch.into_iter().map(Some).collect();
        let mut by_key: BTreeMap<Text, Place> = BTreeMap::new();
        for (at, member) in old.iter().flatten().enumerate() {
            by_key.entry(member.key.text.clone()).or_default().old.get_or_insert(at);
        }
        for (at, member) in patch.iter().flatten().enumerate() {
            by_key.entry(member.key.text.clone()).or_default().patch.get_or_insert(at);
        }
        Self { old, patch, by_key }
    }

    /// Takes the values of a key; that of the resource leaves an empty place with its quotes.
    fn take(&mut self, old: Option<usize>, patch: Option<usize>) -> (Taken, Taken) {
        let before = old.and_then(|at| self.old[at].as_mut()).map(|member| {
            let left = match &member.value {
                Node::Scalar(scalar) => {
                    Node::Scalar(Scalar { text: Text::default(), ..scalar.clone() })
                }
                _ => Node::map(),
            };
            let value = Some(std::mem::replace(&mut member.value, left));
            Taken { value, comment: member.comment.clone() }
        });
        let new = patch.and_then(|at| self.patch[at].as_mut()).map(|member| {
            let value = Some(std::mem::replace(&mut member.value, Node::null()));
            Taken { value, comment: member.comment.clone() }
        });
        (before.unwrap_or_default(), new.unwrap_or_default())
    }

    /// Puts what came out where it belongs: in the place of the old value, with its quotes, or at
    /// the end.
    fn put(&mut self, old: Option<usize>, patch: Option<usize>, outcome: Outcome) {
        let is_new = matches!(outcome, Outcome::Replaced { .. });
        let in_place = matches!(outcome, Outcome::Changed(_));
        let new = patch.and_then(|at| self.patch[at].take());
        let Some(value) = outcome.into_node() else {
            if let Some(at) = old {
                self.old[at] = None;
            }
            return;
        };
        let comment = new.as_ref().and_then(|member| member.comment.clone());
        match (old.and_then(|at| self.old[at].as_mut()), new) {
            (Some(member), _) if in_place => member.value = value,
            (Some(member), _) => {
                if is_new && matches!(value, Node::Scalar(_)) {
                    member.comment = comment;
                }
                member.value.replace(value);
            }
            (None, Some(member)) => {
                let key = Scalar { tag: Tag::Unknown, ..member.key };
                self.old.push(Some(Member { key, value: value.quoted_if_needed(), comment }));
            }
            (None, None) => {}
        }
    }

    fn into_members(self) -> Members {
        self.old.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
