//! Types, as far as merging depends on them.

use std::collections::HashMap;

use gitops_diff::Text;

/// The types of one source.
#[derive(Debug, Default)]
pub(super) struct Types {
    shapes: Vec<Shape>,
    names: HashMap<Text, Edge>,
    /// The types of kinds, as `apps/v1/Deployment`.
    kinds: HashMap<Text, Edge>,
    /// Whether objects of a kind belong to a namespace.
    scopes: HashMap<Text, bool>,
}

/// What a value is made of.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The fields, sorted by name.
    pub(super) fields: Vec<(Text, Edge)>,
    /// What the values are whose keys are no fields.
    pub(super) values: Option<Edge>,
    /// What the items of a list are.
    pub(super) items: Option<Edge>,
    /// The keys by which the items of a list are merged: none replaces the list, no key merges by
    /// value.
    pub(super) keys: Option<Vec<Text>>,
}

/// The way to the type of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// The type is known, and nothing is merged in it.
    Leaf,
    /// A type without a name, in the same source.
    Inline(u32),
    /// A type by its name, in whichever source has it at last.
    Named(Text),
}

impl Types {
    pub(super) fn shape(&self, at: u32) -> Option<&Shape> {
        self.shapes.get(usize::try_from(at).ok()?)
    }

    /// Adds a type without a name.
    pub(super) fn add(&mut self, shape: Shape) -> Edge {
        let at = u32::try_from(self.shapes.len()).unwrap_or(u32::MAX);
        self.shapes.push(shape);
        Edge::Inline(at)
    }

    pub(super) fn name(&mut self, name: impl Into<Text>, edge: Edge) {
        self.names.insert(name.into(), edge);
    }

    pub(super) fn set_kind(&mut self, kind: impl Into<Text>, edge: Edge) {
        self.kinds.insert(kind.into(), edge);
    }

    /// Notes a path of the API on which objects of the kind are found; one within a namespace goes
    /// before all others.
    pub(super) fn scope(&mut self, kind: impl Into<Text>, namespaced: bool) {
        *self.scopes.entry(kind.into()).or_default() |= namespaced;
    }

    pub(super) fn named(&self, name: &str) -> Option<&Edge> {
        self.names.get(name)
    }

    pub(super) fn kind(&self, api_version: &str, kind: &str) -> Option<&Edge> {
        self.kinds.get(format!("{api_version}/{kind}").as_str())
    }

    pub(super) fn is_namespaced(&self, api_version: &str, kind: &str) -> Option<bool> {
        if self.scopes.is_empty() {
            return None;
        }
        self.scopes.get(format!("{api_version}/{kind}").as_str()).copied()
    }
}

/// The name of a definition without what all names of Kubernetes start with.
pub(super) fn short(name: &str) -> &str {
    let Some(rest) = name.strip_prefix("io.k8s.") else { return name };
    match rest.strip_prefix("apimachinery.pkg.apis.") {
        Some(meta) if meta.starts_with("meta.v1.") => meta,
        _ => rest.strip_prefix("api.").unwrap_or(rest),
    }
}
