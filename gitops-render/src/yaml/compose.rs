//! From events to documents.

use std::collections::HashMap;

use gitops_diff::Value;

use super::budget::Budget;
use super::event::{Anchor, Event, Events, Style, Word, events};
use super::node::{Key, Node, Open};
use super::{Allowance, Document, Error, Mark, Options, meaning};

/// The documents of a text, one after the other. Those without content are left out.
///
/// After an error there is nothing more.
pub struct Documents<'a> {
    events: Box<dyn Events<'a> + 'a>,
    options: Options,
    budget: Budget<'a>,
    anchors: HashMap<u32, Node>,
    number: u32,
    over: bool,
}

impl<'a> Documents<'a> {
    /// The documents of `bytes`.
    ///
    /// # Errors
    /// Where the bytes are no text, or more than the limits allow.
    pub fn new(bytes: &'a [u8], options: &Options) -> Result<Self, Error> {
        Self::counted(bytes, options, None)
    }

    /// The documents of `bytes`, one text of several that share what they may cost.
    ///
    /// # Errors
    /// As [`Documents::new`].
    pub fn sharing(
        bytes: &'a [u8],
        options: &Options,
        allowance: &'a mut Allowance,
    ) -> Result<Self, Error> {
        Self::counted(bytes, options, Some(allowance))
    }

    fn counted(
        bytes: &'a [u8],
        options: &Options,
        allowance: Option<&'a mut Allowance>,
    ) -> Result<Self, Error> {
        Ok(Self {
            events: events(bytes, options)?,
            options: options.clone(),
            budget: Budget::new(options.limits.clone(), allowance),
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
        let mut open: Vec<Open> = Vec::new();
        let mut root = None;
        while let Some(step) = self.events.next() {
            let (event, mark) = step?;
            if matches!(event, Event::DocumentStart | Event::DocumentEnd) {
                break;
            }
            let Some(node) = self.node(&mut open, event, mark)? else { continue };
            match open.last_mut() {
                Some(parent) => parent.take(node, &self.options)?,
                None => root = Some(node),
            }
        }
        Ok(root)
    }

    /// The value that `event` completes, if it does complete one.
    fn node(
        &mut self,
        open: &mut Vec<Open>,
        event: Event<'_>,
        mark: Mark,
    ) -> Result<Option<Node>, Error> {
        match event {
            Event::DocumentStart | Event::DocumentEnd => Ok(None),
            Event::ListStart(it) => self.open(open, Open::list(mark, it.anchor)),
            Event::MapStart(it) => self.open(open, Open::map(mark, it.anchor)),
            Event::End(_) => match open.pop() {
                Some(ended) => self.close(ended).map(Some),
                None => Ok(None),
            },
            Event::Alias(id) => self.alias(id, open.len(), mark).map(Some),
            Event::Scalar(word) => {
                self.budget.nodes(1, mark)?;
                match open.last_mut() {
                    Some(map) if map.needs_key() => self.key(map, word, mark).map(|()| None),
                    _ => self.scalar(word, mark).map(Some),
                }
            }
        }
    }

    fn open(&mut self, open: &mut Vec<Open>, started: Open) -> Result<Option<Node>, Error> {
        let mark = started.mark();
        self.budget.nodes(1, mark)?;
        self.budget.depth(open.len(), 1, mark)?;
        if open.last().is_some_and(Open::needs_key) {
            return Err(Error::invalid(mark, "a list or a map cannot be a key"));
        }
        open.push(started);
        Ok(None)
    }

    fn close(&mut self, ended: Open) -> Result<Node, Error> {
        let (node, anchor) = ended.close(&self.options)?;
        self.anchored(node, anchor)
    }

    /// Keeps a copy of `node` for the aliases of its anchor, if it has one.
    fn anchored(&mut self, node: Node, anchor: Anchor) -> Result<Node, Error> {
        if let Some(id) = anchor {
            self.budget.copy(node.size, node.place.mark())?;
            self.anchors.insert(id, node.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, id: u32, above: usize, mark: Mark) -> Result<Node, Error> {
        let Some(node) = self.anchors.get(&id) else {
            return Err(Error::invalid(mark, "the value of this alias contains the alias itself"));
        };
        self.budget.copy(node.size, mark)?;
        self.budget.nodes(node.size.nodes, mark)?;
        self.budget.depth(above, node.size.depth, mark)?;
        Ok(node.clone())
    }

    fn key(&mut self, map: &mut Open, word: Word<'_>, mark: Mark) -> Result<(), Error> {
        if word.style == Style::Plain && word.text == "<<" {
            return map.set_key(Key::Merge(mark), &self.options);
        }
        let anchor = word.anchor;
        let name = meaning::key(word, self.options.dialect)
            .map_err(|problem| Error::invalid(mark, problem))?;
        if anchor.is_some() {
            self.anchored(Node::scalar(Value::Str(name.clone()), mark, name.len()), anchor)?;
        }
        map.set_key(Key::Name(name, mark), &self.options)
    }

    fn scalar(&mut self, word: Word<'_>, mark: Mark) -> Result<Node, Error> {
        let (anchor, length) = (word.anchor, word.text.len());
        let plain = word.style == Style::Plain;
        let absent = plain && length == 0 && word.tag.is_none() && anchor.is_none();
        let value = meaning::value(word, self.options.dialect)
            .map_err(|problem| Error::invalid(mark, problem))?;
        self.anchored(Node { absent, ..Node::scalar(value, mark, length) }, anchor)
    }
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
