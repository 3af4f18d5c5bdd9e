//! Lists whose items lack keys or share them, by upstream's own steps
//! (`walk/associative_sequence.go`, `ElementSetter`): what comes out is often odd, and is kept.

use std::collections::BTreeSet;

use gitops_diff::Text;

use super::directive::{Directive, text};
use super::list::Lists;
use super::{Merger, NewItems, Node, Outcome, Pair, Problem, Result, Spot, is_void};

/// Upstream's steps look through the lists once for each item; longer ones are refused.
const MOST_ITEMS: usize = 4096;

/// What one item says for each key; an empty text where it says nothing.
type Values = Vec<Text>;

/// Merges the items of lists by `keys`; the key without a name stands for the item itself.
///
/// # Errors
/// As [`merge`](super::merge), and where the lists are too long.
pub(super) fn merge(
    merger: &mut Merger,
    lists: Lists,
    keys: &[Text],
    inner: Option<Spot>,
) -> Result<Vec<Node>> {
    let options = merger.options;
    let mut pool = Pool::of(lists);
    if pool.nodes.len() > MOST_ITEMS {
        return Err(Problem::new(format!(
            "a list of {} items that lack merge keys or share them is too long to be merged: give \
             each its own",
            pool.nodes.len()
        )));
    }
    let values = pool.values(keys, options.new_items);
    let valid = Valid::of(&values, keys);
    let mut added: Vec<usize> = Vec::new();
    for item in &values {
        let (keys, values) = valid.of_item(keys, item);
        let Some(item) = pool.merge_item(merger, &keys, &values, inner)? else {
            let mut old = std::mem::take(&mut pool.old);
            pool.set(&mut old, None, &keys, &values)?;
            pool.old = old;
            continue;
        };
        pool.set(&mut added, Some(item), &keys, &values)?;
    }
    let old = std::mem::take(&mut pool.old);
    let order = if values.is_empty() {
        old
    } else if options.new_items == NewItems::First {
        pool.append(added, &old, &valid.keys)?
    } else {
        pool.append(old, &added, &valid.keys)?
    };
    Ok(order.into_iter().map(|at| pool.nodes[at].clone()).collect())
}

/// All items of both lists. Upstream's lists hold pointers, and one item can stand in several.
struct Pool {
    nodes: Vec<Node>,
    old: Vec<usize>,
    /// The items of the patch; the same as those of the resource where it is merged into itself.
    patch: Option<Vec<usize>>,
    same: bool,
}

/// The keys that at least one item has.
struct Valid {
    keys: Vec<Text>,
    /// Whether no item has any.
    none: bool,
}

impl Valid {
    fn of(all: &[Values], keys: &[Text]) -> Self {
        let has = |at: usize| all.iter().any(|it| it.get(at).is_some_and(|it| !it.is_empty()));
        let valid: Vec<Text> = keys
            .iter()
            .enumerate()
            .filter(|(at, _)| has(*at))
            .map(|(_, key)| key.clone())
            .collect();
        let none = valid.is_empty();
        Self { keys: if none { keys.to_vec() } else { valid }, none }
    }

    /// The keys that count, and what the item says for them.
    fn of_item(&self, all: &[Text], item: &[Text]) -> (Vec<Text>, Values) {
        if self.none {
            return (all.to_vec(), item.to_vec());
        }
        let counts = |key: &Text| self.keys.contains(key);
        let values = all.iter().zip(item).filter(|(key, _)| counts(key));
        (self.keys.clone(), values.map(|(_, value)| value.clone()).collect())
    }
}

/// Makes those the same that only differ where one of them says nothing.
fn fill_gaps(all: &mut [Values]) {
    for first in 0..all.len() {
        let mine = all[first].clone();
        for second in 0..all.len() {
            if let Some(both) = filled(&mine, &all[second]) {
                all[first].clone_from(&both);
                all[second] = both;
            }
        }
    }
}

/// What two items say together, if they agree on something and contradict nowhere.
fn filled(first: &[Text], second: &[Text]) -> Option<Values> {
    let mut agree = false;
    let both = first
        .iter()
        .zip(second)
        .map(|(one, other)| {
            agree |= one == other;
            match (one.is_empty(), other.is_empty()) {
                _ if one == other => Some(one.clone()),
                (false, false) => None,
                (true, _) => Some(other.clone()),
                (false, true) => Some(one.clone()),
            }
        })
        .collect::<Option<Values>>()?;
    agree.then_some(both)
}

impl Pool {
    fn of(lists: Lists) -> Self {
        let (mut nodes, patch, same) = match lists {
            Lists::Same(items) => (items, None, true),
            Lists::Two(old, patch) => (old, patch, false),
        };
        let old: Vec<usize> = (0..nodes.len()).collect();
        let patch = patch.map(|patch| {
            let from = nodes.len();
            nodes.extend(patch);
            (from..nodes.len()).collect()
        });
        Self { nodes, old, patch, same }
    }

    /// What all items say for the keys, each once, in the order in which they will stand.
    fn values(&self, keys: &[Text], new_items: NewItems) -> Vec<Values> {
        let patch = self.patch.as_deref().unwrap_or_default();
        let order =
            if new_items == NewItems::First { [patch, &self.old] } else { [&self.old, patch] };
        let mut seen = BTreeSet::new();
        let mut all: Vec<Values> = order
            .into_iter()
            .flatten()
            .map(|at| keys.iter().map(|key| self.value(*at, key)).collect())
            .filter(|values: &Values| seen.insert(values.clone()))
            .collect();
        if keys.len() > 1 {
            fill_gaps(&mut all);
        }
        all
    }

