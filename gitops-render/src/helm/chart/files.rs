//! The files of a chart, out of a folder or an archive of a tree.

use std::sync::Arc;

use bytes::Bytes;
use gitops_source::{Tree, TreePath};

use super::archive;
use super::ignore::Rules;
use crate::helm::go::Str;

/// A file of a chart.
#[derive(Clone, Debug)]
pub(in crate::helm) struct ChartFile {
    /// Its path below the chart's folder.
    pub(in crate::helm) name: String,
    pub(in crate::helm) data: Str,
    /// Where it lies in the tree; of a file in an archive the path goes on behind the archive's.
    pub(in crate::helm) place: Arc<str>,
}

/// Limits on what a chart and the charts inside it may hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChartLimits {
    /// Bytes of all files of one archive, unpacked; 100 MiB by default, as in Helm.
    pub bytes: u64,
    /// Bytes of one file; 5 MiB by default, as in Helm.
    pub file_bytes: u64,
    /// Bytes of all files of a chart and of all charts inside it; 256 MiB by default.
    pub total_bytes: u64,
    /// How many files that are; 50,000 by default.
    pub files: u64,
    /// How deep charts hold charts; 32 by default.
    pub depth: u64,
}

impl Default for ChartLimits {
    fn default() -> Self {
        Self {
            bytes: 100 << 20,
            file_bytes: 5 << 20,
            total_bytes: 256 << 20,
            files: 50_000,
            depth: 32,
        }
    }
}

/// What may still be read.
#[derive(Debug)]
pub(in crate::helm) struct Budget {
    pub(super) limits: ChartLimits,
    bytes: u64,
    files: u64,
}

impl Budget {
    pub(in crate::helm) fn new(limits: ChartLimits) -> Self {
        Self { bytes: limits.total_bytes, files: limits.files, limits }
    }

    /// Accounts for a file.
    pub(super) fn take(&mut self, bytes: u64) -> Result<(), String> {
        let ChartLimits { total_bytes, files, .. } = self.limits;
        self.bytes = self.bytes.checked_sub(bytes).ok_or_else(|| {
            format!("the chart and its dependencies are over the limit of {total_bytes} bytes")
        })?;
        self.files = self.files.checked_sub(1).ok_or_else(|| {
            format!("the chart and its dependencies have more than {files} files")
        })?;
        Ok(())
    }
}

/// The files of the chart at `path`: a folder, of which `.helmignore` leaves some out, or an
/// archive.
///
/// # Errors
/// In Helm's words, why they cannot be read.
pub(in crate::helm) fn from_tree(
    tree: &Tree,
    path: &TreePath,
    budget: &mut Budget,
) -> Result<Vec<ChartFile>, String> {
    match tree.file(path.as_str()) {
        Some(file) => packaged(&file.content, path, budget),
        None => folder(tree, path, budget),
    }
}

/// The files of an archive, with the errors of someone who named it as a chart.
fn packaged(
    content: &Bytes,
    path: &TreePath,
    budget: &mut Budget,
) -> Result<Vec<ChartFile>, String> {
    if !content.starts_with(&[0x1f, 0x8b, 8]) {
        let yaml = [".yaml", ".yml"].iter().any(|end| path.as_str().ends_with(end));
        return Err(if yaml {
            format!("file '{path}' seems to be a YAML file, but expected a gzipped archive")
        } else {
            let found = if content.contains(&0) {
                "application/octet-stream"
            } else {
                "text/plain; charset=utf-8"
            };
            format!("file '{path}' does not appear to be a gzipped archive; got '{found}'")
        });
    }
    archive::unpack(content, &Arc::from(path.as_str()), budget)
        .map_err(|error| super::load::archive_error(&error, path.as_str()))
}

fn folder(tree: &Tree, path: &TreePath, budget: &mut Budget) -> Result<Vec<ChartFile>, String> {
    let folder = tree.subtree(path.as_str()).ok_or_else(|| format!("path \"{path}\" not found"))?;
    let rules = folder.read(".helmignore").map(String::from_utf8_lossy).unwrap_or_default();
    let mut rules = Rules::new(&rules)?;
    let mut files = Vec::new();
    for (name, file) in folder.files() {
        if rules.ignore(name.as_str()) {
            continue;
        }
        let size = file.content.len() as u64;
        let limit = budget.limits.file_bytes;
        if size > limit {
            let base = name.segments().next_back().unwrap_or_default();
            return Err(format!(
                "chart file \"{base}\" is larger than the maximum file size {limit}"
            ));
        }
        budget.take(size)?;
        files.push(ChartFile {
            place: Arc::from(path.join(&name).as_str()),
            data: without_mark(&file.content),
            name: name.as_str().to_owned(),
        });
    }
    // As a walk through the folders meets them.
    files.sort_by(|one, other| one.name.split('/').cmp(other.name.split('/')));
    Ok(files)
}

/// The content without a byte order mark.
pub(super) fn without_mark(data: &[u8]) -> Str {
    Str::from(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data))
}
