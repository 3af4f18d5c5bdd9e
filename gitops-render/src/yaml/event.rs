//! The events of a text, and the scanner behind them.

use std::borrow::Cow;

use granit_parser::{
    ErrorKind, Event as Scanned, Marker, Parser, ScalarStyle, ScanError, Span, StrInput,
    StructureStyle, Tag,
};

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
    ListStart(Opening<'a>),
    /// A map starts.
    MapStart(Opening<'a>),
    /// The innermost list or map is over; with the comment behind its closing bracket.
    End(Comment<'a>),
    /// The value of an anchor stands here again.
    Alias(usize),
}

/// A scalar as the text has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word<'a> {
    /// What it says, without quotes and escapes.
    pub(crate) text: Cow<'a, str>,
    pub(crate) style: Style,
    /// `!!int` for the tags of YAML itself, `!name` for local ones.
    pub(crate) tag: Option<Cow<'a, str>>,
    pub(crate) anchor: Anchor,
    /// The comment behind it on its line, with its `#`.
    pub(crate) comment: Comment<'a>,
}

/// What stands before the parts of a list or map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opening<'a> {
    pub(crate) tag: Option<Cow<'a, str>>,
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
pub(crate) type Anchor = Option<usize>;

/// A comment at the end of a line, with its `#`.
pub(crate) type Comment<'a> = Option<Cow<'a, str>>;

/// The events of `bytes`, within the bytes and the depth that the options allow.
pub(crate) fn events<'a>(
    bytes: &'a [u8],
    options: &Options,
) -> Result<Box<dyn Events<'a> + 'a>, Error> {
    let text = text::decode(bytes, &options.limits)?;
    Ok(Box::new(Scanner::new(text, options.limits.levels())))
}

/// Events out of granit-parser: no recursion, no `unsafe`, and lenient where go-yaml is, such as
/// with brackets that are closed at the start of a line.
struct Scanner<'a> {
    parser: Parser<'a, StrInput<'a>>,
    depth: u64,
    /// Where a last line ends that has something on it and no line end, in characters.
    cut_off: Option<usize>,
}

impl<'a> Scanner<'a> {
    /// The events of `text`, whose lists and maps nest `depth` levels at most.
    fn new(text: &'a str, depth: u64) -> Self {
        let levels = usize::try_from(depth).unwrap_or(usize::MAX);
        let options = granit_parser::options! {
            flow_nesting_limit: levels,
            block_nesting_limit: levels,
        };
        let last_line = text.rsplit(['\n', '\r']).next().unwrap_or_default();
        let cut_off = (!last_line.trim().is_empty()).then(|| text.chars().count());
        Self { parser: Parser::new_from_str_with_options(text, options), depth, cut_off }
    }

    /// Our event for the scanner's.
    fn translate(&self, event: Scanned<'a>, span: Span) -> Option<Event<'a>> {
        let anchor = |id: usize| (id > 0).then_some(id);
        Some(match event {
            Scanned::DocumentStart(..) => Event::DocumentStart,
            Scanned::DocumentEnd => Event::DocumentEnd,
            Scanned::Alias(id) => Event::Alias(id),
            Scanned::Scalar(text, style, id, tag) => Event::Scalar(Word {
                text: self.as_go_has_it(text, style, span),
                style: own_style(style),
                tag: tag.map(|tag| name(&tag)),
                anchor: anchor(id),
                comment: None,
            }),
            Scanned::SequenceStart(style, id, tag) => Event::ListStart(Opening {
                tag: tag.map(|tag| name(&tag)),
                anchor: anchor(id),
                flow: style == StructureStyle::Flow,
            }),
            Scanned::MappingStart(style, id, tag) => Event::MapStart(Opening {
                tag: tag.map(|tag| name(&tag)),
                anchor: anchor(id),
                flow: style == StructureStyle::Flow,
            }),
            Scanned::SequenceEnd | Scanned::MappingEnd => Event::End(None),
            _ => return None,
        })
    }

    /// The scanner writes a value that is not there as `~`, and ends a block with a line end even
    /// where the text does not.
    fn as_go_has_it(&self, text: Cow<'a, str>, style: ScalarStyle, span: Span) -> Cow<'a, str> {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if span.is_empty() && text == "~" {
            return Cow::Borrowed("");
        }
        match text.strip_suffix('\n') {
            Some(rest) if block && self.cut_off.is_some_and(|end| span.end.index() >= end) => {
                Cow::Owned(rest.to_owned())
            }
            _ => text,
        }
    }
}

impl<'a> Events<'a> for Scanner<'a> {
    fn next(&mut self) -> Option<Result<(Event<'a>, Mark), Error>> {
        loop {
            let (event, span) = match self.parser.next_event()? {
                Ok(scanned) => scanned,
                Err(error) => return Some(Err(refuse(&error, self.depth))),
            };
            if let Some(event) = self.translate(event, span) {
                return Some(Ok((event, mark(span.start))));
            }
        }
    }
}

fn own_style(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

/// `!!int` for the tags of YAML itself, `!name` for local ones.
fn name<'a>(tag: &Tag) -> Cow<'a, str> {
    let full = format!("{}{}", tag.handle(), tag.suffix());
    match full.strip_prefix("tag:yaml.org,2002:") {
        Some(known) => Cow::Owned(format!("!!{known}")),
        None => Cow::Owned(full),
    }
}

fn mark(marker: Marker) -> Mark {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark { line: number(marker.line()), column: number(marker.col().saturating_add(1)) }
}

fn refuse(error: &ScanError, depth: u64) -> Error {
    let mark = mark(*error.marker());
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => super::budget::too_deep(depth, mark),
        _ => Error::invalid(mark, error.info()),
    }
}
