//! The events of a text, and the scanner behind them.

use std::borrow::Cow;

use saphyr_parser::{Event as Scanned, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::{Error, Mark};

/// What the composer sees of a text. The scanner can be replaced behind it.
pub(super) trait Events<'a> {
    /// The next event and where it starts, until the text is over.
    fn next(&mut self) -> Option<Result<(Event<'a>, Mark), Error>>;
}

/// One step through a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event<'a> {
    /// A document starts.
    DocumentStart,
    /// The document is over.
    DocumentEnd,
    /// A value without parts.
    Scalar { text: Cow<'a, str>, plain: bool, tag: Option<Cow<'a, str>>, anchor: Anchor },
    /// A list starts.
    ListStart(Anchor),
    /// A map starts.
    MapStart(Anchor),
    /// The innermost list or map is over.
    End,
    /// The value of an anchor stands here again.
    Alias(usize),
}

/// The number of the anchor on a node, unique in the text, if there is one.
pub(super) type Anchor = Option<usize>;

/// How deep saphyr-parser lets `[` and `{` nest.
const FLOW_DEPTH: u64 = 255;

/// Events out of saphyr-parser: linear in the text, no recursion, no `unsafe`.
pub(super) struct Scanner<'a>(Parser<'a, StrInput<'a>>);

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(Parser::new_from_str(text))
    }
}

impl<'a> Events<'a> for Scanner<'a> {
    fn next(&mut self) -> Option<Result<(Event<'a>, Mark), Error>> {
        loop {
            let (event, span) = match self.0.next_event()? {
                Ok(scanned) => scanned,
                Err(error) => return Some(Err(refuse(&error))),
            };
            if let Some(event) = translate(event) {
                return Some(Ok((event, mark(span.start))));
            }
        }
    }
}

fn translate(event: Scanned<'_>) -> Option<Event<'_>> {
    let anchor = |id: usize| (id > 0).then_some(id);
    Some(match event {
        Scanned::Nothing | Scanned::StreamStart | Scanned::StreamEnd => return None,
        Scanned::DocumentStart(_) => Event::DocumentStart,
        Scanned::DocumentEnd => Event::DocumentEnd,
        Scanned::Alias(id) => Event::Alias(id),
        Scanned::Scalar(text, style, id, tag) => Event::Scalar {
            text,
            plain: style == ScalarStyle::Plain,
            tag: tag.map(|tag| name(&tag)),
            anchor: anchor(id),
        },
        Scanned::SequenceStart(id, _) => Event::ListStart(anchor(id)),
        Scanned::MappingStart(id, _) => Event::MapStart(anchor(id)),
        Scanned::SequenceEnd | Scanned::MappingEnd => Event::End,
    })
}

/// `!!int` for the tags of YAML itself, `!name` for local ones.
fn name<'a>(tag: &Tag) -> Cow<'a, str> {
    let full = format!("{}{}", tag.handle, tag.suffix);
    match full.strip_prefix("tag:yaml.org,2002:") {
        Some(known) => Cow::Owned(format!("!!{known}")),
        None => Cow::Owned(full),
    }
}

fn mark(marker: saphyr_parser::Marker) -> Mark {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark { line: number(marker.line()), column: number(marker.col().saturating_add(1)) }
}

fn refuse(error: &ScanError) -> Error {
    let mark = mark(*error.marker());
    if error.info() == "recursion limit exceeded" {
        let (what, option) = super::budget::DEPTH;
        return Error::Limit { mark, what, limit: FLOW_DEPTH, option };
    }
    Error::invalid(mark, error.info())
}
