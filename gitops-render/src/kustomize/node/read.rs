//! From the events of a text to a tree: what anchors and `<<` stand for is put in their place.

use std::collections::HashMap;

use gitops_diff::Text;

use super::{Comment, Member, Members, Node, Scalar, Style, Tag, meaning};
use crate::yaml::budget::{Budget, Size};
use crate::yaml::event::{self, Anchor, Event, Events, Opening, Word, events};
use crate::yaml::{Allowance, Error, Mark, Options};

/// The first document of a text; none where there is nothing in it.
///
/// As kyaml reads it: an alias becomes a copy of what it stands for, members out of `<<` go behind
/// the map's own and never replace them, and of a list of maps the first one wins.
///
/// # Errors
/// Where the text is not YAML, or over a limit.
pub(crate) fn read(
    bytes: &[u8],
    options: &Options,
    allowance: &mut Allowance,
) -> Result<Option<Node>, Error> {
    let mut events = events(bytes, options)?;
    let budget = Budget::new(options.limits.clone(), Some(allowance));
    Reader::new(budget).document(&mut *events)
}

struct Reader<'a> {
    budget: Budget<'a>,
    anchors: HashMap<u32, (Node, Size)>,
    open: Vec<Open>,
    /// The items of all lists that are open, those of the innermost last: a list is allocated
    /// once, when its length is known.
    items: Vec<Node>,
    /// The same of maps.
    members: Vec<Member>,
}

/// A list or map whose end is not seen yet.
struct Open {
    parts: Parts,
    anchor: Anchor,
    mark: Mark,
    size: Size,
    /// Whether it stands in brackets.
    flow: bool,
}

/// The parts of a list or map so far, by where the first of them is.
enum Parts {
    List(usize),
    Map(Map),
}

struct Map {
    start: usize,
    /// The key that waits for its value, with the comment behind it.
    key: Option<(Scalar, Option<Box<Comment>>)>,
    /// The value of `<<`.
    merge: Option<Node>,
}

/// A complete value with what belongs to its line.
struct Complete {
    node: Node,
    size: Size,
    comment: Option<Box<Comment>>,
}

impl<'a> Reader<'a> {
    fn new(budget: Budget<'a>) -> Self {
        let (items, members) = (Vec::new(), Vec::new());
        Self { budget, anchors: HashMap::new(), open: Vec::new(), items, members }
    }

    fn document(mut self, events: &mut dyn Events<'_>) -> Result<Option<Node>, Error> {
        while let Some(event) = events.next() {
            let (event, mark) = event?;
            if matches!(event, Event::DocumentEnd) {
                break;
            }
            let Some(complete) = self.take(event, mark)? else { continue };
            if let Some(root) = self.settle(complete, mark)? {
                return Ok(Some(root));
            }
        }
        Ok(None)
    }

    /// The value that `event` completes, if it does.
    fn take(&mut self, event: Event<'_>, mark: Mark) -> Result<Option<Complete>, Error> {
        match event {
            Event::DocumentStart | Event::DocumentEnd => Ok(None),
            Event::ListStart(opening) => self.start(Parts::List(self.items.len()), &opening, mark),
            Event::MapStart(opening) => {
                let map = Map { start: self.members.len(), key: None, merge: None };
                self.start(Parts::Map(map), &opening, mark)
            }
            Event::End(comment) => self.end(schema_comment(&comment)).transpose(),
            Event::Alias(id) => self.alias(id, mark).map(Some),
            Event::Scalar(word) => {
                self.budget.nodes(1, mark)?;
                let (size, anchor) = (Size::of_text(word.text.len()), word.anchor);
                let comment = schema_comment(&word.comment);
                let mut scalar = scalar(word, mark);
                // In brackets go-yaml prints nothing as an empty text, so that it is one.
                if scalar.text.is_empty() && self.open.last().is_some_and(|it| it.flow) {
                    scalar.style = Style::Single;
                }
                let node = Node::Scalar(scalar);
                self.keep(anchor, &node, size, mark)?;
                Ok(Some(Complete { node, size, comment }))
            }
        }
    }

    fn start(
        &mut self,
        parts: Parts,
        opening: &Opening,
        mark: Mark,
    ) -> Result<Option<Complete>, Error> {
        self.budget.nodes(1, mark)?;
        self.budget.depth(self.open.len(), 1, mark)?;
        let (anchor, flow) = (opening.anchor, opening.flow);
        self.open.push(Open { parts, anchor, mark, size: Size::of_text(0), flow });
        Ok(None)
    }

