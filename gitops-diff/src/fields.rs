//! Sets of fields: who owns what, as the API server writes it down (`FieldsV1`).

mod element;
mod fieldsv1;
mod order;
mod path;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

pub use self::element::PathElement;
pub use self::fieldsv1::FieldsError;
pub(crate) use self::fieldsv1::go_json;
pub(crate) use self::order::same;
pub use self::path::FieldPath;

/// A set of fields, kept as a trie of path elements.
///
/// A field may be a member without its children and children may be members without it: owning
/// `spec.replicas` does not mean to own `spec`. The operations are those of
/// structured-merge-diff's `fieldpath.Set`.
///
/// ```
/// use gitops_diff::{FieldPath, FieldSet, Value};
///
/// let fields: Value = serde_json::from_str(r#"{"f:spec":{"f:replicas":{},"f:paused":{}}}"#)?;
/// let owned = FieldSet::from_value(&fields)?;
/// assert!(owned.has(&"spec.replicas".parse()?));
/// assert!(!owned.has(&"spec".parse()?));
/// assert_eq!(owned.to_value(), fields);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet(BTreeMap<PathElement, Node>);

/// One path element of a set: never one that is no member and has no children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Node {
    member: bool,
    children: FieldSet,
}

impl Node {
    fn is_empty(&self) -> bool {
        !self.member && self.children.is_empty()
    }
}

impl FieldSet {
    /// A set without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no field is a member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields are members.
    pub fn len(&self) -> usize {
        let count = |node: &Node| usize::from(node.member) + node.children.len();
        self.0.values().map(count).sum()
    }

    /// Makes the field at `path` a member; the empty path is nobody's and is ignored.
    pub fn insert(&mut self, path: &[PathElement]) {
        let Some((element, rest)) = path.split_first() else {
            return;
        };
        let node = self.0.entry(element.clone()).or_default();
        if rest.is_empty() {
            node.member = true;
        } else {
            node.children.insert(rest);
        }
    }

    /// Whether the field at `path` is a member itself.
    pub fn has(&self, path: &FieldPath) -> bool {
        self.has_elements(path.elements())
    }

    fn has_elements(&self, path: &[PathElement]) -> bool {
        match path.split_first() {
            None => false,
            Some((last, [])) => self.has_member(last),
            Some((element, rest)) => self.children(element).is_some_and(|it| it.has_elements(rest)),
        }
    }

    /// Whether `element` is a member at the top of this set.
    pub fn has_member(&self, element: &PathElement) -> bool {
        self.0.get(element).is_some_and(|node| node.member)
    }

    /// The set below `element`, where something below it is a member.
    pub fn children(&self, element: &PathElement) -> Option<&FieldSet> {
        let children = &self.0.get(element)?.children;
        (!children.is_empty()).then_some(children)
    }

    /// The elements at the top of this set: each with whether it is a member itself, and with
    /// the set below it.
    pub fn iter(&self) -> impl Iterator<Item = (&PathElement, bool, &FieldSet)> {
        self.0.iter().map(|(element, node)| (element, node.member, &node.children))
    }

    /// The paths of all members; a field before the fields below it.
    pub fn paths(&self) -> Vec<FieldPath> {
        let mut paths = Vec::new();
        self.collect(&mut FieldPath::default(), &mut paths);
        paths
    }

    fn collect(&self, prefix: &mut FieldPath, paths: &mut Vec<FieldPath>) {
        for (element, node) in &self.0 {
            prefix.push(element.clone());
            if node.member {
                paths.push(prefix.clone());
            }
            node.children.collect(prefix, paths);
            prefix.pop();
        }
    }

    /// The fields that are in one of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.merge(other);
        all
    }

    fn merge(&mut self, other: &Self) {
        for (element, theirs) in &other.0 {
            match self.0.entry(element.clone()) {
                Entry::Vacant(place) => {
                    place.insert(theirs.clone());
                }
                Entry::Occupied(mut ours) => {
                    let ours = ours.get_mut();
                    ours.member |= theirs.member;
                    ours.children.merge(&theirs.children);
                }
            }
        }
    }

    /// The fields that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.filter(|element, node| {
            let theirs = other.0.get(element)?;
            Some(Node {
                member: node.member && theirs.member,
                children: node.children.intersection(&theirs.children),
            })
        })
    }

    /// The fields of this set that are not in `other`; a member of `other` takes only itself
    /// away, not what is below it.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.filter(|element, node| match other.0.get(element) {
            None => Some(node.clone()),
            Some(theirs) => Some(Node {
                member: node.member && !theirs.member,
                children: node.children.difference(&theirs.children),
            }),
        })
    }

    /// The fields of this set that are neither in `other` nor below a member of it.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.filter(|element, node| match other.0.get(element) {
            None => Some(node.clone()),
            Some(theirs) if theirs.member => None,
            Some(theirs) => Some(Node {
                member: node.member,
                children: node.children.without(&theirs.children),
            }),
        })
    }

    /// The members that have no member below them.
    #[must_use]
    pub fn leaves(&self) -> Self {
        self.filter(|_, node| {
            Some(Node {
                member: node.member && node.children.is_empty(),
                children: node.children.leaves(),
            })
        })
    }

    fn filter(&self, keep: impl Fn(&PathElement, &Node) -> Option<Node>) -> Self {
        let kept = self.0.iter().filter_map(|(element, node)| {
            let node = keep(element, node).filter(|it| !it.is_empty())?;
            Some((element.clone(), node))
        });
        Self(kept.collect())
    }

    /// Puts an element with its membership and children into this set; an empty one is left out.
    pub(crate) fn place(&mut self, element: PathElement, member: bool, children: Self) {
        let node = Node { member, children };
        if !node.is_empty() {
            self.0.insert(element, node);
        }
    }
}

impl FromIterator<FieldPath> for FieldSet {
    fn from_iter<I: IntoIterator<Item = FieldPath>>(paths: I) -> Self {
        let mut set = Self::new();
        for path in paths {
            set.insert(path.elements());
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(paths: &[&str]) -> FieldSet {
        paths.iter().map(|it| it.parse().unwrap()).collect()
    }

    fn check(actual: &FieldSet, expected: &[&str]) {
        let actual: Vec<String> = actual.paths().iter().map(ToString::to_string).collect();
        assert_eq!(actual, expected);
    }

    #[test]
    fn a_parent_and_its_child_are_different_fields() {
        let parent = set(&["a.b"]);
        let child = set(&["a.b.c"]);
        check(&parent.union(&child), &["a.b", "a.b.c"]);
        check(&parent.intersection(&child), &[]);
        check(&parent.difference(&child), &["a.b"]);
        check(&child.difference(&parent), &["a.b.c"]);
        check(&parent.union(&child).leaves(), &["a.b.c"]);
    }

    #[test]
    fn without_takes_away_what_is_below_a_member() {
        let all = set(&["a", "a.b", "a.b.c", "d"]);
        check(&all.without(&set(&["a.b"])), &["a", "d"]);
        check(&all.without(&set(&["a"])), &["d"]);
        check(&all.without(&set(&["a.b.x"])), &["a", "a.b", "a.b.c", "d"]);
    }

    #[test]
    fn a_set_that_lost_its_last_field_is_empty() {
        let all = set(&["a.b.c"]);
        let none = all.difference(&all);
        assert!(none.is_empty());
        assert_eq!(none, FieldSet::new());
        assert_eq!((all.len(), none.len()), (1, 0));
    }
}
