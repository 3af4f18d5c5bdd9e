//! What the emitter sees of a tree, so that it writes values and the trees of renderers alike.

use std::borrow::Cow;

use gitops_diff::Value;

/// Something that can be written.
pub(crate) trait Tree: Sized {
    /// What it is.
    fn view(&self) -> View<'_, Self>;
}

/// What a tree is.
pub(crate) enum View<'a, T> {
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number that only fits without a sign.
    Unsigned(u64),
    Float(f64),
    Text(Cow<'a, str>),
    List(&'a [T]),
    /// Members in any order; those with one key stay in the given one.
    Map(Vec<(&'a str, &'a T)>),
}

impl Tree for Value {
    fn view(&self) -> View<'_, Self> {
        match self {
            Self::Null => View::Null,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(*value),
            Self::Float(value) => View::Float(*value),
            Self::Str(text) => View::Text(Cow::Borrowed(text)),
            Self::List(items) => View::List(items),
            Self::Map(map) => View::Map(map.iter().map(|(key, it)| (key.as_str(), it)).collect()),
        }
    }
}
