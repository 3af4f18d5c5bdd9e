//! Folders and single files as trees.

use std::path::Path;

use gitops_source::{DirSource, Fetched, Limits, Source, SourceError, Tree, TreeBuilder};

/// The tree of a folder, or of a single file.
///
/// # Errors
/// [`SourceError`] where it cannot be read or is over a limit.
pub fn tree(path: &Path) -> Result<Tree, SourceError> {
    if path.is_file() { file(path) } else { folder(path) }
}

fn file(path: &Path) -> Result<Tree, SourceError> {
    let unreadable = |error| SourceError::NotFound(format!("`{}`: {error}", path.display()));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut builder = TreeBuilder::new(Limits::default());
    builder.insert(&name, std::fs::read(path).map_err(unreadable)?)?;
    Ok(builder.build())
}

fn folder(path: &Path) -> Result<Tree, SourceError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| SourceError::NotFound(error.to_string()))?;
    match runtime.block_on(DirSource::new(path).fetch(None))? {
        Fetched::Changed { tree, .. } => Ok(tree),
        _ => Err(SourceError::NotFound(format!("`{}` holds nothing", path.display()))),
    }
}
