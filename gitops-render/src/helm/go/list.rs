//! Slices of Go. No function of templates changes one in place, so they are shared and frozen.

use std::ops::Deref;
use std::rc::Rc;

use super::drop::Nest;
use super::{Type, Value};

/// A slice of Go with the type of its items. Cloning shares the items.
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// `interface {}` for most.
    pub(crate) item: &'static Type,
    /// None for `nil`, which JSON tells from an empty slice.
    items: Option<Rc<Items>>,
}

#[derive(Debug)]
struct Items(Vec<Value>);

impl List {
    /// Bytes that a list takes beside its items.
    pub(crate) const BYTES: usize = 48;

    /// `[]interface {}`.
    pub(crate) fn of(items: Vec<Value>) -> Self {
        Self::typed(&Type::Any, items)
    }

    /// A slice whose items all are of the type `item`.
    pub(crate) fn typed(item: &'static Type, items: Vec<Value>) -> Self {
        Self { item, items: Some(Rc::new(Items(items))) }
    }

    /// The `nil` of slices of `item`, such as a function returns that found nothing.
    pub(crate) fn nil(item: &'static Type) -> Self {
        Self { item, items: None }
    }

    /// Whether it is `nil`: empty, but `null` in JSON.
    pub(crate) fn is_nil(&self) -> bool {
        self.items.is_none()
    }

    /// Where its items are in memory, to tell it from others as long as it lives.
    pub(crate) fn address(&self) -> usize {
        self.items.as_ref().map_or(0, |items| Rc::as_ptr(items).addr())
    }

    /// The items, if nobody else holds them.
    pub(super) fn into_only(self) -> Option<Vec<Value>> {
        let mut items = Rc::try_unwrap(self.items?).ok()?;
        Some(std::mem::take(&mut items.0))
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        self.items.as_ref().map_or(&[], |items| &items.0)
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        Nest::default().take_apart(std::mem::take(&mut self.0));
    }
}
