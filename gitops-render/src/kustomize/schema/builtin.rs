//! The types of Kubernetes and of kustomizations themselves, and the scopes of their kinds.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use gitops_diff::Text;

use super::types::{Edge, Shape, Types};

/// The version of Kubernetes whose types are built in.
pub(super) const VERSION: &str = "v1.21.2";

/// The types of Kubernetes.
pub(super) fn kubernetes() -> Arc<Types> {
    static TYPES: LazyLock<Arc<Types>> =
        LazyLock::new(|| Arc::new(parse(include_str!("kubernetes.txt"))));
    Arc::clone(&TYPES)
}

/// The types of kustomizations.
pub(super) fn kustomization() -> Arc<Types> {
    static TYPES: LazyLock<Arc<Types>> =
        LazyLock::new(|| Arc::new(parse(include_str!("kustomization.txt"))));
    Arc::clone(&TYPES)
}

/// Whether objects of the kind belong to a namespace, where that is known.
pub(super) fn is_namespaced(api_version: &str, kind: &str) -> Option<bool> {
    static SCOPES: LazyLock<HashMap<(&str, &str), bool>> =
        LazyLock::new(|| scopes(include_str!("scopes.txt")).collect());
    SCOPES.get(&(api_version, kind)).copied()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

fn scopes(text: &str) -> impl Iterator<Item = ((&str, &str), bool)> {
    lines(text).filter_map(|line| {
        let kind = line.strip_prefix('-').unwrap_or(line);
        Some((kind.rsplit_once('/')?, !line.starts_with('-')))
    })
}

/// Types out of a text whose form is described at its top.
fn parse(text: &str) -> Types {
    let mut types = Types::default();
    let (mut heading, mut shape) = (None, Shape::default());
    for line in lines(text) {
        match line.strip_prefix(' ') {
            Some(field) => add_fields(&mut types, &mut shape, field),
            None => close(&mut types, heading.replace(line), std::mem::take(&mut shape)),
        }
    }
    close(&mut types, heading, shape);
    types
}

fn close(types: &mut Types, heading: Option<&str>, mut shape: Shape) {
    let Some(heading) = heading else { return };
    let (name, kinds) = heading.split_once(" = ").unwrap_or((heading, ""));
    shape.fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let edge = types.add(shape);
    for kind in kinds.split_whitespace() {
        types.set_kind(kind, edge.clone());
    }
    types.name(name, edge);
}

fn add_fields(types: &mut Types, shape: &mut Shape, line: &str) {
    if let Some(names) = line.strip_prefix("- ") {
        shape.fields.extend(names.split(' ').map(|name| (name.into(), Edge::Leaf)));
        return;
    }
    let mut words = line.split(' ');
    let (name, first, second) = (words.next(), words.next(), words.next());
    let (Some(name), Some(first)) = (name, first) else { return };
    let inner = second.map_or(Edge::Leaf, |name| Edge::Named(name.into()));
    let edge = if first == "{}" {
        types.add(Shape { values: Some(inner), ..Shape::default() })
    } else if let Some(keys) = first.strip_prefix('[') {
        let keys = keys.trim_end_matches(']').split(',').filter(|key| !key.is_empty());
        let keys: Vec<Text> = keys.map(Text::from).collect();
        types.add(Shape { items: Some(inner), keys: Some(keys), ..Shape::default() })
    } else {
        Edge::Named(first.into())
    };
    shape.fields.push((name.into(), edge));
}
