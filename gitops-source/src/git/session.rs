//! Git's protocol with a server, on a blocking thread.

use std::any::Any;
use std::borrow::Cow;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gix::bstr::BStr;
use gix::hash::{Kind, ObjectId};
use gix::progress::Discard;
use gix_protocol::fetch::negotiate::{Action, Round, one_round};
use gix_protocol::fetch::{Arguments, Context, Negotiate, Options, Response, Shallow, Tags};
use gix_protocol::handshake::Ref;
use gix_protocol::ls_refs::RefPrefixes;
use gix_protocol::transport::client::blocking_io::{RequestWriter, SetServiceResponse, Transport};
use gix_protocol::transport::client::git::ConnectMode;
use gix_protocol::transport::client::git::blocking_io::Connection;
use gix_protocol::transport::client::{
    self, Capabilities, MessageKind, TransportWithoutIO, WriteMode,
};
use gix_protocol::transport::{Protocol, Service};
use gix_protocol::{Handshake, LsRefsCommand};

use super::link::{Reader, Writer};
use super::select::Listed;
use crate::SourceError;
use crate::error::causes;

/// A conversation with a server about one repository.
pub(super) struct Session {
    wire: Wire,
    handshake: Handshake,
}

/// The transport that gix's protocol code speaks through.
struct Wire {
    connection: Connection<Reader, Writer>,
    kind: Kept,
}

/// Whether the server remembers what was said before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// One connection for all, as of a daemon.
    Connection,
    /// Each request stands alone, as over HTTP.
    Nothing,
}

/// How a session starts.
pub(super) enum Start {
    /// With a greeting to a Git daemon: the path and host to name.
    Daemon { path: String, host: String, port: u16 },
    /// The server speaks first.
    Server(Kept),
    /// What the server can do is known from an earlier session over HTTP.
    Known(Capabilities),
}

impl Session {
    /// Shakes hands, unless that was done before.
    pub(super) fn open(reader: Reader, writer: Writer, start: Start) -> Result<Self, SourceError> {
        let (mode, path, host) = match &start {
            Start::Daemon { path, host, port } => {
                (ConnectMode::Daemon, path.as_str(), Some((host.clone(), Some(*port))))
            }
            _ => (ConnectMode::Process, "", None),
        };
        let connection = Connection::new(reader, writer, Protocol::V2, path, host, mode, false);
        let kind = match &start {
            Start::Daemon { .. } | Start::Server(Kept::Connection) => Kept::Connection,
            Start::Server(Kept::Nothing) | Start::Known(_) => Kept::Nothing,
        };
        let mut wire = Wire { connection, kind };
        let handshake = match start {
            Start::Known(capabilities) => Handshake {
                server_protocol_version: Protocol::V2,
                refs: None,
                v1_shallow_updates: None,
                capabilities,
            },
            _ => gix_protocol::handshake(
                &mut wire,
                Service::UploadPack,
                |_| Ok(None),
                Vec::new(),
                &mut Discard,
            )
            .map_err(|error| failure(&error))?,
        };
        Ok(Self { wire, handshake })
    }

    /// What the server can do, if it is worth keeping: it then needs no greeting next time.
    pub(super) fn capabilities(&self) -> Option<Capabilities> {
        let stateless = self.wire.kind == Kept::Nothing
            && self.handshake.server_protocol_version == Protocol::V2;
        stateless.then(|| self.handshake.capabilities.clone())
    }

    /// The hash function of the repository.
    pub(super) fn hash(&self) -> Result<Kind, SourceError> {
        let format = self.handshake.capabilities.capability("object-format");
        match format.and_then(|it| it.value()).map(ToString::to_string).as_deref() {
            None | Some("sha1") => Ok(Kind::Sha1),
            Some("sha256") => Ok(Kind::Sha256),
            Some(other) => {
                Err(SourceError::invalid(format!("object ids are `{other}`, which is unknown")))
            }
        }
    }

    /// The refs that start with one of `prefixes`, tags peeled; without prefixes nothing is asked.
    pub(super) fn refs(&mut self, prefixes: &[&str]) -> Result<Vec<Listed>, SourceError> {
        if prefixes.is_empty() {
            return Ok(Vec::new());
        }
        let refs = match &self.handshake.refs {
            Some(refs) => refs.clone(),
            None => self.list(prefixes)?,
        };
        let wanted = |listed: &Listed| prefixes.iter().any(|it| listed.name.starts_with(it));
        Ok(refs.into_iter().filter_map(listed).filter(wanted).collect())
    }

