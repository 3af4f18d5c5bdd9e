//! The files that a kustomization on disk reads, as a tree.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use gitops_diff::{Map, Value};
use gitops_render::yaml;
use gitops_source::{Limits, SourceError, Tree, TreeBuilder, TreePath};

/// The names that a kustomization file can have.
const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Fields whose files name other files.
const PLUGINS: [&str; 3] = ["generators", "transformers", "validators"];

/// The tree of all files that the kustomization in `dir` can name, rooted at the root of the disk,
/// and the path of `dir` in it.
///
/// Bases may lie anywhere, so a folder alone is not enough, and all that lies above it is too much:
/// every text of a kustomization that is a file or a folder on disk is followed.
///
/// # Errors
/// [`SourceError`] where `dir` cannot be read, or its files are over the default limits.
pub fn tree(dir: &Path) -> Result<(Tree, TreePath), SourceError> {
    let unreadable = |error| SourceError::NotFound(format!("`{}`: {error}", dir.display()));
    let root = dir.canonicalize().map_err(unreadable)?;
    let mut closure =
        Closure { builder: TreeBuilder::new(Limits::default()), ..Closure::default() };
    closure.enter(root.clone());
    while let Some(folder) = closure.folders.pop() {
        closure.follow(&folder)?;
    }
    Ok((closure.builder.build(), TreePath::new(&inside(&root))?))
}

/// The path from the root of the disk.
fn inside(path: &Path) -> String {
    path.to_string_lossy().trim_start_matches('/').to_owned()
}

#[derive(Default)]
struct Closure {
    builder: TreeBuilder,
    /// What was looked at.
    seen: HashSet<OsString>,
    /// Folders to look into.
    folders: Vec<PathBuf>,
}

impl Closure {
    fn enter(&mut self, folder: PathBuf) {
        if self.seen.insert(folder.clone().into()) {
            self.folders.push(folder);
        }
    }

    /// Adds the kustomization of a folder with all that it names.
    fn follow(&mut self, folder: &Path) -> Result<(), SourceError> {
        for name in FILE_NAMES {
            let path = folder.join(name);
            for (field, text) in self.add(&path)? {
                self.name(folder, &text, PLUGINS.contains(&field.as_str()))?;
            }
        }
        Ok(())
    }

    /// Adds what `text` names from `folder`, if it names anything: `name`, or `key=name`.
    fn name(&mut self, folder: &Path, text: &str, plugin: bool) -> Result<(), SourceError> {
        let behind = text.split_once('=').map(|(_, name)| name);
        for name in [Some(text), behind].into_iter().flatten() {
            let path = clean(&folder.join(name));
            match std::fs::metadata(&path) {
                Ok(found) if found.is_dir() => self.enter(path),
                Ok(found) if found.is_file() && plugin => {
                    for (_, text) in self.add(&path)? {
                        self.name(folder, &text, false)?;
                    }
                }
                Ok(found) if found.is_file() => {
                    if let Some(content) = self.read(&path) {
                        self.builder.insert(&inside(&path), content)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds a file, and returns all that it names, with the fields that it stands in; nothing where
    /// there is no file, or it is there already.
    fn add(&mut self, path: &Path) -> Result<Vec<(String, String)>, SourceError> {
        let content = path.is_file().then(|| self.read(path)).flatten();
        let Some(content) = content else { return Ok(Vec::new()) };
        let found = texts(&content);
        self.builder.insert(&inside(path), content)?;
        Ok(found)
    }

    /// The content of a file that is not there yet.
    fn read(&mut self, path: &Path) -> Option<Vec<u8>> {
        self.seen.insert(path.into()).then(|| std::fs::read(path).ok())?
    }
}

/// The path without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

/// All texts of a file with the field of its root that they stand in.
fn texts(content: &[u8]) -> Vec<(String, String)> {
    let options =
        yaml::Options { duplicates: yaml::Duplicates::LastWins, ..yaml::Options::default() };
    let mut found = Vec::new();
    for document in yaml::parse(content, &options).unwrap_or_default() {
        for (field, value) in document.value.as_map().into_iter().flat_map(Map::iter) {
            collect(field, value, &mut found);
        }
    }
    found
}

fn collect(field: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        // No path has several lines; an inline plugin is looked into.
        Value::Str(text) if text.contains('\n') && PLUGINS.contains(&field) => {
            found.extend(
                texts(text.as_bytes()).into_iter().map(|(_, text)| (field.to_owned(), text)),
            );
        }
        Value::Str(text) if !text.contains('\n') && text.len() < 4096 => {
            found.push((field.to_owned(), text.to_string()));
        }
        Value::List(items) => items.iter().for_each(|item| collect(field, item, found)),
        Value::Map(map) => map.values().for_each(|value| collect(field, value, found)),
        _ => {}
    }
}
