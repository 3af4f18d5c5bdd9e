//! A chart that came together with values, kept for other renders with the same values.

use std::cell::RefCell;
use std::rc::Rc;

use foldhash::HashMap;

use super::load::Chart;
use super::metadata::Metadata;
use super::node::Node;
use crate::helm::go::{FrozenMap, Map, Snapshot};

/// What dependencies, aliases, defaults and values make of a chart.
#[derive(Debug)]
pub(in crate::helm) struct Ready {
    shape: Shape,
    values: Snapshot,
    warnings: Vec<String>,
}

/// A chart with the charts inside it that are switched on.
#[derive(Debug)]
struct Shape {
    /// Which of the charts inside the one around it.
    at: usize,
    metadata: Metadata,
    dependencies: Vec<Shape>,
}

impl Ready {
    /// What came together, before a template changes it; none where that cannot be told.
    pub(in crate::helm) fn new(node: &Node<'_>, values: &Map, warnings: &[String]) -> Option<Self> {
        let values = Snapshot::of(values)?;
        Some(Self { shape: Shape::of(node, 0)?, values, warnings: warnings.to_vec() })
    }

    /// How many bytes it takes, nearly.
    pub(in crate::helm) fn weight(&self) -> usize {
        self.values.weight() + self.warnings.iter().map(String::len).sum::<usize>()
    }

    /// The same for one render of `chart`, of which it was made.
    pub(in crate::helm) fn restore<'a>(&self, chart: &'a Chart) -> (Node<'a>, Map, Vec<String>) {
        (self.shape.restore(chart), self.values.restore(), self.warnings.clone())
    }
}

impl Shape {
    fn of(node: &Node<'_>, at: usize) -> Option<Self> {
        let all = node.chart.dependencies.iter().map(std::ptr::from_ref);
        let places: HashMap<_, usize> = all.zip(0..).collect();
        let dependencies = node.dependencies.iter();
        let dependencies = dependencies
            .map(|inner| Self::of(inner, *places.get(&std::ptr::from_ref(inner.chart))?))
            .collect::<Option<_>>()?;
        Some(Self { at, metadata: node.metadata().clone(), dependencies })
    }

    fn restore<'a>(&self, chart: &'a Chart) -> Node<'a> {
        let dependencies = self.dependencies.iter();
        let dependencies = dependencies.map(|inner| inner.restore(&chart.dependencies[inner.at]));
        Node {
            chart,
            metadata: Rc::new(RefCell::new(self.metadata.clone())),
            values: chart.values.as_ref().map(FrozenMap::thawed),
            dependencies: dependencies.collect(),
        }
    }
}
