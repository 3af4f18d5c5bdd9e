//! What the tests of servers stand on: real Git behind loopback sockets that can misbehave.

mod backend;
mod wire;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gitops_source::testkit::Repository;
use gitops_source::{
    Deadlines, Fetched, GitOptions, GitSource, RefSelector, Revision, Source, SourceError, Tree,
};
use tempfile::TempDir;

pub(crate) use self::backend::{Backend, Request, Verdict};
pub(crate) use self::wire::{Fault, Wire};

/// Whether there are `git` and its servers; says so aloud where they are not.
pub(crate) fn git_is_here(test: &str) -> bool {
    let servers = ["git-daemon", "git-http-backend"];
    let here = programs().is_some_and(|folder| servers.iter().all(|it| folder.join(it).exists()));
    if !here {
        // Not by macro: the harness hides what passing tests print.
        let _ = writeln!(std::io::stderr(), "left out: {test} (no `git` with its servers)");
    }
    here
}

/// Where Git's own programs are.
fn programs() -> Option<PathBuf> {
    let output = Command::new("git").arg("--exec-path").output().ok()?.stdout;
    Some(String::from_utf8(output).ok()?.trim().into())
}

/// A repository in a folder of its own.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) repository: Repository,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init(folder.path().join("repo.git")).unwrap();
        Self { folder, repository }
    }

    /// With one commit of files that do not compress.
    pub(crate) fn with_noise(files: usize) -> Self {
        let mut fixture = Self::new();
        let noise: Vec<(String, String)> = (0..files).map(noise).collect();
        let entries: Vec<_> =
            noise.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))).collect();
        fixture.repository.commit("Noise", &entries).unwrap();
        fixture
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }
}

fn noise(index: usize) -> (String, String) {
    let text: String =
        (0..4).map(|part| gitops_source::Digest::sha256(format!("{index}/{part}")).hex()).collect();
    (format!("apps/app-{}/file-{index}.txt", index % 7), text)
}

/// `git daemon` on a loopback port.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) port: u16,
}

impl Daemon {
    pub(crate) fn start(root: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Not through `git`, which would leave its child running when it is killed.
        let mut command = Command::new(programs().unwrap().join("git-daemon"));
        command.args(["--reuseaddr", "--export-all", "--listen=127.0.0.1"]);
        command.arg(format!("--port={port}")).arg(format!("--base-path={}", root.display()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = quiet(&mut command).spawn().unwrap();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("git://127.0.0.1:{}/repo.git", self.port)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps the configuration of whoever runs the tests out.
pub(crate) fn quiet(command: &mut Command) -> &mut Command {
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1")
}

pub(crate) fn branch(name: &str) -> RefSelector {
    RefSelector::Branch(name.into())
}

pub(crate) fn main_of(url: &str, options: GitOptions) -> GitSource {
    GitSource::with_options(url, branch("main"), options).unwrap()
}

/// Options that keep the mirror at a place that the test can look at.
pub(crate) fn mirrored(mirror: &Path) -> GitOptions {
    GitOptions { mirror: Some(mirror.to_owned()), ..GitOptions::default() }
}

/// Deadlines so short that a test may wait for them.
pub(crate) fn impatient() -> Deadlines {
    Deadlines {
        connect: Duration::from_millis(500),
        idle: Duration::from_millis(300),
        total: Duration::from_millis(1500),
    }
}

pub(crate) async fn changed(source: &GitSource, seen: Option<&Revision>) -> (Revision, Tree) {
    match source.fetch(seen).await.unwrap() {
        Fetched::Changed { revision, tree } => (revision, tree),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn failed(source: &GitSource) -> SourceError {
    source.fetch(None).await.unwrap_err()
}

/// Every file below a folder with what it holds.
pub(crate) fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The sizes of the packs of a mirror.
pub(crate) fn packs(mirror: &Path) -> Vec<usize> {
    let is_pack = |name: &String| Path::new(name).extension().is_some_and(|it| it == "pack");
    let files = snapshot(mirror).into_iter();
    files.filter(|(name, _)| is_pack(name)).map(|(_, content)| content.len()).collect()
}
