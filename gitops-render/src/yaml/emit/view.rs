//! What the emitter sees of a tree, so that it writes values and the trees of renderers alike.

use std::borrow::Cow;
use std::convert::Infallible;

use gitops_diff::Value;

/// Something that can be written.
pub(crate) trait Tree: Sized {
    /// Why something cannot be.
    type Problem;

    /// What it is. The members of a map go behind those that are in `members`, in any order; those
    /// with one key stay in the given one.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn view<'a>(&'a self, members: &mut Members<'a, Self>)
    -> Result<View<'a, Self>, Self::Problem>;
}

/// Members of maps: those of a map within another one behind the other's.
pub(crate) type Members<'a, T> = Vec<(&'a str, &'a T)>;

/// What a tree is.
pub(crate) enum View<'a, T> {
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number that only fits without a sign.
    Unsigned(u64),
    Float(f64),
    Text(Cow<'a, str>),
    /// A scalar as it is written. All its lines but the first stand below, indented.
    Scalar(&'a str),
    List(&'a [T]),
    /// A map, whose members were handed over.
    Map,
    /// A struct, whose members were handed over and keep their order.
    Fields,
}

impl Tree for Value {
    type Problem = Infallible;

    fn view<'a>(&'a self, members: &mut Members<'a, Self>) -> Result<View<'a, Self>, Infallible> {
        Ok(match self {
            Self::Null => View::Null,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(*value),
            Self::Float(value) => View::Float(*value),
            Self::Str(text) => View::Text(Cow::Borrowed(text)),
            Self::List(items) => View::List(items),
            Self::Map(map) => {
                members.extend(map.iter().map(|(key, it)| (key.as_str(), it)));
                View::Map
            }
        })
    }
}
