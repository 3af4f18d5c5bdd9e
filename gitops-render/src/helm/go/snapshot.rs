//! A map as it is at one moment, to be made again for other renders: what was one map at two places
//! is one map again.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use super::{Frozen, FrozenMap, List, Map, Str, Type, Value};

/// A map with all that is in it, apart from those parts that are in it more than once.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot {
    root: Arc<FrozenMap>,
    shared: Vec<Shared>,
}

/// A map or a list that is at several places.
#[derive(Debug, PartialEq)]
struct Shared {
    value: Frozen,
    places: Vec<Place>,
}

/// A key of the root, or of something shared.
#[derive(Debug, PartialEq)]
struct Place {
    /// Which shared value; the root if there is none.
    holder: Option<usize>,
    path: Vec<Str>,
}

/// Of values that nest deeper no snapshot is taken. What is still frozen does not count: readers of
/// YAML bound its depth.
const DEEPEST: usize = 256;

/// Something of which no snapshot is taken.
struct Strange;

impl Snapshot {
    /// The map as it is now; none where something is in it that no file of values holds, or where a
    /// list holds what is elsewhere too.
    pub(crate) fn of(map: &Map) -> Option<Self> {
        Self::taken(map).ok()
    }

    fn taken(map: &Map) -> Result<Self, Strange> {
        let mut meetings = HashMap::new();
        meet(&Value::Map(map.clone()), &mut meetings, 0)?;
        let known = HashMap::new();
        let mut camera = Camera { meetings, known, shared: Vec::new(), places: 0 };
        let root = camera.entries(map, None, &mut Vec::new())?;
        let mut done = Vec::new();
        // What is shared may hold more of it.
        while let Some((value, _)) = camera.shared.get(done.len()) {
            let (value, holder) = (value.clone(), Some(done.len()));
            let value = match value {
                Value::Map(map) => Frozen::Map(camera.entries(&map, holder, &mut Vec::new())?),
                Value::List(items) => camera.items(&items)?,
                _ => return Err(Strange),
            };
            done.push(value);
        }
        let places = camera.shared.into_iter().map(|(_, places)| places);
        let shared =
            done.into_iter().zip(places).map(|(value, places)| Shared { value, places }).collect();
        Ok(Self { root, shared })
    }

    /// How many bytes it takes, nearly.
    pub(crate) fn weight(&self) -> usize {
        let shared = self.shared.iter().map(|shared| shared.value.weight()).sum::<usize>();
        self.root.weight() + shared
    }

    /// The map, for one render.
    pub(crate) fn restore(&self) -> Map {
        let root = Map::of(self.root.thaw());
        let shared: Vec<Value> = self.shared.iter().map(|shared| shared.value.thaw()).collect();
        for (value, Shared { places, .. }) in shared.iter().zip(&self.shared) {
            for Place { holder, path } in places {
                let holder = match holder {
                    None => Some(&root),
                    Some(at) => shared[*at].as_map(),
                };
                let Some((holder, (key, way))) = holder.zip(path.split_last()) else { continue };
                let below = way.iter().try_fold(holder.clone(), |map, key| match map.get(key) {
                    Some(Value::Map(below)) => Some(below),
                    _ => None,
                });
                if let Some(map) = below {
                    map.set(key.clone(), value.clone());
                }
            }
        }
        root
    }
}

/// How often maps are met, and lists in which there are more than scalars.
type Meetings = HashMap<usize, usize>;

/// Counts how often a value and those below it are met.
fn meet(value: &Value, meetings: &mut Meetings, depth: usize) -> Result<(), Strange> {
    let Some(address) = address(value) else { return Ok(()) };
    let times = meetings.entry(address).or_default();
    *times += 1;
    if *times > 1 {
        return Ok(());
    }
    match value {
        _ if depth == DEEPEST => Err(Strange),
        // No values have another type before templates see them.
        Value::Map(map) if map.ty != Type::DICT || map.is_nil() => Err(Strange),
        Value::Map(map) if map.as_frozen().is_some() => Ok(()),
        Value::Map(map) => map.entries().values().try_for_each(|it| meet(it, meetings, depth + 1)),
        Value::List(items) => items.iter().try_for_each(|it| meet(it, meetings, depth + 1)),
        _ => Ok(()),
    }
}

/// By what a value is known again, if it matters whether it is the same one.
fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Map(map) => Some(map.address()),
        Value::List(items) if has_more_than_scalars(items) => Some(items.address()),
        _ => None,
    }
}

fn has_more_than_scalars(items: &List) -> bool {
    items.iter().any(|it| matches!(it, Value::List(_) | Value::Map(_)))
}

struct Camera {
    meetings: Meetings,
    /// Which of the shared values has an address.
    known: HashMap<usize, usize>,
    shared: Vec<(Value, Vec<Place>)>,
    /// How many places that makes.
    places: usize,
}

impl Camera {
    /// The entries of a map at `path` of `holder`, without what is shared.
    fn entries(
        &mut self,
        map: &Map,
        holder: Option<usize>,
        path: &mut Vec<Str>,
    ) -> Result<Arc<FrozenMap>, Strange> {
        if let Some(frozen) = map.as_frozen() {
            return Ok(frozen);
        }
        let mut entries = Vec::new();
        for (key, value) in map.entries().iter() {
            path.push(key.clone());
            if let Some(value) = self.value(value, holder, path)? {
                entries.push((key.clone(), value));
            }
            path.pop();
        }
        Ok(FrozenMap::from_sorted(entries).into())
    }

