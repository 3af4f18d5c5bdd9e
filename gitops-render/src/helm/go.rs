//! Values as Go templates see them.

mod drop;
mod entries;
mod frozen;
mod list;
mod map;
mod object;
mod record;
mod snapshot;
mod text;
mod trace;
mod types;
mod value;

pub(crate) use self::entries::Entries;
pub(crate) use self::frozen::{Frozen, FrozenMap};
pub(crate) use self::list::List;
pub(crate) use self::map::{Map, WeakMap};
pub(crate) use self::object::{Encoded, Object, exported, is_exported};
pub(crate) use self::record::{Field, Record, Tag};
pub(crate) use self::snapshot::Snapshot;
pub(crate) use self::text::Str;
pub(crate) use self::trace::{Log, Mark, Read, Trace};
pub(crate) use self::types::{IntKind, Kind, Named, Type};
pub(crate) use self::value::Value;
