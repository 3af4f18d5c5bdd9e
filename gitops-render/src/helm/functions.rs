//! The functions that Helm adds to sprig's, or puts in their place.

mod json;
mod toml;
mod yaml;

use super::gotemplate::Function;

/// All families. A file of a family lists its functions in `FUNCTIONS`.
pub(crate) const FAMILIES: &[&[Function]] = &[json::FUNCTIONS, toml::FUNCTIONS, yaml::FUNCTIONS];
