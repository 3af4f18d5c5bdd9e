//! A repository on this machine, read in place.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use gix::Repository;

use super::objects::Objects;
use super::objects::id;
use super::read::{Memory, Wanted, tree_of_commit};
use super::select::{Listed, Selection};
use crate::{Fetched, Revision, SourceError};

/// Looks for a revision other than `seen` in the repository at `path`.
pub(super) fn fetch(
    path: &Path,
    selection: &Selection,
    wanted: &Wanted,
    memory: &Memory,
    seen: Option<&Revision>,
    stop: &AtomicBool,
) -> Result<Fetched, SourceError> {
    let repository = open(path)?;
    let prefixes = selection.prefixes();
    let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
    let Some(revision) = selection.pick(&refs(&repository, &prefixes)?) else {
        let others = refs(&repository, selection.neighbours().as_slice())?;
        return Err(selection.not_found(&path.display().to_string(), &others));
    };
    if seen.is_some_and(|seen| seen.digest() == revision.digest()) {
        return Ok(Fetched::Unchanged);
    }
    let commit = id(revision.digest())?;
    let objects = Objects(&repository.objects);
    if matches!(selection, Selection::Commit(_)) && !objects.has(commit) {
        return Err(selection.not_found(&path.display().to_string(), &[]));
    }
    let tree = tree_of_commit(objects, commit, wanted, memory, stop)?;
    Ok(Fetched::Changed { revision, tree })
}

fn open(path: &Path) -> Result<Repository, SourceError> {
    let options = gix::open::Options::isolated();
    gix::open_opts(path, options).map_err(|error| {
        SourceError::NotFound(format!(
            "there is no Git repository at `{}`: {error}",
            path.display()
        ))
    })
}

/// The refs that start with one of `prefixes`, tags peeled.
fn refs(repository: &Repository, prefixes: &[&str]) -> Result<Vec<Listed>, SourceError> {
    let failed = |error: gix::Error| SourceError::Corrupt(format!("refs cannot be read: {error}"));
    let mut found = Vec::new();
    if prefixes.contains(&"HEAD") {
        let head = repository.head_id();
        found.extend(head.map(|id| Listed { name: "HEAD".into(), target: id.detach() }));
    }
    if prefixes.iter().all(|it| *it == "HEAD") {
        return Ok(found);
    }
    let platform = repository.references().map_err(failed)?;
    let all = platform.all().map_err(failed)?;
    for reference in all {
        let mut reference = reference.map_err(failed)?;
        let name = reference.name().as_bstr().to_string();
        if !prefixes.iter().any(|it| name.starts_with(it)) {
            continue;
        }
        if let Ok(target) = reference.peel_to_id() {
            found.push(Listed { name, target: target.detach() });
        }
    }
    Ok(found)
}
