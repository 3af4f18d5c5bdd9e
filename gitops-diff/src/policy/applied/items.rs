//! Lets rules decide on the items of lists.

use super::walk::{Decision, Here, Walk};
use crate::fields::same;
use crate::policy::{Item, PolicyError};
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
        for pair in pairs(&told, element, declared, lives, &here) {
            let item = Item { desired: pair.0, live: pair.1 };
            let mut below = here.below(here.rules.item(&item), element, name(&told, element, pair));
            below.is_new |= pair.1.is_none() && below.rules.leads_on();
            let mine = pair.0.map(|(_, it)| it);
            match self.value(&below, mine, pair.1.map(|(_, it)| it))? {
                None => items.extend(mine.cloned()),
                Some(decided) => {
                    changed = true;
                    items.extend(decided.map(|it| with_keys(it, &told, mine)));
                }
            }
        }
        Ok(changed.then(|| (!items.is_empty()).then_some(Value::List(items))))
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

/// An item of which something is left keeps its keys, which others may own, too.
fn with_keys(mut decided: Value, told: &Told, mine: Option<&Value>) -> Value {
    if let (Told::Keys(names), Value::Map(fields)) = (told, &mut decided) {
        for name in names {
            if let Some(key) = mine.and_then(|it| it.get(name)) {
                fields.insert(name, key.clone());
            }
        }
    }
    decided
}

/// The declared items with their live counterparts, then those that live alone.
fn pairs<'v>(
    told: &Told,
    element: Option<TypeRef<'_>>,
    declared: &'v [Value],
    lives: &'v [Value],
    here: &Here<'_, '_>,
) -> Vec<Pair<'v>> {
    let mut met = vec![false; lives.len()];
    let mut pairs = Vec::with_capacity(declared.len());
    for (at, item) in declared.iter().enumerate() {
        let is_same = |other: &Value| match told {
            Told::Keys(keys) => keys.iter().all(|it| same_key(it, element, item, other)),
            Told::Value => same(item, other),
            Told::Whole => here.rules.tells_same(item, other),
        };
        let free = |place: &usize| !met[*place];
        let mut found = (0..lives.len()).filter(free).find(|place| is_same(&lives[*place]));
        if matches!(told, Told::Whole) && declared.len() == lives.len() {
            found = found.or_else(|| Some(at).filter(|it| !met[*it]));
        }
        if let Some(found) = found {
            met[found] = true;
        }
        pairs.push((Some((at, item)), found.map(|it| (it, &lives[it]))));
    }
    let alone = lives.iter().enumerate().filter(|(at, _)| !met[*at]);
    pairs.extend(alone.map(|it| (None, Some(it))));
    pairs
}

fn same_key(name: &str, element: Option<TypeRef<'_>>, one: &Value, other: &Value) -> bool {
    match (key(name, element, one), key(name, element, other)) {
        (Some(one), Some(other)) => same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// A key field; one that is left out is its default.
fn key<'v>(name: &str, element: Option<TypeRef<'v>>, item: &'v Value) -> Option<&'v Value> {
    let given = item.get(name).filter(|it| !it.is_null());
    given.or_else(|| element?.map()?.default_of(name))
}

fn name(told: &Told, element: Option<TypeRef<'_>>, (desired, live): Pair<'_>) -> PathElement {
    let Some((at, item)) = desired.or(live) else {
        return PathElement::Index(0);
    };
    match told {
        Told::Keys(names) => PathElement::key(
            names
                .iter()
                .filter_map(|it| Some((it.clone(), key(it, element, item)?.clone())))
                .collect(),
        ),
        Told::Value => PathElement::Value(item.clone()),
        Told::Whole => PathElement::Index(i64::try_from(at).unwrap_or(i64::MAX)),
    }
}
