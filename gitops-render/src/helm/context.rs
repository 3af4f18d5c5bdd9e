//! What templates see, chart by chart. The rules are those of Helm's `pkg/engine`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::chart::{ChartFile, Node, table};
use super::go::{Map, Value};
use super::{HelmCompat, functions, go};

/// What all charts of a render see.
pub(super) struct Shared {
    /// `.Release`.
    pub(super) release: Value,
    /// `.Capabilities`.
    pub(super) capabilities: Value,
    pub(super) compat: HelmCompat,
}

/// A template of a chart.
#[derive(Clone, Debug)]
pub(super) struct Template<'a> {
    pub(super) file: &'a ChartFile,
    /// `.`: one map for all templates of a chart.
    pub(super) dot: Map,
    /// The folder of the chart's templates.
    pub(super) base: Arc<str>,
}

/// All templates by their paths.
pub(super) type Templates<'a> = BTreeMap<String, Template<'a>>;

/// The templates of a chart and of all charts inside it; `values` are those of the chart.
pub(super) fn templates<'a>(root: &Node<'a>, values: &Map, shared: &Shared) -> Templates<'a> {
    let mut collector = Collector { shared, templates: BTreeMap::new() };
    let values = Value::Map(values.seen_as(functions::values_of(shared.compat)));
    collector.chart(root, &root.name(), values, 0);
    collector.templates
}

struct Collector<'s, 'a> {
    shared: &'s Shared,
    templates: Templates<'a>,
}

impl<'a> Collector<'_, 'a> {
    /// Adds a chart, and gives what its templates see.
    fn chart(&mut self, node: &Node<'a>, path: &str, values: Value, level: usize) -> Map {
        let ty = functions::values_of(self.shared.compat);
        let about = node.metadata().seen(level == 0, self.shared.compat);
        let inner = Map::of([].into());
        let dot: Map = [
            ("Chart", about),
            ("Files", files(node)),
            ("Release", self.shared.release.clone()),
            ("Capabilities", self.shared.capabilities.clone()),
            ("Values", values),
            ("Subcharts", Value::Map(inner.clone())),
        ]
        .into_iter()
        .map(|(key, value)| (go::Str::from(key), value))
        .collect();
        for chart in &node.dependencies {
            let name = chart.name().to_owned();
            let values = table(&dot, &format!("Values.{name}"));
            let values = values.unwrap_or_else(|| Map::of([].into())).seen_as(ty);
            let path = format!("{path}/charts/{name}");
            let seen = self.chart(chart, &path, Value::Map(values), level + 1);
            inner.set(&*name, Value::Map(seen));
        }
        self.add(node, path, &dot);
        dot
    }

    /// Adds the templates of one chart. A library has only partials.
    fn add(&mut self, node: &Node<'a>, path: &str, dot: &Map) {
        let library = node.metadata().is_library();
        let base: Arc<str> = Arc::from(format!("{path}/templates"));
        let chart = node.chart;
        for file in &chart.templates {
            if library && !is_partial(&file.name) {
                continue;
            }
            let dot = dot.seen_as(functions::values_of(self.shared.compat));
            let template = Template { file, dot, base: Arc::clone(&base) };
            self.templates.insert(format!("{path}/{}", file.name), template);
        }
    }
}

/// Whether a template is only there for others.
pub(super) fn is_partial(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or(path).starts_with('_')
}

/// The templates in the order in which they are read and run: the deepest first, and of those the
/// last by name.
pub(super) fn order<'t, 'a>(templates: &'t Templates<'a>) -> Vec<(&'t str, &'t Template<'a>)> {
    let depth = |path: &str| path.bytes().filter(|byte| *byte == b'/').count();
    let mut order: Vec<_> =
        templates.iter().rev().map(|(path, template)| (depth(path), (&**path, template))).collect();
    order.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
    order.into_iter().map(|(_, template)| template).collect()
}

/// `.Files`.
fn files(node: &Node<'_>) -> Value {
    let files = node.chart.files.iter();
    functions::files(files.map(|file| (go::Str::from(&*file.name), file.data.clone())))
}
