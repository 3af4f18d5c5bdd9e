//! A repository on a server: one lookup of its refs, then what is new comes into the mirror.

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gix::hash::ObjectId;
use gix::progress::Discard;
use gix_pack::Bundle;
use gix_protocol::transport::client::Capabilities;

use super::link::{Allowance, Reader, Writer};
use super::mirror::{Mirror, Quarantine};
use super::objects::{Objects, id};
use super::read::{Memory, Wanted, tree_of_commit};
use super::select::Selection;
use super::session::{Session, Start};
use crate::{Fetched, Revision, SourceError, Tree};

/// What a fetch needs to know.
pub(super) struct Job<'a> {
    pub(super) place: &'a str,
    pub(super) selection: &'a Selection,
    pub(super) wanted: &'a Wanted,
    pub(super) memory: &'a Memory,
    pub(super) depth: Option<NonZeroU32>,
    pub(super) packs: usize,
    pub(super) mirror: &'a Path,
    pub(super) seen: Option<&'a Revision>,
    pub(super) allowance: &'a Allowance,
    pub(super) stop: &'a AtomicBool,
}

/// Looks for a revision other than the one seen, and says what the server can do.
pub(super) fn fetch(
    job: &Job<'_>,
    reader: Reader,
    writer: Writer,
    start: Start,
) -> (Result<Fetched, SourceError>, Option<Capabilities>) {
    let mut session = match Session::open(reader, writer, start) {
        Ok(session) => session,
        Err(error) => return (Err(job.stopped(error)), None),
    };
    let fetched = job.run(&mut session).map_err(|error| job.stopped(error));
    let capabilities = session.capabilities().filter(|_| fetched.is_ok());
    session.close();
    (fetched, capabilities)
}

impl Job<'_> {
    fn run(&self, session: &mut Session) -> Result<Fetched, SourceError> {
        let revision = self.look_up(session)?;
        if self.seen.is_some_and(|seen| seen.digest() == revision.digest()) {
            return Ok(Fetched::Unchanged);
        }
        let commit = id(revision.digest())?;
        let mirror = Mirror::open(self.mirror, session.hash()?, self.stop)?;
        let tree = match self.read_mirror(&mirror, commit) {
            Ok(Some(tree)) => tree,
            Ok(None) => self.ask_server(&mirror, session, commit)?,
            Err(SourceError::Corrupt(why)) => {
                tracing::warn!(mirror = %self.mirror.display(), why, "the mirror is damaged; fetching anew");
                mirror.clear()?;
                self.ask_server(&mirror, session, commit)?
            }
            Err(error) => return Err(error),
        };
        Ok(Fetched::Changed { revision, tree })
    }

    fn look_up(&self, session: &mut Session) -> Result<Revision, SourceError> {
        let prefixes = self.selection.prefixes();
        let refs = session.refs(&prefixes.iter().map(String::as_str).collect::<Vec<_>>())?;
        if let Some(revision) = self.selection.pick(&refs) {
            return Ok(revision);
        }
        let others = session.refs(self.selection.neighbours().as_slice())?;
        Err(self.selection.not_found(self.place, &others))
    }

    /// The tree of `commit` if it was fetched before.
    fn read_mirror(&self, mirror: &Mirror, commit: ObjectId) -> Result<Option<Tree>, SourceError> {
        let objects = mirror.objects()?;
        if !Objects(&objects).has(commit) {
            return Ok(None);
        }
        self.read(&objects, commit).map(Some)
    }

    /// Fetches `commit`, building on what is there unless that has become many packs.
    fn ask_server(
        &self,
        mirror: &Mirror,
        session: &mut Session,
        commit: ObjectId,
    ) -> Result<Tree, SourceError> {
        let haves = if mirror.packs() < self.packs { mirror.kept()? } else { Vec::new() };
        let fetched = self.build_on(&haves, mirror, session, commit);
        if let (Err(SourceError::Corrupt(_)), false) = (&fetched, haves.is_empty()) {
            // Perhaps the mirror is not what it claims to be: the next fetch builds on nothing.
            mirror.forget()?;
        }
        fetched
    }

    fn build_on(
        &self,
        haves: &[ObjectId],
        mirror: &Mirror,
        session: &mut Session,
        commit: ObjectId,
    ) -> Result<Tree, SourceError> {
        let quarantine = mirror.quarantine()?;
        if haves.is_empty() {
            quarantine.stand_alone()?;
        }
        let received = self.receive(session, &quarantine, commit, haves);
        let pack = received.map_err(|error| self.moved(error))?;
        let objects = quarantine.objects(session.hash()?)?;
        let read = self.read(&objects, commit);
        drop(objects);
        if matches!(read, Err(SourceError::Corrupt(_) | SourceError::Cancelled)) {
            return read;
        }
        // What is whole is kept even where it is refused, so that it is not fetched each time.
        if haves.is_empty() {
            mirror.forget()?;
        }
        mirror.promote(&quarantine, &self.name(), commit)?;
        if let (true, Some(pack)) = (haves.is_empty(), pack) {
            mirror.keep_only(&pack)?;
        }
        read
    }

    fn read(&self, objects: &gix::odb::Handle, commit: ObjectId) -> Result<Tree, SourceError> {
        tree_of_commit(Objects(objects), commit, self.wanted, self.memory, self.stop)
    }

    /// Receives a pack into the quarantine.
    fn receive(
        &self,
        session: &mut Session,
        quarantine: &Quarantine,
        commit: ObjectId,
        haves: &[ObjectId],
    ) -> Result<Option<std::path::PathBuf>, SourceError> {
        let hash = session.hash()?;
        let bases = quarantine.objects(hash)?;
        let folder = quarantine.pack_folder();
        let mut stored = None;
        self.allowance.expect_pack();
        let options = gix_pack::bundle::write::Options {
            alloc_limit_bytes: usize::try_from(self.wanted.limits.bytes).ok(),
            ..Default::default()
        };
        let shallow = quarantine.shallow_file();
        session.receive(commit, haves, self.depth, &shallow, self.stop, |pack| {
            let progress = &mut Discard;
            let outcome = Bundle::write_to_directory(
                pack,
                Some(&folder),
                progress,
                self.stop,
                Some(&bases),
                hash,
                options,
            )?;
            stored = outcome.data_path;
            Ok(())
        })?;
        Ok(stored)
    }

    /// The private ref that keeps what this selector found.
    fn name(&self) -> String {
        crate::Digest::sha256(format!("{:?}", self.selection)).short()
    }

    /// What it means that the server does not have what it listed a moment ago.
    fn moved(&self, error: SourceError) -> SourceError {
        match error {
            SourceError::NotFound(why) if !matches!(self.selection, Selection::Commit(_)) => {
                SourceError::unavailable(format!("the ref moved while it was fetched: {why}"))
            }
            other => other,
        }
    }

    /// What an error means once the work was told to stop.
    fn stopped(&self, error: SourceError) -> SourceError {
        if self.stop.load(Ordering::Relaxed) { SourceError::Cancelled } else { error }
    }
}
