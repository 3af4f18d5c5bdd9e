//! From tokens to events: documents and nodes.

mod block;
mod flow;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;

use super::cursor::Spot;
use super::scanner::{Scanner, mark};
use super::token::{Kind, Load, Tag};
use crate::yaml::event::{Anchor, Comment, Event, Events, Opening, Style, Word};
use crate::yaml::{Dialect, Error, Mark, Options, budget};

/// Reads the events of a text.
pub(in crate::yaml) struct Parser<'a> {
    scanner: Scanner<'a>,
    /// The token that was looked at and not taken.
    current: Option<(Kind, Spot)>,
    state: State,
    /// What to go on with behind the nodes that are open.
    states: Vec<State>,
    /// Where the lists and maps that are open start.
    starts: Vec<Spot>,
    /// What the handles of tags stand for in this document.
    handles: Vec<Tag<'a>>,
    anchors: HashMap<&'a str, u32>,
    anchors_seen: u32,
    open: u64,
    depth: u64,
    comment: Comment<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    ImplicitDocument,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    Node,
    BlockListFirst,
    BlockListEntry,
    IndentlessEntry,
    BlockMapFirst,
    BlockMapKey,
    BlockMapValue,
    FlowListFirst,
    FlowListEntry,
    /// A pair that stands in a list without brackets: its key, its value, its end.
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMapFirst,
    FlowMapKey,
    FlowMapValue,
    /// A key without a value.
    FlowMapEmpty,
    Over,
}

/// An event and where it starts.
type Found<'a> = (Event<'a>, Mark);
type Step<'a> = Result<Found<'a>, Error>;

/// What stands before a node.
#[derive(Default)]
struct Properties<'a> {
    start: Spot,
    anchor: Option<&'a str>,
    tag: Option<Box<str>>,
}

const YAML: &str = "tag:yaml.org,2002:";

impl<'a> Parser<'a> {
    /// The events of `text`.
    pub(in crate::yaml) fn new(text: &'a str, options: &Options) -> Self {
        Self {
            scanner: Scanner::new(text, options),
            current: None,
            state: State::ImplicitDocument,
            states: Vec::new(),
            starts: Vec::new(),
            handles: Vec::new(),
            anchors: HashMap::new(),
            anchors_seen: 0,
            open: 0,
            depth: options.limits.levels(),
            comment: None,
        }
    }

    fn step(&mut self) -> Step<'a> {
        match self.state {
            State::ImplicitDocument => self.document_start(true),
            State::DocumentStart | State::Over => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::Node => self.node(true, false),
            State::BlockListFirst => self.block_list_entry(true),
            State::BlockListEntry => self.block_list_entry(false),
            State::IndentlessEntry => self.indentless_entry(),
            State::BlockMapFirst => self.block_map_key(true),
            State::BlockMapKey => self.block_map_key(false),
            State::BlockMapValue => self.block_map_value(),
            State::FlowListFirst => self.flow_list_entry(true),
            State::FlowListEntry => self.flow_list_entry(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => self.flow_pair_end(),
            State::FlowMapFirst => self.flow_map_key(true),
            State::FlowMapKey => self.flow_map_key(false),
            State::FlowMapValue => self.flow_map_value(false),
            State::FlowMapEmpty => self.flow_map_value(true),
        }
    }

    #[inline]
    fn peek(&mut self) -> Result<(Kind, Spot), Error> {
        match self.current {
            Some(token) => Ok(token),
            None => self.look(),
        }
    }

    fn look(&mut self) -> Result<(Kind, Spot), Error> {
        let token = self.scanner.peek()?;
        self.current = Some(token);
        while let Some((owner, text)) = self.scanner.comments.front().copied() {
            if owner.index > token.1.index {
                break;
            }
            self.scanner.comments.pop_front();
            self.comment = Some(match self.comment.take() {
                None => Box::new(Cow::Borrowed(text)),
                Some(before) => Box::new(Cow::Owned(format!("{before}\n{text}"))),
            });
        }
        Ok(token)
    }

