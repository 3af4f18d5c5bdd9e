//! Strings of Go: bytes, which need not be UTF-8.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A string of Go. Cloning shares the bytes; parsed templates share theirs between threads.
#[derive(Clone, Eq, PartialOrd, Ord)]
pub(crate) struct Str {
    /// The first bytes as a number, by which most keys of a map are told apart without a look at
    /// the rest, which lies elsewhere. It goes first in every comparison.
    start: u64,
    bytes: Arc<[u8]>,
}

/// How many bytes are looked at first.
const START: usize = 8;

impl Str {
    /// Bytes that a string of its own takes beside what it says.
    pub(crate) const BYTES: usize = 32;

    fn new(bytes: Arc<[u8]>) -> Self {
        Self { start: Self::start(&bytes), bytes }
    }

    /// The first bytes of a text as a number, in whose order texts are, unless it is the same.
    pub(super) fn start(bytes: &[u8]) -> u64 {
        if let Some(start) = bytes.first_chunk() {
            return u64::from_be_bytes(*start);
        }
        let mut start = [0; START];
        let count = bytes.len().min(START);
        start[..count].copy_from_slice(&bytes[..count]);
        u64::from_be_bytes(start)
    }

    /// How it compares to `bytes`, whose first bytes as a number are `start`.
    pub(super) fn cmp_to(&self, start: u64, bytes: &[u8]) -> Ordering {
        self.start.cmp(&start).then_with(|| {
            if self.bytes.len() <= START && bytes.len() <= START {
                return self.bytes.len().cmp(&bytes.len());
            }
            self.bytes[..].cmp(bytes)
        })
    }

    /// The text, with U+FFFD for what is not UTF-8.
    pub(crate) fn lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::from("")
    }
}

impl Deref for Str {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Texts that are told apart by their first bytes, by their lengths or by where they lie need no
/// look at the rest.
impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start
            && self.bytes.len() == other.bytes.len()
            && (self.bytes.len() <= START
                || Arc::ptr_eq(&self.bytes, &other.bytes)
                || self.bytes == other.bytes)
    }
}

/// As plain bytes, by which maps may be asked too.
impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

/// Maps are asked by plain bytes.
impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes().into())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes().into())
    }
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes.into())
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes.into())
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lossy())
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.lossy(), f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Str;

    proptest! {
        #[test]
        fn strings_are_ordered_as_their_bytes(
            one in prop::collection::vec(0u8..3, 0..12),
            other in prop::collection::vec(0u8..3, 0..12),
        ) {
            prop_assert_eq!(Str::from(&one[..]).cmp(&Str::from(&other[..])), one.cmp(&other));
            prop_assert_eq!(Str::from(&one[..]) == Str::from(&other[..]), one == other);
            let order = Str::from(&one[..]).cmp_to(Str::start(&other), &other);
            prop_assert_eq!(order, one.cmp(&other));
        }
    }
}
