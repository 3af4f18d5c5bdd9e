//! What was done, and what was spared.

/// What was done so far, in numbers of objects.
///
/// They grow with what moves, and not with what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Events that said nothing new, and objects that are known to be in sync: they live in the
    /// version that was seen before.
    pub skipped: u64,
    /// Declared objects that were made ready for quick looks.
    pub compiled: u64,
    /// Quick looks at objects.
    pub walked: u64,
    /// Objects that were unpacked into trees.
    pub unpacked: u64,
    /// Whole comparisons.
    pub compared: u64,
}
