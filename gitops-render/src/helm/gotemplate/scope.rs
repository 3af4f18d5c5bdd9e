//! Templates by their names.

use std::rc::Rc;
use std::sync::Arc;

use foldhash::HashMap;

use super::ast::Tree;
use crate::helm::go::Str;

/// The templates of a chart. Parsed once and shared by all renders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Templates(HashMap<Str, Arc<Tree>>);

impl Templates {
    /// Adds what a text defines: it replaces templates of the same names, unless by nothing.
    pub(crate) fn add(&mut self, trees: Vec<Arc<Tree>>) {
        for tree in trees {
            if !tree.is_empty() || !self.0.contains_key(&tree.name) {
                self.0.insert(tree.name.clone(), tree);
            }
        }
    }

    /// The template `name`.
    pub(crate) fn get(&self, name: &[u8]) -> Option<&Arc<Tree>> {
        self.0.get(name)
    }
}

/// The templates that a text given to `tpl` defines, over those that were there before. They are
/// gone when the call ends, so nothing is copied.
#[derive(Debug)]
pub(super) struct Overlay {
    own: Templates,
    below: Option<Rc<Overlay>>,
}

impl Overlay {
    /// Puts `trees` over `below`, and that over `base`.
    pub(super) fn new(trees: &[Arc<Tree>], below: Option<Rc<Self>>, base: &Templates) -> Self {
        let mut overlay = Self { own: Templates::default(), below };
        for tree in trees {
            if !tree.is_empty() || overlay.get(&tree.name, base).is_none() {
                overlay.own.0.insert(tree.name.clone(), Arc::clone(tree));
            }
        }
        overlay
    }

    /// The template `name`.
    pub(super) fn get<'o>(&'o self, name: &[u8], base: &'o Templates) -> Option<&'o Arc<Tree>> {
        let mut layer = Some(self);
        while let Some(overlay) = layer {
            if let Some(tree) = overlay.own.get(name) {
                return Some(tree);
            }
            layer = overlay.below.as_deref();
        }
        base.get(name)
    }
}
