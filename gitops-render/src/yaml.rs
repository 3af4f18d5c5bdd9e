//! YAML as Go's Kubernetes tools read and write it.
//!
//! [`parse`] turns a text into [`Document`]s: values with the line of each of their parts, under
//! the rules of go-yaml v2 or v3 ([`Dialect`]) and within [`Limits`]. [`to_string`] writes a value
//! byte for byte as `sigs.k8s.io/yaml` does, and
//! [`write()`] in the layout of go-yaml v3 too.
//!
//! JSON is read by the same core, since it is YAML; [`Escapes::Json`] takes escapes that only JSON
//! has. [`Error::as_go`] is an error in the words and with the line that go-yaml prints.
//!
//! # Where it differs from Go
//! `tests/data/go_yaml_differences.json` lists every difference on 958 texts: there is none in
//! what is read. Among further byte order marks go-yaml drops characters by where its buffer
//! happens to end; here they are text.

mod compose;
mod document;
mod emit;

mod allowance;
pub(crate) mod budget;
pub(crate) mod event;
pub(crate) mod meaning;
mod members;
mod node;
pub(crate) mod number;
pub(crate) mod scalar;
mod scan;
mod text;
mod timestamp;

mod error;
mod options;

pub use self::allowance::Allowance;
pub use self::compose::Documents;
pub use self::document::{Document, Place};
pub(crate) use self::emit::is_plain;
pub use self::emit::{Layout, Lists, to_string, write};
pub(crate) use self::emit::{Members, Spot, Tree, View, allows_block, write_styled, write_tree};
pub use self::error::{Error, Mark};
pub use self::options::{Dialect, Duplicates, Escapes, Limits, Options};
pub(crate) use self::text::decode;

/// All documents of a text; those without content are left out.
///
/// ```
/// use gitops_render::yaml::{self, Options};
///
/// let documents = yaml::parse(b"replicas: 0o17\n---\n# nothing\n---\nenabled: yes\n", &Options::default())?;
/// assert_eq!(documents.len(), 2);
/// assert_eq!(documents[0].value.get("replicas"), Some(&15.into()));
/// assert_eq!(documents[1].value.get("enabled"), Some(&true.into()));
/// assert_eq!((documents[1].number, documents[1].place.mark().line), (3, 5));
/// # Ok::<(), yaml::Error>(())
/// ```
///
/// # Errors
/// Where the text is not YAML, has no meaning as JSON, or is over a limit; each names line and
/// column.
pub fn parse(bytes: &[u8], options: &Options) -> Result<Vec<Document>, Error> {
    Documents::new(bytes, options)?.collect()
}
