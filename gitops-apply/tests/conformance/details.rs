//! Every difference in a file, one JSON object a line, to be sifted with other tools.

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

    /// The answers to all steps of a script.
    pub(crate) fn add(&mut self, script: &Script, expected: &[Answer], actual: &[Answer]) {
        let (expected, actual) = (normalise(expected), normalise(actual));
        for (at, (expected, actual)) in expected.iter().zip(&actual).enumerate() {
            self.write("memory", script, at, (expected, actual));
        }
    }

    /// What was predicted of one step.
    pub(crate) fn add_one(
        &mut self,
        script: &Script,
        at: usize,
        said: &Answer,
        predicted: &Answer,
    ) {
        let one = |it: &Answer| normalise(std::slice::from_ref(it)).remove(0);
        self.write("predicted", script, at, (&one(said), &one(predicted)));
    }

    fn write(&mut self, by: &str, script: &Script, at: usize, answers: (&Answer, &Answer)) {
        let Some(file) = &mut self.0 else { return };
        let (step, (expected, actual)) = (&script.steps[at], answers);
        for found in differences(expected, actual) {
            let line = json!({
                "by": by, "script": script.id, "tags": script.tags, "step": at,
                "verb": step.verb, "path": step.path, "part": format!("{:?}", found.part),
                "at": found.at, "expected": found.expected, "actual": found.actual,
                "says": expected.body["message"], "said": actual.body["message"],
            });
            writeln!(file, "{line}").expect("because the disk has room");
        }
    }
}
