//! Every difference of a replay in a file, one JSON object a line, to be sifted with other tools.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use serde_json::json;

use crate::compare::differences;
use crate::normal::normalise;
use crate::script::Script;
use crate::wire::Answer;

/// The file that `GITOPS_CONFORMANCE_DETAILS` names; nothing where it names none.
pub(crate) struct Details(Option<BufWriter<File>>);

impl Details {
    pub(crate) fn from_env() -> Self {
        let open = |path| File::create(path).expect("because the variable names a writable file");
        Self(std::env::var_os("GITOPS_CONFORMANCE_DETAILS").map(|it| BufWriter::new(open(it))))
    }

    pub(crate) fn add(&mut self, script: &Script, answers: &[Answer]) {
        let Some(file) = &mut self.0 else { return };
        let (expected, actual) = (normalise(&script.recorded()), normalise(answers));
        for (index, (expected, actual)) in expected.iter().zip(&actual).enumerate() {
            let step = &script.steps[index];
            for found in differences(expected, actual) {
                let line = json!({
                    "script": script.id, "tags": script.tags, "step": index, "verb": step.verb,
                    "path": step.path, "part": format!("{:?}", found.part), "at": found.at,
                    "expected": found.expected, "actual": found.actual,
                    "says": expected.body["message"], "said": actual.body["message"],
                });
                writeln!(file, "{line}").expect("because the disk has room");
            }
        }
    }
}
