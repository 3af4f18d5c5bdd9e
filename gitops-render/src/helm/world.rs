//! What templates ask of the world around them: the time, random bytes, objects of the cluster.

mod clock;
mod entropy;
mod snapshot;

use std::fmt;

use gitops_diff::Value;

pub use self::clock::{FixedClock, SystemClock};
pub use self::entropy::{SeededEntropy, SystemEntropy};
pub use self::snapshot::{NoLookup, Snapshot};

/// Tells the time, for `now`, `ago`, `htmlDate` and the validity of certificates.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i128;
}

/// Gives random bytes, for `randAlphaNum`, `uuidv4`, `genCA`, `htpasswd` and their kind.
///
/// What its `Debug` prints goes into the fingerprint of a renderer: it must differ where the bytes
/// do, and must not tell a secret.
pub trait Entropy: fmt::Debug + Send + Sync {
    /// Fills `bytes` for the call number `call`, from 0, that the template `template` makes in
    /// the release `release` (namespace and name).
    fn fill(&self, bytes: &mut [u8], release: (&str, &str), template: &str, call: u64);
}

/// Finds objects, for `lookup`.
pub trait Lookup: fmt::Debug + Send + Sync {
    /// The object `name` in `namespace` (empty for one without), all of the kind as a list where
    /// `name` is empty; none where there is no such object.
    ///
    /// # Errors
    /// What went wrong, in words for a person.
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Value>, String>;
}
