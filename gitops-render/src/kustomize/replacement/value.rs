//! The value of a replacement, and putting it to a place.

use gitops_diff::Text;

use super::matcher::{Found, Kind};
use super::path::{MAX_DEPTH, Place};
use crate::kustomize::kustomization::FieldOptions;
use crate::kustomize::node::{Node, Scalar};
use crate::kustomize::problem::{Problem, Result};

/// The value of a replacement.
pub(super) struct Source {
    value: Node,
    /// The resource and the place in it that the value stands in. Where a target changes it, the
    /// next target gets what it was changed to.
    origin: Option<(usize, Place)>,
}

impl Source {
    /// A value that the replacement itself says.
    pub(super) fn text(text: &Text) -> Self {
        Self { value: Node::Scalar(Scalar::plain(text.clone())), origin: None }
    }

    /// A value in a resource, or a part of its text.
    pub(super) fn in_resource(
        at: usize,
        place: &Place,
        value: &Node,
        options: Option<&FieldOptions>,
    ) -> Result<Self> {
        match options.filter(|options| !options.delimiter.is_empty()) {
            None => Ok(Self { value: value.clone(), origin: Some((at, place.clone())) }),
            Some(options) => Ok(Self { value: part(value, options)?, origin: None }),
        }
    }

    pub(super) fn value(&self) -> &Node {
        &self.value
    }

    /// Takes the value anew, if it is in the resource `at`, whose tree is `root`.
    pub(super) fn refresh(&mut self, at: usize, root: &Node) {
        let Some((own_at, own)) = &self.origin else { return };
        if let Some(value) = root.place(own).filter(|_| *own_at == at) {
            self.value = value.clone();
        }
    }

    /// Takes notice that `found` was set in the resource `at`, whose tree is `root`.
    pub(super) fn follow(&mut self, at: usize, found: &Found, root: &Node) {
        let (Some((own_at, own)), Found::At(place)) = (&self.origin, found) else { return };
        if *own_at != at {
            return;
        }
        if place.starts_with(own) {
            self.refresh(at, root);
        } else if own.starts_with(place) {
            // The value itself is no longer in the tree.
            self.origin = None;
        }
    }
}

/// The part of the text that the options mean.
fn part(value: &Node, options: &FieldOptions) -> Result<Node> {
    let Node::Scalar(scalar) = value else { return Err(no_delimiter()) };
    let index = usize::try_from(options.index).ok();
    match index.and_then(|at| scalar.text.split(&*options.delimiter).nth(at)) {
        Some(part) => Ok(Node::Scalar(Scalar { text: part.into(), ..scalar.clone() })),
        None => Err(Problem::new(format!(
            "options.index {} is out of bounds for value {}",
            options.index, scalar.text
        ))),
    }
}

fn no_delimiter() -> Problem {
    Problem::new("delimiter option can only be used with scalar nodes")
}

/// How much was copied: targets can double a value again and again.
#[derive(Debug, Default)]
pub(super) struct Spent {
    bytes: usize,
}

impl Spent {
    const LIMIT: usize = 64 << 20;

    fn add(&mut self, bytes: usize) -> Result<()> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > Self::LIMIT {
            return Err(Problem::new(format!(
                "the replacements copy more than {} bytes; let them replace less",
                Self::LIMIT
            )));
        }
        Ok(())
    }
}

/// Puts a value to places.
pub(super) struct Setter<'a> {
    pub(super) value: &'a Node,
    pub(super) options: Option<&'a FieldOptions>,
}

impl Setter<'_> {
    /// Sets what was found in the tree.
    ///
    /// # Errors
    /// Where a part of what is no text is to be set, or the copies get too large.
    pub(super) fn set(&self, root: &mut Node, found: &Found, spent: &mut Spent) -> Result<()> {
        match found {
            Found::Lost(Kind::Scalar) => Ok(()),
            Found::Lost(_) if self.delimiter().is_some() => Err(no_delimiter()),
            Found::Lost(_) => Ok(()),
            Found::At(place) => match root.place_mut(place) {
                Some(target) => self.set_node(target, place.len(), spent),
                None => Ok(()),
            },
        }
    }

    fn delimiter(&self) -> Option<&FieldOptions> {
        self.options.filter(|options| !options.delimiter.is_empty())
    }

    /// Of a scalar only the text is set, so that it stays a string or becomes a number as it was;
    /// anything else becomes a copy of the value.
    fn set_node(&self, target: &mut Node, depth: usize, spent: &mut Spent) -> Result<()> {
        let Node::Scalar(scalar) = target else {
            if self.delimiter().is_some() {
                return Err(no_delimiter());
            }
            let (bytes, height) = size(self.value);
            if depth + height > MAX_DEPTH {
                return Err(Problem::new(format!(
                    "the replacement makes a tree deeper than {MAX_DEPTH}"
                )));
            }
            spent.add(bytes)?;
            *target = self.value.clone().alone();
            return Ok(());
        };
        let text = match self.delimiter() {
            None => self.value.as_text().cloned().unwrap_or_default(),
            Some(options) => self.joined(&scalar.text, options),
        };
        spent.add(text.len())?;
        scalar.text = text;
        Ok(())
    }

    /// The text with the value as one of its parts: before all of them, behind all of them or in
    /// place of one.
    fn joined(&self, text: &str, options: &FieldOptions) -> Text {
        let own = self.value.as_scalar().filter(|it| !it.is_null());
        let own = own.map_or("", |it| &*it.text);
        let mut parts: Vec<&str> = text.split(&*options.delimiter).collect();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, own),
            Ok(at) if at >= parts.len() => parts.push(own),
            Ok(at) => parts[at] = own,
        }
        parts.join(&options.delimiter).into()
    }
}

/// How many bytes a node takes, about, and how deep it is.
fn size(node: &Node) -> (usize, usize) {
    const EACH: usize = 64;
    let below = |(bytes, height): (usize, usize), (more, deeper): (usize, usize)| {
        (bytes + more, height.max(deeper))
    };
    let (bytes, height) = match node {
        Node::Scalar(scalar) => return (EACH + scalar.text.len(), 0),
        Node::List(items) => items.iter().map(size).fold((0, 0), below),
        Node::Map(members) => {
            let member = |it: &crate::kustomize::node::Member| {
                let (bytes, height) = size(&it.value);
                (bytes + EACH + it.key.text.len(), height)
            };
            members.iter().map(member).fold((0, 0), below)
        }
    };
    (EACH + bytes, height + 1)
}
