//! The state of a run: what templates there are, what they may use up, and the world they ask.

use crate::helm::world::{Clock, Entropy, Lookup};

/// Runs templates. Functions get it to include templates, to ask the world (clock, entropy,
/// cluster) and to charge what they make against the limits.
pub(crate) struct Machine<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) lookup: &'a dyn Lookup,
}
