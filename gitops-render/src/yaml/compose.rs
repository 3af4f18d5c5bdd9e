//! From events to documents.

use std::borrow::Cow;
use std::collections::HashMap;

use gitops_diff::{Text, Value};

use super::budget::{Budget, Size};
use super::event::{Anchor, Event, Events, Scanner};
use super::members::{self, Member};
use super::scalar::Scalar;
use super::{Dialect, Document, Error, Mark, Options, Place, meaning, text};

/// The documents of a text, one after the other. Those without content are left out.
///
/// After an error there is nothing more.
pub struct Documents<'a> {
    events: Box<dyn Events<'a> + 'a>,
    options: Options,
    budget: Budget,
    anchors: HashMap<usize, Node>,
    number: u32,
    over: bool,
}

/// A complete value.
#[derive(Clone)]
struct Node {
    value: Value,
    place: Place,
    size: Size,
    /// Whether the text has nothing at all here.
    absent: bool,
}

/// A list or map whose end is not seen yet.
struct Open {
    parts: Parts,
    mark: Mark,
    anchor: Anchor,
    size: Size,
}

enum Parts {
    List(Vec<Value>, Vec<Place>),
    Map(Vec<Member>, Option<Key>),
}

/// A key that waits for its value.
enum Key {
    Name(Text, Mark),
    /// `<<`.
    Merge(Mark),
}

impl<'a> Documents<'a> {
    /// The documents of `bytes`.
    ///
    /// # Errors
    /// Where the bytes are no text, or more than the limits allow.
    pub fn new(bytes: &'a [u8], options: &Options) -> Result<Self, Error> {
        let text = text::decode(bytes, &options.limits)?;
        Ok(Self {
            events: Box::new(Scanner::new(text)),
            options: options.clone(),
            budget: Budget::new(options.limits.clone()),
            anchors: HashMap::new(),
            number: 0,
            over: false,
        })
    }

    fn document(&mut self) -> Result<Option<Document>, Error> {
        while let Some(step) = self.events.next() {
            let (event, mark) = step?;
            if event != Event::DocumentStart {
                continue;
            }
            self.budget.document(mark)?;
            self.number += 1;
            let node = self.root()?;
            self.anchors.clear();
            if let Some(Node { value, place, absent: false, .. }) = node {
                return Ok(Some(Document { value, place, number: self.number }));
            }
        }
        Ok(None)
    }

    /// Everything up to the end of the document.
    fn root(&mut self) -> Result<Option<Node>, Error> {
        let mut root = None;
        let mut open: Vec<Open> = Vec::new();
        while let Some(step) = self.events.next() {
            let (event, mark) = step?;
            let node = match event {
                Event::DocumentStart | Event::DocumentEnd => break,
                Event::ListStart(anchor) => {
                    self.open(&mut open, Parts::List(Vec::new(), Vec::new()), mark, anchor)?;
                    continue;
                }
                Event::MapStart(anchor) => {
                    self.open(&mut open, Parts::Map(Vec::new(), None), mark, anchor)?;
                    continue;
                }
                Event::End => match open.pop() {
                    Some(ended) => self.close(ended)?,
                    None => continue,
                },
                Event::Alias(id) => self.alias(id, open.len(), mark)?,
                Event::Scalar { text, plain, tag, anchor } => {
                    self.budget.nodes(1, mark)?;
                    let scalar =
                        meaning::scalar(&text, plain, tag.as_deref(), self.options.dialect)
                            .map_err(|problem| Error::invalid(mark, problem))?;
                    if let Some(Open { parts: Parts::Map(_, key @ None), size, .. }) =
                        open.last_mut()
                    {
                        size.add(Size::of_text(text.len()));
                        *key = Some(self.key(&scalar, text, plain, anchor, mark)?);
                        continue;
                    }
                    self.scalar(scalar, text, plain, tag.is_some(), anchor, mark)?
                }
            };
            match open.last_mut() {
                Some(parent) => parent.take(node, &self.options)?,
                None => root = Some(node),
            }
        }
        Ok(root)
    }