    fn take(&mut self) -> Load<'a> {
        self.current = None;
        self.scanner.take()
    }

    /// Takes the token that was looked at, and looks at the next one.
    fn advance(&mut self) -> Result<(Kind, Spot), Error> {
        self.take();
        self.peek()
    }

    /// Goes on with what stands behind the node that is over.
    fn return_to(&mut self) {
        self.state = self.states.pop().unwrap_or(State::Over);
    }

    fn error(&self, context: &'static str, start: Spot, problem: &'static str, at: Spot) -> Error {
        let (first, second) = match self.scanner.dialect {
            Dialect::GoV2 => (at, start),
            Dialect::GoV3 => (start, at),
        };
        let line = if first.line == 0 { second.line } else { first.line };
        Error::syntax(mark(at), context, problem, line)
    }

    /// The error for a token inside of the innermost list or map.
    fn error_inside(&self, context: &'static str, problem: &'static str, at: Spot) -> Error {
        self.error(context, self.starts.last().copied().unwrap_or_default(), problem, at)
    }

    /// Whether the text goes on. Between documents there may be any number of `...`.
    fn goes_on(&mut self) -> Result<bool, Error> {
        if self.state == State::DocumentStart {
            while self.peek()?.0 == Kind::DocumentEnd {
                self.take();
            }
        }
        let between = matches!(self.state, State::ImplicitDocument | State::DocumentStart);
        if between && self.peek()?.0 == Kind::StreamEnd {
            self.state = State::Over;
        }
        Ok(self.state != State::Over)
    }

    fn document_start(&mut self, implicit: bool) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        let explicit =
            matches!(kind, Kind::VersionDirective | Kind::TagDirective | Kind::DocumentStart);
        self.directives()?;
        self.states.push(State::DocumentEnd);
        if implicit && !explicit {
            self.state = State::Node;
            return Ok((Event::DocumentStart, mark(spot)));
        }
        let (kind, at) = self.peek()?;
        if kind != Kind::DocumentStart {
            let problem = "did not find expected <document start>";
            return Err(self.error("", Spot::default(), problem, at));
        }
        self.take();
        self.state = State::DocumentContent;
        Ok((Event::DocumentStart, mark(spot)))
    }

    fn directives(&mut self) -> Result<(), Error> {
        let mut versions = 0;
        loop {
            let (kind, spot) = self.peek()?;
            let problem = match (kind, versions) {
                (Kind::VersionDirective, 1..) => Some("found duplicate %YAML directive"),
                (Kind::VersionDirective | Kind::TagDirective, _) => match self.take() {
                    Load::Version(1, 1) => {
                        versions += 1;
                        None
                    }
                    Load::Tag(tag) => self.define(*tag).err(),
                    _ => Some("found incompatible YAML document"),
                },
                _ => break,
            };
            if let Some(problem) = problem {
                return Err(self.error("", Spot::default(), problem, spot));
            }
        }
        for (handle, prefix) in [("!", "!"), ("!!", YAML)] {
            // A directive of the document goes before.
            let _ = self.define(Tag { handle, rest: prefix.into() });
        }
        Ok(())
    }

    fn define(&mut self, tag: Tag<'a>) -> Result<(), &'static str> {
        if self.handles.iter().any(|it| it.handle == tag.handle) {
            return Err("found duplicate %TAG directive");
        }
        self.handles.push(tag);
        Ok(())
    }

    fn document_content(&mut self) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        match kind {
            Kind::VersionDirective
            | Kind::TagDirective
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => {
                self.return_to();
                Ok(Self::absent(spot))
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        if kind == Kind::DocumentEnd {
            self.take();
        }
        self.handles.clear();
        self.comment = None;
        if self.scanner.dialect == Dialect::GoV2 {
            self.anchors.clear();
        }
        self.state = State::DocumentStart;
        Ok((Event::DocumentEnd, mark(spot)))
    }

    /// A node where one has to be, in a block or between brackets; behind a key also a list that
    /// is not further in than the key.
    fn node(&mut self, block: bool, indentless: bool) -> Step<'a> {
        let (kind, spot) = self.peek()?;
        if kind == Kind::Alias {
            return self.alias(spot);
        }
        let properties = self.properties(kind, spot)?;
        let (kind, spot) = self.peek()?;
        match kind {
            Kind::BlockEntry if indentless => self.list(properties, State::IndentlessEntry),
            Kind::Scalar => Ok(self.scalar(properties)),
            Kind::FlowListStart => self.list(properties, State::FlowListFirst),
            Kind::FlowMapStart => self.map(properties, State::FlowMapFirst),
            Kind::BlockListStart if block => self.list(properties, State::BlockListFirst),
            Kind::BlockMapStart if block => self.map(properties, State::BlockMapFirst),
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                self.return_to();
                let comment = self.comment.take();
                let word = self.word(Cow::Borrowed(""), Style::Plain, properties);
                self.comment = comment;
                Ok(word)
            }
            _ => {
                let context =
                    if block { "while parsing a block node" } else { "while parsing a flow node" };
                let problem = "did not find expected node content";
                Err(self.error(context, properties.start, problem, spot))
            }
        }
    }

    fn alias(&mut self, spot: Spot) -> Step<'a> {
        self.return_to();
        self.comment = None;
        let Load::Name(name) = self.take() else { return Ok(Self::absent(spot)) };
        if let Some(anchor) = self.anchors.get(name) {
            return Ok((Event::Alias(*anchor), mark(spot)));
        }
        let problem = format!("unknown anchor '{name}' referenced");
        Err(Error::syntax(mark(spot), "", &problem, 0))
    }

    /// An anchor and a tag, in any order.
    fn properties(&mut self, mut kind: Kind, start: Spot) -> Result<Properties<'a>, Error> {
        let mut properties = Properties { start, ..Properties::default() };
        let mut tag = None;
        loop {
            match kind {
                Kind::Anchor if properties.anchor.is_none() => {
                    if let Load::Name(name) = self.take() {
                        properties.anchor = Some(name);
                    }
                }
                Kind::Tag if tag.is_none() => {
                    let (_, spot) = self.peek()?;
                    if let Load::Tag(parts) = self.take() {
                        tag = Some((parts, spot));
                    }
                }
                _ => break,
            }
            kind = self.peek()?.0;
        }
        if let Some((parts, spot)) = tag {
            let undefined = "found undefined tag handle";
            let known = self.known(*parts);
            let error = || self.error("while parsing a node", start, undefined, spot);
            properties.tag = Some(known.ok_or_else(error)?);
        }
        Ok(properties)
    }

    /// `!!int` for the tags of YAML itself, `!name` for local ones.
    fn known(&self, tag: Tag<'a>) -> Option<Box<str>> {
        let full = if tag.handle.is_empty() {
            tag.rest
        } else {
            let prefix = &self.handles.iter().find(|it| it.handle == tag.handle)?.rest;
            Cow::Owned(format!("{prefix}{}", tag.rest))
        };
        Some(match full.strip_prefix(YAML) {
            Some(name) => format!("!!{name}").into(),
            None => full.into(),
        })
    }

    /// The number of the anchor of a node.
    fn name(&mut self, anchor: Option<&'a str>) -> Anchor {
        let name = anchor?;
        self.anchors_seen += 1;
        self.anchors.insert(name, self.anchors_seen);
        Some(self.anchors_seen)
    }

    fn scalar(&mut self, properties: Properties<'a>) -> Found<'a> {
        self.return_to();
        let (text, style) = match self.take() {
            Load::Text(text, style) => (text, style),
            _ => (Cow::Borrowed(""), Style::Plain),
        };
        self.word(text, style, properties)
    }

    fn word(&mut self, text: Cow<'a, str>, style: Style, properties: Properties<'a>) -> Found<'a> {
        let anchor = self.name(properties.anchor);
        let comment = self.comment.take();
        let word = Word { text, style, tag: properties.tag, anchor, comment };
        (Event::Scalar(word), mark(properties.start))
    }

    /// A value that the text does not have.
    fn absent(spot: Spot) -> Found<'a> {
        let word = Word {
            text: Cow::Borrowed(""),
            style: Style::Plain,
            tag: None,
            anchor: None,
            comment: None,
        };
        (Event::Scalar(word), mark(spot))
    }

    fn list(&mut self, properties: Properties<'a>, state: State) -> Step<'a> {
        let start = mark(properties.start);
        Ok((Event::ListStart(self.opening(properties, state)?), start))
    }

    fn map(&mut self, properties: Properties<'a>, state: State) -> Step<'a> {
        let start = mark(properties.start);
        Ok((Event::MapStart(self.opening(properties, state)?), start))
    }

    fn opening(&mut self, properties: Properties<'a>, state: State) -> Result<Opening, Error> {
        self.open += 1;
        if self.open > self.depth {
            return Err(budget::too_deep(self.depth, mark(properties.start)));
        }
        self.state = state;
        let flow = matches!(state, State::FlowListFirst | State::FlowMapFirst | State::FlowPairKey);
        if flow {
            self.comment = None;
        }
        Ok(Opening { anchor: self.name(properties.anchor), tag: properties.tag, flow })
    }

    /// The innermost list or map is over.
    fn end(&mut self, spot: Spot) -> Found<'a> {
        self.open = self.open.saturating_sub(1);
        (Event::End(self.comment.take()), mark(spot))
    }
}

impl<'a> Events<'a> for Parser<'a> {
    fn next(&mut self) -> Option<Step<'a>> {
        let step = match self.goes_on() {
            Ok(true) => self.step(),
            Ok(false) => return None,
            Err(error) => Err(error),
        };
        if step.is_err() {
            self.state = State::Over;
        }
        Some(step)
    }
}
