//! Rules that go along with a walk through an object.

use std::sync::Arc;

use super::few::Few;
use super::{OwnedBy, Policy, Rule, Take, When};
use crate::{FieldPath, PathElement, Text, Value};

/// The rules for one object in one case.
#[derive(Clone, Debug)]
pub struct Selected<'p> {
    pub(super) policy: &'p Policy,
    pub(super) when: When,
    pub(super) roots: Few,
}

/// The rules at one place of an object: those that lead further, and those that hold here.
///
/// A cursor steps down beside a walk; it makes no text and, but for unusually many rules at one
/// place, allocates nothing. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Cursor<'p> {
    policy: &'p Policy,
    when: When,
    nodes: Few,
    holds: Few,
}

/// An item of a list, as it is declared, as it lives, or both.
#[derive(Clone, Copy, Debug, Default)]
pub struct Item<'v> {
    /// Its place in the declared list, and itself.
    pub desired: Option<(usize, &'v Value)>,
    /// Its place in the live list, and itself.
    pub live: Option<(usize, &'v Value)>,
}

/// The rule that decides a field.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'p> {
    /// Its id, given or made.
    pub id: &'p Text,
    /// The rule.
    pub rule: &'p Arc<Rule>,
    /// Which side decides.
    pub take: Take,
}

impl<'p> Selected<'p> {
    /// The rules for the whole object.
    pub fn root(&self) -> Cursor<'p> {
        let mut cursor = Cursor {
            policy: self.policy,
            when: self.when,
            nodes: Few::default(),
            holds: Few::default(),
        };
        self.roots.iter().for_each(|it| cursor.enter(it));
        cursor
    }

    /// The rule that decides the field at `path`, as far as the keys in the path tell.
    ///
    /// `owns` says whether such a manager owns the field.
    pub fn at(&self, path: &FieldPath, owns: impl Fn(&OwnedBy) -> bool) -> Option<Verdict<'p>> {
        let elements = path.elements().iter();
        elements.fold(self.root(), |it, element| it.element(element)).verdict(owns)
    }
}

impl<'p> Cursor<'p> {
    /// The rules for the field `name` of the map that is here.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        let mut below = self.below();
        for node in self.nodes() {
            if let Ok(at) = node.fields.binary_search_by(|(it, _)| it.as_str().cmp(name)) {
                below.enter(node.fields[at].1);
            }
            for (_, next) in node.others.iter().filter(|(step, _)| step.is_field(name)) {
                below.enter(*next);
            }
        }
        below
    }

    /// The rules for an item of the list that is here; what either side fits counts.
    #[must_use]
    pub fn item(&self, item: &Item<'_>) -> Self {
        let mut below = self.below();
        for node in self.nodes() {
            let sides = || [item.desired, item.live].into_iter().flatten();
            for (step, next) in &node.others {
                if sides().any(|(at, value)| step.is_item(value, Some(at))) {
                    below.enter(*next);
                }
            }
        }
        below
    }

    /// The rules for what is one element further, as far as that tells.
    #[must_use]
    pub fn element(&self, element: &PathElement) -> Self {
        if let PathElement::Field(name) = element {
            return self.field(name);
        }
        let mut below = self.below();
        for node in self.nodes() {
            for (_, next) in node.others.iter().filter(|(step, _)| step.meets(element)) {
                below.enter(*next);
            }
        }
        below
    }

    /// The rules for the field at `path` of a declared and a live body; where neither has an item
    /// of the path, as far as its keys tell.
    #[must_use]
    pub fn follow(&self, path: &FieldPath, bodies: (Option<&Value>, Option<&Value>)) -> Self {
        let (mut desired, mut live) = bodies;
        path.elements().iter().fold(self.clone(), |rules, element| {
            if let PathElement::Field(name) = element {
                desired = desired.and_then(|it| it.get(name));
                live = live.and_then(|it| it.get(name));
                return rules.field(name);
            }
            let place = |list: Option<&Value>| element.position(list?.as_list()?);
            let (at, lives_at) = (place(desired), place(live));
            desired = desired.and_then(Value::as_list).zip(at).map(|(items, at)| &items[at]);
            live = live.and_then(Value::as_list).zip(lives_at).map(|(items, at)| &items[at]);
            if desired.is_none() && live.is_none() {
                return rules.element(element);
            }
            rules.item(&Item { desired: at.zip(desired), live: lives_at.zip(live) })
        })
    }

    /// Whether no rule holds here or below.
    pub fn is_spent(&self) -> bool {
        self.nodes.is_empty() && self.holds.is_empty()
    }

    /// Whether a rule holds here, if such a manager owns what is here.
    pub fn holds_here(&self) -> bool {
        !self.holds.is_empty()
    }

    /// Whether a rule leads further down than here.
    pub fn leads_on(&self) -> bool {
        self.nodes().any(|it| !it.is_leaf())
    }

    /// The rule that decides what is here: of several the last one.
    ///
    /// `owns` says whether such a manager owns what is here; it is asked only where a rule
    /// depends on it.
    pub fn verdict(&self, owns: impl Fn(&OwnedBy) -> bool) -> Option<Verdict<'p>> {
        let trie = &*self.policy.trie;
        let holds = |number: &u32| {
            let rule = &trie.rules[*number as usize];
            rule.when.includes(self.when) && rule.owner.as_ref().is_none_or(&owns)
        };
        let last = self.holds.iter().filter(holds).max()? as usize;
        let rule = &trie.rules[last];
        Some(Verdict { id: &trie.ids[last], rule, take: rule.take })
    }

    /// A rule that leads into a map or a list (the word says which) where `value` is none; only
    /// one for exactly this kind, since others cannot know its fields.
    pub(super) fn misfit(&self, value: &Value) -> Option<(&'p Text, &'static str)> {
        let (is_map, is_list) = (value.as_map().is_some(), value.as_list().is_some());
        let trie = &*self.policy.trie;
        self.nodes().filter(|it| it.is_exact).find_map(|node| {
            let wants_map = !is_map && node.leads_into_maps();
            let wants_list = !is_list && node.leads_into_lists();
            let expected = match (wants_map, wants_list) {
                (true, _) => "map",
                (_, true) => "list",
                (false, false) => return None,
            };
            Some((&trie.ids[trie.first_below(node)? as usize], expected))
        })
    }

    /// Whether the rules that lead on by fields of items lead to both of two items.
    pub(super) fn tells_same(&self, one: &Value, other: &Value) -> bool {
        self.nodes().flat_map(|it| &it.others).any(|(step, _)| {
            matches!(step, super::Step::Item(_))
                && step.is_item(one, None)
                && step.is_item(other, None)
        })
    }

    fn nodes(&self) -> impl Iterator<Item = &'p super::trie::Node> {
        let nodes = &self.policy.trie.nodes;
        self.nodes.iter().map(move |it| &nodes[it as usize])
    }

    /// What holds here holds below.
    fn below(&self) -> Self {
        Self { nodes: Few::default(), ..self.clone() }
    }

    fn enter(&mut self, node: u32) {
        let at = &self.policy.trie.nodes[node as usize];
        at.ends.iter().for_each(|it| self.holds.push(*it));
        self.nodes.push(node);
    }
}
