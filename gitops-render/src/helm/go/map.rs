//! Maps of Go: shared by all who hold them, and changed in place by `set` and its kind.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Str, Type, Value};

/// The entries, by their keys in the order of bytes, in which Go prints and ranges over them.
pub(crate) type Entries = BTreeMap<Str, Value>;

/// A map of Go with keys of strings. Cloning shares the entries: who changes one changes all.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    /// `map[string]interface {}` for most.
    pub(crate) ty: Type,
    entries: Rc<RefCell<Entries>>,
}

impl Map {
    /// `map[string]interface {}`.
    pub(crate) fn of(entries: Entries) -> Self {
        Self::typed(Type::DICT, entries)
    }

    /// A map of the type `ty`.
    pub(crate) fn typed(ty: Type, entries: Entries) -> Self {
        Self { ty, entries: Rc::new(RefCell::new(entries)) }
    }

    /// The same entries seen as another type, as a conversion in Go leaves them shared.
    pub(crate) fn seen_as(&self, ty: Type) -> Self {
        Self { ty, entries: Rc::clone(&self.entries) }
    }

    /// The entries. Hold them no longer than needed: nothing may change the map meanwhile.
    pub(crate) fn entries(&self) -> Ref<'_, Entries> {
        self.entries.borrow()
    }

    /// The entries, to change them.
    pub(crate) fn change(&self) -> RefMut<'_, Entries> {
        self.entries.borrow_mut()
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Value> {
        self.entries.borrow().get(key).cloned()
    }

    /// Sets `key`.
    pub(crate) fn set(&self, key: impl Into<Str>, value: Value) {
        self.entries.borrow_mut().insert(key.into(), value);
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether both are one map, not only equal.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }
}

impl FromIterator<(Str, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        Self::of(entries.into_iter().collect())
    }
}
