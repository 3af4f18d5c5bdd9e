//! The types of a build, as one patch looks them up.

use std::sync::Arc;

use gitops_diff::Text;

use super::document;
use super::types::{Edge, Shape, Types, short};

/// More names that only stand for other names lead nowhere.
const LONGEST_CHAIN: usize = 32;

/// The types of a build at one time; later layers go before earlier ones.
#[derive(Debug)]
pub(crate) struct View {
    layers: Vec<Arc<Types>>,
}

/// A type within a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// A type in which nothing is merged.
    Leaf,
    /// The type of that number in that layer.
    Shape(usize, u32),
}

impl View {
    pub(super) fn new(layers: Vec<Arc<Types>>) -> Self {
        Self { layers }
    }

    /// The type of the objects of a kind.
    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<Spot> {
        self.find(|types| types.kind(api_version, kind))
    }

    /// The type of a field; none where nothing is known of it.
    pub(crate) fn field(&self, spot: Spot, name: &str) -> Option<Spot> {
        let (layer, shape) = self.shape(spot)?;
        let edge = match shape.fields.binary_search_by(|field| field.0.as_str().cmp(name)) {
            Ok(at) => &shape.fields[at].1,
            Err(_) => shape.values.as_ref()?,
        };
        self.resolve(layer, edge)
    }

    /// The type of the items of a list; none where nothing is known of them.
    pub(crate) fn items(&self, spot: Spot) -> Option<Spot> {
        let (layer, shape) = self.shape(spot)?;
        self.resolve(layer, shape.items.as_ref()?)
    }

    /// The keys by which a list is merged, if it is; without any, its items are merged by value.
    pub(crate) fn merge_keys(&self, spot: Spot) -> Option<&[Text]> {
        self.shape(spot)?.1.keys.as_deref()
    }

    /// The type that a comment names, if it does: whatever it names that nobody knows is a type in
    /// which nothing is merged.
    pub(crate) fn comment(&mut self, text: &str) -> Option<Spot> {
        let mut types = Types::default();
        let edge = document::comment(text, &mut types)?;
        let layer = self.layers.len();
        if matches!(edge, Edge::Inline(_)) {
            self.layers.push(Arc::new(types));
        }
        Some(self.resolve(layer, &edge).unwrap_or(Spot::Leaf))
    }

    fn shape(&self, spot: Spot) -> Option<(usize, &Shape)> {
        let Spot::Shape(layer, at) = spot else { return None };
        Some((layer, self.layers.get(layer)?.shape(at)?))
    }

    fn find<'a>(&'a self, look: impl Fn(&'a Types) -> Option<&'a Edge>) -> Option<Spot> {
        let layers = self.layers.iter().enumerate().rev();
        let (layer, edge) = layers.into_iter().find_map(|(at, it)| Some((at, look(it)?)))?;
        self.resolve(layer, edge)
    }

    fn resolve(&self, layer: usize, edge: &Edge) -> Option<Spot> {
        let (mut layer, mut edge) = (layer, edge);
        for _ in 0..LONGEST_CHAIN {
            match edge {
                Edge::Leaf => return Some(Spot::Leaf),
                Edge::Inline(at) => return Some(Spot::Shape(layer, *at)),
                Edge::Named(name) => {
                    let name = short(name);
                    let layers = self.layers.iter().enumerate().rev();
                    (layer, edge) =
                        layers.into_iter().find_map(|(at, it)| Some((at, it.named(name)?)))?;
                }
            }
        }
        None
    }
}
