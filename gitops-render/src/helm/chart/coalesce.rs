//! How the values of a chart, of the charts inside it, and those that are given come together.
//! The rules are those of Helm's `pkg/chart/common/util`.

use super::node::Node;
use super::tables::{Coalescer, Nulls, concat};
use crate::helm::go::{Map, Value};
use crate::helm::words::quote;

/// The key of the values that all charts see.
const GLOBAL: &[u8] = b"global";

impl Coalescer {
    /// `values` with the defaults of the chart and of all charts inside it.
    ///
    /// # Errors
    /// Where the values of a chart inside it are no map.
    pub(in crate::helm) fn coalesce(&self, node: &Node<'_>, values: &Map) -> Result<Map, String> {
        self.copies(values.size())?;
        let values = values.deep_copy();
        self.chart(node, &values, "", Nulls::Remove)?;
        Ok(values)
    }

    /// The same out of the defaults alone, in which every `null` stays.
    ///
    /// # Errors
    /// As [`coalesce`](Self::coalesce).
    pub(super) fn merged_defaults(&self, node: &Node<'_>) -> Result<Map, String> {
        let values = Map::of([].into());
        self.chart(node, &values, "", Nulls::Keep)?;
        Ok(values)
    }

    fn chart(&self, node: &Node<'_>, into: &Map, prefix: &str, nulls: Nulls) -> Result<(), String> {
        self.defaults(node, into, prefix, nulls)?;
        for inner in &node.dependencies {
            let name = inner.name().to_owned();
            let prefix = concat(prefix, &node.name());
            let values = match into.get(name.as_bytes()) {
                Some(Value::Map(values)) => values,
                None => {
                    let values = Map::of([].into());
                    into.set(&*name, Value::Map(values.clone()));
                    values
                }
                Some(other) => {
                    return Err(format!("type mismatch on {name}: {}", as_bool_verb(&other)));
                }
            };
            self.globals(&values, into, &prefix)?;
            self.chart(inner, &values, &prefix, nulls)?;
        }
        Ok(())
    }

    /// Adds the defaults of the chart itself.
    fn defaults(
        &self,
        node: &Node<'_>,
        into: &Map,
        prefix: &str,
        nulls: Nulls,
    ) -> Result<(), String> {
        let Some(defaults) = node.values.as_ref().map(Map::deep_copy) else { return Ok(()) };
        self.copies(defaults.len())?;
        let prefix = concat(prefix, &node.name());
        let cleans = |nulls| nulls == Nulls::Remove && !self.keeps_null_defaults;
        for (key, value) in defaults.entries().iter() {
            match (into.get(key), value) {
                (Some(Value::Nil), _) if nulls == Nulls::Remove => {
                    into.change().remove(key);
                }
                (Some(Value::Map(below)), Value::Map(value)) => {
                    let name = key.lossy();
                    let inner = node.dependencies.iter().any(|inner| *inner.name() == *name);
                    let nulls = if inner { Nulls::Keep } else { nulls };
                    if cleans(nulls) {
                        value.remove_nils();
                    }
                    self.tables(&below, value, &concat(&prefix, &name), nulls);
                }
                (Some(Value::Map(_)), Value::Nil) => {}
                (Some(Value::Map(_)), _) => {
                    self.warn(format!("warning: skipped value for {prefix}.{key}: Not a table."));
                }
                (Some(_), _) => {}
                (None, Value::Nil) if cleans(nulls) => {}
                (None, value) => {
                    if let (Value::Map(below), true) = (value, cleans(nulls)) {
                        below.remove_nils();
                    }
                    into.set(key.clone(), value.clone());
                }
            }
        }
        Ok(())
    }

    /// Takes the globals of `from` into those of `into`, which lie below them.
    fn globals(&self, into: &Map, from: &Map, prefix: &str) -> Result<(), String> {
        let globals = |map: &Map, which: &str| match map.get(GLOBAL) {
            None => Some(Map::of([].into())),
            Some(Value::Map(globals)) => Some(globals),
            Some(_) => {
                self.warn(format!(
                    "warning: skipping globals because {which} global is not a table."
                ));
                None
            }
        };
        let Some(below) = globals(into, "destination") else { return Ok(()) };
        let Some(above) = globals(from, "source") else { return Ok(()) };
        self.copies(above.size())?;
        let all: Vec<_> =
            above.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        for (key, value) in all {
            match (value, below.get(&key)) {
                (Value::Map(value), None) => {
                    below.set(key, Value::Map(shallow_copy(&value)));
                }
                (Value::Map(value), Some(Value::Map(known))) => {
                    let value = shallow_copy(&value);
                    self.tables(&value, &known, &concat(prefix, &key.lossy()), Nulls::Keep);
                    below.set(key, Value::Map(value));
                }
                (Value::Map(_), Some(_)) => {
                    let key = quote(&key.lossy());
                    self.warn(format!(
                        "Conflict: cannot merge map onto non-map for {key}. Skipping."
                    ));
                }
                (_, Some(Value::Map(_))) => {
                    self.warn(format!("key {key} is table. Skipping"));
                }
                (value, _) => below.set(key, value),
            }
        }
        into.set(GLOBAL, Value::Map(below));
        Ok(())
    }
}

fn shallow_copy(map: &Map) -> Map {
    Map::of(map.entries().clone())
}

/// What `%t` prints of something that is no boolean.
fn as_bool_verb(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Nil => "%!t(<nil>)".to_owned(),
        Value::Str(text) => format!("%!t(string={text})"),
        Value::Float(number) => {
            format!("%!t(float64={})", crate::yaml::number::go_general(*number))
        }
        Value::Int(number, kind) => {
            format!("%!t({}={number})", crate::helm::go::Type::Int(*kind))
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(as_bool_verb).collect();
            format!("[{}]", items.join(" "))
        }
        other => other.ty().map_or_else(String::new, |ty| format!("%!t({ty})")),
    }
}
