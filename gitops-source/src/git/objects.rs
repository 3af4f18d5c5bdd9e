//! Objects of a Git database, verified as they are read.

use gix::hash::ObjectId;
use gix::objs::{CommitRef, FindObjectOrHeader, Kind};

use crate::{Algorithm, Digest, SourceError};

/// Reads objects and checks that each is what its id says.
#[derive(Clone, Copy)]
pub(super) struct Objects<'a>(pub(super) &'a dyn FindObjectOrHeader);

impl Objects<'_> {
    /// The content of `id`, which must be a `kind`.
    pub(super) fn read(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>, SourceError> {
        let mut content = Vec::new();
        let found = self.0.try_find(&id, &mut content).map_err(|error| damaged(id, &error))?;
        let found = found.ok_or_else(|| missing(id))?;
        if found.kind != kind {
            return Err(SourceError::invalid(format!(
                "object {id} is a {}, not a {kind}",
                found.kind
            )));
        }
        let real = gix::objs::compute_hash(id.kind(), kind, found.data)
            .map_err(|error| damaged(id, &error))?;
        if real != id {
            return Err(SourceError::Corrupt(format!("object {id} holds something else: {real}")));
        }
        Ok(content)
    }

    /// How many bytes the object `id` has.
    pub(super) fn size(&self, id: ObjectId) -> Result<u64, SourceError> {
        let header = self.0.try_header(&id).map_err(|error| damaged(id, &error))?;
        Ok(header.ok_or_else(|| missing(id))?.size)
    }

    /// How many bytes the object `id` has, unless that is over the limit that `option` sets.
    pub(super) fn size_within(
        &self,
        id: ObjectId,
        (limit, option): (u64, &'static str),
        what: impl FnOnce() -> String,
    ) -> Result<u64, SourceError> {
        match self.size(id)? {
            size if size > limit => Err(SourceError::Limit { what: what(), limit, option }),
            size => Ok(size),
        }
    }

    /// Whether the database holds `id`.
    pub(super) fn has(&self, id: ObjectId) -> bool {
        self.0.try_header(&id).is_ok_and(|header| header.is_some())
    }

    /// The root folder of the commit `id`.
    pub(super) fn folder_of_commit(&self, id: ObjectId) -> Result<ObjectId, SourceError> {
        let content = self.read(id, Kind::Commit)?;
        let commit = CommitRef::from_bytes(&content, id.kind()).map_err(|error| {
            SourceError::invalid(format!("commit {id} cannot be read: {error}"))
        })?;
        Ok(commit.tree())
    }
}

fn damaged(id: ObjectId, error: &dyn std::fmt::Display) -> SourceError {
    SourceError::Corrupt(format!("object {id} cannot be read: {error}"))
}

fn missing(id: ObjectId) -> SourceError {
    SourceError::Corrupt(format!("object {id} is missing"))
}

/// The digest that stands for a Git id.
pub(super) fn digest(id: ObjectId) -> Digest {
    let algorithm = match id.kind() {
        gix::hash::Kind::Sha256 => Algorithm::Sha256,
        _ => Algorithm::Sha1,
    };
    Digest::from_bytes(algorithm, id.as_bytes()).expect("because an id has its kind's length")
}

/// The Git id that a digest stands for.
pub(super) fn id(digest: &Digest) -> Result<ObjectId, SourceError> {
    ObjectId::try_from(digest.as_bytes())
        .map_err(|error| SourceError::invalid(format!("{digest} is no Git id: {error}")))
}
