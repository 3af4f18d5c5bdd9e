//! The functions that Helm adds to sprig's, or puts in their place.

mod files;
mod glob;
mod include;
mod json;
mod lookup;
mod toml;
mod values;
mod yaml;

use super::gotemplate::Function;

pub(crate) use self::files::files;
pub(crate) use self::json::{read as read_json, read_prefix as read_json_prefix};
pub(crate) use self::values::values_of;

/// All families. A file of a family lists its functions in `FUNCTIONS`.
pub(crate) const FAMILIES: &[&[Function]] =
    &[include::FUNCTIONS, json::FUNCTIONS, lookup::FUNCTIONS, toml::FUNCTIONS, yaml::FUNCTIONS];
