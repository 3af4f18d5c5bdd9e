//! What a source may cost.

/// Limits on one tree and on fetching it; what is over one is a
/// [`SourceError::Limit`](crate::SourceError::Limit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files together; 256 MiB by default.
    pub bytes: u64,
    /// Bytes of one file; 32 MiB by default.
    pub file_bytes: u64,
    /// How many files and folders; 100,000 by default.
    pub files: u64,
    /// How many folders deep; 64 by default. More than 512 are never read from Git.
    pub depth: u64,
    /// Bytes of one path; 4096 by default.
    pub path_bytes: u64,
    /// Steps that links in a Git tree may take, all together: a name passed, or 32 bytes of a
    /// folder's listing or of a target that are read on the way; 4,000,000 by default.
    pub link_steps: u64,
    /// Bytes received from the other side in one fetch; 1 GiB by default.
    pub fetch_bytes: u64,
    /// Bytes of refs that the other side lists, of those asked for; 64 MiB by default.
    pub refs_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            file_bytes: 32 << 20,
            files: 100_000,
            depth: 64,
            path_bytes: 4096,
            link_steps: 4_000_000,
            fetch_bytes: 1 << 30,
            refs_bytes: 64 << 20,
        }
    }
}
