//! Where an object was written.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Text;

/// The place in a tree of files that an object comes from.
///
/// Prints as `apps/web.yaml:12`; the document is part of it only from the second on:
/// `apps/web.yaml:12 (document 2)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file's path from the root of the tree.
    pub file: Text,
    /// The line the object starts on, from 1.
    pub line: u32,
    /// The document of the file, from 1.
    pub document: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if self.document > 1 { write!(f, " (document {})", self.document) } else { Ok(()) }
    }
}
