//! The live oracle: scripts over all kinds, on an API server, against the in-memory cluster and
//! against what the engine predicts.

mod change;
mod foretell;
mod random;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use gitops_diff::Schema;
use serde_json::Value;

use crate::compare::{Difference, Frequent, Part, Tally, differences, table};
use crate::details::Details;
use crate::known::{Cause, cause};
use crate::normal::normalise;
use crate::script::{Script, Step};
use crate::servers::{Memory, Real};
use crate::wire::Answer;

/// So many scripts run at the same time on the server.
const AT_ONCE: usize = 4;

/// The kinds of custom resources in the scripts.
pub(crate) fn definitions() -> Vec<Value> {
    let lines = include_str!("oracle/definitions.jsonl").lines();
    lines.map(|it| serde_json::from_str(it).expect("because each line is a definition")).collect()
}

/// Which scripts to run.
pub(crate) struct Choice {
    pub(crate) seed: u64,
    pub(crate) scripts: std::ops::Range<usize>,
}

/// How answers agree with the server's: in memory, and predicted.
#[derive(Default)]
pub(crate) struct Oracle {
    /// By the verb, and `all`.
    pub(crate) memory: Agreement,
    /// By the verb, and `all`.
    pub(crate) predicted: Agreement,
}

/// How answers agree with the server's.
#[derive(Default)]
pub(crate) struct Agreement {
    tallies: BTreeMap<String, Tally>,
    /// How many answers deviate for each known cause.
    known: BTreeMap<&'static str, usize>,
    /// How many deviate for none.
    pub(crate) unknown: usize,
    frequent: Frequent,
}

/// Where the scripts run.
pub(crate) struct Setting {
    real: Real,
    memory: Memory,
    schema: Schema,
}

impl Setting {
    /// `None` where there is no API server.
    pub(crate) fn start() -> Option<Self> {
        let real = Real::start(&definitions())?;
        let memory = Memory::start(&definitions());
        let namespace = serde_json::json!({"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": write::NAMESPACE}});
        let namespace = [("/api/v1/namespaces".to_owned(), namespace)];
        real.create(&namespace);
        memory.create(&namespace);
        let stored = memory.cluster.objects();
        let is_definition = |it: &gitops_diff::Value| {
            it.get("kind").and_then(gitops_diff::Value::as_str) == Some("CustomResourceDefinition")
        };
        let schema = foretell::schema(stored.into_iter().filter(is_definition));
        Some(Self { real, memory, schema })
    }
}

impl Oracle {
    pub(crate) fn consult(setting: &Setting, choice: &Choice, details: &mut Details) -> Self {
        let mut oracle = Self::default();
        let kinds = write::kinds();
        let before = setting.memory.cluster.snapshot();
        let numbers: Vec<usize> = choice.scripts.clone().collect();
        for numbers in numbers.chunks(AT_ONCE) {
            let scripts: Vec<Script> =
                numbers.iter().map(|it| write::script(&kinds, choice.seed, *it)).collect();
            let answers = setting.real.run_all(&scripts);
            setting.real.run_all(&scripts.iter().map(write::cleanup).collect::<Vec<_>>());
            for (script, said) in scripts.iter().zip(answers) {
                setting.memory.cluster.restore(&before);
                let answered = setting.memory.run(script);
                details.add(script, &said, &answered);
                oracle.memory.add_script(script, &said, &answered);
                for it in foretell::foretell(&setting.schema, script, &said) {
                    details.add_one(script, it.step, &it.said, &it.predicted);
                    oracle.predicted.add(script, it.step, &it.said, &it.predicted);
                }
            }
        }
        oracle
    }
}

impl Agreement {
    /// What follows from a first difference is told by it.
    fn add_script(&mut self, script: &Script, said: &[Answer], answered: &[Answer]) {
        let (said, answered) = (normalise(said), normalise(answered));
        for (at, (said, answered)) in said.iter().zip(&answered).enumerate() {
            self.tally(script, &script.steps[at], &differences(said, answered));
        }
    }

    fn add(&mut self, script: &Script, step: usize, said: &Answer, predicted: &Answer) {
        let one = |it: &Answer| normalise(std::slice::from_ref(it)).remove(0);
        self.tally(script, &script.steps[step], &differences(&one(said), &one(predicted)));
    }

    fn tally(&mut self, script: &Script, step: &Step, found: &[Difference]) {
        for group in [step.verb.as_str(), "all"] {
            self.tallies.entry(group.to_owned()).or_default().add(found);
        }
        let Some(first) = found.iter().find(|it| it.part != Part::Message) else {
            return;
        };
        if let Some(Cause { reason, .. }) = cause(&script.tags[0], step, first) {
            *self.known.entry(reason).or_default() += 1;
        } else {
            self.unknown += 1;
            let signature = format!("{} {}", script.tags[0], first.signature(&step.verb));
            self.frequent.add(&script.id, Some(signature));
        }
    }

    /// How many answers are equal in all but messages, in percent.
    pub(crate) fn percent_whole(&self) -> f64 {
        self.tallies.get("all").map_or(100.0, Tally::percent_whole)
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&table(&self.tallies))?;
        for (reason, times) in &self.known {
            writeln!(f, "{times:6} × known: {reason}")?;
        }
        writeln!(f, "{:6} × not known, most often:", self.unknown)?;
        self.frequent.fmt(f)
    }
}
