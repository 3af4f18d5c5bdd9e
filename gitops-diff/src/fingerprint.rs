//! The digest of an object's content.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Text, Value};

/// SHA-256 over the canonical JSON (sorted keys, no spaces) of a value, in hexadecimal.
///
/// ```
/// use gitops_diff::{Fingerprint, Value};
///
/// let one: Value = serde_json::from_str(r#"{"a":1,"b":2}"#)?;
/// let two: Value = serde_json::from_str(r#"{ "b": 2, "a": 1 }"#)?;
/// assert_eq!(Fingerprint::of(&one), Fingerprint::of(&two));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(Text);

impl Fingerprint {
    /// The fingerprint of `value`.
    pub fn of(value: &impl Serialize) -> Self {
        let mut hash = Hasher(Sha256::new());
        // Hashing never fails, and what is given here has string keys; were it otherwise, the
        // digest of what could be written still differs from that of every other value.
        let _ = serde_json::to_writer(&mut hash, value);
        let digits = hash.0.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let hex: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        Self(hex.into())
    }

    /// The 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Value> for Fingerprint {
    fn from(value: &Value) -> Self {
        Self::of(value)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Feeds what serde writes straight into the hash.
struct Hasher(Sha256);

impl std::io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
