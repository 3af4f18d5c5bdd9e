//! What expressions evaluate to.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use super::view::View;
use crate::golang::Url;
use crate::schema::Keys;
use crate::{Text, Value};

/// A value; `'a` is how long the objects live that it comes from.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(Text),
    Bytes(Rc<[u8]>),
    /// In nanoseconds.
    Duration(i64),
    Timestamp(jiff::Timestamp),
    List(Rc<List<'a>>),
    Map(Rc<Map<'a>>),
    /// An object or a map of the data.
    View(View<'a>),
    Optional(Option<Rc<Val<'a>>>),
    /// A type, by its name.
    Type(Text),
    /// In billionths, with the text it was made from.
    Quantity(i128),
    Url(Rc<Url>),
    Ip(IpAddr),
    Cidr(IpAddr, u32),
    Semver(Rc<semver::Version>),
    /// A named format of strings.
    Format(&'static str),
    /// Data that no type is known of: it equals itself, and that is all.
    Opaque(&'a Value),
}

/// A list; sets and list maps compare without order.
#[derive(Clone, Debug, Default)]
pub(super) struct List<'a> {
    pub(super) items: Vec<Val<'a>>,
    pub(super) by: Option<&'a Keys>,
}

/// A map that an expression made: its keys and values by what the keys are equal by.
#[derive(Clone, Debug, Default)]
pub(super) struct Map<'a>(pub(super) BTreeMap<Key, (Val<'a>, Val<'a>)>);

/// What makes keys of maps equal: 1, 1u and 1.0 are one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Bool(bool),
    Number(i128),
    Str(Text),
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fail {
    /// A call that its arguments do not fit.
    NoOverload,
    /// It costs more than it may.
    Cost,
    /// Anything else, in the words of cel-go.
    Other(String),
}

pub(super) type Evaluated<'a> = Result<Val<'a>, Fail>;

impl Fail {
    pub(super) fn other(message: impl Into<String>) -> Self {
        Self::Other(message.into())
    }
}

impl<'a> Val<'a> {
    pub(super) fn str(text: impl Into<Text>) -> Self {
        Self::Str(text.into())
    }

    pub(super) fn list(items: Vec<Val<'a>>) -> Self {
        Self::List(Rc::new(List { items, by: None }))
    }

    pub(super) fn optional(value: Option<Val<'a>>) -> Self {
        Self::Optional(value.map(Rc::new))
    }

    /// The name of the type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Str(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::List(_) => "list",
            Self::Map(_) | Self::View(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Url(_) => "kubernetes.URL",
            Self::Ip(_) => "net.IP",
            Self::Cidr(..) => "net.CIDR",
            Self::Semver(_) => "kubernetes.Semver",
            Self::Format(_) => "kubernetes.NamedFormat",
            Self::Opaque(_) => "unknown",
        }
    }

    /// The value as a key of a map.
    #[expect(clippy::cast_possible_truncation, reason = "because the number is whole and small")]
    pub(super) fn key(&self) -> Option<Key> {
        Some(match self {
            Self::Bool(value) => Key::Bool(*value),
            Self::Int(value) => Key::Number(i128::from(*value)),
            Self::Uint(value) => Key::Number(i128::from(*value)),
            Self::Double(value) if value.fract() == 0.0 && value.abs() < 1e30 => {
                Key::Number(*value as i128)
            }
            Self::Str(value) => Key::Str(value.clone()),
            _ => return None,
        })
    }

    /// About how many steps it takes to go through the value.
    pub(super) fn weight(&self) -> u64 {
        let tenth = |length: usize| (length as u64).div_ceil(10);
        match self {
            Self::Str(text) => tenth(text.len()),
            Self::Bytes(bytes) => tenth(bytes.len()),
            Self::List(list) => list.items.len() as u64,
            Self::Map(map) => map.0.len() as u64,
            Self::View(view) => view.len() as u64,
            _ => 0,
        }
    }

    /// Whether this is what a variable of its type holds when nobody set it.
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(value) => !value,
            Self::Int(value) | Self::Duration(value) => *value == 0,
            Self::Uint(value) => *value == 0,
            Self::Double(value) => *value == 0.0,
            Self::Str(_) | Self::Bytes(_) | Self::List(_) | Self::Map(_) | Self::View(_) => {
                self.weight() == 0
            }
            Self::Optional(value) => value.is_none(),
            _ => false,
        }
    }
}
