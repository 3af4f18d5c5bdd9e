//! Slices of Go. No function of templates changes one in place, so they are shared and frozen.

use std::ops::Deref;
use std::rc::Rc;

use super::{Type, Value};

/// A slice of Go with the type of its items. Cloning shares the items.
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// `interface {}` for most.
    pub(crate) item: &'static Type,
    items: Rc<Vec<Value>>,
}

impl List {
    /// `[]interface {}`.
    pub(crate) fn of(items: Vec<Value>) -> Self {
        Self::typed(&Type::Any, items)
    }

    /// A slice whose items all are of the type `item`.
    pub(crate) fn typed(item: &'static Type, items: Vec<Value>) -> Self {
        Self { item, items: Rc::new(items) }
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}
