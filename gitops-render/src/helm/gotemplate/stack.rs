//! Room on the stack for what nests.

/// Bytes that must be left, and bytes that are taken where they are not.
const LEFT: usize = 256 << 10;
const MORE: usize = 2 << 20;

/// Runs `work` with room on the stack.
pub(crate) fn grow<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEFT, MORE, work)
}
