//! What the scalars of a tree mean, by the tables of go-yaml v3.

use std::borrow::Cow;

use super::block::through_block;
use super::json::through_json;
use super::{Scalar, Tag};
use crate::yaml::Dialect;
use crate::yaml::scalar::{Scalar as Meaning, resolve, resolve_tagged};

/// The tag that go-yaml gives a plain text.
pub(crate) fn tag_of(text: &str) -> Tag {
    if text == "<<" {
        return Tag::Merge;
    }
    match resolve(text, Dialect::GoV3) {
        Meaning::Null => Tag::Null,
        Meaning::Bool(_) => Tag::Bool,
        Meaning::Int(_) | Meaning::Unsigned(_) => Tag::Int,
        Meaning::Float(_) => Tag::Float,
        Meaning::Text => Tag::Str,
        Meaning::Time(_) => Tag::Timestamp,
        Meaning::Bytes(_) => Tag::Binary,
    }
}

impl Scalar {
    /// What comes out when go-yaml v3 prints the scalar and reads it again, as every value of a
    /// build does on its way into the output. The error says what is wrong.
    pub(crate) fn meaning(&self) -> Result<Meaning, String> {
        match self.tag {
            Tag::Str => Ok(Meaning::Text),
            Tag::Unknown => Ok(self.untagged()),
            tag if !self.tagged && tag_of(&self.text) == tag => Ok(self.untagged()),
            _ => resolve_tagged(&self.text, !self.is_quoted(), self.tag_name(), Dialect::GoV3),
        }
    }

    /// A tag that the text shows by itself is not printed, so that quotes win over it.
    fn untagged(&self) -> Meaning {
        if self.is_quoted() { Meaning::Text } else { resolve(&self.text, Dialect::GoV3) }
    }

    /// The text of a string as it is after it was printed and read once.
    pub(crate) fn reread(&self) -> Result<Cow<'_, str>, String> {
        Ok(through_block(self)?)
    }

    /// The text of a string as it is printed in the end.
    pub(crate) fn printed(&self) -> Result<Cow<'_, str>, String> {
        match through_block(self)? {
            Cow::Borrowed(text) => Ok(through_json(text)?),
            Cow::Owned(text) => Ok(Cow::Owned(through_json(&text)?.into_owned())),
        }
    }
}

impl Tag {
    /// The tag with its short name, if that is known of the tag alone.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unknown | Self::Other => "",
            Self::Str => "!!str",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Bool => "!!bool",
            Self::Null => "!!null",
            Self::Binary => "!!binary",
            Self::Timestamp => "!!timestamp",
            Self::Merge => "!!merge",
        }
    }

    /// The tag of a short name.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "!!str" => Self::Str,
            "!!int" => Self::Int,
            "!!float" => Self::Float,
            "!!bool" => Self::Bool,
            "!!null" => Self::Null,
            "!!binary" => Self::Binary,
            "!!timestamp" => Self::Timestamp,
            "!!merge" => Self::Merge,
            _ => Self::Other,
        }
    }
}
