//! What templates ask of the world around them: the time, random bytes, objects of the cluster.

mod clock;
mod entropy;
mod live;
mod lookups;
mod snapshot;

use std::fmt;

use gitops_diff::{Query, Value};

pub use self::clock::{FixedClock, SystemClock};
pub use self::entropy::{SeededEntropy, SystemEntropy};
pub use self::live::{LiveLookup, LookupKinds};
pub(crate) use self::lookups::Lookups;
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
    /// What `query` finds: an object, all of the kind as a list, or nothing.
    ///
    /// # Errors
    /// What went wrong, in words for a person; the template fails by it.
    fn lookup(&self, query: &Query) -> Result<Found, String>;
}

/// What a [`Lookup`] finds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Found {
    /// The object, or the list.
    Object(Value),
    /// There is no such object.
    Nothing,
    /// A cluster has to say: its answer is taken from [`Input::fetched`](crate::Input::fetched),
    /// and where it is not there, asked for by [`RenderError::Missing`](crate::RenderError::Missing)
    /// as a [`Requirement::Object`](crate::Requirement::Object).
    Elsewhere,
}
