//! The events of a text, and the scanner behind them.

use std::borrow::Cow;

use super::scan::Parser;
use super::{Error, Mark, Options, text};

/// What a reader of YAML sees of a text: the composer here, the nodes of a renderer elsewhere.
pub(crate) trait Events<'a> {
    /// The next event and where it starts, until the text is over. After an error nothing follows.
    fn next(&mut self) -> Option<Result<(Event<'a>, Mark), Error>>;
}

/// One step through a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event<'a> {
    /// A document starts.
    DocumentStart,
    /// The document is over.
    DocumentEnd,
    /// A value without parts.
    Scalar(Word<'a>),
    /// A list starts.
    ListStart(Opening),
    /// A map starts.
    MapStart(Opening),
    /// The innermost list or map is over; with the comment behind its closing bracket.
    End(Comment<'a>),
    /// The value of an anchor stands here again.
    Alias(u32),
}

/// A scalar as the text has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word<'a> {
    /// What it says, without quotes and escapes.
    pub(crate) text: Cow<'a, str>,
    pub(crate) style: Style,
    /// `!!int` for the tags of YAML itself, `!name` for local ones.
    pub(crate) tag: Option<Box<str>>,
    pub(crate) anchor: Anchor,
    /// The comment behind it on its line, with its `#`.
    pub(crate) comment: Comment<'a>,
}

/// What stands before the parts of a list or map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opening {
    pub(crate) tag: Option<Box<str>>,
    pub(crate) anchor: Anchor,
    /// Whether it stands in brackets.
    pub(crate) flow: bool,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// The number of the anchor on a node, unique in the text, if there is one.
pub(crate) type Anchor = Option<u32>;

/// A comment at the end of a line, with its `#`. Few values have one.
pub(crate) type Comment<'a> = Option<Box<Cow<'a, str>>>;

/// The events of `bytes`, within the bytes and the depth that the options allow.
pub(crate) fn events<'a>(
    bytes: &'a [u8],
    options: &Options,
) -> Result<Box<dyn Events<'a> + 'a>, Error> {
    Ok(match text::decode(bytes, &options.limits)? {
        Cow::Borrowed(text) => Box::new(Parser::new(text, options)),
        Cow::Owned(text) => Box::new(Recorded::new(Parser::new(&text, options))),
    })
}

/// Events that were read before, out of a text that is gone.
struct Recorded<'a> {
    events: std::vec::IntoIter<Result<(Event<'a>, Mark), Error>>,
}

impl Recorded<'_> {
    fn new<'b>(mut parser: impl Events<'b>) -> Self {
        let mut events = Vec::new();
        while let Some(step) = parser.next() {
            events.push(step.map(|(event, mark)| (event.kept(), mark)));
        }
        Self { events: events.into_iter() }
    }
}

impl<'a> Events<'a> for Recorded<'a> {
    fn next(&mut self) -> Option<Result<(Event<'a>, Mark), Error>> {
        self.events.next()
    }
}

impl Event<'_> {
    /// The same, without the text.
    fn kept<'a>(self) -> Event<'a> {
        match self {
            Self::DocumentStart => Event::DocumentStart,
            Self::DocumentEnd => Event::DocumentEnd,
            Self::Scalar(word) => Event::Scalar(Word {
                text: Cow::Owned(word.text.into_owned()),
                style: word.style,
                tag: word.tag,
                anchor: word.anchor,
                comment: kept(word.comment),
            }),
            Self::ListStart(it) => Event::ListStart(it),
            Self::MapStart(it) => Event::MapStart(it),
            Self::End(comment) => Event::End(kept(comment)),
            Self::Alias(anchor) => Event::Alias(anchor),
        }
    }
}

fn kept<'a>(comment: Comment<'_>) -> Comment<'a> {
    comment.map(|text| Box::new(Cow::Owned(text.into_owned())))
}
