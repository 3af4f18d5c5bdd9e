//! Lists: replaced, or merged item by item where they are known by keys.

use std::collections::{HashMap, HashSet};

use gitops_diff::Text;

use super::directive::{Directive, text};
use super::{
    Compat, Merger, NewItems, Node, Outcome, Pair, Problem, Result, Spot, UnknownLists, is_void,
    slow,
};

/// The items of a list in the resource and in a patch.
pub(super) enum Lists {
    Two(Vec<Node>, Option<Vec<Node>>),
    /// A list of the patch where there was none: it is merged into itself.
    Same(Vec<Node>),
}

impl Lists {
    fn each(&self) -> impl Iterator<Item = &[Node]> {
        let (first, second) = match self {
            Self::Two(first, second) => (first, second.as_deref()),
            Self::Same(items) => (items, None),
        };
        [first.as_slice()].into_iter().chain(second)
    }
}

impl Merger {
    pub(super) fn list(
        &mut self,
        old: Option<Node>,
        patch: Option<Node>,
        spot: Option<Spot>,
    ) -> Result<Outcome> {
        if !self.is_associative([&old, &patch].into_iter().flatten(), spot) {
            return Ok(match (old, patch) {
                (old, Some(by)) => Outcome::Replaced { by, old },
                (Some(old), None) => Outcome::Changed(old),
                (None, None) => Outcome::Gone,
            });
        }
        match (old, patch) {
            (Some(Node::List(old)), None) => self.merged(Lists::Two(old, None), spot),
            (Some(Node::List(old)), Some(Node::List(mut patch))) => {
                match Directive::take_of_list(&mut patch)? {
                    Directive::Delete => Ok(Outcome::Gone),
                    Directive::Merge => self.merged(Lists::Two(old, Some(patch)), spot),
                    Directive::Replace => {
                        let by = Node::List(self.items(Lists::Same(patch), spot)?);
                        Ok(Outcome::Replaced { by, old: Some(Node::List(old)) })
                    }
                }
            }
            (Some(Node::List(_)), Some(_)) => Ok(Outcome::Gone),
            (old, Some(Node::List(patch))) => {
                let by = Node::List(self.items(Lists::Same(patch), spot)?);
                Ok(Outcome::Replaced { by, old })
            }
            _ => Ok(Outcome::Gone),
        }
    }

    /// A list of a patch where a map of the patch is merged into itself.
    pub(super) fn same_list(&mut self, node: Node, spot: Option<Spot>) -> Result<Option<Node>> {
        if !self.is_associative([&node].into_iter(), spot) {
            return Ok(Some(node));
        }
        let Node::List(mut items) = node else { return Ok(Some(node)) };
        match Directive::take_of_list(&mut items)? {
            Directive::Delete => Ok(None),
            _ => Ok(Some(Node::List(self.items(Lists::Same(items), spot)?))),
        }
    }

    fn merged(&mut self, lists: Lists, spot: Option<Spot>) -> Result<Outcome> {
        Ok(Outcome::Changed(Node::List(self.items(lists, spot)?)))
    }

    fn is_associative<'n>(
        &self,
        lists: impl Iterator<Item = &'n Node>,
        spot: Option<Spot>,
    ) -> bool {
        match spot {
            Some(spot) => self.view.merge_keys(spot).is_some(),
            None => {
                self.options.unknown_lists != UnknownLists::Replaced
                    && lists.filter_map(Node::as_list).any(all_have_names)
            }
        }
    }

    /// Merges the items of lists that are known by keys, or by what they say.
    fn items(&mut self, lists: Lists, spot: Option<Spot>) -> Result<Vec<Node>> {
        let keys = match spot.and_then(|spot| self.view.merge_keys(spot)) {
            Some(keys) => keys.to_vec(),
            None => vec![self.inferred_key(&lists)?],
        };
        let inner = spot.and_then(|spot| self.view.items(spot));
        let keys = if keys.is_empty() { vec![Text::default()] } else { keys };
        match Indexed::of(lists, &keys, self.options.new_items) {
            Ok(indexed) => self.indexed(indexed, &keys, inner),
            Err(lists) => slow::merge(self, lists, &keys, inner),
        }
    }

    /// The key that items have where no type names one; only `name` is inferred.
    fn inferred_key(&self, lists: &Lists) -> Result<Text> {
        let mut with_items = lists.each().filter(|items| !items.is_empty()).map(all_have_names);
        let path = || self.path.iter().map(Text::as_str).collect::<Vec<_>>().join(".");
        match (with_items.next(), with_items.next()) {
            // Upstream compares only with a key that it has, so that the last is no conflict.
            (Some(true), None | Some(true)) | (Some(false), Some(true)) => Ok("name".into()),
            (Some(true), Some(false)) => {
                Err(Problem::new(format!("conflicting merge keys [name,] for field {}", path())))
            }
            _ => Err(Problem::new(format!("no merge key found for field {}", path()))),
        }
    }

    /// Merges lists whose items all have their keys, each once: all others take the long way.
    fn indexed(&mut self, lists: Indexed, keys: &[Text], inner: Option<Spot>) -> Result<Vec<Node>> {
        let Indexed { pairs, second_order } = lists;
        let mut left: Vec<Option<Node>> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let outcome = self.walk(pair, inner)?;
            left.push(self.kept_item(outcome));
        }
        // With several keys, what was there before stands behind what is new, in its own order.
        let order: Vec<usize> = if self.options.new_items == NewItems::First && keys.len() > 1 {
            let mut new = vec![true; left.len()];
            for at in &second_order {
                new[*at] = false;
            }
            (0..left.len()).filter(|at| new[*at]).chain(second_order).collect()
        } else {
            (0..left.len()).collect()
        };
        Ok(order.into_iter().filter_map(|at| left[at].take()).collect())
    }

    /// The item that stays. Upstream puts an item that should be replaced back in its old form.
    fn kept_item(&self, outcome: Outcome) -> Option<Node> {
        let keeps_old = |by: &Node| match by {
            Node::Map(by) => self.options.compat == Compat::Exact && !by.is_empty(),
            by => !by.is_null(),
        };
        let node = match outcome {
            Outcome::Replaced { by, old: Some(old) }
                if self.options.new_items == NewItems::First && keeps_old(&by) =>
            {
                Some(old)
            }
            outcome => outcome.into_node(),
        };
        node.filter(|it| !is_void(it))
    }
}

