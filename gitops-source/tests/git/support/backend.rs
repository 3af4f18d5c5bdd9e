//! `git http-backend` behind a small HTTP server.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use super::quiet;

/// A request as the server saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What the server does with a request.
pub(crate) enum Verdict {
    /// Git answers it.
    Serve,
    /// Git answers it as one that does not know version 2 of the protocol.
    ServeOld,
    /// It is answered with a status, headers and a body.
    Answer(u16, &'static [(&'static str, &'static str)], Vec<u8>),
}

/// A connection, encrypted or not.
pub(crate) trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// The server.
pub(crate) struct Backend {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Backend {
    /// Serves all repositories below `root`.
    pub(crate) fn start(root: &Path) -> Self {
        Self::guarded(root, |_| Verdict::Serve)
    }

    /// Serves those requests that `guard` lets through.
    pub(crate) fn guarded(
        root: &Path,
        guard: impl Fn(&Request) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        Self::listen(root, guard, |mut stream, handle| handle(&mut stream))
    }

    /// Serves over TLS.
    pub(crate) fn tls(root: &Path, config: Arc<rustls::ServerConfig>) -> Self {
        Self::listen(
            root,
            |_| Verdict::Serve,
            move |mut stream, handle| {
                let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
                handle(&mut rustls::Stream::new(&mut connection, &mut stream));
                connection.send_close_notify();
                // The client may be gone, which is its right.
                let _ = connection.complete_io(&mut stream);
            },
        )
    }

    fn listen(
        root: &Path,
        guard: impl Fn(&Request) -> Verdict + Send + Sync + 'static,
        wrap: impl Fn(TcpStream, &dyn Fn(&mut dyn Stream)) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let service = Arc::new((Arc::clone(&requests), root.to_owned(), guard, wrap));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let service = Arc::clone(&service);
                thread::spawn(move || {
                    let (requests, root, guard, wrap) = &*service;
                    wrap(stream, &|stream| handle(stream, requests, root, guard));
                });
            }
        });
        Self { port, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/repo.git", self.port)
    }

    /// The requests since the last call.
    pub(crate) fn taken(&self) -> Vec<Request> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// The requests since the last call, as `METHOD target`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.taken()
            .iter()
            .map(|request| format!("{} {}", request.method, request.target))
            .collect()
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

fn handle(
    stream: &mut dyn Stream,
    requests: &Mutex<Vec<Request>>,
    root: &Path,
    guard: &impl Fn(&Request) -> Verdict,
) {
    let Some(mut request) = read_request(stream) else { return };
    requests.lock().unwrap().push(request.clone());
    let answer = match guard(&request) {
        Verdict::Serve => run_git(root, &request),
        Verdict::ServeOld => {
            request.headers.retain(|(name, _)| name != "git-protocol");
            run_git(root, &request)
        }
        Verdict::Answer(status, headers, body) => answer(status, headers, &body),
    };
    // The client may be gone, which is its right.
    let _ = stream.write_all(&answer);
    let _ = stream.flush();
}

fn read_request(stream: &mut dyn Stream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    // A proxy is told the whole URL.
    let path = target.strip_prefix("http://").and_then(|rest| rest.find('/').map(|at| &rest[at..]));
    let target = path.unwrap_or(target).to_owned();
    let mut request = Request { method, target, ..Request::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = request.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// Runs Git's CGI program on a request.
fn run_git(root: &Path, request: &Request) -> Vec<u8> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut command = Command::new("git");
    command.arg("http-backend").env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1");
    command.env("REQUEST_METHOD", &request.method).env("PATH_INFO", path);
    command.env("QUERY_STRING", query).env("REMOTE_ADDR", "127.0.0.1");
    command.env("CONTENT_TYPE", request.header("content-type").unwrap_or_default());
    command.env("CONTENT_LENGTH", request.body.len().to_string());
    command.env("GIT_PROTOCOL", request.header("git-protocol").unwrap_or_default());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = quiet(&mut command).spawn().unwrap();
    let (mut input, body) = (child.stdin.take().unwrap(), request.body.clone());
    let feeder = thread::spawn(move || input.write_all(&body));
    let output = child.wait_with_output().unwrap().stdout;
    let _ = feeder.join();
    let split = output.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    let (head, body) = (&output[..split], &output[split + 4..]);
    let head = String::from_utf8_lossy(head);
    let mut status = 200;
    let mut headers = String::new();
    for line in head.lines() {
        match line.strip_prefix("Status: ") {
            Some(text) => status = text[..3].parse().unwrap(),
            None => writeln!(headers, "{line}\r").unwrap(),
        }
    }
    with_head(status, &headers, body)
}

fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut lines = String::new();
    for (name, value) in headers {
        writeln!(lines, "{name}: {value}\r").unwrap();
    }
    with_head(status, &lines, body)
}

fn with_head(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let known = headers.to_ascii_lowercase().contains("content-length:");
    let length = if known { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("HTTP/1.1 {status} It\r\n{headers}{length}Connection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}
