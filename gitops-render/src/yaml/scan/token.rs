//! The tokens of a text.

use std::borrow::Cow;

use super::cursor::Spot;
use crate::yaml::event::Style;

/// A token: what it is, where it starts, what it holds.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) spot: Spot,
    pub(super) load: Load<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockListStart,
    BlockMapStart,
    BlockEnd,
    FlowListStart,
    FlowMapStart,
    FlowListEnd,
    FlowMapEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// What a token holds beside its kind.
#[derive(Debug)]
pub(super) enum Load<'a> {
    Nothing,
    /// Of a key: its indicator stands in the text.
    Explicit,
    /// The name of an anchor or of an alias.
    Name(&'a str),
    Text(Cow<'a, str>, Style),
    Tag(Box<Tag<'a>>),
    Version(u8, u8),
}

/// The handle and suffix of a tag, or the handle and prefix of a directive.
#[derive(Clone, Debug)]
pub(super) struct Tag<'a> {
    pub(super) handle: &'a str,
    pub(super) rest: Cow<'a, str>,
}
