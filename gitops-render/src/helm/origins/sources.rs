//! Where values come from: the strongest file that sets a key.

use std::sync::Arc;

use crate::helm::chart::Node;
use crate::helm::go::{Frozen, FrozenMap, Map, Str, Value};
use crate::{ValueRead, ValueSource};

/// All that may set values, the strongest first.
#[derive(Debug, Default)]
pub(in crate::helm) struct Sources {
    layers: Vec<Layer>,
    /// Where the values of the charts inside are: the names of the charts on the way.
    charts: Vec<Vec<Str>>,
}

/// Something that sets values.
#[derive(Debug)]
pub(in crate::helm) struct Layer {
    source: ValueSource,
    values: Values,
    /// The names of the charts on the way to the chart whose values they are.
    below: Vec<Str>,
}

#[derive(Debug)]
enum Values {
    File(Arc<FrozenMap>),
    Settings(Map),
}

/// The key of the values that charts inside get from those around them.
const GLOBAL: &[u8] = b"global";

impl Layer {
    /// The values of a file that was given.
    pub(in crate::helm) fn file(name: &str, values: Arc<FrozenMap>) -> Self {
        Self { source: ValueSource::File(name.into()), values: Values::File(values), below: vec![] }
    }

    /// What settings such as `--set` say.
    pub(in crate::helm) fn settings(values: Map) -> Self {
        Self { source: ValueSource::Setting, values: Values::Settings(values), below: vec![] }
    }

    fn sets(&self, path: &[&Str]) -> bool {
        let Some(path) = below(path, &self.below) else { return false };
        match &self.values {
            Values::File(values) => is_in_file(values, path),
            Values::Settings(values) => is_in_settings(values, path),
        }
    }
}

impl Sources {
    /// Those that were given, the weakest first, over the defaults of the chart and of those inside.
    pub(in crate::helm) fn new(given: Vec<Layer>, chart: &Node<'_>) -> Self {
        let mut sources = Self { layers: given, charts: Vec::new() };
        sources.layers.reverse();
        sources.add(chart, &[]);
        sources
    }

    /// The defaults of a chart go over those of the charts inside it.
    fn add(&mut self, chart: &Node<'_>, below: &[Str]) {
        if let Some((values, file)) =
            chart.chart.values.as_ref().zip(chart.chart.values_file.as_ref())
        {
            self.layers.push(Layer {
                source: ValueSource::File((&**file).into()),
                values: Values::File(Arc::clone(values)),
                below: below.to_vec(),
            });
        }
        for inner in &chart.dependencies {
            let below = [below, &[Str::from(&*inner.name())]].concat();
            self.charts.push(below.clone());
            self.add(inner, &below);
        }
    }

    /// The key at the end of `path`, and what sets it.
    pub(super) fn read(&self, path: &[Str]) -> ValueRead {
        let ways = self.ways(path);
        let sets = |layer: &&Layer| ways.iter().any(|way| layer.sets(way));
        let source = self.layers.iter().find(sets).map(|layer| layer.source.clone());
        ValueRead::new(notation(path), source.unwrap_or(ValueSource::Nothing))
    }

    /// The keys that the value may come from: globals may be set for each chart around it.
    fn ways<'p>(&self, path: &'p [Str]) -> Vec<Vec<&'p Str>> {
        let mut ways = vec![path.iter().collect()];
        let global = path.iter().position(|key| **key == *GLOBAL);
        if let Some(at) = global.filter(|at| self.charts.iter().any(|chart| *chart == path[..*at]))
        {
            let around = (0..at).rev();
            ways.extend(around.map(|count| path[..count].iter().chain(&path[at..]).collect()));
        }
        ways
    }
}

/// What is left of `path` below `above`.
fn below<'p, 's>(path: &'p [&'s Str], above: &[Str]) -> Option<&'p [&'s Str]> {
    let (start, rest) = path.split_at_checked(above.len())?;
    start.iter().zip(above).all(|(one, other)| **one == *other).then_some(rest)
}

fn is_in_file(mut map: &FrozenMap, path: &[&Str]) -> bool {
    let Some((last, way)) = path.split_last() else { return true };
    for key in way {
        match map.get(key) {
            Some(Frozen::Map(inner)) => map = inner,
            _ => return false,
        }
    }
    map.get(last).is_some()
}

fn is_in_settings(map: &Map, path: &[&Str]) -> bool {
    let Some((last, way)) = path.split_last() else { return true };
    let inner = way.iter().try_fold(map.clone(), |map, key| match map.get(key) {
        Some(Value::Map(inner)) => Some(inner),
        _ => None,
    });
    inner.is_some_and(|map| map.has(last))
}

/// As `--set` takes it.
fn notation(path: &[Str]) -> String {
    let escaped = |key: &Str| {
        let mut text = String::new();
        for character in key.lossy().chars() {
            if matches!(character, '.' | ',' | '=' | '[' | '\\') {
                text.push('\\');
            }
            text.push(character);
        }
        text
    };
    path.iter().map(escaped).collect::<Vec<_>>().join(".")
}
