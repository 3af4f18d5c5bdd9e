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

/// Whether a function is Helm's alone, and neither sprig's nor put in the place of one of sprig's.
pub(crate) fn is_helms_alone(name: &[u8]) -> bool {
    let families = [include::FUNCTIONS, lookup::FUNCTIONS, toml::FUNCTIONS, yaml::FUNCTIONS];
    let mut own = families.iter().flat_map(|family| family.iter());
    name == b"fromJsonArray" || name != b"fail" && own.any(|it| it.name.as_bytes() == name)
}
