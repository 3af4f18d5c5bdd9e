//! Paths inside a tree, which cannot leave it.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use crate::SourceError;

/// A relative path of plain segments: no `..`, no `.`, no empty segment, no leading slash, no
/// backslash, no NUL, no drive, no `.git`, valid UTF-8. The root is the empty path.
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
    /// [`SourceError::Invalid`] where it could leave the tree or lead into a repository's own
    /// files: it is absolute, has a segment `..` or `.git` (in any case), a drive, a backslash
    /// or a NUL.
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
        if segments.iter().any(|segment| segment.eq_ignore_ascii_case(".git")) {
            return refuse("leads into Git's own files");
        }
        if segments.first().is_some_and(|first| first.as_bytes().get(1) == Some(&b':')) {
            return refuse("names a drive");
        }
        Ok(Self(segments.join("/")))
    }

    /// The path of an entry `name` of this folder.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where `name` is not one plain segment.
    pub fn entry(&self, name: &str) -> Result<Self, SourceError> {
        let joined = if self.is_root() { name.to_owned() } else { format!("{self}/{name}") };
        if matches!(name, "" | ".") || name.contains('/') {
            let shown = joined.escape_debug();
            return Err(SourceError::invalid(format!("path `{shown}` has an unusable name in it")));
        }
        Self::new(&joined)
    }

    /// A path that is known to be plain.
    pub(crate) fn trusted(text: &str) -> Self {
        debug_assert!(Self::new(text).is_ok_and(|path| path.0 == text), "`{text}` is not plain");
        Self(text.to_owned())
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

    /// The folders that hold it, the nearest first, without the root.
    pub fn ancestors(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(self.0.rsplit_once('/'), |(path, _)| path.rsplit_once('/'))
            .map(|(folder, _)| folder)
    }

    /// The path from `base` to this one, if this lies below `base`.
    pub fn below(&self, base: &TreePath) -> Option<TreePath> {
        if base.is_root() {
            return Some(self.clone());
        }
        let rest = self.0.strip_prefix(&base.0)?.strip_prefix('/')?;
        Some(Self(rest.to_owned()))
    }

    /// `path` seen from this folder.
    #[must_use]
    pub fn join(&self, path: &TreePath) -> TreePath {
        match (self.is_root(), path.is_root()) {
            (true, _) => path.clone(),
            (false, true) => self.clone(),
            (false, false) => Self(format!("{}/{}", self.0, path.0)),
        }
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
        f.pad(if self.is_root() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_that_could_leave_the_tree_are_refused() {
        for text in [
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "a\\b",
            "..\\a",
            "C:",
            "c:/a",
            "c:a",
            "a\0b",
            ".git",
            "a/.git/config",
            "a/.GIT",
            ".Git/hooks",
        ] {
            assert!(TreePath::new(text).is_err(), "{text:?}");
        }
        for (text, path) in [
            ("", ""),
            (".", ""),
            ("./a/./b//", "a/b"),
            ("a..b/..c", "a..b/..c"),
            (".github/é", ".github/é"),
        ] {
            assert_eq!(TreePath::new(text).unwrap().as_str(), path);
        }
    }

    #[test]
    fn an_entry_is_one_plain_segment() {
        let folder = TreePath::new("a").unwrap();
        assert_eq!(folder.entry("b").unwrap().as_str(), "a/b");
        for name in ["", ".", "..", "b/c", "/", ".git", "b\\c", "b\0"] {
            assert!(folder.entry(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn ancestors_go_from_the_nearest_to_the_farthest() {
        let path = TreePath::new("a/b/c").unwrap();
        assert_eq!(path.ancestors().collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(TreePath::new("a").unwrap().ancestors().count(), 0);
    }

    proptest! {
        #[test]
        fn no_path_escapes_a_folder(text in r"(\.|\.\.|/|\\|:|\PC|[a-c]|\.git){0,12}") {
            let Ok(path) = TreePath::new(&text) else { return Ok(()) };
            let mut deep = 0_i32;
            for part in std::path::Path::new(path.as_str()).components() {
                prop_assert!(matches!(part, std::path::Component::Normal(_)), "{:?}", path);
                deep += 1;
            }
            prop_assert_eq!(deep, i32::try_from(path.segments().count()).unwrap());
            prop_assert_eq!(TreePath::new(path.as_str()).unwrap(), path);
        }

        #[test]
        fn below_undoes_join(base in "[a-c]{1,2}(/[a-c]{1,2}){0,2}", rest in "[a-c]{1,2}(/[a-c]{1,2}){0,2}") {
            let (base, rest) = (TreePath::new(&base).unwrap(), TreePath::new(&rest).unwrap());
            prop_assert_eq!(base.join(&rest).below(&base), Some(rest));
        }
    }
}
