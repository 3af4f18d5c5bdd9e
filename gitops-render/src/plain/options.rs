//! Which files are rendered, and what that may cost.

use crate::yaml;

/// Options of the [`Plain`](super::Plain) renderer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PlainOptions {
    /// Whether sub-folders are rendered too.
    pub folders: Folders,
    /// Globs of the files to take, relative to the rendered folder; all where there are none.
    ///
    /// `*` stays within a folder, `**` does not. A file is only ever taken with one of the
    /// endings `.yaml`, `.yml` or `.json`.
    pub include: Vec<String>,
    /// Globs of the files to leave out, relative to the rendered folder; they go before
    /// `include`.
    pub exclude: Vec<String>,
    /// How the files are read: as kubectl reads them by default, but duplicate keys are errors
    /// as they are with Flux.
    pub yaml: yaml::Options,
    /// What a render may cost.
    pub limits: PlainLimits,
}

/// What happens with sub-folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Folders {
    /// They are rendered too, as Flux does; hidden ones are not.
    #[default]
    Recurse,
    /// They are left out, as Argo CD does unless told otherwise.
    Skip,
}

/// Limits on one render; what is over one is a [`RenderError::Limit`](crate::RenderError::Limit).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlainLimits {
    /// How many files are read; 50,000 by default.
    pub files: u64,
    /// Bytes of all files that are read; 256 MiB by default.
    pub bytes: u64,
    /// How many objects; 200,000 by default.
    pub objects: u64,
    /// How many values and keys in all files, those that aliases stand for too; 8,000,000 by
    /// default.
    pub total_nodes: u64,
    /// Bytes of text that anchors and aliases in all files stand for; 256 MiB by default.
    pub total_alias_bytes: u64,
}

impl Default for PlainLimits {
    fn default() -> Self {
        Self {
            files: 50_000,
            bytes: 256 << 20,
            objects: 200_000,
            total_nodes: 8_000_000,
            total_alias_bytes: 256 << 20,
        }
    }
}
