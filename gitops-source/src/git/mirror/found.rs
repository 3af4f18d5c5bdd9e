//! Whose folder it is that a mirror shall be in.

use std::io;
use std::path::Path;

use gix::hash::Kind;

/// The file that is locked, and that says whose folder it is.
pub(super) const LOCK: &str = "in-use";
/// What the root of a new volume holds.
const VOLUME: &str = "lost+found";
/// How the names of quarantines start.
pub(super) const QUARANTINE: &str = "quarantine-";

/// What stands in a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, but perhaps what a mirror has before it is laid out.
    Nothing,
    /// A mirror of ours, of this hash function.
    Mirror(Kind),
    /// Something else, by the name of an entry of it.
    Foreign(String),
}

impl Found {
    /// What stands at `path`.
    ///
    /// The mark and the config say both that a mirror is ours, so that either may be damaged.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        // The names come first: whoever makes a mirror meanwhile marks it before all else.
        let mut names = Vec::new();
        for entry in path.read_dir()? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        for (file, text) in [("config", config as fn(Kind) -> &'static str), (LOCK, mark)] {
            let content = std::fs::read(path.join(file)).unwrap_or_default();
            let said = |hash: &Kind| text(*hash).as_bytes() == content;
            if let Some(hash) = [Kind::Sha1, Kind::Sha256].into_iter().find(said) {
                return Ok(Self::Mirror(hash));
            }
        }
        let foreign = |name: &String| {
            !matches!(name.as_str(), LOCK | VOLUME) && !name.starts_with(QUARANTINE)
        };
        Ok(names.into_iter().find(foreign).map_or(Self::Nothing, Self::Foreign))
    }
}

/// The config of a mirror; `git` itself never writes just this.
pub(super) fn config(hash: Kind) -> &'static str {
    match hash {
        Kind::Sha256 => {
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"
        }
        _ => "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    }
}

/// What the lock of a mirror says.
pub(super) fn mark(hash: Kind) -> &'static str {
    match hash {
        Kind::Sha256 => "mirror of a gitops source, sha256\n",
        _ => "mirror of a gitops source, sha1\n",
    }
}
