//! Peers that are a stream of bytes: the Git daemon, and `git-upload-pack` behind ssh.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, Command};

use super::link::Peer;
use crate::SourceError;

const CHUNK_BYTES: usize = 64 << 10;

/// How much of what ssh says goes into an error.
const COMPLAINT_BYTES: u64 = 2048;

/// A connection to a Git daemon.
pub(super) struct Daemon(TcpStream);

/// A running ssh.
pub(super) struct Ssh {
    child: Child,
    complaints: Option<ChildStderr>,
    connect: Duration,
    heard: bool,
}

impl Daemon {
    pub(super) async fn connect(
        host: &str,
        port: u16,
        deadline: Duration,
    ) -> Result<Self, SourceError> {
        let attempt = tokio::time::timeout(deadline, TcpStream::connect((host, port))).await;
        match attempt {
            Ok(Ok(stream)) => Ok(Self(stream)),
            Ok(Err(error)) => {
                Err(SourceError::unavailable(format!("cannot connect to {host}:{port}: {error}")))
            }
            Err(_) => Err(SourceError::unavailable(format!(
                "cannot connect to {host}:{port} within {deadline:?}"
            ))),
        }
    }
}

impl Ssh {
    /// Starts `program` to run `git-upload-pack` on `path` at `destination`.
    ///
    /// It never asks a person anything (`BatchMode`).
    pub(super) fn start(
        program: &[String],
        destination: &str,
        port: Option<u16>,
        path: &str,
        connect: Duration,
    ) -> Result<Self, SourceError> {
        let (name, words) = program
            .split_first()
            .ok_or_else(|| SourceError::invalid("the option `ssh` names no program"))?;
        let mut command = Command::new(name);
        command.args(words).args(["-o", "BatchMode=yes", "-o", "SendEnv=GIT_PROTOCOL", "-o"]);
        command.arg(format!("ConnectTimeout={}", connect.as_secs().max(1)));
        if let Some(port) = port {
            command.args(["-p", &port.to_string()]);
        }
        command.args(["--", destination, &upload_pack(path)]);
        command.env("GIT_PROTOCOL", "version=2").env("SSH_ASKPASS_REQUIRE", "never");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().map_err(|error| {
            SourceError::invalid(format!("`{name}` cannot be started: {error}"))
        })?;
        let complaints = child.stderr.take();
        Ok(Self { child, complaints, connect, heard: false })
    }

    /// Why it ended before it said anything.
    async fn ended(&mut self) -> SourceError {
        let mut said = Vec::new();
        if let Some(complaints) = &mut self.complaints {
            let mut limited = complaints.take(COMPLAINT_BYTES);
            // What can be read of it is shown; that is all it is for.
            let _ = limited.read_to_end(&mut said).await;
        }
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let said: String = String::from_utf8_lossy(&said).trim().chars().map(plain).collect();
        let message = format!("ssh ended: {said}");
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if has(&["Permission denied", "Host key verification failed", "publickey"]) {
            SourceError::Denied(message)
        } else if has(&["does not appear to be a git repository", "not found", "No such file"]) {
            SourceError::NotFound(message)
        } else {
            SourceError::unavailable(message)
        }
    }
}

/// The command for the other side's shell.
fn upload_pack(path: &str) -> String {
    let path = path.strip_prefix('/').filter(|rest| rest.starts_with('~')).unwrap_or(path);
    format!("git-upload-pack '{}'", path.replace('\'', r"'\''"))
}

#[async_trait]
impl Peer for Daemon {
    async fn send(&mut self, bytes: Bytes) -> Result<(), SourceError> {
        send(&mut self.0, &bytes).await
    }

    async fn receive(&mut self) -> Result<Bytes, SourceError> {
        receive(&mut self.0).await
    }
}

#[async_trait]
impl Peer for Ssh {
    async fn send(&mut self, bytes: Bytes) -> Result<(), SourceError> {
        let input = self.child.stdin.as_mut().expect("because it was piped");
        send(input, &bytes).await
    }

    async fn receive(&mut self) -> Result<Bytes, SourceError> {
        let output = self.child.stdout.as_mut().expect("because it was piped");
        if self.heard {
            return receive(output).await;
        }
        let late = |_| {
            let after = self.connect;
            Err(SourceError::unavailable(format!("ssh has not connected within {after:?}")))
        };
        // ssh's own deadline covers the connection, not the login.
        let first = tokio::time::timeout(self.connect * 2, receive(output)).await;
        let first = first.unwrap_or_else(late)?;
        self.heard = true;
        if first.is_empty() { Err(self.ended().await) } else { Ok(first) }
    }
}

async fn send(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), SourceError> {
    let lost = |error| SourceError::unavailable(format!("the connection was lost: {error}"));
    to.write_all(bytes).await.map_err(lost)?;
    to.flush().await.map_err(lost)
}

async fn receive(from: &mut (impl AsyncRead + Unpin)) -> Result<Bytes, SourceError> {
    let mut bytes = BytesMut::with_capacity(CHUNK_BYTES);
    let lost = |error| SourceError::unavailable(format!("the connection was lost: {error}"));
    from.read_buf(&mut bytes).await.map_err(lost)?;
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reaches_the_other_shell_as_one_word() {
        for (path, command) in [
            ("/srv/a b.git", "git-upload-pack '/srv/a b.git'"),
            ("a.git", "git-upload-pack 'a.git'"),
            ("/~me/a.git", "git-upload-pack '~me/a.git'"),
            ("/a'; rm -rf ~; '", r"git-upload-pack '/a'\''; rm -rf ~; '\'''"),
        ] {
            assert_eq!(upload_pack(path), command);
        }
    }
}
