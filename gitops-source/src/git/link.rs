//! The link between Git's blocking protocol code and a peer that is spoken to asynchronously.
//!
//! The blocking side pulls: it asks for the next bytes and waits. All waiting for the other side
//! happens in [`serve`], so deadlines, limits and cancellation stand in one place: when
//! `serve` ends or is dropped, the blocking side sees a broken pipe at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Buf, Bytes};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::options::Progress;
use crate::{Limits, SourceError};

/// The other side of a connection.
#[async_trait]
pub(super) trait Peer: Send {
    /// Takes bytes to send.
    async fn send(&mut self, bytes: Bytes) -> Result<(), SourceError>;

    /// The next bytes; none at the end.
    async fn receive(&mut self) -> Result<Bytes, SourceError>;
}

enum Call {
    Send(Bytes),
    Receive(oneshot::Sender<Bytes>),
}

/// The blocking side's reading end.
#[derive(Debug)]
pub(super) struct Reader {
    calls: UnboundedSender<Call>,
    rest: Bytes,
}

/// The blocking side's writing end; sends when it is flushed.
#[derive(Debug)]
pub(super) struct Writer {
    calls: UnboundedSender<Call>,
    pending: Vec<u8>,
}

/// The calls of the blocking side.
#[derive(Debug)]
pub(super) struct Calls(UnboundedReceiver<Call>);

/// How many bytes may be received: few for refs, more once a pack is asked for.
#[derive(Clone, Debug)]
pub(super) struct Allowance {
    limits: Arc<Limits>,
    listed: Arc<AtomicBool>,
}

/// Both ends of a new link.
pub(super) fn link() -> (Reader, Writer, Calls) {
    let (calls, receiver) = unbounded_channel();
    let reader = Reader { calls: calls.clone(), rest: Bytes::new() };
    (reader, Writer { calls, pending: Vec::new() }, Calls(receiver))
}

/// Speaks to `peer` for the blocking side until that is done.
///
/// No byte for `idle` is [`SourceError::Unavailable`], more bytes than allowed a
/// [`SourceError::Limit`].
pub(super) async fn serve(
    mut calls: Calls,
    peer: &mut dyn Peer,
    idle: Duration,
    allowance: &Allowance,
    progress: Option<&dyn Progress>,
) -> Result<(), SourceError> {
    let mut received = 0_u64;
    while let Some(call) = calls.0.recv().await {
        match call {
            Call::Send(bytes) => within(idle, peer.send(bytes)).await?,
            Call::Receive(reply) => {
                let bytes = within(idle, peer.receive()).await?;
                received = received.saturating_add(bytes.len() as u64);
                allowance.check(received)?;
                if let Some(progress) = progress {
                    progress.received(received);
                }
                // The blocking side may have given up meanwhile.
                let _ = reply.send(bytes);
            }
        }
    }
    Ok(())
}

async fn within<T>(
    idle: Duration,
    work: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, SourceError> {
    let late = |_| {
        let message = format!("the server has sent nothing for {idle:?}");
        Err(SourceError::unavailable(message))
    };
    tokio::time::timeout(idle, work).await.unwrap_or_else(late)
}

impl Allowance {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits: Arc::new(limits), listed: Arc::default() }
    }

    /// From now on a pack may come.
    pub(super) fn expect_pack(&self) {
        self.listed.store(true, Ordering::Relaxed);
    }

    pub(super) fn check(&self, received: u64) -> Result<(), SourceError> {
        let Limits { fetch_bytes, refs_bytes, .. } = *self.limits;
        let (what, limit, option) = if self.listed.load(Ordering::Relaxed) {
            ("what the server sends", fetch_bytes, "fetch_bytes")
        } else {
            ("the list of refs", refs_bytes, "refs_bytes")
        };
        if received <= limit {
            return Ok(());
        }
        Err(SourceError::Limit { what: what.to_owned(), limit, option })
    }
}

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            let (reply, answer) = oneshot::channel();
            self.calls.send(Call::Receive(reply)).map_err(|_| gone())?;
            self.rest = answer.blocking_recv().map_err(|_| gone())?;
        }
        let count = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.pending);
        self.calls.send(Call::Send(bytes.into())).map_err(|_| gone())
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the connection was given up")
}
