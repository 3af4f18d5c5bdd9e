//! Helm's own engine, which a program beside us runs: `benches/helm/peer/rows`.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value as Json, json};

/// The program, which is started again where a template ended it.
pub(super) struct Oracle {
    program: OsString,
    running: Option<Running>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What Helm makes of a template.
pub(super) struct Answer {
    pub(super) printed: Result<Vec<u8>, String>,
    /// Whether it makes the same of it each time.
    pub(super) stable: bool,
}

impl Oracle {
    pub(super) fn new(program: OsString) -> Self {
        Self { program, running: None }
    }

    /// Whether Helm makes that of a template always, in another process too.
    pub(super) fn is_stable(
        &mut self,
        template: &str,
        given: &Json,
        printed: &Result<Vec<u8>, String>,
    ) -> bool {
        self.end();
        let again = self.ask(template, given, 40);
        again.is_some_and(|again| again.stable && again.printed == *printed)
    }

    /// What Helm makes of a template; nothing where it does not survive it.
    pub(super) fn ask(&mut self, template: &str, given: &Json, times: u64) -> Option<Answer> {
        let running = self.running.get_or_insert_with(|| Running::new(&self.program));
        let row = json!({
            "t": template, "values": given["values"], "files": given["files"], "times": times,
        });
        let mut line = String::new();
        let written = writeln!(running.input, "{row}");
        let read = written.and_then(|()| running.output.read_line(&mut line));
        if read.is_ok_and(|length| length > 0) {
            return Some(answer(&line));
        }
        let mut ended = self.running.take().expect("it ran");
        let status = ended.child.wait().expect("the program ends");
        assert_ne!(status.code(), Some(3), "the program did not understand {row}");
        None
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.end();
    }
}

impl Oracle {
    fn end(&mut self) {
        if let Some(Running { mut child, input, .. }) = self.running.take() {
            drop(input);
            let _ = child.wait();
        }
    }
}

impl Running {
    fn new(program: &OsString) -> Self {
        let piped = Command::new(program)
            .env_remove("TZ")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = piped.expect("the program of GITOPS_HELM_ORACLE is there");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, input, output }
    }
}

fn answer(line: &str) -> Answer {
    let answer: Json = serde_json::from_str(line).expect("an answer is JSON");
    let bytes = |name: &str| {
        let text = answer[name].as_str()?;
        Some(base64::prelude::BASE64_STANDARD.decode(text).expect("bytes are base64"))
    };
    let printed = match bytes("err") {
        Some(error) => Err(String::from_utf8_lossy(&recorded(error)).into_owned()),
        None => Ok(recorded(bytes("out").unwrap_or_default())),
    };
    Answer { printed, stable: answer["stable"] == true }
}

/// A text with the version of Go that the tables were recorded with.
fn recorded(mut text: Vec<u8>) -> Vec<u8> {
    const VERSION: &[u8] = b"go1.26.6";
    for start in memchr::memmem::find_iter(&text.clone(), &VERSION[..VERSION.len() - 1]) {
        if let Some(last) = text.get_mut(start + VERSION.len() - 1).filter(|it| it.is_ascii_digit())
        {
            *last = b'6';
        }
    }
    text
}
