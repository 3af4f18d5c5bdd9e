//! An immutable, content-addressed tree of files in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;

use crate::{Digest, Limits, SourceError, TreePath};

/// Files by path, with a digest for the whole and for each folder and file in it.
///
/// Cloning and [`subtree`](Tree::subtree) share everything. A tree cannot hold `..`, absolute
/// paths, or links that leave it.
///
/// ```
/// use gitops_source::Tree;
///
/// let tree = Tree::from_files([("apps/web.yaml", "a: 1"), ("README.md", "hi")])?;
/// let apps = tree.subtree("apps").expect("because it holds a file");
/// assert_eq!(apps.read("web.yaml"), Some(&b"a: 1"[..]));
/// assert_eq!(tree.digest_of("apps").as_ref(), Some(apps.digest()));
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tree {
    files: Arc<BTreeMap<TreePath, File>>,
    folders: Arc<BTreeMap<TreePath, Digest>>,
    root: TreePath,
    digest: Digest,
}

/// One file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What it holds.
    pub content: Bytes,
    /// The digest of that.
    pub digest: Digest,
    /// Whether it may be run.
    pub executable: bool,
}

impl Tree {
    /// A tree of these files, within the default [`Limits`].
    ///
    /// # Errors
    /// As [`TreeBuilder::insert`].
    pub fn from_files<P: AsRef<str>, C: Into<Bytes>>(
        files: impl IntoIterator<Item = (P, C)>,
    ) -> Result<Self, SourceError> {
        let mut builder = TreeBuilder::new(Limits::default());
        for (path, content) in files {
            builder.insert(path.as_ref(), content)?;
        }
        Ok(builder.build())
    }

    /// The digest of everything in it.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The digest of a folder or file; the same digest means the same content.
    pub fn digest_of(&self, path: &str) -> Option<Digest> {
        let path = self.absolute(path)?;
        let file = || self.files.get(&path).map(|file| file.digest.clone());
        self.folders.get(&path).cloned().or_else(file)
    }

    /// The file at `path`.
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.get(&self.absolute(path)?)
    }

    /// The content of the file at `path`.
    pub fn read(&self, path: &str) -> Option<&[u8]> {
        self.file(path).map(|file| &*file.content)
    }

    /// Whether there is a folder at `path`; the root is one.
    pub fn is_folder(&self, path: &str) -> bool {
        self.absolute(path).is_some_and(|path| self.folders.contains_key(&path))
    }

    /// The files in the order of their paths, which are relative to this tree.
    pub fn files(&self) -> impl Iterator<Item = (TreePath, &File)> {
        let from = Bound::Included(self.root.as_str());
        self.files
            .range::<str, _>((from, Bound::Unbounded))
            .take_while(|(path, _)| path.starts_with(self.root.as_str()))
            .filter_map(|(path, file)| Some((path.below(&self.root)?, file)))
    }

    /// The tree of the folder `path`.
    pub fn subtree(&self, path: &str) -> Option<Tree> {
        let root = self.absolute(path)?;
        let digest = self.folders.get(&root)?.clone();
        Some(Self { root, digest, ..self.clone() })
    }

    fn absolute(&self, path: &str) -> Option<TreePath> {
        let path = TreePath::new(path).ok()?;
        match (self.root.is_root(), path.is_root()) {
            (true, _) => Some(path),
            (false, true) => Some(self.root.clone()),
            (false, false) => TreePath::new(&format!("{}/{}", &*self.root, &*path)).ok(),
        }
    }
}

/// Builds a [`Tree`] within limits.
#[derive(Clone, Debug)]
pub struct TreeBuilder {
    limits: Limits,
    bytes: u64,
    files: BTreeMap<TreePath, File>,
}

impl TreeBuilder {
    /// A builder without files.
    pub fn new(limits: Limits) -> Self {
        Self { limits, bytes: 0, files: BTreeMap::new() }
    }

    /// Takes a file in.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where the path could leave the tree, is taken, or is a folder;
    /// [`SourceError::Limit`] where the tree would be over a limit.
    pub fn insert(&mut self, path: &str, content: impl Into<Bytes>) -> Result<(), SourceError> {
        let (path, content) = (TreePath::new(path)?, content.into());
        self.bytes = self.bytes.saturating_add(content.len() as u64);
        self.check(&path, content.len() as u64)?;
        let digest = Digest::sha256(&content);
        let file = File { content, digest, executable: false };
        match self.files.insert(path.clone(), file) {
            None => Ok(()),
            Some(_) => Err(SourceError::invalid(format!("`{path}` is in the tree twice"))),
        }
    }

    fn check(&self, path: &TreePath, file_bytes: u64) -> Result<(), SourceError> {
        let Limits { bytes, file_bytes: one, files, depth, path_bytes } = self.limits;
        let over = |value: u64, limit: u64, what: String, option| {
            if value <= limit { Ok(()) } else { Err(SourceError::Limit { what, limit, option }) }
        };
        over(
            path.len() as u64,
            path_bytes,
            format!("the length of path `{path:.60}…`"),
            "path_bytes",
        )?;
        over(path.segments().count() as u64, depth, format!("the depth of `{path}`"), "depth")?;
        over(file_bytes, one, format!("the size of `{path}`"), "file_bytes")?;
        over(self.files.len() as u64 + 1, files, "the number of files".into(), "files")?;
        over(self.bytes, bytes, "the size of all files".into(), "bytes")
    }

    /// The tree.
    pub fn build(self) -> Tree {
        let mut lines: BTreeMap<TreePath, String> = BTreeMap::new();
        lines.insert(TreePath::default(), String::new());
        for (path, file) in &self.files {
            let mut folder = path.as_str();
            while let Some((parent, _)) = folder.rsplit_once('/') {
                let parent_path = TreePath::new(parent).unwrap_or_default();
                let line = format!("{path} {}\n", file.digest);
                lines.entry(parent_path).or_default().push_str(&line[parent.len() + 1..]);
                folder = parent;
            }
            let root = lines.entry(TreePath::default()).or_default();
            root.push_str(path);
            root.push(' ');
            root.push_str(&file.digest.to_string());
            root.push('\n');
        }
        let folders: BTreeMap<TreePath, Digest> =
            lines.into_iter().map(|(path, lines)| (path, Digest::sha256(lines))).collect();
        let digest = folders.get("").cloned().unwrap_or_else(|| Digest::sha256(""));
        Tree {
            files: Arc::new(self.files),
            folders: Arc::new(folders),
            root: TreePath::default(),
            digest,
        }
    }
}
