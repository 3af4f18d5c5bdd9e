//! Expressions as trees.

use crate::Text;

/// An expression and where it stands in its source, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Literal(Literal),
    Name(Text),
    Select(Box<Select>),
    Index(Box<Index>),
    /// A function, a method or an operator (`_+_`).
    Call(Box<Call>),
    /// Joined by `&&`; at least two.
    And(Vec<Expr>),
    /// Joined by `||`; at least two.
    Or(Vec<Expr>),
    /// `a ? b : c`.
    Choice(Box<[Expr; 3]>),
    /// Optional items (`?x`) are left out where they have no value.
    List(Vec<(Presence, Expr)>),
    Map(Vec<(Presence, Expr, Expr)>),
    Fold(Box<Fold>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer that only a minus makes one of 64 bits.
    Beyond(u64),
    Uint(u64),
    Double(f64),
    Str(Text),
    Bytes(Vec<u8>),
}

/// Whether something may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    Optional,
}

/// `of.field`, `of.?field`, `has(of.field)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Select {
    pub(super) of: Expr,
    pub(super) field: Text,
    pub(super) how: Access,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Plain,
    Optional,
    /// Whether it is there.
    Test,
}

/// `of[at]`, `of[?at]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Index {
    pub(super) of: Expr,
    pub(super) at: Expr,
    pub(super) presence: Presence,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) function: Text,
    pub(super) target: Option<Expr>,
    pub(super) args: Vec<Expr>,
}

/// A macro that goes through a list, a map or an optional value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fold {
    pub(super) how: How,
    pub(super) range: Expr,
    /// One or two.
    pub(super) names: Vec<Text>,
    /// A condition, where there is one.
    pub(super) keep: Option<Expr>,
    pub(super) body: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    All,
    Exists,
    ExistsOne,
    Filter,
    /// `map` and `transformList`.
    List,
    /// `transformMap`.
    Map,
    /// `transformMapEntry`.
    Entries,
    SortBy,
    /// `optMap`.
    Optional,
    /// `optFlatMap`.
    Flat,
}

/// What is wrong with the form of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Expr {
    /// Whether the expression speaks of a variable.
    pub(super) fn mentions(&self, name: &str) -> bool {
        match &self.kind {
            Kind::Literal(_) => false,
            Kind::Name(it) => it == name,
            Kind::Select(select) => select.of.mentions(name),
            Kind::Index(index) => index.of.mentions(name) || index.at.mentions(name),
            Kind::Call(call) => {
                let mut parts = call.target.iter().chain(&call.args);
                parts.any(|it| it.mentions(name))
            }
            Kind::And(parts) | Kind::Or(parts) => parts.iter().any(|it| it.mentions(name)),
            Kind::Choice(parts) => parts.iter().any(|it| it.mentions(name)),
            Kind::List(items) => items.iter().any(|(_, it)| it.mentions(name)),
            Kind::Map(entries) => {
                entries.iter().any(|(_, key, value)| key.mentions(name) || value.mentions(name))
            }
            Kind::Fold(fold) => {
                let inside = || fold.keep.iter().chain([&fold.body]).any(|it| it.mentions(name));
                fold.range.mentions(name) || (fold.names.iter().all(|it| it != name) && inside())
            }
        }
    }
}
