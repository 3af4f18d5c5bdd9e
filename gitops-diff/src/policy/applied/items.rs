//! Lets rules decide on the items of lists.

use std::collections::{BTreeMap, VecDeque};

use super::walk::{Decision, Here, Walk};
use crate::policy::{Item, PolicyError, Take};
use crate::{Keys, ListRef, PathElement, Text, TypeRef, Value};

/// How the items of a list are told apart.
enum Told {
    /// By these fields.
    Keys(Vec<Text>),
    /// By themselves.
    Value,
    /// Not by the server: the list is one value.
    Whole,
}

/// In longer lists that are one value, items are not looked for by what rules say of them.
const MAX_SEARCHED: usize = 1000;

/// An item as it is declared, as it lives, or both, with its places.
type Pair<'v> = (Option<(usize, &'v Value)>, Option<(usize, &'v Value)>);

impl Walk<'_> {
    pub(super) fn list(
        &self,
        here: &Here<'_, '_>,
        desired: Option<&Value>,
        live: Option<&Value>,
    ) -> Result<Decision, PolicyError> {
        let told = self.told(here);
        if matches!(told, Told::Whole) && !here.rules.leads_on() {
            return Ok(self.leaf(here, desired, live));
        }
        let mut here = here.clone();
        if matches!(told, Told::Whole) && here.whole.is_none() {
            here.whole = Some(here.path.clone());
        }
        let declared = desired.and_then(Value::as_list).unwrap_or_default();
        let lives = live.and_then(Value::as_list).unwrap_or_default();
        if declared.is_empty() && lives.is_empty() {
            return Ok(self.leaf(&here, desired, live));
        }
        let element = here.of.and_then(TypeRef::list).map(ListRef::element);
        let mut changed = false;
        let mut items = Vec::with_capacity(declared.len());
        let mut pairs = pairs(&told, element, declared, lives, &here);
        if self.takes_order(&here) {
            pairs.sort_by_key(|(_, live)| live.map_or(usize::MAX, |(at, _)| at));
            changed = !pairs.iter().filter_map(|it| it.0).map(|it| it.0).is_sorted();
        }
        for pair in pairs {
            let item = Item { desired: pair.0, live: landing(&told, pair, items.len()) };
            let mut below = here.below(here.rules.item(&item), element, name(&told, element, pair));
            below.is_new |= pair.1.is_none() && below.rules.leads_on();
            let mine = pair.0.map(|(_, it)| it);
            // A rule for parts of items keeps none that is not declared any more.
            if mine.is_none() && !below.rules.holds_here() {
                continue;
            }
            match self.value(&below, mine, pair.1.map(|(_, it)| it))? {
                None => items.extend(mine.cloned()),
                Some(decided) => {
                    changed = true;
                    let keys = mine.or(pair.1.map(|(_, it)| it));
                    items.extend(decided.map(|it| with_keys(it, &told, keys)));
                }
            }
        }
        Ok(changed.then(|| (!items.is_empty() || live.is_some()).then_some(Value::List(items))))
    }

    /// Whether items stand as they live: where a rule takes the whole list from there.
    fn takes_order(&self, here: &Here<'_, '_>) -> bool {
        let take = || self.verdict(here).map(|it| it.take);
        !self.is_new
            && !here.is_new
            && !here.rules.leads_on()
            && matches!(take(), Some(Take::Live | Take::LiveElseDesired))
    }

    /// What the schema says, or else what the server wrote down.
    fn told(&self, here: &Here<'_, '_>) -> Told {
        let known = here.of.filter(|it| !it.is_deduced()).and_then(TypeRef::list);
        match known.map(ListRef::keys) {
            Some(Keys::Map(keys)) => Told::Keys(keys.clone()),
            Some(Keys::Set) => Told::Value,
            Some(Keys::Atomic) => Told::Whole,
            None => self.owners.keys(&here.path).map_or(Told::Whole, Told::Keys),
        }
    }
}