    /// A value at `path` of `holder`; nothing where it is shared.
    fn value(
        &mut self,
        value: &Value,
        holder: Option<usize>,
        path: &mut Vec<Str>,
    ) -> Result<Option<Frozen>, Strange> {
        if let Some(address) = address(value).filter(|it| self.meetings.get(it) > Some(&1)) {
            let at = *self.known.entry(address).or_insert_with(|| {
                self.shared.push((value.clone(), Vec::new()));
                self.shared.len() - 1
            });
            self.shared[at].1.push(Place { holder, path: path.clone() });
            self.places += 1;
            return Ok(None);
        }
        Ok(Some(match value {
            Value::Map(map) => Frozen::Map(self.entries(map, holder, path)?),
            Value::List(items) => self.items(items)?,
            other => scalar(other)?,
        }))
    }

    /// The items of a list, in which nothing is shared.
    fn items(&mut self, items: &List) -> Result<Frozen, Strange> {
        if *items.item != Type::Any || items.is_nil() {
            return Err(Strange);
        }
        let places = self.places;
        let mut frozen = Vec::with_capacity(items.len());
        for item in items.iter() {
            frozen.push(self.value(item, None, &mut Vec::new())?.ok_or(Strange)?);
        }
        if self.places == places { Ok(Frozen::List(frozen.into())) } else { Err(Strange) }
    }
}

fn scalar(value: &Value) -> Result<Frozen, Strange> {
    Ok(match value {
        Value::Nil => Frozen::Nil,
        Value::Bool(value) => Frozen::Bool(*value),
        Value::Int(value, kind) => Frozen::Int(*value, *kind),
        Value::Float(value) => Frozen::Float(*value),
        Value::Str(text) => Frozen::Str(text.clone()),
        _ => return Err(Strange),
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::{Meetings, Snapshot};
    use crate::helm::go::{List, Map, Str, Value};

    /// The values, with a number for each map by which it is known again.
    fn drawn(value: &Value, met: &mut Meetings, out: &mut String) {
        let _ = match value {
            Value::Map(map) => {
                let next = met.len();
                let number = *met.entry(map.address()).or_insert(next);
                let _ = write!(out, "#{number}{{");
                if number == next {
                    for (key, value) in map.entries().iter() {
                        let _ = write!(out, "{key}:");
                        drawn(value, met, out);
                    }
                }
                out.write_str("}")
            }
            Value::List(items) => {
                out.push('[');
                items.iter().for_each(|item| drawn(item, met, out));
                out.write_str("]")
            }
            other => write!(out, "{other:?},"),
        };
    }

    fn drawing(map: &Map) -> String {
        let mut out = String::new();
        drawn(&Value::Map(map.clone()), &mut Meetings::default(), &mut out);
        out
    }

    /// Maps of which each may hold those before it, more than once.
    fn maps(steps: &[(usize, usize, u8, u8)]) -> Map {
        let mut all = vec![Map::of([].into())];
        for (at, &(holder, held, key, kind)) in (0..).zip(steps) {
            let key = Str::from(format!("key {key}"));
            let last = all.len() - 1;
            let value = match kind {
                0 => Value::int64(at),
                1 => Value::Nil,
                2 => Value::list(vec![Value::Bool(true), Value::string("x")]),
                3 => Value::list(vec![Value::Map(Map::of([].into()))]),
                _ => Value::Map(all[held.min(last)].clone()),
            };
            // Only earlier ones are held, so that nothing holds itself.
            let map = if holder > held && holder <= last {
                all[holder].clone()
            } else {
                all.push(Map::of([].into()));
                all[last + 1].clone()
            };
            map.set(key, value);
        }
        all.pop().unwrap_or_else(|| unreachable!("there was one"))
    }

    proptest! {
        #[test]
        fn what_was_one_map_is_one_map_again(
            steps in prop::collection::vec((0usize..12, 0usize..12, 0u8..6, 0u8..10), 0..40),
        ) {
            let map = maps(&steps);
            let snapshot = Snapshot::of(&map).expect("only values of files");
            let wanted = drawing(&map);
            prop_assert_eq!(drawing(&snapshot.restore()), &wanted[..]);
            // What a render does to its own does not show.
            snapshot.restore().set("key 0", Value::Nil);
            prop_assert_eq!(drawing(&snapshot.restore()), wanted);
            prop_assert!(Snapshot::of(&snapshot.restore()) == Some(snapshot));
        }
    }

    #[test]
    fn zero_is_not_its_negative() {
        let of = |zero: f64| Snapshot::of(&Map::of([("a".into(), Value::Float(zero))].into()));
        assert!(of(0.0).is_some() && of(0.0) == of(0.0) && of(0.0) != of(-0.0));
    }

    #[test]
    fn what_no_file_of_values_holds_is_not_kept() {
        let inner = Map::of([].into());
        let both = || Value::list(vec![Value::Map(inner.clone()), Value::Map(inner.clone())]);
        let mut deep = Value::Nil;
        for _ in 0..300 {
            deep = Value::Map(Map::of([("a".into(), deep)].into()));
        }
        for value in [Value::Complex(0.0, 1.0), both(), Value::strings(["a"]), deep] {
            let map = Map::of([("key".into(), value)].into());
            assert!(Snapshot::of(&map).is_none(), "{map:?}");
        }
        let list = Value::list(vec![Value::Map(inner)]);
        let twice = Map::of([("a".into(), list.clone()), ("b".into(), list)].into());
        let restored = Snapshot::of(&twice).expect("a list at two places").restore();
        let address = |key: &[u8]| restored.get(key)?.as_list().map(List::address);
        assert!(address(b"a").is_some() && address(b"a") == address(b"b"));
    }
}
