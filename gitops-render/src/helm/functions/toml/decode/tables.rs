//! The tables of a text while it is read, and which of them were only implied.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::path_text;
use crate::helm::go::{Entries, List, Map, Str, Type, Value};

/// A table that is being filled.
pub(super) type Table = BTreeMap<Str, Item>;

/// What a table holds.
pub(super) enum Item {
    Value(Value),
    Table(Table),
    /// `[[table]]`, once and more.
    Tables(Vec<Table>),
}

/// What is wrong with a key.
type Message = Vec<u8>;

#[derive(Default)]
pub(super) struct Tables {
    root: Table,
    /// The table that keys are set in.
    pub(super) context: Vec<Str>,
    /// The key that is being set.
    pub(super) key: Str,
    /// Whether what stands at a path is an array, as far as that was noted.
    arrays: HashMap<Vec<u8>, bool>,
    /// The paths of tables that stand nowhere themselves.
    implied: HashSet<Vec<u8>>,
}

impl Tables {
    pub(super) fn into_map(self) -> Map {
        self.root.into_iter().map(|(key, item)| (key, value(item))).collect()
    }

    /// The key that errors name last.
    pub(super) fn current_key(&self) -> Vec<u8> {
        match (self.key.is_empty(), self.context.is_empty()) {
            (true, _) => path_text(&self.context),
            (_, true) => self.key.to_vec(),
            _ => [&path_text(&self.context)[..], b".", &self.key].concat(),
        }
    }

    /// Notes whether what stands at the current key is an array.
    pub(super) fn note_type(&mut self, is_array: bool) {
        let mut path = self.context.clone();
        if !self.key.is_empty() || path.is_empty() {
            path.push(self.key.clone());
        }
        self.arrays.insert(path_text(&path), is_array);
    }

    /// Enters a table that part of a dotted key implies.
    pub(super) fn enter_implicit(&mut self, part: &Str) -> Result<(), Message> {
        let mut path = self.context.clone();
        path.push(part.clone());
        self.implied.insert(path_text(&path));
        self.enter(&path, false)
    }

    /// Enters the inline table at the current key.
    pub(super) fn begin_inline(&mut self, in_array: bool) -> Result<(), Message> {
        let key = std::mem::take(&mut self.key);
        let mut path = std::mem::take(&mut self.context);
        path.push(key);
        self.context.clone_from(&path);
        self.implied.insert(path_text(&path));
        self.enter(&path, in_array)
    }

    /// Enters the table at `path`, a new one; one more of an array of tables where `is_array`.
    pub(super) fn enter(&mut self, path: &[Str], is_array: bool) -> Result<(), Message> {
        let Some((last, parents)) = path.split_last() else { return Ok(()) };
        let mut table = &mut self.root;
        for (at, key) in parents.iter().enumerate() {
            let here = || path_text(&parents[..=at]);
            if !table.contains_key(key) {
                self.implied.insert(here());
                table.insert(key.clone(), Item::Table(Table::default()));
            }
            table = inner(table, key).ok_or_else(|| {
                [b"Key '", &here()[..], b"' was already created as a hash."].concat()
            })?;
        }
        self.context = parents.to_vec();
        if is_array {
            let tables = table.entry(last.clone()).or_insert(Item::Tables(Vec::new()));
            let Item::Tables(tables) = tables else {
                let path = path_text(path);
                let message = b"' was already created and cannot be used as an array.";
                return Err([b"Key '", &path[..], message].concat());
            };
            tables.push(Table::default());
        } else {
            self.set(last, Item::Table(Table::default()))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    /// Sets `key` in the current table.
    pub(super) fn set(&mut self, key: &Str, item: Item) -> Result<(), Message> {
        let mut table = &mut self.root;
        let defined = |path: &[u8]| [b"Key '", path, b"' has already been defined."].concat();
        for (at, part) in self.context.iter().enumerate() {
            table = inner(table, part).ok_or_else(|| defined(&path_text(&self.context[..=at])))?;
        }
        if !table.contains_key(key) {
            table.insert(key.clone(), item);
            return Ok(());
        }
        let mut path = self.context.clone();
        path.push(key.clone());
        let path = path_text(&path);
        if !self.implied.remove(&path) {
            return Err(defined(&path));
        }
        if self.arrays.get(&path) == Some(&true) {
            table.insert(key.clone(), item);
        }
        Ok(())
    }
}

/// The table at `key`, the last where there are several.
fn inner<'t>(table: &'t mut Table, key: &Str) -> Option<&'t mut Table> {
    match table.get_mut(key)? {
        Item::Table(table) => Some(table),
        Item::Tables(tables) => tables.last_mut(),
        Item::Value(_) => None,
    }
}

/// Sets what stands at `path`; false where something on the way is no table.
pub(super) fn insert(table: &mut Table, path: &[Str], value: Value) -> bool {
    let Some((last, parents)) = path.split_last() else { return true };
    let mut table = table;
    for (at, key) in parents.iter().enumerate() {
        let item = table.entry(key.clone()).or_insert_with(|| Item::Table(Table::default()));
        match item {
            Item::Table(below) => table = below,
            Item::Value(Value::Map(map)) => return insert_below(map, &path[at + 1..], value),
            Item::Value(_) | Item::Tables(_) => return false,
        }
    }
    table.insert(last.clone(), Item::Value(value));
    true
}

/// The same in a table that is complete.
fn insert_below(map: &Map, path: &[Str], value: Value) -> bool {
    let Some((key, below)) = path.split_first() else { return true };
    if below.is_empty() {
        map.set(key.clone(), value);
        return true;
    }
    let next = map.get(key).unwrap_or_else(|| Value::Map(Map::of(Entries::new())));
    let Value::Map(inner) = &next else { return false };
    let fits = insert_below(inner, below, value);
    map.set(key.clone(), next);
    fits
}

/// The value that an item is in the end.
pub(super) fn value(item: Item) -> Value {
    let map = |table: Table| {
        Value::Map(table.into_iter().map(|(key, item)| (key, value(item))).collect::<Map>())
    };
    match item {
        Item::Value(value) => value,
        Item::Table(table) => map(table),
        Item::Tables(tables) => {
            Value::List(List::typed(&Type::DICT, tables.into_iter().map(map).collect()))
        }
    }
}
