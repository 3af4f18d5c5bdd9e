//! Repositories for tests and examples, made without a `git` program.

use std::path::{Path, PathBuf};

use gix::hash::ObjectId;
use gix::objs::tree::EntryKind;
use gix::refs::transaction::PreviousValue;

use crate::{Digest, SourceError};

/// A bare repository that is written by script: same script, same ids.
///
/// Author and committer are always the same, and each commit is a minute after the one before.
///
/// ```
/// use gitops_source::testkit::Repository;
/// use gitops_source::{Fetched, GitSource, RefSelector, Source};
///
/// # let folder = tempfile::tempdir()?;
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let mut repository = Repository::init(folder.path().join("repo.git"))?;
/// let commit = repository.commit("Add web", &[("apps/web.yaml", Some("replicas: 1"))])?;
/// let source = GitSource::new(repository.url(), RefSelector::Branch("main".into()))?;
/// let Fetched::Changed { revision, .. } = source.fetch(None).await? else { unreachable!() };
/// assert_eq!(revision.digest(), &commit);
/// # Ok::<(), gitops_source::SourceError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Repository {
    path: PathBuf,
    git: gix::Repository,
    branch: String,
    minute: u64,
}

impl Repository {
    /// An empty bare repository at `path`, on branch `main`.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where none can be made there.
    pub fn init(path: impl Into<PathBuf>) -> Result<Self, SourceError> {
        let path = path.into();
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        let options = gix::create::Options::default();
        gix::create::into(&path, gix::create::Kind::Bare, options).map_err(failed)?;
        let git = gix::open_opts(&path, gix::open::Options::isolated()).map_err(failed)?;
        Ok(Self { path, git, branch: "main".into(), minute: 0 })
    }