/// The live item of a pair; where the list is one value, one that lives alone is at its place
/// only if it will be.
fn landing<'v>(told: &Told, (desired, live): Pair<'v>, next: usize) -> Option<(usize, &'v Value)> {
    let (at, item) = live?;
    let moves = matches!(told, Told::Whole) && desired.is_none() && at != next;
    Some((if moves { usize::MAX } else { at }, item))
}

/// An item of which something is left keeps its keys, which others may own, too.
fn with_keys(mut decided: Value, told: &Told, item: Option<&Value>) -> Value {
    if let (Told::Keys(names), Value::Map(fields)) = (told, &mut decided) {
        for name in names {
            if let Some(key) = item.and_then(|it| it.get(name)) {
                fields.insert(name, key.clone());
            }
        }
    }
    decided
}

/// The declared items with their live counterparts, then those that live alone.
///
/// The items of a list that is one value are the same where they are equal, else where a rule
/// tells them by the same fields (looked for in lists of usual length), else by their places.
fn pairs<'v>(
    told: &Told,
    element: Option<TypeRef<'_>>,
    declared: &'v [Value],
    lives: &'v [Value],
    here: &Here<'_, '_>,
) -> Vec<Pair<'v>> {
    let mut places: BTreeMap<PathElement, VecDeque<usize>> = BTreeMap::new();
    for (at, item) in lives.iter().enumerate() {
        places.entry(identity(told, element, item)).or_default().push_back(at);
    }
    let mut met = vec![false; lives.len()];
    let mut found = Vec::with_capacity(declared.len());
    for item in declared {
        let same = places.get_mut(&identity(told, element, item)).and_then(VecDeque::pop_front);
        if let Some(at) = same {
            met[at] = true;
        }
        found.push(same);
    }
    if matches!(told, Told::Whole) && declared.len().max(lives.len()) <= MAX_SEARCHED {
        for (item, place) in declared.iter().zip(&mut found).filter(|it| it.1.is_none()) {
            let is_told = |at: &usize| !met[*at] && here.rules.tells_same(item, &lives[*at]);
            *place = (0..lives.len()).find(is_told);
            if let Some(at) = *place {
                met[at] = true;
            }
        }
    }
    // Of a list that is one value, the others are told apart by their places.
    if matches!(told, Told::Whole) && declared.len() == lives.len() {
        for (at, place) in found.iter_mut().enumerate() {
            if place.is_none() && !met[at] {
                met[at] = true;
                *place = Some(at);
            }
        }
    }
    let both = declared.iter().enumerate().zip(found);
    let both = both.map(|(item, place)| (Some(item), place.map(|it| (it, &lives[it]))));
    let mut pairs: Vec<Pair<'v>> = both.collect();
    let alone = lives.iter().enumerate().filter(|(at, _)| !met[*at]);
    pairs.extend(alone.map(|it| (None, Some(it))));
    pairs
}

/// A key field; one that is left out is its default.
fn key<'v>(name: &str, element: Option<TypeRef<'v>>, item: &'v Value) -> Option<&'v Value> {
    let given = item.get(name).filter(|it| !it.is_null());
    given.or_else(|| element?.map()?.default_of(name))
}

/// By what an item is found again, whatever its place.
fn identity(told: &Told, element: Option<TypeRef<'_>>, item: &Value) -> PathElement {
    match told {
        Told::Keys(names) => keys_of(names, element, item),
        Told::Value | Told::Whole => PathElement::Value(item.clone()),
    }
}

fn keys_of(names: &[Text], element: Option<TypeRef<'_>>, item: &Value) -> PathElement {
    let fields = names.iter().filter_map(|it| Some((it.clone(), key(it, element, item)?.clone())));
    PathElement::key(fields.collect())
}

fn name(told: &Told, element: Option<TypeRef<'_>>, (desired, live): Pair<'_>) -> PathElement {
    let Some((at, item)) = desired.or(live) else {
        return PathElement::Index(0);
    };
    match told {
        Told::Keys(names) => keys_of(names, element, item),
        Told::Value => PathElement::Value(item.clone()),
        Told::Whole => PathElement::Index(i64::try_from(at).unwrap_or(i64::MAX)),
    }
}
