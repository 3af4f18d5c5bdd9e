//! Where a resource refers to others: all of its fields found in one walk.

use std::collections::BTreeMap;

use gitops_diff::Text;

use crate::kustomize::fieldspec::Field;
use crate::kustomize::node::Node;

/// The paths of the fields of one kind, as a tree of their keys.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// The numbers of the fields that end here.
    ends: Vec<usize>,
    next: Vec<(Text, Paths)>,
}

/// The places of fields: for each field, by its number, the positions that lead to them.
pub(super) type Places = BTreeMap<usize, Vec<Place>>;

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// The node at the end of these positions in lists and maps.
    At(Vec<usize>),
    /// A scalar in the middle of the path.
    Blocked,
}

impl Paths {
    /// Adds a field, all of whose steps must be plain keys.
    pub(super) fn add(&mut self, field: &Field, number: usize) {
        let end = field.keys().fold(self, |paths, key| paths.enter(key));
        end.ends.push(number);
    }

    fn enter(&mut self, key: &Text) -> &mut Self {
        let at = self.next.iter().position(|(own, _)| own == key).unwrap_or_else(|| {
            self.next.push((key.clone(), Self::default()));
            self.next.len() - 1
        });
        &mut self.next[at].1
    }

    /// Where the fields are in `root`, those of one field in the order of the text.
    pub(super) fn find(&self, root: &Node) -> Places {
        let mut places = Places::new();
        self.walk(root, &mut Vec::new(), &mut places);
        places
    }

    fn walk(&self, node: &Node, at: &mut Vec<usize>, places: &mut Places) {
        for number in &self.ends {
            places.entry(*number).or_default().push(Place::At(at.clone()));
        }
        if !self.next.is_empty() {
            self.walk_on(node, at, places);
        }
    }

    fn walk_on(&self, node: &Node, at: &mut Vec<usize>, places: &mut Places) {
        match node {
            Node::Scalar(scalar) if scalar.is_null() => {}
            Node::Scalar(_) => self.next.iter().for_each(|(_, paths)| paths.block(places)),
            Node::List(items) => {
                for (position, item) in items.iter().enumerate() {
                    at.push(position);
                    self.walk_on(item, at, places);
                    at.pop();
                }
            }
            Node::Map(members) => {
                for (key, paths) in &self.next {
                    if let Some((position, value)) = members.locate(key) {
                        at.push(position);
                        paths.walk(value, at, places);
                        at.pop();
                    }
                }
            }
        }
    }

    fn block(&self, places: &mut Places) {
        for number in &self.ends {
            places.entry(*number).or_default().push(Place::Blocked);
        }
        self.next.iter().for_each(|(_, paths)| paths.block(places));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kustomize::fieldspec::Make;
    use crate::kustomize::kustomization::FieldSpec;
    use crate::kustomize::node::tests::tree;
    use crate::kustomize::transform::laws::any_tree;

    proptest! {
        #[test]
        fn the_places_are_those_that_the_field_leads_to(
            root in any_tree(),
            path in proptest::collection::vec(prop_oneof!["spec", "containers", "image"], 1..4),
        ) {
            let spec = FieldSpec { path: path.join("/").into(), ..FieldSpec::default() };
            let field = Field::new(&spec);
            let mut paths = Paths::default();
            paths.add(&field, 0);
            let places = paths.find(&root).remove(&0).unwrap_or_default();
            let found: Vec<Option<&Node>> = places
                .iter()
                .map(|place| match place {
                    Place::At(positions) => root.descend(positions),
                    Place::Blocked => None,
                })
                .collect();
            let mut led = Vec::new();
            let visited = field.visit(&mut root.clone(), &Make::Nothing, &mut |node| {
                led.push(node.clone());
                Ok(())
            });
            prop_assert_eq!(visited.is_err(), found.contains(&None));
            if visited.is_ok() {
                prop_assert_eq!(found, led.iter().map(Some).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn one_walk_finds_the_places_of_all_fields() {
        let paths = ["a/b", "a/c/d", "a", "x", "a/b/c/d"];
        let mut tree_of_paths = Paths::default();
        for (number, path) in paths.into_iter().enumerate() {
            let spec = FieldSpec { path: path.into(), ..FieldSpec::default() };
            tree_of_paths.add(&Field::new(&spec), number);
        }
        let root = tree("z: 1\na: [{b: 1}, null, [{b: 2, c: {d: 3}}]]\n");
        let at = |positions: &[usize]| Place::At(positions.to_vec());
        let expected = Places::from([
            (0, vec![at(&[1, 0, 0]), at(&[1, 2, 0, 0])]),
            (1, vec![at(&[1, 2, 0, 1, 0])]),
            (2, vec![at(&[1])]),
            (4, vec![Place::Blocked, Place::Blocked]),
        ]);
        assert_eq!(tree_of_paths.find(&root), expected);
    }
}