    fn end(&mut self, comment: Option<Box<Comment>>) -> Option<Result<Complete, Error>> {
        let Open { parts, anchor, mark, mut size, .. } = self.open.pop()?;
        size.depth += 1;
        let node = match parts {
            Parts::List(start) => Ok(Node::List(self.items.drain(start..).collect())),
            Parts::Map(map) => {
                let own = Members(self.members.drain(map.start..).collect());
                map.close(own, mark)
            }
        };
        Some(node.and_then(|node| {
            self.keep(anchor, &node, size, mark)?;
            Ok(Complete { node, size, comment })
        }))
    }

    /// Keeps a copy for the aliases of the anchor, if there is one.
    fn keep(&mut self, anchor: Anchor, node: &Node, size: Size, mark: Mark) -> Result<(), Error> {
        let Some(id) = anchor else { return Ok(()) };
        self.budget.copy(size, mark)?;
        self.anchors.insert(id, (node.clone(), size));
        Ok(())
    }

    fn alias(&mut self, id: u32, mark: Mark) -> Result<Complete, Error> {
        let Some((node, size)) = self.anchors.get(&id) else {
            return Err(Error::invalid(mark, "the value of this alias contains the alias itself"));
        };
        self.budget.copy(*size, mark)?;
        self.budget.nodes(size.nodes, mark)?;
        self.budget.depth(self.open.len(), size.depth, mark)?;
        Ok(Complete { node: node.clone(), size: *size, comment: None })
    }

    /// Puts a complete value where it belongs; the root belongs to the caller.
    fn settle(&mut self, complete: Complete, mark: Mark) -> Result<Option<Node>, Error> {
        let Some(open) = self.open.last_mut() else { return Ok(Some(complete.node)) };
        open.size.add(complete.size);
        match &mut open.parts {
            Parts::List(_) => self.items.push(complete.node),
            Parts::Map(map) => self.members.extend(map.take(complete, mark)?),
        }
        Ok(None)
    }
}

impl Map {
    /// Takes a key or a value in; returns the member that it completes, if it does.
    fn take(&mut self, complete: Complete, mark: Mark) -> Result<Option<Member>, Error> {
        let Complete { node, comment, .. } = complete;
        let Some((key, behind_key)) = self.key.take() else {
            let Node::Scalar(key) = node else {
                return Err(Error::invalid(mark, "a list or a map cannot be a key"));
            };
            self.key = Some((key, comment));
            return Ok(None);
        };
        if key.tag != Tag::Merge {
            // Upstream takes every key of that name for one that was merged, in quotes too.
            let is_merge = key.text == "<<";
            let member = Member { key, value: node, comment: comment.or(behind_key) };
            return Ok((!is_merge).then_some(member));
        }
        match self.merge.replace(node) {
            Some(_) => Err(Error::invalid(mark, "duplicate merge key")),
            None => Ok(None),
        }
    }

    fn close(self, mut members: Members, mark: Mark) -> Result<Node, Error> {
        if let Some(merged) = self.merge {
            let maps = maps(merged).map_err(|problem| Error::invalid(mark, problem))?;
            for member in maps.into_iter().flatten() {
                if members.find(&member.key.text).is_none() {
                    members.push(member);
                }
            }
        }
        Ok(Node::Map(members))
    }
}

/// The maps that a `<<` names, those that win first.
fn maps(merged: Node) -> Result<Vec<Members>, &'static str> {
    match merged {
        Node::Map(members) => Ok(vec![members]),
        Node::List(items) => items
            .into_iter()
            .map(|item| match item {
                Node::Map(members) => Ok(members),
                Node::List(_) => Err("invalid map merge: received a nested sequence"),
                Node::Scalar(_) => Err("map merge requires map or sequence of maps as the value"),
            })
            .collect(),
        Node::Scalar(_) => Err("map merge requires map or sequence of maps as the value"),
    }
}

/// A comment that can name the schema of a field is JSON.
fn schema_comment(comment: &event::Comment<'_>) -> Option<Box<Comment>> {
    let text = comment.as_deref()?.trim_start_matches('#').trim();
    text.starts_with('{').then(|| Box::new(Comment(text.into())))
}

fn scalar(word: Word<'_>, mark: Mark) -> Scalar {
    let Word { text, style, tag, .. } = word;
    let text = match text {
        std::borrow::Cow::Borrowed(text) => Text::from(text),
        std::borrow::Cow::Owned(text) => Text::from(text),
    };
    let looks = if style == Style::Plain { meaning::tag_of(&text) } else { Tag::Str };
    let scalar = Scalar { text, tag: looks, tagged: false, style, line: mark.line, rare: None };
    match tag.as_deref().filter(|tag| *tag != "!") {
        Some(name) => Scalar { tagged: true, ..scalar.named(name) },
        None => scalar,
    }
}
