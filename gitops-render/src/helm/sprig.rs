//! The functions of Masterminds/sprig v3.3, by families.

mod args;
mod case;
mod runes;
mod strings;
mod words;

use super::gotemplate::Function;

/// All families. A file of a family lists its functions in `FUNCTIONS`.
pub(crate) const FAMILIES: &[&[Function]] =
    &[strings::FUNCTIONS, case::FUNCTIONS, words::FUNCTIONS];
