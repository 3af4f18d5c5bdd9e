//! Which of the charts inside a chart are on, under what names, and what they export. The rules
//! are those of Helm's `pkg/chart/v2/util`.

use std::collections::HashSet;

use gitops_diff::Value as Parsed;

use super::metadata::Dependency;
use super::node::Node;
use super::tables::{Coalescer, Nulls, path_value, table};
use super::version::in_range;
use crate::helm::go::{Map, Value};

impl Coalescer {
    /// Switches dependencies on and off, copies those with an alias, and imports their values.
    ///
    /// # Errors
    /// Helm's.
    pub(in crate::helm) fn process_dependencies(
        &self,
        node: &mut Node<'_>,
        values: &Map,
    ) -> Result<(), String> {
        self.switch(node, values, "")?;
        self.import_all(node)
    }

    fn switch(&self, node: &mut Node<'_>, values: &Map, path: &str) -> Result<(), String> {
        if node.metadata().dependencies.is_none() {
            return Ok(());
        }
        self.choose(node)?;
        let values = self.coalesce(node, values)?;
        let mut metadata = node.metadata.borrow_mut();
        let mut declared = metadata.dependencies.take().unwrap_or_default();
        for dependency in &mut declared {
            dependency.enabled = self.enabled(dependency, &values, path);
        }
        drop(metadata);
        let off: HashSet<&str> =
            declared.iter().filter(|it| !it.enabled).map(Dependency::name).collect();
        node.dependencies.retain(|inner| !off.contains(&*inner.name()));
        let on: Vec<Dependency> =
            declared.iter().filter(|it| !off.contains(it.name())).cloned().collect();
        for inner in &mut node.dependencies {
            let path = format!("{path}{}.", &*inner.name());
            self.switch(inner, &values, &path)?;
        }
        node.metadata.borrow_mut().dependencies = (!on.is_empty()).then_some(on);
        Ok(())
    }

    /// Puts in place of the charts that are declared copies under their aliases, and leaves those
    /// that are not declared.
    fn choose(&self, node: &mut Node<'_>) -> Result<(), String> {
        let mut metadata = node.metadata.borrow_mut();
        let declared = metadata.dependencies.get_or_insert_default();
        let is = |inner: &Node<'_>, wanted: &Dependency| {
            *inner.name() == *wanted.name()
                && in_range(wanted.text("version"), inner.metadata().version())
        };
        let undeclared = |inner: &&Node<'_>| !declared.iter().any(|wanted| is(inner, wanted));
        let mut chosen: Vec<Node<'_>> =
            node.dependencies.iter().filter(undeclared).cloned().collect();
        for wanted in declared.iter_mut() {
            let alias = wanted.text("alias").to_owned();
            if let Some(found) = node.dependencies.iter().find(|inner| is(inner, wanted)) {
                self.copies(found.size())?;
                chosen.push(found.aliased(&alias));
            }
            if !alias.is_empty() {
                wanted.set("name", &alias);
            }
        }
        drop(metadata);
        node.dependencies = chosen;
        Ok(())
    }

    /// Tags first, of which one is enough; the first condition that is a boolean wins over them.
    fn enabled(&self, dependency: &Dependency, values: &Map, path: &str) -> bool {
        let mut enabled = true;
        if let Some(tags) = table(values, "tags") {
            let known: Vec<bool> = (dependency.tags())
                .filter_map(|tag| {
                    if let Value::Bool(on) = tags.get(tag.as_bytes())? {
                        Some(on)
                    } else {
                        let name = dependency.name();
                        self.warn(format!("the tag {tag} of the chart {name} is no boolean"));
                        None
                    }
                })
                .collect();
            enabled = known.is_empty() || known.contains(&true);
        }
        let conditions = dependency.text("condition").trim().split(',');
        for condition in conditions.filter(|it| !it.is_empty()) {
            match path_value(values, &format!("{path}{condition}")) {
                Some(Value::Bool(on)) => return on,
                Some(_) => {
                    let name = dependency.name();
                    self.warn(format!(
                        "the condition {condition} of the chart {name} is no boolean"
                    ));
                }
                None => {}
            }
        }
        enabled
    }

    /// Imports values from the innermost chart outwards.
    fn import_all(&self, node: &mut Node<'_>) -> Result<(), String> {
        for inner in &mut node.dependencies {
            self.import_all(inner)?;
        }
        self.import(node)
    }

    fn import(&self, node: &mut Node<'_>) -> Result<(), String> {
        let Some(mut declared) = node.metadata().dependencies.clone() else { return Ok(()) };
        let values = self.merged_defaults(node)?;
        let imported = Map::of([].into());
        for dependency in &mut declared {
            let mut pairs = Vec::new();
            for import in &dependency.import_values {
                let Some((child, parent)) = pair(import) else { continue };
                let name = dependency.name();
                match table(&values, &format!("{name}.{child}")) {
                    Some(found) => {
                        self.copies(found.size())?;
                        let found = if found.len() == 0 { Map::of([].into()) } else { found };
                        self.tables(&imported, &nested(&parent, found), "", Nulls::Keep);
                    }
                    None => self.warn(format!("the chart {name} has no table {child} to import")),
                }
                pairs.push((child, parent));
            }
            dependency.imported = Some(pairs);
        }
        self.copies(values.size())?;
        let values = values.deep_copy();
        self.tables(&values, &imported, "", Nulls::Keep);
        node.values = Some(values);
        node.metadata.borrow_mut().dependencies = Some(declared);
        Ok(())
    }
}

/// What an entry of `import-values` names: a table of the chart inside, and where it goes.
fn pair(import: &Parsed) -> Option<(String, String)> {
    match import {
        Parsed::Map(map) => {
            let shown = |key: &str| map.get(key).map_or_else(|| "<nil>".to_owned(), plain);
            Some((shown("child"), shown("parent")))
        }
        Parsed::Str(name) => Some((format!("exports.{name}"), ".".to_owned())),
        _ => None,
    }
}

/// A scalar as `%v` prints it.
fn plain(value: &Parsed) -> String {
    match value {
        Parsed::Null => "<nil>".to_owned(),
        Parsed::Bool(value) => value.to_string(),
        #[expect(clippy::cast_precision_loss, reason = "as Go reads numbers of JSON")]
        Parsed::Int(value) => crate::yaml::number::go_general(*value as f64),
        Parsed::Float(value) => crate::yaml::number::go_general(*value),
        Parsed::Str(text) => text.to_string(),
        // Nothing is called so, as nothing is called what Go prints of a list or a map.
        Parsed::List(_) => "[]".to_owned(),
        Parsed::Map(_) => "map[]".to_owned(),
    }
}

/// `map` below the path `a.b.c`; `.` is the map itself.
fn nested(path: &str, map: Map) -> Map {
    if path == "." {
        return map;
    }
    let wrap = |below: Map, name: &str| Map::of([(name.into(), Value::Map(below))].into());
    path.rsplit('.').fold(map, wrap)
}