    fn open(
        &mut self,
        open: &mut Vec<Open>,
        parts: Parts,
        mark: Mark,
        anchor: Anchor,
    ) -> Result<(), Error> {
        self.budget.nodes(1, mark)?;
        self.budget.depth(open.len(), 1, mark)?;
        if matches!(open.last(), Some(Open { parts: Parts::Map(_, None), .. })) {
            return Err(Error::invalid(mark, "a list or a map cannot be a key"));
        }
        open.push(Open { parts, mark, anchor, size: Size { nodes: 1, bytes: 0, depth: 0 } });
        Ok(())
    }

    fn close(&mut self, ended: Open) -> Result<Node, Error> {
        let Open { parts, mark, anchor, mut size } = ended;
        size.depth += 1;
        let (value, parts) = match parts {
            Parts::List(items, places) => (Value::List(items), places),
            Parts::Map(members, _) => {
                let (map, places) = members::into_map(members, &self.options)?;
                (Value::Map(map), places)
            }
        };
        Ok(self
            .anchored(Node { value, place: Place::new(mark, parts), size, absent: false }, anchor))
    }

    fn anchored(&mut self, node: Node, anchor: Anchor) -> Node {
        if let Some(id) = anchor {
            self.anchors.insert(id, node.clone());
        }
        node
    }

    fn alias(&mut self, id: usize, above: usize, mark: Mark) -> Result<Node, Error> {
        let Some(node) = self.anchors.get(&id) else {
            return Err(Error::invalid(mark, "the value of this alias contains the alias itself"));
        };
        self.budget.alias(node.size, mark)?;
        self.budget.depth(above, node.size.depth, mark)?;
        Ok(node.clone())
    }

    fn key(
        &mut self,
        scalar: &Scalar,
        text: Cow<'_, str>,
        plain: bool,
        anchor: Anchor,
        mark: Mark,
    ) -> Result<Key, Error> {
        if plain && text == "<<" {
            return Ok(Key::Merge(mark));
        }
        let name = meaning::key(scalar, text, self.options.dialect)
            .map_err(|problem| Error::invalid(mark, problem))?;
        if anchor.is_some() {
            let size = Size::of_text(name.len());
            let value = Value::Str(name.clone());
            let place = Place::new(mark, Vec::new());
            self.anchored(Node { value, place, size, absent: false }, anchor);
        }
        Ok(Key::Name(name, mark))
    }

    fn scalar(
        &mut self,
        scalar: Scalar,
        text: Cow<'_, str>,
        plain: bool,
        tagged: bool,
        anchor: Anchor,
        mark: Mark,
    ) -> Result<Node, Error> {
        let absent = text.is_empty() && plain && !tagged && anchor.is_none();
        let size = Size::of_text(text.len());
        let value =
            meaning::value(scalar, text).map_err(|problem| Error::invalid(mark, problem))?;
        Ok(self.anchored(Node { value, place: Place::new(mark, Vec::new()), size, absent }, anchor))
    }
}

impl Open {
    /// Takes a complete part in.
    fn take(&mut self, node: Node, options: &Options) -> Result<(), Error> {
        self.size.add(node.size);
        let Node { value, place, .. } = node;
        match &mut self.parts {
            Parts::List(items, places) => {
                items.push(value);
                places.push(place);
            }
            Parts::Map(members, key) => match key.take() {
                None => {
                    let mark = place.mark();
                    let name =
                        meaning::key_of(&value).map_err(|problem| Error::invalid(mark, problem))?;
                    *key = Some(Key::Name(name, mark));
                }
                Some(Key::Name(name, mark)) => {
                    members.push(Member { key: name, value, place: place.at(mark), merged: false });
                }
                Some(Key::Merge(mark)) => merge(members, value, place, mark, options.dialect)?,
            },
        }
        Ok(())
    }
}

fn merge(
    members: &mut Vec<Member>,
    value: Value,
    place: Place,
    mark: Mark,
    dialect: Dialect,
) -> Result<(), Error> {
    let merged = members::merged(value, place, dialect)
        .ok_or_else(|| Error::invalid(mark, "the value of `<<` must be a map or a list of maps"))?;
    members.extend(merged);
    Ok(())
}

impl Iterator for Documents<'_> {
    type Item = Result<Document, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let document = self.document().transpose();
        self.over = !matches!(document, Some(Ok(_)));
        document
    }
}

impl std::fmt::Debug for Documents<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Documents").field("number", &self.number).finish_non_exhaustive()
    }
}
