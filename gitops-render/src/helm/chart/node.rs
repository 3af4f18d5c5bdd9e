//! A chart in one render: what dependencies, aliases and imported values make of it.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use super::load::Chart;
use super::metadata::Metadata;
use crate::helm::go::{FrozenMap, Map};

/// A chart with the charts inside it that are switched on.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Node<'a> {
    /// Its files.
    pub(in crate::helm) chart: &'a Chart,
    /// Shared where Helm copies a chart but not its metadata.
    pub(in crate::helm) metadata: Rc<RefCell<Metadata>>,
    /// Its defaults, with those of its dependencies once they were looked at.
    pub(in crate::helm) values: Option<Map>,
    pub(in crate::helm) dependencies: Vec<Node<'a>>,
}

impl<'a> Node<'a> {
    pub(in crate::helm) fn new(chart: &'a Chart) -> Self {
        Self {
            chart,
            metadata: Rc::new(RefCell::new(chart.metadata.clone())),
            values: chart.values.as_ref().map(FrozenMap::thawed),
            dependencies: chart.dependencies.iter().map(Node::new).collect(),
        }
    }

    pub(in crate::helm) fn metadata(&self) -> Ref<'_, Metadata> {
        self.metadata.borrow()
    }

    /// The name, or the alias.
    pub(in crate::helm) fn name(&self) -> Ref<'_, str> {
        Ref::map(self.metadata.borrow(), Metadata::name)
    }

    /// How many files and charts it is, and values of its metadata.
    pub(super) fn size(&self) -> usize {
        let own = self.chart.files.len() + self.chart.templates.len() + self.metadata().size();
        own + self.dependencies.iter().map(Node::size).sum::<usize>()
    }

    /// The same chart with metadata of its own, under another name if there is one.
    pub(super) fn aliased(&self, alias: &str) -> Self {
        let mut metadata = self.metadata.borrow().clone();
        if !alias.is_empty() {
            metadata.set("name", alias);
        }
        Self { metadata: Rc::new(RefCell::new(metadata)), ..self.clone() }
    }
}
