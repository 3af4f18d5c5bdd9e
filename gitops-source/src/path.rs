//! Paths inside a tree, which cannot leave it.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use crate::SourceError;

/// A relative path of plain segments: no `..`, no `.`, no empty segment, no leading slash, no
/// backslash, no NUL, valid UTF-8. The root is the empty path.
///
/// ```
/// use gitops_source::TreePath;
///
/// assert_eq!(TreePath::new("./apps//web/")?.as_str(), "apps/web");
/// assert!(TreePath::new("../etc/passwd").is_err());
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(String);

impl TreePath {
    /// The path that `text` means, with `.` and empty segments taken out.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where it could leave the tree: it is absolute, has a segment
    /// `..`, a drive, a backslash or a NUL.
    pub fn new(text: &str) -> Result<Self, SourceError> {
        let refuse =
            |why| Err(SourceError::invalid(format!("path `{}` {why}", text.escape_debug())));
        if text.starts_with('/') {
            return refuse("is absolute");
        }
        if text.contains(['\0', '\\']) {
            return refuse("has a NUL or a backslash");
        }
        let segments: Vec<&str> =
            text.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
        if segments.contains(&"..") {
            return refuse("leaves the tree");
        }
        if segments.first().is_some_and(|first| first.as_bytes().get(1) == Some(&b':')) {
            return refuse("names a drive");
        }
        Ok(Self(segments.join("/")))
    }

    /// The path as text, segments joined by `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The segments.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// The path from `base` to this one, if this lies below `base`.
    pub fn below(&self, base: &TreePath) -> Option<TreePath> {
        if base.is_root() {
            return Some(self.clone());
        }
        let rest = self.0.strip_prefix(&base.0)?.strip_prefix('/')?;
        Some(Self(rest.to_owned()))
    }
}

impl Deref for TreePath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for TreePath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}
