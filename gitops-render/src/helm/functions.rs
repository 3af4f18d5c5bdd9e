//! The functions that Helm adds to sprig's, or puts in their place.

use super::gotemplate::Function;

/// All families. A file of a family lists its functions in `FUNCTIONS`.
pub(crate) const FAMILIES: &[&[Function]] = &[];
