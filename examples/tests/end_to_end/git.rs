//! A repository that is served over HTTP by `git http-backend`.

use std::process::{Command, Stdio};

use gitops_source::testkit::Repository;
use tempfile::TempDir;

use self::backend::Backend;
use crate::left_out;

#[path = "../../../gitops-source/tests/git/support/backend.rs"]
#[expect(dead_code, reason = "the tests of gitops-source use all of it")]
mod backend;

/// A bare repository and the server in front of it.
pub(crate) struct Served {
    pub(crate) repository: Repository,
    server: Backend,
    _folder: TempDir,
}

impl Served {
    /// A repository with `files` as its first commit; `None` where `git` is missing.
    pub(crate) fn new(files: &[(String, String)], test: &str) -> Option<Self> {
        if !Command::new("git").arg("--version").output().is_ok_and(|git| git.status.success()) {
            left_out(test, "the `git` program is missing");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let mut repository = Repository::init(folder.path().join("repo.git")).unwrap();
        let files: Vec<_> =
            files.iter().map(|(path, content)| (path.as_str(), Some(content.as_str()))).collect();
        repository.commit("Start", &files).unwrap();
        Some(Self { server: Backend::start(folder.path()), repository, _folder: folder })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The requests since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.server.requests()
    }
}

/// A program without the user's configuration.
fn quiet(command: &mut Command) -> &mut Command {
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", "/nonexistent").stderr(Stdio::null())
}