/// Whether all items have a name; there may be none.
fn all_have_names(items: &[Node]) -> bool {
    items.iter().all(|item| item.get("name").is_some())
}

/// Items by their keys, where each has all of them and no two have the same.
struct Indexed {
    /// What belongs together: first what comes first.
    pairs: Vec<Pair>,
    /// Where those are among them that come second, in their order.
    second_order: Vec<usize>,
}

impl Indexed {
    /// The items by their keys, or the lists as they were where that is not possible.
    fn of(lists: Lists, keys: &[Text], new_items: NewItems) -> std::result::Result<Self, Lists> {
        if !lists.each().all(|items| are_distinct(items, keys)) {
            return Err(lists);
        }
        Ok(match lists {
            Lists::Same(items) => Self {
                second_order: (0..items.len()).collect(),
                pairs: items.into_iter().map(Pair::Same).collect(),
            },
            Lists::Two(old, None) => Self {
                second_order: (0..old.len()).collect(),
                pairs: old.into_iter().map(|item| Pair::Two(Some(item), None)).collect(),
            },
            Lists::Two(old, Some(patch)) => Self::joined(old, patch, keys, new_items),
        })
    }

    fn joined(old: Vec<Node>, patch: Vec<Node>, keys: &[Text], new_items: NewItems) -> Self {
        let patch_first = new_items == NewItems::First;
        let (first, second) = if patch_first { (patch, old) } else { (old, patch) };
        let mut pairs: Vec<[Option<Node>; 2]> = Vec::with_capacity(first.len() + second.len());
        let mut places: HashMap<Vec<Text>, usize> = HashMap::with_capacity(first.len());
        for item in first {
            places.insert(owned(&item, keys), pairs.len());
            pairs.push([Some(item), None]);
        }
        let mut order = Vec::with_capacity(second.len());
        for item in second {
            let at = places.get(&owned(&item, keys)).copied().unwrap_or_else(|| {
                pairs.push([None, None]);
                pairs.len() - 1
            });
            pairs[at][1] = Some(item);
            order.push(at);
        }
        let pair = |[first, second]: [Option<Node>; 2]| {
            let (old, patch) = if patch_first { (second, first) } else { (first, second) };
            Pair::Two(old, patch)
        };
        Self { pairs: pairs.into_iter().map(pair).collect(), second_order: order }
    }
}

fn owned(item: &Node, keys: &[Text]) -> Vec<Text> {
    identity(item, keys).unwrap_or_default().into_iter().map(Text::from).collect()
}

fn are_distinct(items: &[Node], keys: &[Text]) -> bool {
    let mut seen: HashSet<Vec<&str>> = HashSet::with_capacity(items.len());
    items.iter().all(|item| identity(item, keys).is_some_and(|it| seen.insert(it)))
}

/// What an item says for each key, if it says something for all of them; the key without a name
/// stands for the item itself.
fn identity<'n>(item: &'n Node, keys: &[Text]) -> Option<Vec<&'n str>> {
    keys.iter()
        .map(|key| {
            let value = if key.is_empty() { Some(item) } else { item.get(key) };
            value.filter(|it| !it.is_null()).map(text).filter(|it| !it.is_empty())
        })
        .collect()
}
