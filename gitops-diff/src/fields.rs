//! Sets of fields: who owns what, as the API server writes it down (`FieldsV1`).

mod element;
mod fieldsv1;
mod order;
mod path;
mod plain;

pub use self::element::PathElement;
pub use self::fieldsv1::FieldsError;
pub(crate) use self::fieldsv1::go_json;
pub(crate) use self::order::same;
pub use self::path::FieldPath;

/// A set of fields, kept as a trie of path elements: sorted vectors, which cost a fraction of maps
/// where most have few elements.
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
pub struct FieldSet(Vec<(PathElement, Node)>);

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

    fn union(&self, other: &Self) -> Self {
        let member = self.member || other.member;
        Self { member, children: self.children.union(&other.children) }
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
        self.0.iter().map(|(_, node)| count(node)).sum()
    }

    /// Makes the field at `path` a member; the empty path is nobody's and is ignored.
    pub fn insert(&mut self, path: &[PathElement]) {
        let Some((element, rest)) = path.split_first() else {
            return;
        };
        let at = self.find(element).unwrap_or_else(|at| {
            self.0.insert(at, (element.clone(), Node::default()));
            at
        });
        let node = &mut self.0[at].1;
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
        self.node(element).is_some_and(|node| node.member)
    }

    /// The set below `element`, where something below it is a member.
    pub fn children(&self, element: &PathElement) -> Option<&FieldSet> {
        let children = &self.node(element)?.children;
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
        let mut all = Vec::with_capacity(self.0.len().max(other.0.len()));
        let mut theirs = other.0.iter().peekable();
        for (element, node) in &self.0 {
            all.extend(std::iter::from_fn(|| theirs.next_if(|it| it.0 < *element)).cloned());
            let both = theirs.next_if(|it| it.0 == *element);
            let node = both.map_or_else(|| node.clone(), |(_, theirs)| node.union(theirs));
            all.push((element.clone(), node));
        }
        all.extend(theirs.cloned());
        Self(all)
    }

    /// The fields that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.filter(other, |node, theirs| {
            let theirs = theirs?;
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
        self.filter(other, |node, theirs| match theirs {
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
        self.filter(other, |node, theirs| match theirs {
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
        self.filter(&Self::new(), |node, _| {
            Some(Node {
                member: node.member && node.children.is_empty(),
                children: node.children.leaves(),
            })
        })
    }

    /// What `keep` makes of each node beside that of `other` at the same place.
    fn filter(&self, other: &Self, keep: impl Fn(&Node, Option<&Node>) -> Option<Node>) -> Self {
        let mut theirs = other.0.iter().peekable();
        let kept = self.0.iter().filter_map(|(element, node)| {
            while theirs.next_if(|it| it.0 < *element).is_some() {}
            let theirs = theirs.next_if(|it| it.0 == *element).map(|(_, node)| node);
            let node = keep(node, theirs).filter(|it| !it.is_empty())?;
            Some((element.clone(), node))
        });
        Self(kept.collect())
    }

    /// [`difference`](Self::difference) in place: nothing is copied.
    pub(crate) fn subtract(&mut self, other: &Self) {
        self.change(other, |node, theirs| {
            node.member &= !theirs.member;
            node.children.subtract(&theirs.children);
        });
    }

    /// [`without`](Self::without) in place.
    pub(crate) fn drop_below(&mut self, other: &Self) {
        self.change(other, |node, theirs| {
            if theirs.member {
                *node = Node::default();
            } else {
                node.children.drop_below(&theirs.children);
            }
        });
    }

    /// Changes the nodes that `other` has as well; those that are left empty go.
    fn change(&mut self, other: &Self, change: impl Fn(&mut Node, &Node)) {
        let mut is_left_empty = false;
        for (element, theirs) in &other.0 {
            if let Ok(at) = self.find(element) {
                change(&mut self.0[at].1, theirs);
                is_left_empty |= self.0[at].1.is_empty();
            }
        }
        if is_left_empty {
            self.0.retain(|(_, node)| !node.is_empty());
        }
    }

    /// Whether each field is in `other` as well.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let mut theirs = other.0.iter().peekable();
        self.0.iter().all(|(element, node)| {
            while theirs.next_if(|it| it.0 < *element).is_some() {}
            let theirs = theirs.next_if(|it| it.0 == *element).map(|(_, node)| node);
            theirs.is_some_and(|it| {
                (it.member || !node.member) && node.children.is_within(&it.children)
            })
        })
    }

    /// Puts an element with its membership and children into this set; an empty one is left out.
    /// Fast where elements come in their order.
    pub(crate) fn place(&mut self, element: PathElement, member: bool, children: Self) {
        let node = Node { member, children };
        if node.is_empty() {
            return;
        }
        match self.find(&element) {
            Ok(at) => self.0[at].1 = node,
            Err(at) => self.0.insert(at, (element, node)),
        }
    }

    /// The set of elements with their membership and children, in any order; of equal ones the
    /// last counts.
    pub(crate) fn of_elements(elements: Vec<(PathElement, bool, Self)>) -> Self {
        let node = |(element, member, children)| (element, Node { member, children });
        let mut nodes: Vec<_> = elements.into_iter().map(node).collect();
        nodes.retain(|(_, node)| !node.is_empty());
        if !nodes.is_sorted_by(|a, b| a.0 < b.0) {
            nodes.sort_by(|a, b| a.0.cmp(&b.0));
            nodes.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    std::mem::swap(&mut later.1, &mut earlier.1);
                }
                same
            });
        }
        Self(nodes)
    }

    fn node(&self, element: &PathElement) -> Option<&Node> {
        self.find(element).ok().map(|at| &self.0[at].1)
    }

    /// Where an element is, or would be.
    fn find(&self, element: &PathElement) -> Result<usize, usize> {
        match self.0.last() {
            None => Err(0),
            Some((last, _)) if last < element => Err(self.0.len()),
            Some(_) => self.0.binary_search_by(|(it, _)| it.cmp(element)),
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
    fn what_is_done_in_place_is_the_same() {
        let all = set(&["a", "a.b", "a.b.c", "d", "e.f"]);
        for other in [&["a"][..], &["a.b", "d"], &["a.b.c"], &["e", "x"], &[]] {
            let other = set(other);
            let (mut less, mut above) = (all.clone(), all.clone());
            less.subtract(&other);
            above.drop_below(&other);
            assert_eq!((less, above), (all.difference(&other), all.without(&other)));
            assert_eq!(other.is_within(&all), other.difference(&all).is_empty());
        }
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
