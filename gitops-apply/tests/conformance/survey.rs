//! All ways in which two servers differ on generated scripts, each with the smallest script.

use std::collections::BTreeMap;
use std::fmt;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::compare::{Difference, Part, Tally, differences};
use crate::generate;
use crate::known::{Deviation, deviation};
use crate::normal::normalise;
use crate::script::Script;
use crate::servers::{Memory, Real};

/// How often a script is tried to be made smaller.
const SHRINKS: usize = 60;

/// What a search found.
#[derive(Default)]
pub(crate) struct Survey {
    /// By the verb of the call.
    pub(crate) tallies: BTreeMap<String, Tally>,
    /// How often each known deviation was met, by its reason.
    pub(crate) known: BTreeMap<&'static str, usize>,
    /// One for each way in which the servers differ.
    pub(crate) findings: BTreeMap<String, Finding>,
}

/// A difference that is not known.
pub(crate) struct Finding {
    times: usize,
    step: usize,
    difference: Difference,
    script: Script,
}

/// The two servers, and how many scripts they ran.
struct Pair<'a> {
    real: &'a Real,
    memory: &'a Memory,
    ran: usize,
}

/// The first difference of a script that is not in the text of a message.
struct First {
    verb: String,
    step: usize,
    difference: Difference,
    known: Option<&'static Deviation>,
}

impl Survey {
    /// Runs this many scripts on both servers; the same seed gives the same scripts.
    pub(crate) fn run(real: &Real, memory: &Memory, scripts: usize, seed: u64) -> Self {
        let mut survey = Self::default();
        let mut pair = Pair { real, memory, ran: 0 };
        let seed: Vec<u8> = seed.to_le_bytes().into_iter().cycle().take(32).collect();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        for _ in 0..scripts {
            let tree = generate::script().new_tree(&mut runner);
            let tree = tree.expect("because no strategy refuses values");
            if let Some(first) = pair.first(&tree.current(), &mut survey.tallies) {
                survey.add(first, tree, &mut pair);
            }
        }
        survey
    }

    fn add(&mut self, first: First, tree: impl ValueTree<Value = Script>, pair: &mut Pair<'_>) {
        if let Some(known) = first.known {
            *self.known.entry(known.reason).or_default() += 1;
            return;
        }
        let signature = first.signature();
        if let Some(finding) = self.findings.get_mut(&signature) {
            finding.times += 1;
            return;
        }
        self.findings.insert(signature, smallest(first, tree, pair));
    }
}

/// The smallest script that shows the same difference.
fn smallest(
    mut first: First,
    mut tree: impl ValueTree<Value = Script>,
    pair: &mut Pair<'_>,
) -> Finding {
    let signature = first.signature();
    let mut script = tree.current();
    for _ in 0..SHRINKS {
        if !tree.simplify() {
            break;
        }
        loop {
            let smaller = pair.first(&tree.current(), &mut BTreeMap::new());
            if let Some(again) = smaller.filter(|it| it.signature() == signature) {
                (first, script) = (again, tree.current());
                break;
            }
            if !tree.complicate() {
                break;
            }
        }
    }
    script.steps.truncate(first.step + 1);
    Finding { times: 1, step: first.step, difference: first.difference, script }
}

impl Pair<'_> {
    /// What follows from a first difference is no finding, so the rest of the script is left out.
    fn first(&mut self, script: &Script, tallies: &mut BTreeMap<String, Tally>) -> Option<First> {
        self.ran += 1;
        let script = script.in_namespace(&format!("script-{}", self.ran));
        let expected = normalise(&self.real.run(&script));
        let actual = normalise(&self.memory.run(&script));
        for (index, (expected, actual)) in expected.iter().zip(&actual).enumerate() {
            let step = &script.steps[index];
            let found = differences(expected, actual);
            tallies.entry(step.verb.clone()).or_default().add(&found);
            let difference = found.into_iter().find(|it| it.part != Part::Message);
            if let Some(difference) = difference {
                let known = deviation(step, &difference);
                return Some(First { verb: step.verb.clone(), step: index, difference, known });
            }
        }
        None
    }
}

impl First {
    fn signature(&self) -> String {
        self.difference.signature(&self.verb)
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (reason, times) in &self.known {
            writeln!(f, "known deviation, met {times} times: {reason}")?;
        }
        for finding in self.findings.values() {
            let Finding { times, step, difference, script } = finding;
            writeln!(
                f,
                "\nnew deviation, met {times} times, at step {step}: {difference}\n{script:?}"
            )?;
        }
        Ok(())
    }
}
