//! Scalars that stand in several places of a resource.
//!
//! Upstream puts one and the same node wherever it adds a label or an annotation. Whatever sets
//! one of these places later sets all of them: `labels` without selectors, a patch, a variable.
//! That is over when something copies the tree, as a JSON patch does.

use super::Resource;
use crate::kustomize::node::{Node, Scalar};

/// The values that stand in several places, by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Sharing {
    /// None where it stands in one place or in none.
    values: Vec<Option<Scalar>>,
    /// Whether the tree may have changed since all places of a value were the same.
    pub(super) is_touched: bool,
}

impl Resource {
    /// A number for a value that is about to be put into several places.
    pub(crate) fn new_shared(&mut self, value: Scalar) -> u32 {
        let values = &mut self.sharing.values;
        values.push(Some(value));
        u32::try_from(values.len()).unwrap_or_default()
    }

    /// Makes all places of a value what one of them was set to.
    pub(crate) fn settle(&mut self) {
        if !std::mem::take(&mut self.sharing.is_touched) || !self.is_sharing() {
            return;
        }
        let mut places = vec![0_usize; self.sharing.values.len()];
        let mut set = vec![None; places.len()];
        let values = &self.sharing.values;
        each(&self.node, &mut |scalar| {
            let Some(at) = index(scalar).filter(|at| *at < places.len()) else { return };
            places[at] += 1;
            if values[at].as_ref().is_some_and(|value| value != scalar) {
                set[at] = Some(scalar.clone());
            }
        });
        for (value, count) in self.sharing.values.iter_mut().zip(places) {
            if count < 2 {
                *value = None;
            }
        }
        self.set_all(&set);
    }

    fn is_sharing(&self) -> bool {
        self.sharing.values.iter().any(Option::is_some)
    }

    fn set_all(&mut self, set: &[Option<Scalar>]) {
        let mut is_changed = false;
        for (value, new) in self.sharing.values.iter_mut().zip(set) {
            if let (Some(value), Some(new)) = (value, new) {
                value.clone_from(new);
                is_changed = true;
            }
        }
        if !is_changed {
            return;
        }
        each_mut(self.node_mut(), &mut |scalar| {
            if let Some(Some(new)) = index(scalar).and_then(|at| set.get(at)) {
                scalar.clone_from(new);
            }
        });
        self.sharing.is_touched = false;
    }
}

impl Node {
    /// The tree without what it shares with other places: a copy for one of them.
    pub(crate) fn alone(mut self) -> Self {
        each_mut(&mut self, &mut |scalar| scalar.set_shared(0));
        self
    }
}

fn index(scalar: &Scalar) -> Option<usize> {
    usize::try_from(scalar.shared()).ok()?.checked_sub(1)
}

fn each(node: &Node, see: &mut dyn FnMut(&Scalar)) {
    match node {
        Node::Scalar(scalar) if scalar.shared() == 0 => {}
        Node::Scalar(scalar) => see(scalar),
        Node::List(items) => items.iter().for_each(|item| each(item, see)),
        Node::Map(members) => members.iter().for_each(|member| each(&member.value, see)),
    }
}

fn each_mut(node: &mut Node, change: &mut dyn FnMut(&mut Scalar)) {
    match node {
        Node::Scalar(scalar) => change(scalar),
        Node::List(items) => items.iter_mut().for_each(|item| each_mut(item, change)),
        Node::Map(members) => {
            members.iter_mut().for_each(|member| each_mut(&mut member.value, change));
        }
    }
}