    fn list(&mut self, prefixes: &[&str]) -> Result<Vec<Ref>, SourceError> {
        let mut asked = RefPrefixes::new();
        asked.extend(prefixes.iter().map(|it| (*it).into()));
        let command = LsRefsCommand::new(Some(asked), &self.handshake.capabilities, agent());
        command
            .invoke_blocking(&mut self.wire, &mut Discard, false)
            .map_err(|error| failure(&error))
    }

    /// Receives a pack with `want` and hands it to `consume`.
    ///
    /// The boundary of a shallow history is read from and written to `shallow_file`.
    pub(super) fn receive(
        &mut self,
        want: ObjectId,
        haves: &[ObjectId],
        depth: Option<NonZeroU32>,
        shallow_file: &Path,
        stop: &AtomicBool,
        consume: impl FnOnce(&mut dyn std::io::BufRead) -> gix::Result<()>,
    ) -> Result<(), SourceError> {
        let shallow = depth.map_or(Shallow::NoChange, Shallow::DepthAtRemote);
        let received = gix_protocol::fetch(
            &mut Deal { want, haves },
            |pack, _, _| consume(pack).map(|()| true),
            Discard,
            stop,
            Context {
                handshake: &mut self.handshake,
                transport: &mut self.wire,
                user_agent: agent(),
                trace_packetlines: false,
            },
            Options {
                shallow_file: shallow_file.to_owned(),
                shallow: &shallow,
                tags: Tags::None,
                reject_shallow_remote: false,
            },
        );
        received.map(|_| ()).map_err(|error| failure(&error))
    }

    /// Says goodbye, so that a daemon does not log a lost connection.
    pub(super) fn close(mut self) {
        // Everything wanted was received; whether the server hears this changes nothing.
        let _ = gix_protocol::indicate_end_of_interaction(&mut self.wire, false);
    }
}

/// One commit for the few that are there: all is said in one round.
struct Deal<'a> {
    want: ObjectId,
    haves: &'a [ObjectId],
}

impl Negotiate for Deal<'_> {
    fn mark_complete_and_common_ref(&mut self) -> gix::Result<Action> {
        Ok(Action::MustNegotiate { remote_ref_target_known: Vec::new() })
    }

    fn add_wants(&mut self, arguments: &mut Arguments, _known: &[bool]) -> bool {
        arguments.want(self.want);
        true
    }

    fn one_round(
        &mut self,
        _state: &mut one_round::State,
        arguments: &mut Arguments,
        _previous: Option<&Response>,
    ) -> gix::Result<(Round, bool)> {
        self.haves.iter().for_each(|have| arguments.have(have));
        let sent = self.haves.len();
        let round = Round {
            haves_sent: sent,
            in_vain: 0,
            haves_to_send: sent,
            previous_response_had_at_least_one_in_common: false,
        };
        Ok((round, true))
    }
}

fn listed(found: Ref) -> Option<Listed> {
    let (name, target) = match found {
        Ref::Peeled { full_ref_name, object, .. }
        | Ref::Direct { full_ref_name, object }
        | Ref::Symbolic { full_ref_name, object, .. } => (full_ref_name, object),
        Ref::Unborn { .. } => return None,
    };
    Some(Listed { name: String::from_utf8(name.into()).ok()?, target })
}

fn agent() -> (&'static str, Option<String>) {
    ("agent", Some(concat!("git/gitops-source-", env!("CARGO_PKG_VERSION")).to_owned()))
}

/// What an error of the protocol means for the caller.
fn failure(error: &gix::Error) -> SourceError {
    let text = causes(error);
    if text.contains("not our ref") {
        return SourceError::NotFound(format!(
            "the server does not have what was asked for: {text}"
        ));
    }
    if error.is_corrupted() {
        return SourceError::Corrupt(format!("what the server sent is damaged: {text}"));
    }
    SourceError::unavailable(format!("the server ended the conversation: {text}"))
}

impl TransportWithoutIO for Wire {
    fn to_url(&self) -> Cow<'_, BStr> {
        self.connection.to_url()
    }

    fn connection_persists_across_multiple_requests(&self) -> bool {
        self.kind == Kept::Connection
    }

    fn configure(&mut self, config: &dyn Any) -> gix::Result<()> {
        self.connection.configure(config)
    }
}

impl Transport for Wire {
    fn handshake<'a>(
        &mut self,
        service: Service,
        extra_parameters: &'a [(&'a str, Option<&'a str>)],
    ) -> Result<SetServiceResponse<'_>, client::Error> {
        self.connection.handshake(service, extra_parameters)
    }

    fn request(
        &mut self,
        write_mode: WriteMode,
        on_into_read: MessageKind,
        trace: bool,
    ) -> Result<RequestWriter<'_>, client::Error> {
        self.connection.request(write_mode, on_into_read, trace)
    }
}