    /// Where it is, as a source takes it.
    pub fn url(&self) -> String {
        self.path.display().to_string()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Commits to the current branch: each file is written, or removed where it has no content.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where it cannot be written.
    pub fn commit(
        &mut self,
        message: &str,
        files: &[(&str, Option<&str>)],
    ) -> Result<Digest, SourceError> {
        let entries = files
            .iter()
            .map(|(path, content)| (*path, content.map(|content| (EntryKind::Blob, content))));
        let tree = self.edit(&entries.collect::<Vec<_>>())?;
        self.commit_tree(message, tree)
    }

    /// Commits a symbolic link.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where it cannot be written.
    pub fn link(&mut self, path: &str, target: &str) -> Result<Digest, SourceError> {
        let tree = self.edit(&[(path, Some((EntryKind::Link, target)))])?;
        self.commit_tree(&format!("Link {path}"), tree)
    }

    /// Commits the state before the last commit again, as `git revert HEAD` does.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where there is no earlier commit.
    pub fn revert_head(&mut self) -> Result<Digest, SourceError> {
        let head = self.head().ok_or_else(|| SourceError::invalid("there is nothing to revert"))?;
        let (title, parent) = {
            let head = self.git.find_commit(head).map_err(failed)?;
            let title = head.message().map_err(failed)?.title.to_string();
            (title, head.parent_ids().next().map(gix::Id::detach))
        };
        let parent = parent.ok_or_else(|| SourceError::invalid("the first commit stays"))?;
        let tree = self.tree_of(parent)?;
        self.commit_tree(&format!("Revert \"{}\"", title.trim_end()), tree)
    }

    /// Sets the current branch back to `commit`, as a forced push does.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where it cannot be written.
    pub fn reset(&mut self, commit: &Digest) -> Result<(), SourceError> {
        let id = ObjectId::try_from(commit.as_bytes()).map_err(failed)?;
        self.point(&format!("refs/heads/{}", self.branch), id)
    }

    /// Puts a tag on the last commit; an annotated one where there is a message.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where it cannot be written, or there is no commit.
    pub fn tag(&mut self, name: &str, message: Option<&str>) -> Result<(), SourceError> {
        let head = self.head().ok_or_else(|| SourceError::invalid("there is nothing to tag"))?;
        let target = match message {
            None => head,
            Some(message) => {
                let tag = gix::objs::Tag {
                    target: head,
                    target_kind: gix::objs::Kind::Commit,
                    name: name.into(),
                    tagger: Some(self.signature()),
                    message: message.into(),
                    signature: None,
                };
                self.git.write_object(&tag).map_err(failed)?.detach()
            }
        };
        self.point(&format!("refs/tags/{name}"), target)
    }

    /// Goes to the branch `name`, which starts at the last commit if it is new.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where it cannot be written.
    pub fn branch(&mut self, name: &str) -> Result<(), SourceError> {
        let full = format!("refs/heads/{name}");
        if let (None, Some(head)) = (self.find(&full), self.head()) {
            self.point(&full, head)?;
        }
        name.clone_into(&mut self.branch);
        Ok(())
    }

    /// Deletes a branch or tag by its full name, if it is there.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where it cannot be deleted.
    pub fn delete(&mut self, full_name: &str) -> Result<(), SourceError> {
        match self.git.try_find_reference(full_name).map_err(failed)? {
            Some(reference) => reference.delete().map_err(failed),
            None => Ok(()),
        }
    }

    fn edit(&self, entries: &[(&str, Option<(EntryKind, &str)>)]) -> Result<ObjectId, SourceError> {
        let tree = match self.head() {
            Some(head) => self.tree_of(head)?,
            None => self.git.empty_tree().id,
        };
        let tree = self.git.find_tree(tree).map_err(failed)?.decode().map_err(failed)?.into();
        let mut editor =
            gix::objs::tree::Editor::new(tree, &self.git.objects, self.git.object_hash());
        for (path, content) in entries {
            let names = path.split('/').map(gix::bstr::BStr::new);
            match content {
                Some((kind, content)) => {
                    let blob = self.git.write_blob(content).map_err(failed)?.detach();
                    editor.upsert(names, *kind, blob).map_err(failed)?;
                }
                None => {
                    editor.remove(names).map_err(failed)?;
                }
            }
        }
        let mut write =
            |tree: &gix::objs::Tree| Ok::<_, gix::Error>(self.git.write_object(tree)?.detach());
        editor.write(&mut write).map_err(failed)
    }

    fn tree_of(&self, commit: ObjectId) -> Result<ObjectId, SourceError> {
        let commit = self.git.find_commit(commit).map_err(failed)?;
        Ok(commit.tree_id().map_err(failed)?.detach())
    }

    fn commit_tree(&mut self, message: &str, tree: ObjectId) -> Result<Digest, SourceError> {
        let commit = gix::objs::Commit {
            message: message.into(),
            tree,
            author: self.signature(),
            committer: self.signature(),
            encoding: None,
            parents: self.head().into_iter().collect(),
            extra_headers: Vec::new(),
        };
        let id = self.git.write_object(commit).map_err(failed)?.detach();
        self.minute += 1;
        self.point(&format!("refs/heads/{}", self.branch), id)?;
        Digest::from_bytes(crate::Algorithm::Sha1, id.as_bytes())
    }

    fn point(&self, name: &str, target: ObjectId) -> Result<(), SourceError> {
        let edit = gix::refs::transaction::RefEdit {
            change: gix::refs::transaction::Change::Update {
                log: gix::refs::transaction::LogChange::default(),
                expected: PreviousValue::Any,
                new: gix::refs::Target::Object(target),
            },
            name: name.try_into().map_err(failed)?,
            deref: false,
        };
        self.git.edit_references_as([edit], None).map(|_| ()).map_err(failed)
    }

    fn head(&self) -> Option<ObjectId> {
        self.find(&format!("refs/heads/{}", self.branch))
    }

    fn find(&self, full_name: &str) -> Option<ObjectId> {
        let reference = self.git.try_find_reference(full_name).ok()??;
        reference.try_id().map(gix::Id::detach)
    }

    fn signature(&self) -> gix::actor::Signature {
        const START: i64 = 1_700_000_000;
        gix::actor::Signature {
            name: "Ada".into(),
            email: "ada@example.com".into(),
            time: gix::date::Time::new(START + 60 * i64::try_from(self.minute).unwrap_or(0), 0),
        }
    }
}

fn failed(error: impl std::fmt::Display) -> SourceError {
    SourceError::invalid(format!("the repository cannot be written: {error}"))
}
