//! Charts: what is in their files, and how their values come together. The rules are those of
//! Helm's `pkg/chart`.

mod about;
mod archive;
mod coalesce;
mod decode;
mod dependencies;
mod files;
mod ignore;
mod load;
mod metadata;
mod node;
mod ready;
mod requirements;
mod schema;
mod tables;
mod validate;
mod values;
mod version;

pub(super) use self::decode::{Field, Shape, Struct, decode, document};
pub use self::files::ChartLimits;
pub(super) use self::files::{Budget, ChartFile, from_tree};
pub(super) use self::load::Chart;
pub(super) use self::metadata::Dependency;
pub(super) use self::node::Node;
pub(super) use self::ready::Ready;
pub(super) use self::requirements::{missing, wanted_version};
pub(super) use self::schema::{Elsewhere, check as check_schema};
pub(super) use self::tables::{Coalescer, table};
pub(super) use self::values::{freeze_map, merge as merge_values, read as read_values};
pub(super) use self::version::in_range;