    fn value(&self, at: usize, key: &Text) -> Text {
        let node = &self.nodes[at];
        if key.is_empty() {
            return text(node).into();
        }
        node.get(key).filter(|it| !it.is_null()).map_or_else(Text::default, |it| text(it).into())
    }

    /// Merges the first items that say this; none where nothing comes of it.
    fn merge_item(
        &mut self,
        merger: &mut Merger,
        keys: &[Text],
        values: &[Text],
        inner: Option<Spot>,
    ) -> Result<Option<usize>> {
        let (keys_of_one, values_of_one) =
            Valid::of(std::slice::from_ref(&values.to_vec()), keys).of_item(keys, values);
        let find = |list: &[usize]| self.find(list, &keys_of_one, &values_of_one);
        let old = find(&self.old);
        let patch = self.patch.as_deref().and_then(find);
        let Some(at) = self.walk(merger, old, patch, inner)? else { return Ok(None) };
        if is_void(&self.nodes[at]) {
            return Ok(None);
        }
        for (key, value) in keys.iter().zip(values) {
            let lacks = |node: &Node| node.as_map().is_some_and(|it| it.get(key).is_none());
            if !key.is_empty() && !value.is_empty() && lacks(&self.nodes[at]) {
                let scalar = super::Scalar::plain(value.clone());
                self.nodes[at].set_field(key, Node::Scalar(scalar))?;
            }
        }
        Ok(Some(at))
    }

    /// Merges one item of each list, and says which of the two is the result.
    fn walk(
        &mut self,
        merger: &mut Merger,
        old: Option<usize>,
        patch: Option<usize>,
        inner: Option<Spot>,
    ) -> Result<Option<usize>> {
        let before = old.map(|at| self.nodes[at].clone());
        let new = patch.map(|at| self.nodes[at].clone());
        let pair = match before.clone() {
            Some(node) if self.same => Pair::Same(node),
            before => Pair::Two(before, new),
        };
        let carried_out = if self.same { old } else { patch };
        if let Some(Node::Map(members)) = carried_out.and_then(|at| self.nodes.get_mut(at)) {
            // The item itself may be met again, without what it says of itself.
            let _ = Directive::take(members);
        }
        let (result, node) = match merger.walk(pair, inner)? {
            Outcome::Gone | Outcome::KeptNull(_) => return Ok(None),
            Outcome::Changed(node) => (old, node),
            Outcome::Replaced { by, .. } => (patch, by),
        };
        if let Some(at) = result {
            self.nodes[at] = node;
        }
        Ok(result)
    }

    /// The first item of a list that says these values.
    fn find(&self, list: &[usize], keys: &[Text], values: &[Text]) -> Option<usize> {
        let says = |node: &Node, key: &Text, value: &Text| match node {
            _ if key.is_empty() => text(node) == value.as_str(),
            node => node.get(key).is_some_and(|it| text(it) == value.as_str()),
        };
        list.iter().copied().find(|at| {
            keys.iter().zip(values).all(|(key, value)| says(&self.nodes[*at], key, value))
        })
    }

    /// Puts an item in the place of all that say these values, else at the end unless it is `null`;
    /// without an item they are taken out. Empty items go in any case, and where there is nothing
    /// to compare with, so do all others.
    fn set(
        &self,
        list: &mut Vec<usize>,
        item: Option<usize>,
        keys: &[Text],
        values: &[Text],
    ) -> Result<()> {
        let mut found = false;
        let mut left = Vec::with_capacity(list.len() + 1);
        let by_key = keys.first().is_some_and(|it| !it.is_empty())
            && values.first().is_some_and(|it| !it.is_empty());
        for at in std::mem::take(list) {
            let node = &self.nodes[at];
            if is_void(node) {
                continue;
            }
            if by_key && node.as_map().is_none() {
                left.push(at);
            } else if says_all(node, keys, values)? {
                found = true;
                left.extend(item);
            } else if !values.is_empty() {
                left.push(at);
            }
        }
        if !found {
            left.extend(item.filter(|at| !self.nodes[*at].is_null()));
        }
        *list = left;
        Ok(())
    }

    /// Puts each item of `from` into `list`, where its keys say it belongs.
    fn append(&self, mut list: Vec<usize>, from: &[usize], keys: &[Text]) -> Result<Vec<usize>> {
        for &at in from {
            let node = &self.nodes[at];
            if keys.first().is_some_and(|key| key.is_empty()) {
                self.set(&mut list, Some(at), keys, &[text(node).into()])?;
                continue;
            }
            let mut values = Vec::new();
            for key in keys {
                if !node.is_null() && node.as_map().is_none() {
                    return Err(node.wrong_kind("MappingNode"));
                }
                match node.get(key) {
                    Some(value) => values.push(text(value).into()),
                    None => list.push(at),
                }
            }
            if keys.len() > 1 {
                self.set(&mut list, None, keys, &values)?;
            }
            self.set(&mut list, Some(at), keys, &values)?;
        }
        Ok(list)
    }
}

/// Whether an item says all values; an empty value is said by any. Keys beyond the values say what
/// the one before said.
fn says_all(node: &Node, keys: &[Text], values: &[Text]) -> Result<bool> {
    let mut said = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(at) {
            said = says(node, key, value)?;
        }
        if !said {
            return Ok(false);
        }
    }
    Ok(said)
}

fn says(node: &Node, key: &Text, value: &Text) -> Result<bool> {
    if key.is_empty() {
        return match node {
            Node::Scalar(scalar) => Ok(scalar.text == *value),
            other => Err(other.wrong_kind("ScalarNode")),
        };
    }
    match node {
        Node::Map(members) => {
            let found = members.get(key);
            Ok(found.is_some_and(|it| value.is_empty() || text(it) == value.as_str()))
        }
        other => Err(other.wrong_kind("MappingNode")),
    }
}
