//! Maps of Go: shared by all who hold them, and changed in place by `set` and its kind.

use std::cell::{Cell, OnceCell, Ref, RefCell, RefMut};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::drop::Nest;
use super::trace::{Tag, Trace};
use super::{Entries, FrozenMap, Str, Type, Value};

/// A map of Go with keys of strings. Cloning shares the entries: who changes one changes all.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    /// `map[string]interface {}` for most.
    pub(crate) ty: Type,
    shared: Rc<Shared>,
}

#[derive(Debug)]
struct Shared {
    entries: RefCell<Entries>,
    /// What the entries are taken from when somebody looks at them.
    frozen: RefCell<Option<Arc<FrozenMap>>>,
    /// Whether it is `nil`, which JSON tells from an empty map.
    nil: bool,
    /// Whether the machine knows that it was changed.
    noted: Cell<bool>,
    /// Who wants to know what is read of it.
    tag: OnceCell<Tag>,
}

/// A map that does not keep its entries alive.
pub(crate) struct WeakMap(Weak<Shared>);

impl Map {
    /// Bytes that a map of a few entries takes, whatever they are.
    pub(crate) const BYTES: usize = 512;

    /// Bytes that an entry of a larger one takes: a key, a value, and room that is left free.
    pub(crate) const ENTRY: usize = 80;

    /// `map[string]interface {}`.
    pub(crate) fn of(entries: Entries) -> Self {
        Self::typed(Type::DICT, entries)
    }

    /// A map of the type `ty`.
    pub(crate) fn typed(ty: Type, entries: Entries) -> Self {
        Self::shared(ty, entries, false)
    }

    /// A `map[string]interface {}` that takes its entries out of `frozen` when it is looked at.
    pub(super) fn frozen(frozen: Arc<FrozenMap>) -> Self {
        let map = Self::of(Entries::new());
        map.shared.frozen.replace(Some(frozen));
        map
    }

    /// The `nil` of the type `ty`. Go panics where an entry is set in it: ask [`is_nil`](Self::is_nil) first.
    pub(crate) fn nil(ty: Type) -> Self {
        Self::shared(ty, Entries::new(), true)
    }

    fn shared(ty: Type, entries: Entries, nil: bool) -> Self {
        let shared = Shared {
            entries: RefCell::new(entries),
            frozen: RefCell::default(),
            nil,
            noted: Cell::new(false),
            tag: OnceCell::new(),
        };
        Self { ty, shared: Rc::new(shared) }
    }

    /// Takes the entries out of what is frozen.
    fn thaw(&self) {
        if self.shared.frozen.borrow().is_some() {
            self.thaw_now();
        }
    }

    #[cold]
    fn thaw_now(&self) {
        if let Some(frozen) = self.shared.frozen.take() {
            self.shared.entries.replace(frozen.thaw());
        }
    }

    /// What its entries are taken from, if nobody looked at them so far.
    pub(super) fn as_frozen(&self) -> Option<Arc<FrozenMap>> {
        self.shared.frozen.borrow().clone()
    }

    /// Whether it is `nil`: empty, but `null` in JSON, and no entry may be set.
    pub(crate) fn is_nil(&self) -> bool {
        self.shared.nil
    }

    /// The same entries seen as another type, as a conversion in Go leaves them shared.
    pub(crate) fn seen_as(&self, ty: Type) -> Self {
        Self { ty, shared: Rc::clone(&self.shared) }
    }

    /// The entries. Hold them no longer than needed: nothing may change the map meanwhile.
    pub(crate) fn entries(&self) -> Ref<'_, Entries> {
        self.thaw();
        self.shared.entries.borrow()
    }

    /// The entries, to change them.
    pub(crate) fn change(&self) -> RefMut<'_, Entries> {
        self.thaw();
        self.shared.entries.borrow_mut()
    }

    /// A copy that shares no map.
    pub(crate) fn deep_copy(&self) -> Self {
        if let Some(frozen) = &*self.shared.frozen.borrow() {
            return Self { ty: self.ty, ..Self::frozen(Arc::clone(frozen)) };
        }
        let entries = self.entries();
        let entries = entries.iter().map(|(key, value)| (key.clone(), value.deep_copy()));
        Self::typed(self.ty, entries.collect())
    }

    /// How many values are in it and below.
    pub(crate) fn size(&self) -> usize {
        if let Some(frozen) = &*self.shared.frozen.borrow() {
            return frozen.size();
        }
        self.entries().values().map(Value::size).sum()
    }

    /// Takes out all that is `nil`, in the maps below too.
    pub(crate) fn remove_nils(&self) {
        if self.shared.frozen.borrow().as_ref().is_some_and(|frozen| !frozen.has_nil()) {
            return;
        }
        self.change().retain(|_, value| !matches!(value, Value::Nil));
        for value in self.entries().values() {
            if let Value::Map(below) = value {
                below.remove_nils();
            }
        }
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Value> {
        let found = self.entries().get(key).cloned();
        if let Some(tag) = self.shared.tag.get() {
            tag.read(key, found.as_ref());
        }
        found
    }

    /// Whether there is a value of `key`.
    pub(crate) fn has(&self, key: &[u8]) -> bool {
        if let Some(tag) = self.shared.tag.get() {
            tag.read(key, None);
        }
        self.entries().contains_key(key)
    }

    /// Says that the value of `key` is read, `found` among the entries, or that it is on the way to
    /// what is.
    pub(crate) fn note_read(&self, key: &[u8], found: Option<&Value>, is_last: bool) {
        match self.shared.tag.get() {
            Some(tag) if is_last => tag.read(key, found),
            Some(tag) => tag.pass(key, found),
            None => {}
        }
    }

    /// Notes in `trace` what is read of it from now on, and of the maps below.
    pub(crate) fn watch(&self, trace: &Rc<Trace>) {
        self.watch_by(|| trace.root());
    }

    pub(super) fn watch_by(&self, tag: impl FnOnce() -> Tag) {
        self.shared.tag.get_or_init(tag);
    }

    /// Sets `key`.
    pub(crate) fn set(&self, key: impl Into<Str>, value: Value) {
        let old = self.change().insert(key.into(), value);
        drop(old); // Not while the entries are borrowed: the old value may hold this map.
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether both are one map, not only equal.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }

    /// Where it is in memory, to tell it from others as long as it lives.
    pub(crate) fn address(&self) -> usize {
        Rc::as_ptr(&self.shared).addr()
    }

    /// The map without keeping it alive, if this is the first time that it is asked for.
    pub(crate) fn note(&self) -> Option<WeakMap> {
        let first = !self.shared.noted.replace(true);
        first.then(|| WeakMap(Rc::downgrade(&self.shared)))
    }

    /// The entries, if nobody else holds them.
    pub(super) fn into_only(self) -> Option<Entries> {
        Some(Rc::try_unwrap(self.shared).ok()?.entries.take())
    }
}

impl WeakMap {
    /// Takes all entries out of the map, if it still lives, so that it no longer holds itself.
    pub(crate) fn clear(&self) {
        if let Some(shared) = self.0.upgrade() {
            drop(shared.entries.take());
        }
    }
}

impl FromIterator<(Str, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        Self::of(entries.into_iter().collect())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        Nest::default().take_apart(self.entries.take().into_values());
    }
}
